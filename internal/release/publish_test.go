package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// origin is a repository to publish to, by .ci/publish.
type origin struct {
	t    *testing.T
	root string // holds a bare Example-Airlines/Astro-Grant
	main string // a clone of it, with the commit that is released
}

func newOrigin(t *testing.T) origin {
	t.Helper()
	for _, name := range []string{"git", "bash"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	// Nobody's own settings, such as to sign each commit.
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
	command := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@example.com"}, args...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return strings.TrimSpace(string(output))
}

// publish runs .ci/publish with files that say what.
func (o origin) publish(version, what string) error {
	o.t.Helper()
	o.git(o.main, "fetch", "--quiet", "--tags", "--force", "origin")
	folder := o.t.TempDir()
	for _, name := range []string{"action.yml", "README.md", "LICENSE", "other"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name+what), 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	script, err := filepath.Abs("../../.ci/publish")
	if err != nil {
		o.t.Fatal(err)
	}
	command := exec.Command("bash", script, version, folder)
	command.Dir = o.main
	command.Env = append(os.Environ(), "TOKEN=secret", "GITHUB_SERVER_URL=file://"+o.root, "GITHUB_REPOSITORY="+good.Repository,
		"GITHUB_SHA="+o.git(o.main, "rev-parse", "HEAD"))
	output, err := command.CombinedOutput()
	o.t.Logf("%s: %v\n%s", version, err, output)
	return err
}

// tags returns what the tags are, as in v1=2 for one whose files say 2.
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
		version, what string
		ok            bool
		tags          string
	}{
		{"v1.9.0", "a", true, "v1=a v1.9.0=a"},
		{"v1.9.0", "a", true, "v1=a v1.9.0=a"},  // a second try
		{"v1.9.0", "b", false, "v1=a v1.9.0=a"}, // another image
		{"v1.10.0", "c", true, "v1=c v1.10.0=c v1.9.0=a"},
		{"v1.9.1", "d", true, "v1=c v1.10.0=c v1.9.0=a v1.9.1=d"}, // for those who stay behind
		{"v2.0.0", "e", true, "v1=c v1.10.0=c v1.9.0=a v1.9.1=d v2=e v2.0.0=e"},
	} {
		if err := o.publish(tt.version, tt.what); (err == nil) != tt.ok {
			t.Fatalf("%s with %s: %v", tt.version, tt.what, err)
		}
		if got := o.tags(); got != tt.tags {
			t.Fatalf("after %s with %s the tags are %q, want %q", tt.version, tt.what, got, tt.tags)
		}
	}
	if got, want := o.git(o.bare(), "ls-tree", "-r", "--name-only", "v1.9.0"), "LICENSE\nREADME.md\naction.yml"; got != want {
		t.Errorf("the release holds %q, want %q", got, want)
	}
	if parents := o.git(o.bare(), "log", "--format=%p", "v1.9.0"); parents != "" {
		t.Errorf("the release has the parent %s", parents)
	}
}
