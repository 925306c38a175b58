package e2e

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestFilesOfTheRunner has the files missing that a runner names for outputs and summary.
func TestFilesOfTheRunner(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, tt := range []struct {
		name    string
		how     option
		code    int
		command string
		words   []string
	}{
		{"outputs unset", unset("GITHUB_OUTPUT"), 1, "error", []string{"GITHUB_OUTPUT", "not set"}},
		{"outputs a folder", env("GITHUB_OUTPUT", folder), 1, "error", []string{"outputs", folder}},
		{"outputs in no folder", env("GITHUB_OUTPUT", folder+"/no/such/file"), 1, "error", []string{"outputs", "no such file"}},
		{"summary unset", unset("GITHUB_STEP_SUMMARY"), 0, "warning", []string{"GITHUB_STEP_SUMMARY", "not set"}},
		{"summary a folder", env("GITHUB_STEP_SUMMARY", folder), 0, "warning", []string{"summary", folder}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, with(), tt.how)
			equal(t, "exit code", r.code, tt.code)
			told := r.named(tt.command)
			if equal(t, "told", len(told), 1); len(told) == 1 {
				contains(t, tt.command, told[0].message, tt.words...)
			}
			lacks(t, "log", r.log, "panic", "status=")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
		})
	}
}

// TestFilesAreAppendedTo keeps what earlier steps have left in the files.
func TestFilesAreAppendedTo(t *testing.T) {
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

// TestHugeSummary has more Workspaces than a summary holds; a step's is refused past 1 MiB.
func TestHugeSummary(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
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
		t.Errorf("a summary of %d bytes", len(r.summary))
	}
	contains(t, "summary", r.summary[len(r.summary)-200:], "more Workspaces")
}
