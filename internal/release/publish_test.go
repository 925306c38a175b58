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
	o.git(o.main, "commit", "--quiet", "--allow-empty", "--message", "first")
	o.git(o.main, "remote", "add", "origin", o.bare())
	o.git(o.main, "push", "--quiet", "origin", "HEAD:refs/heads/main")
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

// publish runs .ci/publish with files that end in content.
func (o origin) publish(version, content string) error {
	o.t.Helper()
	o.git(o.main, "fetch", "--quiet", "--tags", "--force", "origin")
	folder := o.t.TempDir()
	for _, name := range []string{"action.yml", "README.md", "LICENSE", "other"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name+content), 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	script, err := filepath.Abs("../../.ci/publish")
	if err != nil {
		o.t.Fatal(err)
	}
	command := exec.Command("bash", script, version, folder)
	command.Dir = o.main
	command.Env = append(os.Environ(), "TOKEN=secret", "GITHUB_SERVER_URL=file://"+o.root,
		"GITHUB_REPOSITORY="+good.Repository, "GITHUB_SHA="+o.git(o.main, "rev-parse", "HEAD"))
	output, err := command.CombinedOutput()
	o.t.Logf("%s: %v\n%s", version, err, output)
	return err
}

// tags returns all tags and the content of their files, for example "v1=a v1.9.0=a".
func (o origin) tags() string {
	o.t.Helper()
	var tags []string
	for tag := range strings.FieldsSeq(o.git(o.bare(), "tag", "--list")) {
		tags = append(tags, tag+"="+strings.TrimPrefix(o.git(o.bare(), "show", tag+":action.yml"), "action.yml"))
	}
	return strings.Join(tags, " ")
}

func TestPublish(t *testing.T) {
	o := newOrigin(t)
	for _, tt := range []struct {
		version, content string
		ok               bool
		tags             string
	}{
		{"v1.9.0", "a", true, "v1=a v1.9.0=a"},
		{"v1.9.0", "a", true, "v1=a v1.9.0=a"},  // repeated
		{"v1.9.0", "b", false, "v1=a v1.9.0=a"}, // different content
		{"v1.10.0", "c", true, "v1=c v1.10.0=c v1.9.0=a"},
		{"v1.9.1", "d", true, "v1=c v1.10.0=c v1.9.0=a v1.9.1=d"}, // update of an older minor version
		{"v2.0.0", "e", true, "v1=c v1.10.0=c v1.9.0=a v1.9.1=d v2=e v2.0.0=e"},
	} {
		if err := o.publish(tt.version, tt.content); (err == nil) != tt.ok {
			t.Fatalf("%s with %s: %v", tt.version, tt.content, err)
		}
		if got := o.tags(); got != tt.tags {
			t.Fatalf("after %s with %s the tags are %q, want %q", tt.version, tt.content, got, tt.tags)
		}
	}
	files := o.git(o.bare(), "ls-tree", "-r", "--name-only", "v1.9.0")
	if want := "LICENSE\nREADME.md\naction.yml"; files != want {
		t.Errorf("the release contains %q, want %q", files, want)
	}
	if parents := o.git(o.bare(), "log", "--format=%p", "v1.9.0"); parents != "" {
		t.Errorf("the release has the parent %s", parents)
	}
}
