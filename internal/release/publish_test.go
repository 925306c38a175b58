package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// origin is a repository to which .ci/publish publishes.
type origin struct {
	t    *testing.T
	root string // contains the bare repository Example-Airlines/Astro-Grant
	main string // a clone that contains the commit to release
}

func newOrigin(t *testing.T) origin {
	t.Helper()
	for _, name := range []string{"git", "bash"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	// Ignore the user's settings, such as signing commits.
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	o := origin{t, t.TempDir(), filepath.Join(t.TempDir(), "main")}
	o.git(".", "init", "--quiet", "--bare", o.bare())
	o.git(".", "init", "--quiet", o.main)
	o.git(o.main, "remote", "add", "origin", o.bare())
	write(t, filepath.Join(o.main, "README.md"), "main")
	o.commit(".github/workflows/ci.yml", "first")
	return o
}

func (o origin) bare() string { return filepath.Join(o.root, good.Repository) }

func (o origin) git(dir string, args ...string) string {
	o.t.Helper()
	options := []string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@example.com"}
	command := exec.Command("git", append(options, args...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

// publish runs .ci/publish with a README.md that ends in content. It returns the tags that it set, and its log.
func (o origin) publish(version, content string) (set, log string, err error) {
	o.t.Helper()
	o.git(o.main, "fetch", "--quiet", "--tags", "--force", "origin")
	folder, outputs := o.t.TempDir(), filepath.Join(o.t.TempDir(), "outputs")
	for name, text := range map[string]string{"README.md": "released " + content, "docs/released.md": content} {
		write(o.t, filepath.Join(folder, name), text)
	}
	script, err := filepath.Abs("../../.ci/publish")
	if err != nil {
		o.t.Fatal(err)
	}
	command := exec.Command("bash", script, version, folder)
	command.Dir = o.main
	command.Env = append(os.Environ(), "TOKEN=secret", "GITHUB_SERVER_URL=file://"+o.root, "GITHUB_OUTPUT="+outputs,
		"GITHUB_REPOSITORY="+good.Repository, "GITHUB_SHA="+o.git(o.main, "rev-parse", "HEAD"))
	output, err := command.CombinedOutput()
	o.t.Logf("%s: %v\n%s", version, err, output)
	if strings.Contains(string(output), "secret") {
		o.t.Error("the log contains the token")
	}
	text, _ := os.ReadFile(outputs) // missing after a failure
	return strings.TrimSpace(strings.TrimPrefix(string(text), "tags=")), string(output), err
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// commit commits a file to main.
func (o origin) commit(name, text string) {
	o.t.Helper()
	write(o.t, filepath.Join(o.main, name), text)
	o.git(o.main, "add", "--all")
	o.git(o.main, "commit", "--quiet", "--message", "change "+name)
	o.git(o.main, "push", "--quiet", "origin", "HEAD:refs/heads/main")
}

// tags returns all tags and the content of their releases, for example "v1=a v1.9=a v1.9.0=a".
func (o origin) tags() string {
	o.t.Helper()
	var tags []string
	for tag := range strings.FieldsSeq(o.git(o.bare(), "tag", "--list")) {
		tags = append(tags, tag+"="+strings.TrimPrefix(o.git(o.bare(), "show", tag+":README.md"), "released "))
	}
	return strings.Join(tags, " ")
}

func TestPublish(t *testing.T) {
	o := newOrigin(t)
	for i, tt := range []struct {
		version, content string
		set              string // empty if it fails
		tags             string
	}{
		{"v1.9.0", "a", "v1.9.0 v1.9 v1", "v1=a v1.9=a v1.9.0=a"},
		{"v1.9.0", "a", "v1.9.0 v1.9 v1", "v1=a v1.9=a v1.9.0=a"}, // repeated
		{"v1.9.0", "b", "", "v1=a v1.9=a v1.9.0=a"},               // different content
		{"v1.10.0", "c", "v1.10.0 v1.10 v1", "v1=c v1.10=c v1.10.0=c v1.9=a v1.9.0=a"},
		{"v1.10.0", "c", "v1.10.0 v1.10 v1", "v1=c v1.10=c v1.10.0=c v1.9=a v1.9.0=a"},
		{"v1.9.1", "d", "v1.9.1 v1.9", "v1=c v1.10=c v1.10.0=c v1.9=d v1.9.0=a v1.9.1=d"}, // of an older minor version
		{"v1.9.1", "d", "v1.9.1 v1.9", "v1=c v1.10=c v1.10.0=c v1.9=d v1.9.0=a v1.9.1=d"},
		{"v2.0.0", "e", "v2.0.0 v2.0 v2", "v1=c v1.10=c v1.10.0=c v1.9=d v1.9.0=a v1.9.1=d v2=e v2.0=e v2.0.0=e"},
	} {
		if i == 3 {
			o.commit("main.go", "second")
		}
		set, _, err := o.publish(tt.version, tt.content)
		if (err == nil) != (tt.set != "") || set != tt.set {
			t.Fatalf("%s with %s set %q, %v, want %q", tt.version, tt.content, set, err, tt.set)
		}
		if got := o.tags(); got != tt.tags {
			t.Fatalf("after %s with %s the tags are %q, want %q", tt.version, tt.content, got, tt.tags)
		}
	}

	// The branch contains all releases, and each contains the commit of main that it was made from.
	chain := o.git(o.bare(), "log", "--first-parent", "--format=%s", "releases", "--not", "main")
	if want := "Release v2.0.0\nRelease v1.9.1\nRelease v1.10.0\nRelease v1.9.0"; chain != want {
		t.Errorf("the branch releases contains %q, want %q", chain, want)
	}
	for tag, source := range map[string]string{"v1.9.0": "main~1", "v1.10.0": "main", "v2.0.0": "main"} {
		o.git(o.bare(), "merge-base", "--is-ancestor", tag, "releases")
		parents, want := o.git(o.bare(), "log", "-1", "--format=%P", tag), o.git(o.bare(), "rev-parse", source)
		if !strings.HasSuffix(parents, want) {
			t.Errorf("the parents of %s are %s, want the last one to be %s", tag, parents, want)
		}
	}
	files := o.git(o.bare(), "ls-tree", "-r", "--name-only", "v1.10.0")
	if want := ".github/workflows/ci.yml\nREADME.md\ndocs/released.md\nmain.go"; files != want {
		t.Errorf("the release contains %q, want %q", files, want)
	}
	subjects := o.git(o.main, "log", "--no-merges", "--format=%s", "v1.9.0..HEAD")
	if subjects != "change main.go" {
		t.Errorf("the commits since v1.9.0 are %q", subjects)
	}
}

// TestPublishRefused imitates GitHub, which refuses a commit whose workflows are those of no branch.
func TestPublishRefused(t *testing.T) {
	for _, tt := range []struct {
		name, changed string
		advice        bool
	}{
		{"the workflows on main have changed", ".github/workflows/ci.yml", true},
		{"something else has changed", "main.go", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOrigin(t)
			released := o.git(o.main, "rev-parse", "HEAD")
			o.commit(tt.changed, "new")
			o.git(o.main, "checkout", "--quiet", released)
			hook := filepath.Join(o.bare(), "hooks", "pre-receive")
			write(t, hook, "#!/bin/sh\nexit 1\n")
			if err := os.Chmod(hook, 0o700); err != nil {
				t.Fatal(err)
			}
			_, log, err := o.publish("v1.0.0", "a")
			if err == nil || strings.Contains(log, "::error title=The workflows on main have changed::") != tt.advice {
				t.Errorf("%v, want an error, and advice: %v", err, tt.advice)
			}
			if tags := o.tags(); tags != "" {
				t.Errorf("the tags are %s, want none", tags)
			}
		})
	}
}
