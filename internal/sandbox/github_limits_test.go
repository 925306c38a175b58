package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestGitHubHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGitHub(GitHubOptions{})
		var w *httptest.ResponseRecorder
		for range gitHubLimit {
			w = ask(g, "GET", commentPath, "")
		}
		equal(t, "the last one", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{200, "0"})
		w = ask(g, "POST", threadPath, `{"body":"x"}`)
		equal(t, "past it", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{403, "0"})
		equal(t, "comments", len(g.Comments(7)), 1)
		time.Sleep(time.Hour)
		w = ask(g, "GET", commentPath, "")
		equal(t, "an hour later", []any{w.Code, w.Header().Get("X-RateLimit-Remaining")}, []any{200, "4999"})
	})
}

func TestGitHubLimitFaults(t *testing.T) {
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
			"secondary that names no time", GitHubSecondaryRateLimit(429, 0), 429,
			map[string]string{"X-RateLimit-Remaining": "", "Retry-After": ""},
			`secondary-rate-limits"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGitHub(GitHubOptions{Fault: func(int, *http.Request) Fault { return tt.fault }})
			w := ask(g, "GET", pullPath, "")
			equal(t, "status", w.Code, tt.status)
			tt.header["Content-Type"] = gitHubType
			for name, want := range tt.header {
				equal(t, name, w.Header().Get(name), want)
			}
			if !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("body %s does not tell of %s", w.Body, tt.body)
			}
		})
	}
}
