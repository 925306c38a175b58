package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// How large a file applyAtScale applies, and to what.
const (
	scaleEach       = 10 // grants of each token in the file
	scaleWorkspaces = 200
	scaleAll        = 10_000 // tokens there are
)

func scaleToken(i int) string     { return fmt.Sprintf("cltokenscale%013d", i) }
func scaleWorkspace(i int) string { return fmt.Sprintf("clworkspacescale%09d", i) }

// scaleTargets are the Workspaces of one token of the file.
func scaleTargets(token int) []int {
	var targets []int
	for i := range scaleEach {
		targets = append(targets, (token*7+i*19)%scaleWorkspaces)
	}
	return targets
}

// fill adds all that a file of so many tokens names and much that it does not. Each token has foreign roles, and a
// role in the first of its Workspaces that the file replaces.
func (w world) fill(tokens int) {
	for i := range scaleWorkspaces {
		w.AddWorkspace(scaleWorkspace(i), fmt.Sprint("Scale ", i))
	}
	for i := range scaleAll - 7 { // the demo's own
		roles := foreignRoles()
		if i < tokens {
			roles = append(roles, entry("WORKSPACE", scaleWorkspace(scaleTargets(i)[0]), "WORKSPACE_MEMBER"))
		}
		w.AddToken(sandbox.Token{ID: scaleToken(i), Name: fmt.Sprint("Scale ", i), Roles: roles})
	}
}

// scaleFile names every other token, and its Workspaces, by ID.
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

// TestFileAtScale applies a hundred grants behind the documented limits.
func TestFileAtScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	applyAtScale(t, 10)
}

// TestFileAtScaleLong applies a thousand.
func TestFileAtScaleLong(t *testing.T) {
	isLong(t)
	applyAtScale(t, 100)
}

func applyAtScale(t *testing.T, tokens int) {
	latency := func() time.Duration { return 50 * time.Millisecond }
	o := landed(t, scaleFile(tokens), sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nil)
	o.fill(tokens)
	p := start(t, o.root, filed("settle", "2s", "report-file", "report.json", "comment", "always"), o.at...)
	r := p.wait()
	r.is(t, "status", "granted", "applied", "true", "error", "")
	r.counts(t, tokens*(scaleEach-1), tokens, 0, 0, 0)
	contains(t, "the comment", o.only(t), fmt.Sprintf("applied: %d granted, %d updated", tokens*(scaleEach-1), tokens))
	equal(t, "the comment is cut", strings.Contains(o.only(t), "more changes"), tokens > 10)
	equal(t, "grants in the report file", len(p.report(t).Grants), tokens*scaleEach)

	o.checkScale(t, r, tokens)
	foreign := strings.Join(foreignRoles(), "\n")
	for i := range tokens {
		roles := o.Roles(scaleToken(i))
		equal(t, "foreign roles come first, as they were", strings.Join(roles[:len(foreignRoles())], "\n"), foreign)
		equal(t, "roles", len(roles), len(foreignRoles())+scaleEach)
		for _, workspace := range scaleTargets(i) {
			own, _ := split(roles, scaleWorkspace(workspace))
			equal(t, "own role", own, []string{"WORKSPACE_OPERATOR"})
		}
	}
}

// checkScale counts the requests by what was answered, those apart that met a limit.
func (o onGitHub) checkScale(t *testing.T, r result, tokens int) {
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
	t.Logf("%d grants in %.1f s: requests %v, and met limits %v", tokens*scaleEach, r.took.Seconds(), answered, limited)
	if pages := answered[listTokens] + answered[listWorkspaces]; pages > 12 {
		t.Errorf("%d pages of lists", pages)
	}
	// One before and one after each write, and one for each that has to be built anew or that was too old to write from.
	again, old := limited[readToken]+limited[writeRoles], o.oldReads()
	if answered[readToken] > 2*tokens+again+old {
		t.Errorf("%d reads, with %d tries again and %d old reads", answered[readToken], again, old)
	}
	equal(t, "writes", answered[writeRoles], tokens)
}

// oldReads counts the reads that came before a write because the one before them was too old: of a token that was
// read already and not written, and no sooner than the program takes a read for old, by half of its settle of 2 s. A
// tenth less allows for what a request takes to arrive.
func (w world) oldReads() (old int) {
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

// TestFileBehindTighterLimits has other clients of the same API token leave half of the limits: what meets a 429 is tried
// again until it is through, and nothing is written twice.
func TestFileBehindTighterLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	applyBehindTighterLimits(t, 12)
}

func TestFileBehindTighterLimitsLong(t *testing.T) {
	isLong(t)
	t.Parallel()
	applyBehindTighterLimits(t, 30)
}

func applyBehindTighterLimits(t *testing.T, tokens int) {
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 5, POSTs: 2}, nil)
	r := run(t, w.root, applied("settle", "2s", "timeout", "2m"), checkout(w.manyTokens(tokens)))
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
	t.Logf("%d grants in %.1f s: %d requests, of which %d met limits", tokens, r.took.Seconds(), len(w.Requests()), limited)
	equal(t, "writes that were taken", writes, tokens)
	w.checkWrites(t)
}

// TestFileAfterALimit has one read told to wait for seconds, which holds all others, too: they leave by and by after it, not all at
// once into the limits. As many as the limits let through at once would have met none.
func TestFileAfterALimit(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nth(5, readToken, sandbox.Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"8"}},
	}))
	r := run(t, w.root, applied("settle", "2s"), checkout(w.manyTokens(40)))
	r.is(t, "status", "granted", "granted", "40")
	limited := 0
	for _, request := range w.Requests() {
		if request.Status == http.StatusTooManyRequests {
			limited++
		}
	}
	t.Logf("40 grants in %.1f s: %d requests, of which %d met limits", r.took.Seconds(), len(w.Requests()), limited)
	// All whose turns came within the 8 s would be 36, of which 10 meet no limit.
	if limited > 20 {
		t.Errorf("%d requests met limits", limited)
	}
}
