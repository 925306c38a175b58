package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestGitHubPrimaryRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTestGitHub(GitHubOptions{})
		var w *httptest.ResponseRecorder
		for range gitHubHourlyLimit {
			w = send(g, "GET", commentPath, "")
		}
		equal(t, "last request", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{200, "0"})
		w = send(g, "POST", commentsPath, `{"body":"x"}`)
		equal(t, "above the limit", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{403, "0"})
		equal(t, "comments", len(g.Comments(7)), 1)
		time.Sleep(time.Hour)
		w = send(g, "GET", commentPath, "")
		equal(t, "an hour later", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{200, "4999"})
	})
}

func TestGitHubRateLimitFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  Fault
		status int
		header map[string]string
		body   string
	}{
		{
			"primary", GitHubRateLimit(time.Unix(4e9, 0)), 403,
			map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4000000000", "Retry-After": ""},
			`"API rate limit exceeded`,
		},
		{
			"secondary", GitHubSecondaryRateLimit(403, time.Minute), 403,
			map[string]string{"X-RateLimit-Remaining": "", "Retry-After": "60"},
			`secondary-rate-limits"`,
		},
		{
			"secondary without Retry-After", GitHubSecondaryRateLimit(429, 0), 429,
			map[string]string{"X-RateLimit-Remaining": "", "Retry-After": ""},
			`secondary-rate-limits"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newTestGitHub(GitHubOptions{Fault: func(int, *http.Request) Fault { return tt.fault }})
			w := send(g, "GET", pullPath, "")
			equal(t, "status", w.Code, tt.status)
			tt.header["Content-Type"] = gitHubType
			for name, want := range tt.header {
				equal(t, name, w.Header().Get(name), want)
			}
			if !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("body %s does not contain %s", w.Body, tt.body)
			}
		})
	}
}

// TestGitHubWriteLimits has more writes than GitHub accepts in a minute, and in an hour. Reads are not limited.
func TestGitHubWriteLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTestGitHub(GitHubOptions{})
		edit := func() int { return send(g, "PATCH", commentPath, `{"body":"x"}`).Code }
		for range writesPerMinute {
			equal(t, "edit", edit(), 200)
		}
		w := send(g, "POST", commentsPath, `{"body":"x"}`)
		equal(t, "above the limit", []any{w.Code, w.Header().Get("Retry-After")}, []any{403, "60"})
		equal(t, "read", send(g, "GET", commentPath, "").Code, 200)
		for range writesPerHour/writesPerMinute - 1 {
			time.Sleep(time.Minute)
			for range writesPerMinute {
				equal(t, "edit in a later minute", edit(), 200)
			}
		}
		time.Sleep(time.Minute)
		for range writesPerHour % writesPerMinute {
			equal(t, "last edits of the hour", edit(), 200)
		}
		equal(t, "above the limit of the hour", edit(), 403)
		time.Sleep(time.Hour)
		equal(t, "an hour later", edit(), 200)
	})
}
