package e2e

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

func TestFileOutputs(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs(), checkout(aFile))
	equal(t, "exit code", r.code, 0)
	r.is(t,
		"status", "granted", "changed", "true", "error", "", "attempts", "2", "applied", "true",
		"organization-id", sandbox.DemoOrganizationID,
		"token-id", "", "token-name", "", "role", "", "workspace-id", "", "workspace-name", "", "previous-role", "")
	r.counts(t, 1, 1, 1, 1, 0)
	equal(t, "grants", r.grants(t), []fileGrant{ // without those that are unchanged
		{deployer, production, "WORKSPACE_OPERATOR", "", "granted", ""},
		{deployer, staging, "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "updated", ""},
		{legacySync, sandboxWorkspace, "none", "WORKSPACE_OWNER", "revoked", ""},
	})
	equal(t, "rows", len(r.rows()), 2+3)
	contains(t, "summary", r.summary, "File `"+grantsPath+"`", "<summary>1 unchanged</summary>")
	equal(t, "warnings", r.named("warning"), nil)

	again := run(t, w.root, applyInputs(), checkout(aFile))
	again.is(t, "status", "unchanged", "changed", "false", "attempts", "0", "grants", "[]")
	again.counts(t, 0, 0, 0, 4, 0)
	contains(t, "summary", again.summary, "✅ Astro grants file: no changes", "<summary>4 unchanged</summary>")
}

// TestFileStatus expects the first of failed, granted, updated, revoked and unchanged that any grant has.
func TestFileStatus(t *testing.T) {
	t.Parallel()
	const (
		updates   = "  - {org-token-name: CI Deployer, role: WORKSPACE_OWNER, workspaces: [Staging]}\n"
		revokes   = "  - {org-token-name: Legacy Sync, role: none, workspaces: [Sandbox]}\n"
		unchanged = "  - {org-token-name: Provisioner, role: none, workspaces: [Sandbox]}\n"
	)
	for _, tt := range []struct{ name, text, status, changed string }{
		{"updated", unchanged + revokes + updates, "updated", "true"},
		{"revoked", unchanged + revokes, "revoked", "true"},
		{"unchanged", unchanged, "unchanged", "false"},
	} {
		for apply, inputs := range map[string]map[string]string{
			"applied": applyInputs(), "planned": fileInputs("dry-run", "true"),
		} {
			t.Run(tt.name+" "+apply, func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nil)
				r := run(t, w.root, inputs, checkout("grants:\n"+tt.text))
				r.is(t, "status", tt.status, "changed", tt.changed, "applied", fmt.Sprint(apply == "applied"))
			})
		}
	}
}

// bigFile returns a file that grants CI Deployer a role in n Workspaces, and adds the Workspaces to Astro.
func (w world) bigFile(n int) string {
	text := "grants:\n  - org-token-name: CI Deployer\n    role: WORKSPACE_OWNER\n    workspaces:\n"
	for i := range n {
		name := fmt.Sprintf("Workspace of the team with the number %d", i)
		w.AddWorkspace(fmt.Sprintf("clworkspacemany%010d", i), name)
		text += "      - " + name + "\n"
	}
	return text
}

// TestLargeOutput has more grants than an environment string can hold. Then the output is empty, and a notice says so.
func TestLargeOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	for _, tt := range []struct {
		grants int
		fits   bool
	}{{300, true}, {1000, false}} {
		t.Run(fmt.Sprint(tt.grants), func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			p := start(t, w.root, applyInputs("report-file", "report.json"), checkout(w.bigFile(tt.grants)))
			r := p.wait()
			r.is(t, "status", "granted", "attempts", "1", "granted", fmt.Sprint(tt.grants))
			equal(t, "rows of the summary", len(r.rows()), 2+tt.grants)
			equal(t, "grants in the report file", len(p.report(t).Grants), tt.grants)
			for name, value := range r.outputs {
				if len(value) > 96<<10 {
					t.Errorf("the output %s has %d bytes", name, len(value))
				}
			}
			if tt.fits {
				equal(t, "grants", len(r.grants(t)), tt.grants)
				equal(t, "notices", len(r.named("notice")), 0)
				return
			}
			r.is(t, "grants", "")
			if notices := r.named("notice"); len(notices) != 1 || !strings.Contains(notices[0].message, "report-file") {
				t.Errorf("notices: %+v", notices)
			}
		})
	}
}

// TestLargeOutputOfInputs has more Workspaces than an environment string can hold the grants of.
func TestLargeOutputOfInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	var names []string
	for i := range 900 {
		names = append(names, fmt.Sprintf("Workspace of team %d", i))
		w.AddWorkspace(fmt.Sprintf("clmany%019d", i), names[i])
	}
	r := run(t, w.root, with("workspace", strings.Join(names, "\n")))
	r.is(t, "status", "granted", "grants", "", "granted", "900")
	contains(t, "the notice", r.named("notice")[0].message, "report-file")
	for name, value := range r.outputs {
		if len(value) > 96<<10 {
			t.Errorf("the output %s has %d bytes", name, len(value))
		}
	}
}
