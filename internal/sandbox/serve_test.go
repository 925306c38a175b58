package sandbox

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestLatencyIsSplitAroundTheEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{Latency: func() time.Duration { return 100 * time.Millisecond }})
		start := time.Now()
		go direct(a, "POST", rolesPath, body(memberRole, workspaceRole))

		time.Sleep(49 * time.Millisecond)
		synctest.Wait()
		equal(t, "roles before the effect", len(a.Roles(testToken)), 1)
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		equal(t, "roles after the effect", len(a.Roles(testToken)), 2)
		equal(t, "end while in progress", a.Requests()[0].End.IsZero(), true)
		time.Sleep(time.Second)
		synctest.Wait()
		r := a.Requests()[0]
		equal(t, "start", r.Start.Sub(start), time.Duration(0))
		equal(t, "end", r.End.Sub(start), 100*time.Millisecond)
		equal(t, "status", r.Status, 200)
	})
}

func TestClientDisconnects(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration
		roles int
	}{
		{"before the effect", 30 * time.Millisecond, 1},
		{"after the effect", 70 * time.Millisecond, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newTestAstro(Options{Latency: func() time.Duration { return 100 * time.Millisecond }})
				ctx, cancel := context.WithTimeout(t.Context(), tt.after)
				defer cancel()
				start := time.Now()
				func() {
					defer func() { equal(t, "panic", recover(), any(http.ErrAbortHandler)) }()
					direct(a, "POST", rolesPath, body(memberRole, workspaceRole), func(r *http.Request) {
						*r = *r.WithContext(ctx)
					})
				}()
				equal(t, "time taken", time.Since(start), tt.after)
				equal(t, "roles", len(a.Roles(testToken)), tt.roles)
				equal(t, "status", a.Requests()[0].Status, 0)
			})
		})
	}
}

func TestRequestsAreRecorded(t *testing.T) {
	var numbers []int
	var read string
	a := newTestAstro(Options{Fault: func(n int, r *http.Request) Fault {
		numbers = append(numbers, n)
		text, _ := io.ReadAll(r.Body)
		read += string(text)
		return Fault{}
	}})
	sent := body(memberRole)
	direct(a, "POST", rolesPath, sent)
	direct(a, "GET", "/v1/organizations?limit=5", "")

	requests := a.Requests()
	equal(t, "numbers", numbers, []int{1, 2})
	equal(t, "body read by the fault", read, sent)
	first, second := requests[0], requests[1]
	equal(t, "first", []any{first.Method, first.Path, first.Query, first.Body, first.Status},
		[]any{"POST", rolesPath, "", sent, 200})
	equal(t, "second", []any{second.Method, second.Path, second.Query, second.Status, second.Faulted},
		[]any{"GET", "/v1/organizations", "limit=5", 200, false})
	equal(t, "header", first.Header.Get("User-Agent"), "sandbox-test/1")
}

func TestClientRequestWithoutABody(t *testing.T) {
	a := newTestAstro(Options{})
	w := direct(a, "GET", tokenPath, "", func(r *http.Request) { r.Body = nil })
	equal(t, "status", w.Code, 200)
}
