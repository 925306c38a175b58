package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	botToken    = "ghs_bot0000000000"
	readToken   = "ghs_readonly00000"
	humanToken  = "ghp_human00000000"
	testRepo    = "example/airflow"
	pullPath    = "/api/v3/repos/" + testRepo + "/pulls/7"
	threadPath  = "/api/v3/repos/" + testRepo + "/issues/7/comments"
	commentPath = "/api/v3/repos/" + testRepo + "/issues/comments/3000000001"
)

var (
	bot   = Account{Login: "github-actions[bot]", ID: 41898282, Type: "Bot"}
	human = Account{Login: "mona", ID: 42}
)

// newGitHub returns a repository with a pull request 7, which has a comment of the bot, and an issue 8.
func newGitHub(o GitHubOptions) *GitHub {
	g := NewGitHub(testRepo, o)
	g.AddToken(botToken, bot, true)
	g.AddToken(readToken, bot, false)
	g.AddToken(humanToken, human, true)
	g.AddPullRequest(PullRequest{Number: 7, Title: "Grant", HeadRepo: testRepo, HeadSHA: "head7"})
	g.AddIssue(8)
	g.AddComment(7, bot, "first")
	return g
}

// ask answers a request as GitHub wants it, then edited, without a server.
func ask(g *GitHub, method, path, body string, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://sandbox.test"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+botToken)
	r.Header.Set("Accept", "application/vnd.github+json")
	r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	r.Header.Set("User-Agent", "sandbox-test/1")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range edit {
		f(r)
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func without(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func as(token string) func(*http.Request) { return with("Authorization", "Bearer "+token) }

func TestGitHubWithoutAnOwnerIsATypo(t *testing.T) {
	for _, name := range []string{"", "airflow", "/airflow", "example/"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %q", name)
				}
			}()
			NewGitHub(name, GitHubOptions{})
		}()
	}
}

func TestCommentOnNothingIsATypo(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	newGitHub(GitHubOptions{}).AddComment(9, bot, "lost")
}

func TestGitHubFaults(t *testing.T) {
	for _, tt := range []struct {
		name      string
		fault     Fault
		status    int
		remaining string
		comments  int
	}{
		{"none", Fault{}, 201, "4999", 2},
		{"outage", Fault{Status: 502, Body: "<p>down"}, 502, "", 1},
		{"lost answer", Fault{Status: 504, After: true}, 504, "", 2},
		{"header in another spelling", Fault{Header: http.Header{"X-RateLimit-Remaining": {"3"}}}, 201, "3", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGitHub(GitHubOptions{Fault: func(int, *http.Request) Fault { return tt.fault }})
			w := ask(g, "POST", threadPath, `{"body":"second"}`)
			equal(t, "status", w.Code, tt.status)
			equal(t, "remaining", w.Header().Get("X-RateLimit-Remaining"), tt.remaining)
			equal(t, "comments", len(g.Comments(7)), tt.comments)
			equal(t, "recorded", []any{g.Requests()[0].Status, g.Requests()[0].Faulted}, []any{tt.status, tt.fault.any()})
		})
	}
}

func TestGitHubLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGitHub(GitHubOptions{Latency: func() time.Duration { return 100 * time.Millisecond }})
		start := time.Now()
		go ask(g, "POST", threadPath, `{"body":"second"}`)
		time.Sleep(49 * time.Millisecond)
		synctest.Wait()
		equal(t, "comments before the effect", len(g.Comments(7)), 1)
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		equal(t, "comments after the effect", len(g.Comments(7)), 2)
		time.Sleep(time.Second)
		equal(t, "end", g.Requests()[0].End.Sub(start), 100*time.Millisecond)
	})
}

func TestFaultMayCallTheGitHub(t *testing.T) {
	var g *GitHub
	g = newGitHub(GitHubOptions{Fault: func(_ int, r *http.Request) Fault {
		text, _ := io.ReadAll(r.Body)
		g.AddComment(8, human, string(text))
		return Fault{Status: 500 + len(g.Requests())}
	}})
	equal(t, "status", ask(g, "POST", threadPath, `{"body":"x"}`).Code, 501)
	equal(t, "what the fault read", g.Comments(8)[0].Body, `{"body":"x"}`)
}

func TestGitHubConcurrently(t *testing.T) {
	g := newGitHub(GitHubOptions{})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			ask(g, "POST", threadPath, `{"body":"more"}`)
			g.SetFile("main", "f", "x")
			ask(g, "GET", threadPath, "")
		})
	}
	wg.Wait()
	equal(t, "comments", len(g.Comments(7)), 51)
	equal(t, "requests", len(g.Requests()), 100)
	ids := make(map[int64]bool)
	for _, c := range g.Comments(7) {
		ids[c.ID] = true
	}
	equal(t, "different IDs", len(ids), 51)
}
