package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

const (
	dataFile     = "grants:\n  - {org-token-name: Provisioner, role: WORKSPACE_MEMBER, workspaces: [Data Science]}\n"
	platformFile = "grants:\n  - {org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [Production]}\n"
)

// folder creates a checkout with files, given as path, text, path, text.
func folder(pairs ...string) option {
	return func(s *setup) {
		s.env["GITHUB_WORKSPACE"] = s.dir
		for i := 0; i < len(pairs); i += 2 {
			if err := os.MkdirAll(filepath.Dir(s.path(pairs[i])), 0o755); err != nil {
				s.t.Fatal(err)
			}
			s.write(pairs[i], pairs[i+1])
		}
	}
}

// TestFolder applies the files of a folder as one, if the folder is as on the default branch.
func TestFolder(t *testing.T) {
	t.Parallel()
	files := []string{"access/data.yml", dataFile, "access/platform.yaml", platformFile, "access/README.md", "x", "access/old/c.yml", "?"}
	for _, tt := range []struct {
		name    string
		on      []string // the files on main
		applied bool
	}{
		{"same", files, true},
		{"another file beside", append([]string{"access/notes.txt", "x"}, files...), true},
		{"a file is missing there", files[:2], false},
		{"one more file there", append([]string{"access/a.yml", "grants: []\n"}, files...), false},
		{"a file differs", append(files[2:], "access/data.yml", dataFile+"#\n"), false},
		{"no folder there", []string{"access", "x"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := serveMerged(t, noFile, sandbox.Options{}, nil)
			for i := 0; i < len(tt.on); i += 2 {
				w.github.SetFile("main", tt.on[i], tt.on[i+1])
			}
			r := w.run(t, fileInputs("grants-file", "access/"), folder(files...))
			r.is(t, "status", "granted", "granted", "2", "applied", fmt.Sprint(tt.applied))
			equal(t, "warnings", len(r.named("warning")) > 0, !tt.applied)
		})
	}
}

// TestFolderProblems has problems in several files: each is annotated at its place.
func TestFolderProblems(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs("grants-file", "access"), folder("access/a.yml", "grants: 1\n",
		"access/b.yml", strings.Replace(dataFile, "MEMBER", "MEMBR", 1), "access/c.yml", "exclusive: true\n"+platformFile,
		"access/d.yml", "exclusive: false\n"+strings.Replace(platformFile, "WORKSPACE_OPERATOR", "none", 1)))
	equal(t, "positions", r.places(), []string{"access/a.yml:1:9", "access/b.yml:2:41", "access/d.yml:1:12", "access/d.yml:3:60"})
	contains(t, "errors", fmt.Sprint(r.named("error")), "true in line 1 of", "access/c.yml")
	equal(t, "requests", w.calls(), nil)
}

// TestLineEndings applies a file whose lines end differently in the checkout and in git.
func TestLineEndings(t *testing.T) {
	t.Parallel()
	crlf := strings.ReplaceAll(aFile, "\n", "\r\n")
	for _, tt := range []struct{ name, checkout, main string }{
		{"CRLF in the checkout", crlf, aFile},
		{"CRLF in git", aFile, crlf},
		{"CRLF in both", crlf, crlf},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := serveMerged(t, tt.main, sandbox.Options{}, nil)
			w.run(t, fileInputs(), checkout(tt.checkout)).is(t, "applied", "true", "granted", "1")
		})
	}
}

// TestBranchBehind has a default branch that GitHub shows one version late right after the push.
func TestBranchBehind(t *testing.T) {
	t.Parallel()
	w := serveMergedOn(t, sandbox.GitHubOptions{ContentsBehind: 2}, "grants: []\n", sandbox.Options{}, nil)
	w.github.SetFile("main", grantsPath, aFile)
	w.run(t, fileInputs(), checkout(aFile)).is(t, "applied", "true", "granted", "1")
}

// TestNotTheCommittedFile has a push whose file is not applied. That is a warning, unless a newer file is on the branch.
func TestNotTheCommittedFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		warnings   int
	}{
		{"newer on the branch", aFile, 0},
		{"changed in the checkout", aFile + "# generated\n", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := serveMerged(t, aFile, sandbox.Options{}, nil)
			sha := w.github.Head("main")
			w.github.SetFile("main", grantsPath, "grants: []\n")
			r := w.run(t, fileInputs(), checkout(tt.text), env("GITHUB_SHA", sha))
			r.is(t, "applied", "false")
			warnings := r.named("warning")
			if equal(t, "warnings", len(warnings), tt.warnings); len(warnings) > 0 {
				contains(t, "warning", warnings[0].message, "Nothing was applied", "in the commit of this run")
			}
		})
	}
}

// TestDeletedLines plans a pull request that deletes grants from the file. The plan says which, and that they stay.
func TestDeletedLines(t *testing.T) {
	t.Parallel()
	const kept = "grants:\n  - {org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [Staging]}\n"
	const row = "| `CI Deployer` | `Production` | `WORKSPACE_OPERATOR` |"
	for _, tt := range []struct {
		name, before, now string
		want              bool
	}{
		{"a Workspace", aFile, kept, true},
		{"of an exclusive file", aFile, "exclusive: true\n" + kept, false},
		{"an API token of an exclusive file", aFile, "exclusive: true\ngrants: []\n", true},
		{"nothing", kept, kept, false},
		{"the file is new", noFile, kept, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := serveMerged(t, tt.before, sandbox.Options{}, nil)
			r := w.run(t, fileInputs(), checkout(tt.now), event("pull_request", pullOnto("opened", w.github.Head("main"), repo, "main", false)))
			r.is(t, "error", "", "applied", "false")
			equal(t, "row", strings.Contains(r.summary, row), tt.want)
			equal(t, "words", strings.Contains(r.summary, "which does not revoke the access"), tt.want)
			equal(t, "notices", len(r.named("notice")), 0)
		})
	}
}

// TestCheckFlag checks files in a terminal.
func TestCheckFlag(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path string
		code       int
		words      []string
	}{
		{"file", "access/data.yml", 0, []string{"access/data.yml is valid. Grants: 1."}},
		{"folder", "access", 0, []string{"access is valid. Grants: 2."}},
		{"problems", "bad", 1, []string{`bad/a.yml:1:9: "grants" must be a list, but is a number.`, "bad/b.yml:1:1: "}},
		{"missing", "none.yml", 1, []string{`"none.yml" does not exist`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, "http://127.0.0.1:1", nil, func(s *setup) {
				folder("access/data.yml", dataFile, "access/platform.yaml", platformFile, "bad/a.yml", "grants: 1\n", "bad/b.yml", "x\n")(s)
				terminal(s)
			}, func(s *setup) { s.args = []string{"-check", tt.path} }).wait()
			equal(t, "exit code", r.code, tt.code)
			contains(t, "output", r.log, tt.words...)
		})
	}
}
