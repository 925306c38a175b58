package e2e

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestMissingRunnerFiles has no usable files for the outputs and the job summary.
func TestMissingRunnerFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, tt := range []struct {
		name    string
		how     option
		code    int
		command string
		words   []string
	}{
		{"GITHUB_OUTPUT unset", unset("GITHUB_OUTPUT"), 1, "error", []string{"GITHUB_OUTPUT", "not set"}},
		{"outputs file is a directory", env("GITHUB_OUTPUT", folder), 1, "error", []string{"outputs", folder}},
		{
			"outputs file in a missing directory", env("GITHUB_OUTPUT", folder+"/no/such/file"),
			1, "error",
			[]string{"outputs", "no such file"},
		},
		{"GITHUB_STEP_SUMMARY unset", unset("GITHUB_STEP_SUMMARY"), 0, "warning", []string{"GITHUB_STEP_SUMMARY", "not set"}},
		{"summary file is a directory", env("GITHUB_STEP_SUMMARY", folder), 0, "warning", []string{"summary", folder}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, with(), tt.how)
			equal(t, "exit code", r.code, tt.code)
			messages := r.named(tt.command)
			if equal(t, tt.command+"s", len(messages), 1); len(messages) == 1 {
				contains(t, tt.command, messages[0].message, tt.words...)
			}
			lacks(t, "log", r.log, "panic", "status=")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
		})
	}
}

// TestFilesAreAppended checks that the summary of earlier steps is kept.
func TestFilesAreAppended(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with(), func(s *setup) {
		s.write("github_step_summary", "# Earlier\n")
	})
	r.is(t, "status", "granted")
	if !strings.HasPrefix(r.summary, "# Earlier\n### ") {
		t.Errorf("summary: %s", r.summary)
	}
}

// TestLargeSummary has more Workspaces than fit in a job summary, which GitHub limits to 1 MiB per step.
func TestLargeSummary(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	var ids []string
	name := strings.Repeat("|<&>*", 200)
	for i := range 900 {
		id := fmt.Sprintf("clhuge%019d", i)
		w.AddWorkspace(id, name)
		ids = append(ids, id)
	}
	r := run(t, w.root, with("workspace", strings.Join(ids, "\n")))
	r.is(t, "status", "granted", "workspace-id", strings.Join(ids, "\n"))
	if len(r.summary) > 1<<20 {
		t.Errorf("the summary has %d bytes", len(r.summary))
	}
	contains(t, "summary", r.summary[len(r.summary)-200:], "more; the output “grants” lists all of them.")
}
