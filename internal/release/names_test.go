package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRename renames a copy of this repository twice.
func TestRename(t *testing.T) {
	o := newOrigin(t)
	for name := range strings.SplitSeq(o.git("../..", "ls-files", "--cached", "--others", "--exclude-standard"), "\n") {
		if info, err := os.Lstat("../../" + name); err == nil && info.Mode().IsRegular() { // not one deleted since
			write(t, filepath.Join(o.main, name), read(t, name))
		}
	}
	o.git(o.main, "add", "--all")
	for _, repository := range []string{"example-airlines/fork", good.Repository} {
		for range 2 { // the second time, nothing changes
			if err := Rename(o.main, repository); err != nil {
				t.Fatal(err)
			}
		}
		list := exec.Command("go", "list", "-deps", "-test", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...")
		list.Dir = o.main
		modules, err := list.CombinedOutput() // fails if an import is unknown
		if err != nil || !strings.Contains(string(modules), "github.com/"+repository+"\n") {
			t.Errorf("go list in %s: %v\n%s", repository, err, modules)
		}
		r := good
		r.Repository, r.Version = repository, "v1.2.3"
		if _, err := r.Files(os.DirFS(o.main), r.Image()); err != nil {
			t.Errorf("files of a release of %s: %v", repository, err)
		}
		owners, err := os.ReadFile(filepath.Join(o.main, ".github", "CODEOWNERS"))
		if want := "* @" + filepath.Dir(repository) + "\n"; err != nil || !strings.HasSuffix(string(owners), want) {
			t.Errorf("CODEOWNERS is %q, %v, want it to end in %q", owners, err, want)
		}
		hooks, err := os.ReadFile(filepath.Join(o.main, ".pre-commit-hooks.yaml"))
		if !strings.Contains(string(hooks), "entry: "+filepath.Base(repository)+"\n") {
			t.Errorf("the hook does not start %s, %v:\n%s", filepath.Base(repository), err, hooks)
		}
		for _, name := range []string{".ci/examples", ".github/workflows/grants.yml", "internal/export/yaml.go"} {
			text, err := os.ReadFile(filepath.Join(o.main, name))
			if err != nil || !strings.Contains(string(text), repository) {
				t.Errorf("%s does not name %s: %v", name, repository, err)
			}
		}
	}
	for _, old := range []string{`"astro-workspace-grant/internal`, "example-airlines/fork", "OWNER/astro"} {
		grep := exec.Command("git", "-C", o.main, "grep", "--fixed-strings", old, "--", ":!internal/release")
		if found, err := grep.CombinedOutput(); err == nil {
			t.Errorf("%s is left:\n%s", old, found)
		}
	}
	for _, bad := range []string{"", "fork", "a/b/c", "a/b c", "a/.."} {
		if err := Rename(o.main, bad); err == nil {
			t.Errorf("no error for the name %q", bad)
		}
	}
}
