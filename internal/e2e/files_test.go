package e2e

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestMissingRunnerFiles has no usable files for the outputs and the job summary. That is found out before the grant.
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
		{"outputs file is a directory", env("GITHUB_OUTPUT", folder), 1, "error", []string{"GITHUB_OUTPUT", folder}},
		{
			"outputs file in a missing directory", env("GITHUB_OUTPUT", folder+"/no/such/file"),
			1, "error",
			[]string{"GITHUB_OUTPUT", "no such file"},
		},
		{"GITHUB_STEP_SUMMARY unset", unset("GITHUB_STEP_SUMMARY"), 0, "warning", []string{"GITHUB_STEP_SUMMARY", "not set"}},
		{"summary file is a directory", env("GITHUB_STEP_SUMMARY", folder), 1, "error", []string{"GITHUB_STEP_SUMMARY", folder}},
		{"both are", func(s *setup) { s.env["GITHUB_OUTPUT"], s.env["GITHUB_STEP_SUMMARY"] = folder, folder }, 1, "error", []string{
			"The result cannot be reported: GITHUB_OUTPUT: ", "The result cannot be reported: GITHUB_STEP_SUMMARY: ",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, with(), tt.how)
			equal(t, "exit code", r.code, tt.code)
			contains(t, tt.command+"s", fmt.Sprint(r.named(tt.command)), tt.words...)
			lacks(t, "log", r.log, "panic", "status=")
			if tt.code == 0 {
				w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
				return
			}
			equal(t, "requests to Astro", w.calls(), nil)
		})
	}
}

// TestRunnerFilesLost has the files become unwritable during the grant. The step's result is that of the grant.
func TestRunnerFilesLost(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			var path string
			w := demo(t, sandbox.Options{}, onNth(1, writeRoles, func(*sandbox.Astro) sandbox.Fault {
				if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
					t.Error(err)
				}
				return sandbox.Fault{}
			}))
			r := run(t, w.root, with(), func(s *setup) { path = s.env[variable] })
			equal(t, "exit code", r.code, 0)
			equal(t, "errors", len(r.named("error")), 0)
			equal(t, "warnings", len(r.named("warning")), 1)
			contains(t, "the log", r.log, "Granted: WORKSPACE_OPERATOR")
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

// TestLargeSummary has more Workspaces than fit in a job summary, which GitHub limits to 1 MiB per step. Their
// names do not fit in an output either.
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
	r.is(t, "status", "granted", "workspace-id", strings.Join(ids, "\n"), "workspace-name", "", "grants", "")
	contains(t, "the notice", fmt.Sprint(r.named("notice")), "outputs are empty: workspace-name, grants", "report-file")
	if len(r.summary) > 1<<20 {
		t.Errorf("the summary has %d bytes", len(r.summary))
	}
	contains(t, "summary", r.summary[len(r.summary)-200:], "more; the log lists all of them.")
}
