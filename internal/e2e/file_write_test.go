package e2e

import (
	"net/http"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// writesTo returns how many writes of a token's roles were sent, successful or not.
func (w world) writesTo(tokenID string) int {
	count := 0
	for _, r := range w.Requests() {
		if call(r.Method, r.Path) == writeRoles && strings.Contains(r.Path, "/"+tokenID+"/") {
			count++
		}
	}
	return count
}

// TestOneWritePerToken has several entries for one token in different places of the file, by name and by ID.
func TestOneWritePerToken(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	before := w.Roles(deployer)
	r := run(t, w.root, applyInputs("settle", "500ms"), checkout(`grants:
  - {org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [Production]}
  - {org-token-name: Provisioner, role: workspace_member, workspaces: [Production, Sandbox]}
  - {org-token-id: `+legacySync+`, role: WORKSPACE_OWNER, workspaces: [Sandbox]}
  - {org-token-id: `+deployer+`, role: WORKSPACE_MEMBER, workspaces: [Sandbox, `+analytics+`]}
  - {org-token-name: CI Deployer, role: None, workspaces: [Staging]}
`))
	r.is(t, "status", "granted", "applied", "true", "attempts", "2")
	r.counts(t, 5, 0, 1, 1, 0)
	equal(t, "writes", []int{w.writesTo(deployer), w.writesTo(provisioner), w.writesTo(legacySync)}, []int{1, 1, 0})
	_, others := split(before, staging)
	equal(t, "roles", w.Roles(deployer), append(others,
		entry("WORKSPACE", production, "WORKSPACE_OPERATOR"), entry("WORKSPACE", sandboxWorkspace, "WORKSPACE_MEMBER"), entry("WORKSPACE", analytics, "WORKSPACE_MEMBER")))
	contains(t, "log", r.log, "\n\"CI Deployer\": 3 granted, 1 revoked\n", "\n\"Provisioner\": 2 granted\n", "\n\"Legacy Sync\": 1 unchanged\n")
	w.checkWrites(t)
}

// TestRevocationKeepsOtherRoles checks that a revocation removes all entries of the Workspace, even if there are two,
// and no others.
func TestRevocationKeepsOtherRoles(t *testing.T) {
	t.Parallel()
	odd := `{ "entityType" :"STARSHIP","entityId":"` + staging + `",` + "\n\t" +
		`"seats": 9007199254740993, "price":1e400,"nested":{"b":[ 1 ,2],"a":null},  "role":"<Pilot> \u0026 caf\u00e9" }`
	twice := entry("WORKSPACE", staging, "workspace_member")
	for name, inputs := range map[string]map[string]string{
		"by file":  applyInputs(),
		"by input": with("role", "none", "workspace", "Staging\nSandbox"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			w.Update(deployer, func(roles []string) []string { return append([]string{odd, twice}, roles...) })
			_, others := split(w.Roles(deployer), staging)
			r := run(t, w.root, inputs, checkout("grants: [{org-token-name: CI Deployer, role: none, workspaces: [Staging, Sandbox]}]"))
			r.is(t, "status", "revoked", "changed", "true", "attempts", "1")
			r.counts(t, 0, 0, 1, 1, 0)
			equal(t, "roles", w.Roles(deployer), others)
			equal(t, "unknown entry", w.Roles(deployer)[0], odd)
			contains(t, "summary", r.summary, "`workspace_member` → none ⚠️ **access revoked**")
		})
	}
}

// TestRoleNone revokes roles by inputs, without a file.
func TestRoleNone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		inputs  map[string]string
		outputs []string
		writes  int
		words   string
	}{
		{
			"revoked", with("role", "none", "workspace", "Staging"),
			[]string{"status", "revoked", "changed", "true", "role", "none", "previous-role", "WORKSPACE_AUTHOR", "attempts", "1", "revoked", "1"},
			1, "Revoked: WORKSPACE_AUTHOR in Workspace \"Staging\".",
		},
		{
			"in another case", with("role", "NONE", "workspace", "Staging"),
			[]string{"status", "revoked", "role", "none"},
			1, "Revoked: WORKSPACE_AUTHOR",
		},
		{
			"absent", with("role", "none"),
			[]string{"status", "unchanged", "changed", "false", "role", "none", "previous-role", "", "attempts", "0", "unchanged", "1"},
			0, "Unchanged: no role in Workspace \"Production\".",
		},
		{
			"dry run", with("role", "none", "workspace", "Staging", "dry-run", "true"),
			[]string{"status", "revoked", "changed", "true", "attempts", "0", "applied", "false"},
			0, "Would revoke: WORKSPACE_AUTHOR",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs)
			equal(t, "exit code", r.code, 0)
			r.is(t, tt.outputs...)
			equal(t, "writes", w.count(writeRoles), tt.writes)
			contains(t, "log", r.log, tt.words)
		})
	}
}

// TestOverwrittenRevocation has a writer with a stale read restore a revoked role. The role is revoked again, and the
// other writer's change is kept.
func TestOverwrittenRevocation(t *testing.T) {
	t.Parallel()
	for name, inputs := range map[string]map[string]string{
		"by file":  applyInputs("settle", "100ms"),
		"by input": with("role", "none", "workspace", "Staging", "settle", "100ms"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stale []string
			w := demo(t, sandbox.Options{}, onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
				a.SetRoles(deployer, append(stale, otherRole)...)
				return sandbox.Fault{}
			}))
			stale = w.Roles(deployer)
			r := run(t, w.root, inputs, checkout("grants: [{org-token-name: CI Deployer, role: none, workspaces: [Staging]}]"))
			r.is(t, "status", "revoked", "attempts", "2", "changed", "true")
			_, others := split(append(stale, otherRole), staging)
			equal(t, "roles", w.Roles(deployer), others)
			w.checkWrites(t)
		})
	}
}

// TestGrantedDuringRevocation has another writer set a different role on purpose. That is a conflict, and the role
// stays.
func TestGrantedDuringRevocation(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
		a.Update(deployer, plus(entry("WORKSPACE", staging, "WORKSPACE_OWNER")))
		return sandbox.Fault{}
	}))
	r := run(t, w.root, applyInputs("settle", "100ms"), checkout("grants: [{org-token-name: CI Deployer, role: none, workspaces: [Staging]}]"))
	r.failed(t, "conflict", "CI Deployer", "WORKSPACE_OWNER", "Staging")
	equal(t, "writes", w.count(writeRoles), 1)
}

// TestTokenChangesItself changes the roles of the API token that the run uses.
func TestTokenChangesItself(t *testing.T) {
	t.Parallel()
	const text = "grants: [{org-token-name: Platform Admin, role: WORKSPACE_OWNER, workspaces: [Production]}]"
	granted := func(a *sandbox.Astro, _ *http.Request) sandbox.Fault {
		a.SetRoles(sandbox.DemoTokenID, entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_OWNER"),
			entry("WORKSPACE", production, "WORKSPACE_OWNER"))
		return sandbox.Fault{}
	}
	for _, tt := range []struct {
		name     string
		inputs   map[string]string
		hook     hook
		warnings int
	}{
		{"by file", applyInputs(), nil, 1},
		{"by file, planned", fileInputs("dry-run", "true"), nil, 1},
		{"by input", with("org-token-name", "Platform Admin"), nil, 1},
		{"another token", with(), nil, 0},
		{"unchanged", applyInputs(), granted, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, tt.hook)
			r := run(t, w.root, tt.inputs, checkout(text))
			equal(t, "exit code", r.code, 0)
			warnings := r.named("warning")
			if equal(t, "warnings", len(warnings), tt.warnings); len(warnings) > 0 {
				equal(t, "title", warnings[0].title, "API token changes itself")
			}
		})
	}
}

// TestHighlightedChanges checks that changes that reduce permissions, or grant full control, are highlighted.
func TestHighlightedChanges(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, fileInputs("dry-run", "true"), checkout(`grants:
  - {org-token-name: CI Deployer, role: WORKSPACE_MEMBER, workspaces: [Staging]}
  - {org-token-name: Provisioner, role: WORKSPACE_OWNER, workspaces: [Production]}
  - {org-token-name: Legacy Sync, role: none, workspaces: [Sandbox]}
  - {org-token-name: Legacy Sync, role: none, workspaces: [Production, Staging]}
`))
	r.is(t, "status", "granted", "applied", "false")
	contains(t, "summary", r.summary,
		"`WORKSPACE_AUTHOR` → `WORKSPACE_MEMBER` ⚠️ **fewer permissions**", "none → `WORKSPACE_OWNER` ⚠️ **full control of the Workspace**", "`WORKSPACE_OWNER` → none ⚠️ **access revoked**",
		"<summary>2 unchanged</summary>", "Deleting a line from the file does not revoke access")
	equal(t, "rows", len(r.rows()), 2+3)
	if warnings := r.named("warning"); len(warnings) != 1 || !strings.Contains(warnings[0].message, `API token "CI Deployer" in Workspace "Staging" changes from WORKSPACE_AUTHOR to WORKSPACE_MEMBER, which has fewer permissions`) {
		t.Errorf("warnings %+v", warnings)
	}
}

// TestRolesInListResponse has a list that contains the roles. A token that already has its roles needs no request of
// its own.
func TestRolesInListResponse(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{RolesInLists: true}, nil)
	text := "grants:\n" +
		"  - {org-token-name: CI Deployer, role: WORKSPACE_AUTHOR, workspaces: [Staging]}\n" +
		"  - {org-token-name: Provisioner, role: WORKSPACE_MEMBER, workspaces: [Staging]}\n"
	// The long settle time keeps the read from becoming too old to write from on a busy machine.
	run(t, w.root, applyInputs("settle", "8s"), checkout(text)).is(t, "granted", "1", "unchanged", "1", "error", "")
	equal(t, "reads of tokens", w.count(readToken), 2) // of Provisioner, before and after the write
	run(t, w.root, applyInputs(), checkout(text)).is(t, "unchanged", "2", "error", "")
	equal(t, "reads of tokens by both runs", w.count(readToken), 2)
}
