package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// queries returns the queries of all requests of one kind.
func (w world) queries(what string) []url.Values {
	var queries []url.Values
	for _, r := range w.Requests() {
		if call(r.Method, r.Path) == what {
			values, _ := url.ParseQuery(r.Query)
			queries = append(queries, values)
		}
	}
	return queries
}

// TestFileForAnotherOrganization has a file whose names do not exist in an Organization of 10,000 API tokens. The
// search for similar names must not take too much CPU time.
func TestFileForAnotherOrganization(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	for i := range 10_000 {
		w.AddToken(sandbox.Token{ID: fmt.Sprintf("cltokenother%013d", i), Name: fmt.Sprint("Token of the Organization ", i)})
	}
	text := "grants:\n"
	for i := range 1000 {
		text += fmt.Sprintf("  - {org-token-name: Token of another Organization %d, role: WORKSPACE_MEMBER, workspaces: [Team %d]}\n", i, i)
	}
	r := run(t, w.root, fileInputs("dry-run", "true"), checkout(text))
	r.is(t, "error", "token-not-found")
	contains(t, "the log", r.log, "The Organization API token", "1991 more problems")
	if r.cpu > 30*time.Second {
		t.Errorf("used %v of CPU time", r.cpu)
	}
}

// TestNamesAreResolvedOnce counts the requests that resolve all names of a file.
func TestNamesAreResolvedOnce(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint("Team ", i))
		}
		return strings.Join(names, ", ")
	}
	for _, tt := range []struct {
		name       string
		workspaces [2]string // of two entries
		lists      int       // of Workspaces
		all        bool      // whether the lists are unfiltered
	}{
		{"by name", [2]string{"Production, Staging", "Staging, Sandbox"}, 1, false},
		{"by ID", [2]string{production, staging + ", " + production}, 1, false},
		{"by name and ID", [2]string{"Production, " + staging, "Staging, " + production}, 2, false},
		{"fifty", [2]string{many(50), many(7)}, 1, false},
		{"fifty-one", [2]string{many(50), "Production"}, 1, true},
		{"two hundred, with IDs", [2]string{many(198), production + ", Staging"}, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			for i := range 200 {
				w.AddWorkspace(fmt.Sprintf("clworkspaceteam%010d", i), fmt.Sprint("Team ", i))
			}
			r := run(t, w.root, fileInputs("dry-run", "true"), checkout(fmt.Sprintf(`grants:
  - {org-token-name: CI Deployer, role: WORKSPACE_MEMBER, workspaces: [%s]}
  - {org-token-id: %s, role: WORKSPACE_MEMBER, workspaces: [%s]}
  - {org-token-name: Provisioner, role: WORKSPACE_MEMBER, workspaces: [%[1]s]}
`, tt.workspaces[0], legacySync, tt.workspaces[1])))
			r.is(t, "status", "granted", "applied", "false")
			equal(t, "lists of tokens", w.count(listTokens), 1)
			equal(t, "lists of Workspaces", w.count(listWorkspaces), tt.lists)
			for _, query := range w.queries(listWorkspaces) {
				equal(t, "unfiltered list", !query.Has("names") && !query.Has("workspaceIds"), tt.all)
			}
			equal(t, "reads", w.count(readToken), 3)
		})
	}
}

// TestUnresolvedNames has names that match no token or Workspace, or more than one. Roles are then not written, and read
// only if an ID may be that of a Workspace that was deleted.
func TestUnresolvedNames(t *testing.T) {
	t.Parallel()
	const fine = "  - {org-token-name: Provisioner, role: WORKSPACE_MEMBER, workspaces: [Production]}\n"
	for _, tt := range []struct {
		name, entry, kind string
		places            []string
		words             []string // of the first error
	}{
		{
			"token not found", "{org-token-name: CI Deplyoer, role: none, workspaces: [Staging]}", "token-not-found",
			[]string{at(3, 22)},
			[]string{`"CI Deplyoer"`, `Did you mean "CI Deployer"?`},
		},
		{
			"token ID not found", "{org-token-id: cltokennone, role: none, workspaces: [Staging]}", "token-not-found",
			[]string{at(3, 20)},
			[]string{"cltokennone"},
		},
		{"token of another scope", "{org-token-name: Team Data CI, role: none, workspaces: [Staging]}", "wrong-token-scope", []string{at(3, 22)}, []string{"WORKSPACE"}},
		{"token of another scope by ID", "{org-token-id: " + teamData + ", role: none, workspaces: [Staging]}", "wrong-token-scope", []string{at(3, 20)}, []string{"WORKSPACE"}},
		{
			"ambiguous token", "{org-token-name: Nightly Reports, role: none, workspaces: [Staging]}", "token-ambiguous",
			[]string{at(3, 22)},
			[]string{"2 ", "cltokennightlyreports0003", "cltokennightlyreports0004", "org-token-id"},
		},
		{
			"Workspace not found", "{org-token-name: CI Deployer, role: none, workspaces: [Staging, Prodcution]}",
			"workspace-not-found",
			[]string{at(3, 69)},
			[]string{`Did you mean "Production"?`},
		},
		{
			"ambiguous Workspace", "{org-token-name: CI Deployer, role: none, workspaces: [Analytics]}",
			"workspace-ambiguous",
			[]string{at(3, 60)},
			[]string{analytics, analytics2},
		},
		{
			"Workspace ID not found",
			"{org-token-name: CI Deployer, role: none, workspaces: [clworkspacenowhere0000001]}",
			"workspace-not-found",
			[]string{at(3, 60)},
			[]string{"A Workspace with the ID or name"},
		},
		{"Workspace in another case", "{org-token-name: CI Deployer, role: none, workspaces: [production]}", "workspace-not-found", []string{at(3, 60)}, []string{`Did you mean "Production"?`}},
		{
			"all problems, each reported once",
			"{org-token-name: CI Deployer, role: none, workspaces: [Nowhere]}\n" +
				"  - {org-token-name: Nobody, role: none, workspaces: [Nowhere, Analytics]}\n  - {org-token-name: Nobody, role: none, workspaces: [Staging]}",
			"token-not-found",
			[]string{at(4, 22), at(3, 60), at(4, 64)},
			[]string{`"Nobody"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applyInputs(), checkout("grants:\n"+fine+"  - "+tt.entry+"\n"))
			r.is(t, "error", tt.kind, "attempts", "0", "changed", "false")
			if equal(t, "places", r.places(), tt.places); len(r.places()) > 0 {
				contains(t, "the error", r.named("error")[0].message, tt.words...)
			}
			reads := 0
			if tt.name == "Workspace ID not found" { // the API token may still have a role in a Workspace that was deleted
				reads = 1
			}
			equal(t, "reads and writes", []int{w.count(readToken), w.count(writeRoles)}, []int{reads, 0})
			contains(t, "summary", r.summary, "### ❌ Astro grants file failed: "+tt.kind)
		})
	}
}

// TestDuplicateByNameAndID has two entries for one token and one Workspace, one by name and one by ID.
func TestDuplicateByNameAndID(t *testing.T) {
	t.Parallel()
	text := func(role string) string {
		return "grants:\n  - org-token-name: CI Deployer\n    role: WORKSPACE_OPERATOR\n    workspaces: [Production]\n" +
			"  - org-token-id: " + deployer + "\n    role: " + role + "\n    workspaces:\n      - " + production + "\n"
	}
	for _, role := range []string{"WORKSPACE_OWNER", "none"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applyInputs(), checkout(text(role)))
			r.failed(t, "invalid-input", role, "WORKSPACE_OPERATOR", "line 4", deployer, production)
			equal(t, "place", r.places(), []string{at(8, 9)})
			equal(t, "reads and writes", w.count(readToken)+w.count(writeRoles), 0)
		})
	}
	t.Run("equal roles", func(t *testing.T) {
		t.Parallel()
		w := demo(t, sandbox.Options{}, nil)
		r := run(t, w.root, applyInputs(), checkout(text("workspace_operator")))
		r.is(t, "status", "granted", "attempts", "1")
		r.counts(t, 1, 0, 0, 0, 0)
	})
}

// TestWaitForNamesInFile has a Workspace that is created while the run waits for it.
func TestWaitForNamesInFile(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	p := start(t, w.root, applyInputs("wait", "30s"), checkout("grants: [{org-token-name: Provisioner, role: WORKSPACE_AUTHOR, workspaces: [Late]}]"))
	p.log.await(t, "Not found yet: a Workspace")
	w.AddWorkspace("clworkspacelate0000000001", "Late")
	p.wait().is(t, "status", "granted", "error", "")
}
