package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestFaults injects each fault into the same write, and checks the response and whether it took effect.
func TestFaults(t *testing.T) {
	html := http.Header{"Content-Type": {"text/html"}, "Retry-After": {"7"}}
	for _, tt := range []struct {
		name   string
		fault  Fault
		status int
		body   string // prefix
		err    error
		effect bool
	}{
		{"none", Fault{}, 200, `{"organizationRole"`, nil, true},
		{"status", Fault{Status: 503, Header: html, Body: "<p>down"}, 503, "<p>down", nil, false},
		{"status only", Fault{Status: 429}, 429, "", nil, false},
		{"lost response", Fault{After: true, Status: 504}, 504, "", nil, true},
		{"body only", Fault{Body: "{}"}, 200, "{}", nil, false},
		{"redirect", Fault{Status: 307, Header: http.Header{"Location": {"http://elsewhere.test/"}}}, 307, "", nil, false},
		{"header only", Fault{Header: html}, 200, `{"organizationRole"`, nil, true},
		{"reset", Fault{Reset: true}, 0, "", syscall.ECONNRESET, false},
		{"reset after the effect", Fault{Reset: true, After: true}, 0, "", syscall.ECONNRESET, true},
		{"truncated", Fault{Truncate: true}, 200, `{"organizationRole"`, io.ErrUnexpectedEOF, true},
		{"truncated error", Fault{Truncate: true, Status: 502, Body: "12345678"}, 502, "1234", io.ErrUnexpectedEOF, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTestAstro(Options{Fault: func(int, *http.Request) Fault { return tt.fault }})
			response, text, err := overNetwork(t, a, "POST", rolesPath, body(memberRole, workspaceRole))
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if response != nil {
				equal(t, "status", response.StatusCode, tt.status)
				for name := range tt.fault.Header {
					equal(t, name, response.Header.Get(name), tt.fault.Header.Get(name))
				}
			} else {
				equal(t, "status", 0, tt.status)
			}
			if !strings.HasPrefix(text, tt.body) {
				t.Errorf("body %q does not start with %q", text, tt.body)
			}
			equal(t, "effect", len(a.Roles(testToken)) == 2, tt.effect)

			recorded := a.Requests()[0]
			if tt.err != nil {
				tt.status = 0
			}
			equal(t, "recorded status", recorded.Status, tt.status)
			equal(t, "recorded fault", recorded.Faulted, tt.fault.any())
		})
	}
}

func TestTruncatedResponseHasFullContentLength(t *testing.T) {
	fault := Fault{}
	a := newTestAstro(Options{Fault: func(int, *http.Request) Fault { return fault }})
	_, full, err := overNetwork(t, a, "GET", tokenPath, "")
	if err != nil {
		t.Fatal(err)
	}
	fault.Truncate = true
	response, half, _ := overNetwork(t, a, "GET", tokenPath, "")
	equal(t, "Content-Length", response.ContentLength, int64(len(full)))
	equal(t, "body", half, full[:len(full)/2])
}

func TestHangEndsWhenTheClientDisconnects(t *testing.T) {
	for _, after := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a := newTestAstro(Options{Fault: func(int, *http.Request) Fault { return Fault{Hang: true, After: after} }})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			start := time.Now()
			func() {
				defer func() { equal(t, "panic", recover(), any(http.ErrAbortHandler)) }()
				direct(a, "POST", rolesPath, body(memberRole, workspaceRole), func(r *http.Request) { *r = *r.WithContext(ctx) })
			}()
			equal(t, "time taken", time.Since(start), time.Hour)
			equal(t, "effect", len(a.Roles(testToken)) == 2, after)
			equal(t, "status", a.Requests()[0].Status, 0)
		})
	}
}

func TestHangOverTheNetwork(t *testing.T) {
	hanging := make(chan struct{})
	a := newTestAstro(Options{Fault: func(int, *http.Request) Fault {
		close(hanging)
		return Fault{Hang: true}
	}})
	server := httptest.NewServer(a)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-hanging
		cancel()
	}()
	_, err := http.DefaultClient.Do(newRequest("GET", server.URL+tokenPath, "").WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestDelay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  Fault
		early  int // number of roles just after the request
		status int
		late   int // number of roles at the end
	}{
		{"before the effect", Fault{Delay: time.Minute}, 1, 200, 2},
		{"after the effect", Fault{Delay: time.Minute, After: true}, 2, 200, 2},
		{"before another response", Fault{Delay: time.Minute, Status: 504}, 1, 504, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newTestAstro(Options{Fault: func(int, *http.Request) Fault { return tt.fault }})
				go direct(a, "POST", rolesPath, body(memberRole, workspaceRole))
				time.Sleep(time.Second)
				synctest.Wait()
				equal(t, "early", len(a.Roles(testToken)), tt.early)
				time.Sleep(time.Hour)
				synctest.Wait()
				equal(t, "late", len(a.Roles(testToken)), tt.late)
				r := a.Requests()[0]
				equal(t, "status", r.Status, tt.status)
				equal(t, "time taken", r.End.Sub(r.Start), time.Minute)
			})
		})
	}
}

func TestFaultCanCallAstro(t *testing.T) {
	var a *Astro
	a = newTestAstro(Options{Fault: func(n int, r *http.Request) Fault {
		a.SetRoles(testToken, memberRole, workspaceRole)
		return Fault{Status: 400 + len(a.Requests())}
	}})
	equal(t, "status", direct(a, "GET", tokenPath, "").Code, 401)
	equal(t, "roles", len(a.Roles(testToken)), 2)
}
