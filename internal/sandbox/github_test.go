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
	botToken     = "ghs_bot0000000000"
	readToken    = "ghs_readonly00000"
	humanToken   = "ghp_human00000000"
	testRepo     = "example/airflow"
	pullPath     = "/api/v3/repos/" + testRepo + "/pulls/7"
	commentsPath = "/api/v3/repos/" + testRepo + "/issues/7/comments"
	commentPath  = "/api/v3/repos/" + testRepo + "/issues/comments/3000000001"
)

var (
	bot   = Account{Login: "github-actions[bot]", ID: 41898282, Type: "Bot"}
	human = Account{Login: "mona", ID: 42}
)

// newTestGitHub returns a repository with the pull requests 7, which has a comment by the bot, and 8.
func newTestGitHub(o GitHubOptions) *GitHub {
	g := NewGitHub(testRepo, o)
	g.AddToken(botToken, bot, true)
	g.AddToken(readToken, bot, false)
	g.AddToken(humanToken, human, true)
	g.AddPullRequest(PullRequest{Number: 7, Title: "Grant", HeadRepo: testRepo, HeadSHA: "head7"})
	g.AddPullRequest(PullRequest{Number: 8, HeadRepo: testRepo, HeadSHA: "head8"})
	g.AddComment(7, bot, "first")
	return g
}

// send handles a valid request, changed by the edit functions, without a server.
func send(g *GitHub, method, path, body string, edit ...func(*http.Request)) *httptest.ResponseRecorder {
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

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func withoutHeader(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func withToken(token string) func(*http.Request) { return withHeader("Authorization", "Bearer "+token) }

func TestInvalidRepositoryNamePanics(t *testing.T) {
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

func TestCommentOnUnknownPullRequestPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	newTestGitHub(GitHubOptions{}).AddComment(9, bot, "lost")
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
		{"lost response", Fault{Status: 504, After: true}, 504, "", 2},
		{"header in another case", Fault{Header: http.Header{"X-RateLimit-Remaining": {"3"}}}, 201, "3", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newTestGitHub(GitHubOptions{Fault: func(int, *http.Request) Fault { return tt.fault }})
			w := send(g, "POST", commentsPath, `{"body":"second"}`)
			equal(t, "status", w.Code, tt.status)
			equal(t, "remaining", w.Header().Get("X-RateLimit-Remaining"), tt.remaining)
			equal(t, "comments", len(g.Comments(7)), tt.comments)
			equal(t, "recorded", []any{g.Requests()[0].Status, g.Requests()[0].Faulted}, []any{tt.status, tt.fault.any()})
		})
	}
}

func TestGitHubLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newTestGitHub(GitHubOptions{Latency: func() time.Duration { return 100 * time.Millisecond }})
		start := time.Now()
		go send(g, "POST", commentsPath, `{"body":"second"}`)
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

func TestFaultCanCallGitHub(t *testing.T) {
	var g *GitHub
	g = newTestGitHub(GitHubOptions{Fault: func(_ int, r *http.Request) Fault {
		text, _ := io.ReadAll(r.Body)
		g.AddComment(8, human, string(text))
		return Fault{Status: 500 + len(g.Requests())}
	}})
	equal(t, "status", send(g, "POST", commentsPath, `{"body":"x"}`).Code, 501)
	equal(t, "body read by the fault", g.Comments(8)[0].Body, `{"body":"x"}`)
}

func TestGitHubConcurrentRequests(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			send(g, "POST", commentsPath, `{"body":"more"}`)
			g.SetFile("main", "f", "x")
			send(g, "GET", commentsPath, "")
		})
	}
	wg.Wait()
	equal(t, "comments", len(g.Comments(7)), 51)
	equal(t, "requests", len(g.Requests()), 100)
	ids := make(map[int64]bool)
	for _, c := range g.Comments(7) {
		ids[c.ID] = true
	}
	equal(t, "distinct IDs", len(ids), 51)
}
