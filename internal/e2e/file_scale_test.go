package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// The size of applyAtScale's file and Organization.
const (
	scaleEach       = 10 // grants per token in the file
	scaleWorkspaces = 200
	scaleAll        = 10_000 // tokens in the Organization
)

func scaleToken(i int) string     { return fmt.Sprintf("cltokenscale%013d", i) }
func scaleWorkspace(i int) string { return fmt.Sprintf("clworkspacescale%09d", i) }

// scaleTargets returns the Workspaces of one token in the file.
func scaleTargets(token int) []int {
	var targets []int
	for i := range scaleEach {
		targets = append(targets, (token*7+i*19)%scaleWorkspaces)
	}
	return targets
}

// fill adds all Workspaces and tokens. The first tokens are those of the file. Each token has foreign roles; a token of
// the file also has a role in its first Workspace, which the file replaces.
func (w world) fill(tokens int) {
	for i := range scaleWorkspaces {
		w.AddWorkspace(scaleWorkspace(i), fmt.Sprint("Scale ", i))
	}
	for i := range scaleAll - 7 { // the demo already has seven
		roles := foreignRoles()
		if i < tokens {
			roles = append(roles, entry("WORKSPACE", scaleWorkspace(scaleTargets(i)[0]), "WORKSPACE_MEMBER"))
		}
		w.AddToken(sandbox.Token{ID: scaleToken(i), Name: fmt.Sprint("Scale ", i), Roles: roles})
	}
}

// scaleFile returns a file that refers to every other token and its Workspaces by ID, and to the others by name.
func scaleFile(tokens int) string {
	var b strings.Builder
	b.WriteString("grants:\n")
	for i := range tokens {
		var workspaces []string
		for _, target := range scaleTargets(i) {
			if i%2 == 0 {
				workspaces = append(workspaces, scaleWorkspace(target))
			} else {
				workspaces = append(workspaces, fmt.Sprint("Scale ", target))
			}
		}
		token := "org-token-name: Scale " + fmt.Sprint(i)
		if i%2 == 0 {
			token = "org-token-id: " + scaleToken(i)
		}
		fmt.Fprintf(&b, "  - {%s, role: WORKSPACE_OPERATOR, workspaces: [%s]}\n", token, strings.Join(workspaces, ", "))
	}
	return b.String()
}

// TestFileAtScale applies a hundred grants under the documented rate limits.
func TestFileAtScale(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	applyAtScale(t, 10)
}

// TestFileAtScaleLong applies a thousand grants.
func TestFileAtScaleLong(t *testing.T) {
	requireLong(t)
	applyAtScale(t, 100)
}

func applyAtScale(t *testing.T, tokens int) {
	latency := func() time.Duration { return 50 * time.Millisecond }
	o := serveMerged(t, scaleFile(tokens), sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nil)
	o.fill(tokens)
	p := start(t, o.root, fileInputs("settle", "2s", "report-file", "report.json", "comment", "always"), o.options...)
	r := p.wait()
	r.is(t, "status", "granted", "applied", "true", "error", "")
	r.counts(t, tokens*(scaleEach-1), tokens, 0, 0, 0)
	contains(t, "the comment", o.only(t), fmt.Sprintf("%d granted, %d updated", tokens*(scaleEach-1), tokens))
	equal(t, "the comment is shortened", strings.Contains(o.only(t), "the job summaries list them"), tokens > 10)
	equal(t, "grants in the report file", len(p.report(t).Grants), tokens*scaleEach)

	o.checkScale(t, r, tokens)
	foreign := strings.Join(foreignRoles(), "\n")
	for i := range tokens {
		roles := o.Roles(scaleToken(i))
		equal(t, "foreign roles, first and unchanged", strings.Join(roles[:len(foreignRoles())], "\n"), foreign)
		equal(t, "roles", len(roles), len(foreignRoles())+scaleEach)
		for _, workspace := range scaleTargets(i) {
			own, _ := split(roles, scaleWorkspace(workspace))
			equal(t, "own role", own, []string{"WORKSPACE_OPERATOR"})
		}
	}
}

// checkScale checks how many requests of each kind were made. Rate-limited requests are counted separately.
func (o gitHubWorld) checkScale(t *testing.T, r result, tokens int) {
	t.Helper()
	answered, limited := map[string]int{}, map[string]int{}
	for _, request := range o.Requests() {
		what := call(request.Method, request.Path)
		if request.Status == http.StatusTooManyRequests {
			limited[what]++
		} else {
			answered[what]++
		}
	}
	t.Logf("%d grants in %.1f s: requests %v, rate-limited %v", tokens*scaleEach, r.took.Seconds(), answered, limited)
	if pages := answered[listTokens] + answered[listWorkspaces]; pages > 12 {
		t.Errorf("%d list pages were requested", pages)
	}
	// One read before and one after each write, and one for each retry and for each read that was too old to write
	// from.
	retries, old := limited[readToken]+limited[writeRoles], o.repeatedReads()
	if answered[readToken] > 2*tokens+retries+old {
		t.Errorf("%d reads, with %d retries and %d outdated reads", answered[readToken], retries, old)
	}
	equal(t, "writes", answered[writeRoles], tokens)
}

// repeatedReads counts the reads that the program repeated because the previous read was too old to write from: the
// token was read before and not written since, and the previous read was at least half of settle (2 s) ago. The
// threshold is 10% lower to allow for the time that a request takes to arrive.
func (w world) repeatedReads() (old int) {
	read := map[string]time.Time{} // by path
	for _, r := range w.Requests() {
		switch what := call(r.Method, r.Path); {
		case r.Status != http.StatusOK:
		case what == writeRoles:
			delete(read, strings.TrimSuffix(r.Path, "/roles"))
		case what == readToken:
			if before, ok := read[r.Path]; ok && r.Start.Sub(before) > 900*time.Millisecond {
				old++
			}
			read[r.Path] = r.Start
		}
	}
	return old
}

// TestFileBehindTighterLimits halves the rate limits, as other clients of the same API token do. Requests with a 429
// are retried until they succeed, and no write is repeated.
func TestFileBehindTighterLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	applyBehindTighterLimits(t, 12)
}

func TestFileBehindTighterLimitsLong(t *testing.T) {
	requireLong(t)
	t.Parallel()
	applyBehindTighterLimits(t, 30)
}

func applyBehindTighterLimits(t *testing.T, tokens int) {
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 5, POSTs: 2}, nil)
	r := run(t, w.root, applyInputs("settle", "2s", "timeout", "2m"), checkout(w.manyTokens(tokens)))
	r.is(t, "status", "granted", "error", "", "granted", fmt.Sprint(tokens))
	writes, limited := 0, 0
	for _, request := range w.Requests() {
		switch {
		case request.Status == http.StatusTooManyRequests:
			limited++
		case request.Method == http.MethodPost:
			writes++
		}
	}
	t.Logf("%d grants in %.1f s: %d requests, of which %d were rate-limited",
		tokens, r.took.Seconds(), len(w.Requests()), limited)
	equal(t, "accepted writes", writes, tokens)
	w.checkWrites(t)
}

// TestFileAfterRateLimit has a 429 with a Retry-After of 8 s for one read, which delays all other requests too. After
// the delay they must be spread out: sent all at once, most of them would be rate-limited.
func TestFileAfterRateLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nth(5, readToken, sandbox.Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"8"}},
	}))
	r := run(t, w.root, applyInputs("settle", "2s"), checkout(w.manyTokens(40)))
	r.is(t, "status", "granted", "granted", "40")
	limited := 0
	for _, request := range w.Requests() {
		if request.Status == http.StatusTooManyRequests {
			limited++
		}
	}
	t.Logf("40 grants in %.1f s: %d requests, of which %d were rate-limited", r.took.Seconds(), len(w.Requests()), limited)
	// Without spreading, 36 requests would be sent at once, and 26 of them rate-limited.
	if limited > 20 {
		t.Errorf("%d requests were rate-limited", limited)
	}
}
