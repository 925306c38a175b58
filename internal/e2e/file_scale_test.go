package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// How large a file TestFileAtScale applies, and to what.
const (
	scaleTokens     = 100 // in the file, with scaleEach grants each
	scaleEach       = 10
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

// fill adds all that the file names and much that it does not. Each token has foreign roles, and a role in the first of its
// Workspaces that the file replaces.
func (w world) fill() {
	for i := range scaleWorkspaces {
		w.AddWorkspace(scaleWorkspace(i), fmt.Sprint("Scale ", i))
	}
	for i := range scaleAll - 7 { // the demo's own
		roles := foreignRoles()
		if i < scaleTokens {
			roles = append(roles, entry("WORKSPACE", scaleWorkspace(scaleTargets(i)[0]), "WORKSPACE_MEMBER"))
		}
		w.AddToken(sandbox.Token{ID: scaleToken(i), Name: fmt.Sprint("Scale ", i), Roles: roles})
	}
}

// scaleFile names every other token, and its Workspaces, by ID.
func scaleFile() string {
	var b strings.Builder
	b.WriteString("grants:\n")
	for i := range scaleTokens {
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

// TestFileAtScale applies a thousand grants behind the documented limits. It is not parallel: what keeps below limits by the
// second cannot do so on a machine that hundreds of other programs keep busy.
func TestFileAtScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	latency := func() time.Duration { return 50 * time.Millisecond }
	o := landed(t, scaleFile(), sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nil)
	o.fill()
	p := start(t, o.root, filed("settle", "2s", "report-file", "report.json", "comment", "always"), o.at...)
	r := p.wait()
	r.is(t, "status", "granted", "applied", "true", "error", "")
	r.counts(t, scaleTokens*(scaleEach-1), scaleTokens, 0, 0, 0)
	contains(t, "the comment", o.only(t), "applied: 900 granted, 100 updated", "more changes")
	equal(t, "grants in the report file", len(p.report(t).Grants), scaleTokens*scaleEach)

	o.checkScale(t, r)
	foreign := strings.Join(foreignRoles(), "\n")
	for i := range scaleTokens {
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
func (o onGitHub) checkScale(t *testing.T, r result) {
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
	t.Logf("%d grants in %.1f s: requests %v, and met limits %v", scaleTokens*scaleEach, r.took.Seconds(), answered, limited)
	if pages := answered[listTokens] + answered[listWorkspaces]; pages > 12 {
		t.Errorf("%d pages of lists", pages)
	}
	// One before and one after each write, and one for each that has to be built anew.
	// (And for each that a slow machine left until its read was old.)
	if again := limited[readToken] + limited[writeRoles]; answered[readToken] > 2*scaleTokens+again+scaleTokens/2 {
		t.Errorf("%d reads, with %d tries again", answered[readToken], again)
	}
	equal(t, "writes", answered[writeRoles], scaleTokens)
	if r.took > time.Minute {
		t.Errorf("took %v", r.took)
	}
}

// TestFileBehindTighterLimits has other clients of the same API token leave half of the limits: what meets a 429 is tried
// again until it is through, and nothing is written twice.
func TestFileBehindTighterLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 5, POSTs: 2}, nil)
	r := run(t, w.root, applied("settle", "2s", "timeout", "2m"), checkout(w.manyTokens(30)))
	r.is(t, "status", "granted", "error", "", "granted", "30")
	writes, limited := 0, 0
	for _, request := range w.Requests() {
		switch {
		case request.Status == http.StatusTooManyRequests:
			limited++
		case request.Method == http.MethodPost:
			writes++
		}
	}
	t.Logf("30 grants in %.1f s: %d requests, of which %d met limits", r.took.Seconds(), len(w.Requests()), limited)
	equal(t, "writes that were taken", writes, 30)
	w.checkWrites(t)
}

// TestFileAfterALimit has one read told to wait for seconds, which holds all others, too: they leave by and by after it, not all at
// once into the limits.
func TestFileAfterALimit(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	latency := func() time.Duration { return 50 * time.Millisecond }
	w := demo(t, sandbox.Options{Latency: latency, GETs: 10, POSTs: 5}, nth(5, readToken, sandbox.Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"8"}},
	}))
	r := run(t, w.root, applied("settle", "2s"), checkout(w.manyTokens(60)))
	r.is(t, "status", "granted", "granted", "60")
	limited := 0
	for _, request := range w.Requests() {
		if request.Status == http.StatusTooManyRequests {
			limited++
		}
	}
	t.Logf("60 grants in %.1f s: %d requests, of which %d met limits", r.took.Seconds(), len(w.Requests()), limited)
	if limited > 15 {
		t.Errorf("%d requests met limits", limited)
	}
}
