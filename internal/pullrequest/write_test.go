package pullrequest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/sandbox"
)

// handler sends requests to a handler in the same process, so that time can be virtual.
type handler struct{ http.Handler }

func (h handler) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	w := httptest.NewRecorder()
	defer func() {
		if failure := recover(); failure != nil { // the connection was closed
			answer, err = nil, fmt.Errorf("%v", failure)
		}
	}()
	h.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

const testToken = "ghs_0123456789"

// crowd is a number of jobs that each write a row of their own to the same comment.
type crowd struct {
	jobs    int
	over    time.Duration // their grants end within this time
	matrix  bool          // they know how many they are
	fault   func(n int, r *http.Request) sandbox.Fault
	comment bool // there is one already
}

// outcome is what became of a crowd.
type outcome struct {
	comments, rows, warned int
	lost                   int // rows that are missing although their job did not warn
	late                   int // jobs that warned that they may have removed rows of others
	requests, writes       int
	took                   time.Duration
	why                    error // one of the warnings
}

func (c crowd) run(t *testing.T) (o outcome) {
	t.Helper()
	g := sandbox.NewGitHub("o/r", sandbox.GitHubOptions{
		Latency: func() time.Duration { return 100 * time.Millisecond }, Fault: c.fault,
	})
	g.AddToken(testToken, sandbox.Account{Login: "github-actions[bot]", ID: 1, Type: "Bot"}, true)
	g.AddPullRequest(sandbox.PullRequest{Number: 1, HeadRepo: "o/r"})
	began := time.Now()
	if c.comment {
		c.job(t, g, 0)
	}
	failed := make([]error, c.jobs)
	var jobs sync.WaitGroup
	for i := range c.jobs {
		jobs.Go(func() {
			time.Sleep(rand.N(c.over + 1))
			failed[i] = c.job(t, g, i)
		})
	}
	jobs.Wait()
	o.took = time.Since(began)
	rows := map[string]bool{}
	for _, comment := range g.Comments(1) {
		o.comments++
		state, _ := readMarker(comment.Body)
		maps.Copy(rows, decodeRows(state.Table))
	}
	o.rows = len(rows)
	for i, err := range failed {
		if errors.Is(err, errLate) {
			o.late++
		}
		if err != nil {
			o.warned++
			o.why = err
		} else if !rows[fmt.Sprint(i)] {
			o.lost++
		}
	}
	for _, r := range g.Requests() {
		o.requests++
		if r.Method != http.MethodGet && r.Path != "/graphql" {
			o.writes++
		}
	}
	return o
}

func decodeRows(table string) map[string]bool {
	rows := map[string]bool{}
	for row := range strings.SplitSeq(table, " ") {
		if row != "" {
			rows[row] = true
		}
	}
	return rows
}

// job writes the row of a job, as the action does.
func (c crowd) job(t *testing.T, g *sandbox.GitHub, i int) error {
	client, err := New(Config{
		API: "http://github.test", GraphQL: "http://github.test/graphql", Repository: "o/r", Token: testToken, UserAgent: "test",
		Retrying: func(string, retry.Wait) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	base := client.github.BaseURL
	client.github = github.NewClient(&http.Client{Transport: handler{g}}).WithAuthToken(testToken)
	client.github.BaseURL, client.github.UserAgent = base, "test"
	post := Post{Number: 1, Keys: []string{"k"}, Run: 1, Jobs: 1, Merge: func(now []State) Draft {
		first, rows := map[string]bool{}, map[string]bool{fmt.Sprint(i): true}
		for j, state := range now {
			if j == 0 {
				first = decodeRows(state.Table)
			}
			maps.Copy(rows, decodeRows(state.Table))
		}
		table := strings.Join(slices.Sorted(maps.Keys(rows)), " ")
		return Draft{
			Text: "x", State: State{Table: table}, Needed: !maps.Equal(rows, first),
		}
	}}
	if c.matrix {
		post.Jobs, post.Job = c.jobs, i
	}
	ctx, cancel := context.WithTimeout(t.Context(), Budget(post.Jobs))
	defer cancel()
	ours, err := client.FindComments(ctx, 1, post.Keys)
	if err == nil && c.matrix {
		err = client.Identify(ctx)
	}
	if err == nil {
		_, err = client.WriteComment(ctx, post, ours)
	}
	return err
}

// sum adds up the outcomes of several crowds of the same kind.
func (c crowd) sum(t *testing.T, times int) (total outcome) {
	t.Helper()
	for range times {
		synctest.Test(t, func(t *testing.T) {
			o := c.run(t)
			if o.comments != 1 || o.lost > 0 && o.late == 0 {
				t.Errorf("%d comments, %d rows of %d lost without a warning; %d warned: %v", o.comments, o.lost, c.jobs, o.warned, o.why)
			}
			total.warned += o.warned
			total.requests += o.requests
			total.writes += o.writes
			total.took += o.took
			total.why = cmp.Or(total.why, o.why)
		})
	}
	return total
}

// TestModelComment has many jobs write the same comment, under GitHub's limit for writes, and in virtual time. No row is
// lost without a warning, and hardly any cannot be written.
func TestModelComment(t *testing.T) { modelComment(t, 2) }

// TestModelCommentLong does so often.
func TestModelCommentLong(t *testing.T) {
	if os.Getenv("LONG") == "" {
		t.Skip("skipped without LONG=1")
	}
	modelComment(t, 60)
}

func modelComment(t *testing.T, times int) {
	faults := []sandbox.Fault{
		{Status: http.StatusBadGateway},
		{Status: http.StatusServiceUnavailable, After: true},
		{Reset: true, After: true},
		sandbox.GitHubSecondaryRateLimit(http.StatusForbidden, 2*time.Second),
		{Delay: 500 * time.Millisecond},
		{Delay: 3 * time.Second, After: true},
	}
	flaky := func(int, *http.Request) sandbox.Fault {
		if rand.IntN(5) > 0 {
			return sandbox.Fault{}
		}
		return faults[rand.IntN(len(faults))]
	}
	late := func(_ int, r *http.Request) sandbox.Fault {
		if r.Method == http.MethodGet || rand.IntN(10) > 0 {
			return sandbox.Fault{}
		}
		return sandbox.Fault{Delay: 3 * time.Second}
	}
	for _, tt := range []struct {
		name      string
		crowd     crowd
		mostWarns float64 // of all jobs
	}{
		{"1 job", crowd{jobs: 1}, 0},
		{"2 workflows, first comment", crowd{jobs: 2, over: 100 * time.Millisecond}, 0},
		{"5 workflows", crowd{jobs: 5, over: 100 * time.Millisecond, comment: true}, 0},
		{"10 jobs of a matrix", crowd{jobs: 10, over: time.Second, matrix: true}, 0},
		{"50 jobs of a matrix", crowd{jobs: 50, over: time.Second, matrix: true}, 0.02},
		{"50 jobs of a matrix over 20 s", crowd{jobs: 50, over: 20 * time.Second, matrix: true}, 0.02},
		{"100 jobs of a matrix", crowd{jobs: 100, over: time.Second, matrix: true}, 0.3},
		{"20 jobs of a matrix, late writes", crowd{jobs: 20, over: time.Second, matrix: true, fault: late}, 0.5},
		{"20 jobs of a matrix, faults", crowd{jobs: 20, over: time.Second, matrix: true, fault: flaky}, 0.3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			total := tt.crowd.sum(t, times)
			n := float64(times)
			t.Logf("%.1f requests, of which %.1f write, in %v; %.1f jobs warned", float64(total.requests)/n, float64(total.writes)/n,
				(total.took / time.Duration(times)).Round(100*time.Millisecond), float64(total.warned)/n)
			if share := float64(total.warned) / n / float64(tt.crowd.jobs); share > tt.mostWarns {
				t.Errorf("%.1f%% of the jobs warned, such as: %v", share*100, total.why)
			}
		})
	}
}

// TestNothingToWrite has a job of a large matrix whose comment already says what it has to say.
func TestNothingToWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		client := &Client{}
		post := Post{Number: 1, Jobs: 256, Job: 200, Merge: func([]State) Draft { return Draft{} }}
		for _, ours := range [][]Comment{nil, {{ID: 1}}} {
			comment, err := client.WriteComment(t.Context(), post, ours)
			if err != nil || (comment == nil) != (ours == nil) || time.Since(began) > 0 {
				t.Errorf("%v, %v, after %v", comment, err, time.Since(began))
			}
		}
	})
}
