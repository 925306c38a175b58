package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// exclusiveFile leaves out what CI Deployer has in Staging.
const exclusiveFile = `exclusive: true
grants:
  - org-token-name: CI Deployer
    role: WORKSPACE_OPERATOR
    workspaces: [Production]
    until: 2099-12-31
    reason: Nightly | <b>deployments</b>
  - org-token-name: Provisioner
    role: none
    workspaces: [Sandbox]
`

// TestExclusive plans and applies an exclusive file. It revokes the unlisted Workspace roles of the API tokens that the
// file names, and nothing else.
func TestExclusive(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	// Astro gave this one by itself, because of the roles in a Deployment.
	w.SetRoles(deployer, append(w.Roles(deployer), entry("WORKSPACE", analytics, "WORKSPACE_ACCESSOR"))...)
	_, kept := split(w.Roles(deployer), staging)
	legacy := w.Roles(legacySync)

	planned := run(t, w.root, fileInputs("dry-run", "true", "report-file", "report.json"), checkout(exclusiveFile))
	planned.is(t, "status", "granted", "applied", "false", "granted", "1", "revoked", "1", "unchanged", "1")
	contains(t, "summary", planned.summary, "**Not listed in the file, which is exclusive:**",
		"| `CI Deployer` | `Staging` | `WORKSPACE_AUTHOR` → none ⚠️ **access revoked** |",
		"until 2099-12-31, reason: <code>Nightly &#124; &#60;b&#62;deployments&#60;&#47;b&#62;</code>")
	lacks(t, "summary", planned.summary, "ACCESSOR", "<b>")
	contains(t, "log", planned.log, `Would revoke: WORKSPACE_AUTHOR in Workspace "Staging" for the API token "CI Deployer" (not listed in the file).`)
	equal(t, "writes", w.count(writeRoles), 0)

	applied := run(t, w.root, applyInputs(), checkout(exclusiveFile))
	applied.is(t, "status", "granted", "applied", "true", "granted", "1", "revoked", "1", "unchanged", "1", "attempts", "1")
	own, others := split(w.Roles(deployer), production)
	equal(t, "role in Production", own, []string{"WORKSPACE_OPERATOR"})
	equal(t, "other roles", others, kept)
	equal(t, "roles of an API token that the file does not name", w.Roles(legacySync), legacy)

	again := run(t, w.root, applyInputs(), checkout(exclusiveFile))
	again.is(t, "status", "unchanged", "changed", "false", "attempts", "0")
}

// TestExclusiveKeepsWhatAppears has another writer add a role after the plan: it stays, although the file does not list it.
func TestExclusiveKeepsWhatAppears(t *testing.T) {
	t.Parallel()
	added := entry("WORKSPACE", sandboxWorkspace, "WORKSPACE_MEMBER")
	w := demo(t, sandbox.Options{}, onNth(1, writeRoles, func(a *sandbox.Astro) sandbox.Fault {
		a.SetRoles(deployer, append(a.Roles(deployer), added)...)
		return sandbox.Fault{Status: 503} // so that the run reads again
	}))
	r := run(t, w.root, applyInputs(), checkout(exclusiveFile))
	r.is(t, "error", "", "granted", "1", "revoked", "1")
	own, _ := split(w.Roles(deployer), sandboxWorkspace)
	equal(t, "role that appeared", own, []string{"WORKSPACE_MEMBER"})
	own, _ = split(w.Roles(deployer), staging)
	equal(t, "role that the plan revoked", own, nil)
}

// TestEnded applies a grant that has ended and warns of one that ends soon.
func TestEnded(t *testing.T) {
	t.Parallel()
	day := func(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	file := fmt.Sprintf(`grants:
  - org-token-name: Legacy Sync
    role: WORKSPACE_OWNER
    workspaces: [Sandbox]
    until: %s
  - org-token-name: CI Deployer
    role: WORKSPACE_OPERATOR
    workspaces: [Production]
    until: %s
  - org-token-name: CI Deployer
    role: WORKSPACE_AUTHOR
    workspaces: [Staging]
  - org-token-id: %s
    role: WORKSPACE_OWNER
    workspaces: [Staging]
    until: 2025-12-31
`, day(-2), day(3), deployer)
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs(), checkout(file))
	r.is(t, "status", "granted", "granted", "1", "revoked", "1", "unchanged", "1")
	own, _ := split(w.Roles(legacySync), sandboxWorkspace)
	equal(t, "role that ended", own, nil)
	own, _ = split(w.Roles(deployer), staging)
	equal(t, "role with another grant that holds", own, []string{"WORKSPACE_AUTHOR"})
	warnings := fmt.Sprint(r.named("warning"))
	contains(t, "warnings", warnings, "line 6 (until "+day(3)+")", "line 2 (until "+day(-2)+")", "line 13 (until 2025-12-31)")
	contains(t, "summary", r.summary, "ended after "+day(-2))
}

// TestLimits has plans that the workflow does not allow. Nothing is written, and the plan is shown.
func TestLimits(t *testing.T) {
	t.Parallel()
	many := "exclusive: true\ngrants:\n  - {org-token-name: CI Deployer, role: none, workspaces: [Staging]}\n"
	for _, tt := range []struct {
		name, file string
		inputs     []string
		words      []string // of the error; nil if the plan is applied
	}{
		{"max-role", aFile, []string{"max-role", "WORKSPACE_AUTHOR"}, []string{
			"WORKSPACE_OPERATOR", `"CI Deployer" is above WORKSPACE_AUTHOR`, "max-role",
		}},
		{"max-role, in lower case, is enough", aFile, []string{"max-role", "workspace_operator"}, nil},
		{"protected", aFile, []string{"protected-workspaces", "Data Science\n" + staging}, []string{
			`the API token "CI Deployer" in the Workspace "Staging" would change`, "protected-workspaces",
		}},
		{"protected, unlisted", exclusiveFile, []string{"protected-workspaces", "Staging"}, []string{
			"in the Workspace", "would change", "protected-workspaces",
		}},
		{"protected and unchanged", aFile, []string{"protected-workspaces", "Data Science"}, nil},
		{"revocations", aFile, []string{"max-revocations", "0"}, []string{
			"revokes or lowers 1 roles, but max-revocations allows 0", "set max-revocations: 1",
		}},
		{"revocations, enough", aFile, []string{"max-revocations", "1"}, nil},
		{"default of an exclusive file", many, nil, []string{
			"revokes or lowers 12 roles, but the default for an exclusive grants file allows 10", "set max-revocations: 12",
		}},
		{"default of an exclusive file, raised", many, []string{"max-revocations", "12"}, nil},
		{"exclusive and below the default", exclusiveFile, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			if tt.file == many {
				roles := w.Roles(deployer)
				for i := range 11 {
					id := fmt.Sprintf("clworkspacemany000000%04d", i)
					w.AddWorkspace(id, fmt.Sprintf("Many %d", i))
					roles = append(roles, entry("WORKSPACE", id, "WORKSPACE_MEMBER"))
				}
				w.SetRoles(deployer, roles...)
			}
			r := run(t, w.root, applyInputs(tt.inputs...), checkout(tt.file))
			if tt.words == nil {
				r.is(t, "error", "", "applied", "true", "changed", "true")
				return
			}
			equal(t, "exit code", r.code, 1)
			r.is(t, "status", "failed", "error", "policy", "applied", "false", "changed", "false", "attempts", "0")
			contains(t, "errors", fmt.Sprint(r.named("error")), tt.words...)
			contains(t, "summary", r.summary, "failed: policy", "the plan cannot be applied", "→")
			equal(t, "writes", w.count(writeRoles), 0)
		})
	}
}

// TestLimitsOfInputs has no grants file.
func TestLimitsOfInputs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		kind   string
		words  []string
	}{
		{"max-role", with("max-role", "WORKSPACE_AUTHOR"), "policy", []string{"WORKSPACE_OPERATOR", "above WORKSPACE_AUTHOR"}},
		{"protected", with("protected-workspaces", "Production"), "policy", []string{`"Production" would change`}},
		{"protected by ID", with("protected-workspaces", production), "policy", []string{`"Production" would change`}},
		{"lowered", with("workspace", "Staging", "role", "WORKSPACE_MEMBER", "max-revocations", "0"), "policy", []string{"revokes or lowers 1"}},
		{"unknown protected Workspace", with("protected-workspaces", "Produktion"), "workspace-not-found", []string{"Produktion", "Production"}},
		{
			"ambiguous protected Workspace", with("protected-workspaces", "Analytics"), "workspace-ambiguous",
			[]string{analytics, "protected-workspaces"},
		},
		{"invalid", with("max-role", "none", "max-revocations", "-1"), "invalid-input", nil},
		{"allowed", with("max-role", "WORKSPACE_OPERATOR", "max-revocations", "0", "protected-workspaces", "Staging"), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs)
			r.is(t, "error", tt.kind)
			contains(t, "errors", fmt.Sprint(r.named("error")), tt.words...)
			equal(t, "wrote", w.count(writeRoles) > 0, tt.kind == "")
		})
	}
}

// TestIncompletePlan cannot read one of the API tokens: with a limit, nothing is written at all.
func TestIncompletePlan(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if strings.HasSuffix(r.URL.Path, "/tokens/"+legacySync) {
			return sandbox.Fault{Status: 403, Body: `{"message":"no"}`}
		}
		return sandbox.Fault{}
	})
	r := run(t, w.root, applyInputs("max-revocations", "5"), checkout(aFile))
	r.is(t, "status", "failed", "error", "forbidden", "applied", "false", "attempts", "0")
	equal(t, "writes", w.count(writeRoles), 0)
}
