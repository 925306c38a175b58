package e2e

import (
	"fmt"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestDrift compares files with Astro. It never writes.
func TestDrift(t *testing.T) {
	t.Parallel()
	const same = `grants:
  - {org-token-name: CI Deployer, role: WORKSPACE_AUTHOR, workspaces: [Staging]}
`
	for _, tt := range []struct {
		name, file   string
		rolesInLists bool
		drift        string
		words        []string
	}{
		{"same", same, false, "false", []string{"### ✅ Astro grants file, check: no drift"}},
		{"same and exclusive", "exclusive: true\n" + same, false, "false", []string{"check: no drift"}},
		{
			"another role and a missing one", aFile, false, "true",
			[]string{"### ❌ Astro grants file, check: drift (1 to grant, 1 to update, 1 to revoke)", "Roles in Astro that differ from the grants file: 3."},
		},
		{
			"unlisted and exclusive", "exclusive: true\ngrants:\n  - {org-token-name: CI Deployer, role: none, workspaces: [Production]}\n",
			false, "true",
			[]string{"drift (1 to revoke)", "| `CI Deployer` | `Staging` | `WORKSPACE_AUTHOR` → none"},
		},
		{
			"unlisted, for information", "grants:\n  - {org-token-name: CI Deployer, role: none, workspaces: [Production]}\n",
			false, "false",
			[]string{"1 roles that the file does not list; they stay", "| `CI Deployer` | `Staging` | `WORKSPACE_AUTHOR` |"},
		},
		{
			"API tokens that the file does not name", same, true, "false",
			[]string{"3 roles that the file does not list; they stay", "| `Legacy Sync` | `Sandbox` | `WORKSPACE_OWNER` |"},
		},
		{
			"no grants", "grants: []\n", true, "false",
			[]string{"4 roles that the file does not list; they stay", "| `Nightly Reports` | `Production` | `WORKSPACE_MEMBER` |"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{RolesInLists: tt.rolesInLists}, nil)
			r := run(t, w.root, fileInputs("apply", "check"), checkout(tt.file))
			r.is(t, "drift", tt.drift, "applied", "false", "attempts", "0")
			if tt.drift == "true" {
				r.is(t, "status", "failed", "error", "drift")
			} else {
				r.is(t, "error", "")
			}
			equal(t, "fails", r.code != 0, tt.drift == "true")
			contains(t, "summary", r.summary, tt.words...)
			equal(t, "writes", w.count(writeRoles), 0)
		})
	}
}

// TestDriftCost compares the requests of a check with those of a plan.
func TestDriftCost(t *testing.T) {
	t.Parallel()
	count := func(inputs map[string]string) int {
		w := demo(t, sandbox.Options{RolesInLists: true}, nil)
		for n := range 2_000 {
			i := fmt.Sprintf("%014d", n)
			w.AddToken(sandbox.Token{ID: "cltokenmany" + i, Name: "Many " + i, Roles: []string{
				entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
				entry("WORKSPACE", staging, "WORKSPACE_MEMBER"),
			}})
		}
		r := run(t, w.root, inputs, checkout(aFile))
		r.is(t, "updated", "1")
		return len(w.calls())
	}
	plan, check := count(fileInputs("dry-run", "true")), count(fileInputs("apply", "check"))
	if check > plan {
		t.Errorf("a check makes %d requests, and a plan %d", check, plan)
	}
}

// TestDriftUnknown cannot read an API token.
func TestDriftUnknown(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nth(1, readToken, sandbox.Fault{Status: 403, Body: `{"message":"no"}`}))
	r := run(t, w.root, fileInputs("apply", "check"), checkout(aFile))
	r.is(t, "drift", "", "error", "forbidden")
}
