package release

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// read reads a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRealAction changes the action.yml that is there: by two lines in the place of one.
func TestRealAction(t *testing.T) {
	before := read(t, "action.yml")
	made, err := Action([]byte(before), good.Image())
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Split(before, "\n"), strings.Split(string(made), "\n")
	at := slices.Index(was, "  image: Dockerfile")
	want := slices.Concat(was[:at], []string{
		"  image: docker://ghcr.io/example-airlines/astro-grant@" + good.Digest,
		"  entrypoint: /astro-workspace-grant",
	}, was[at+1:])
	if !slices.Equal(is, want) {
		t.Errorf("action.yml of the release:\n%s", made)
	}
	if _, err := Action(made, good.Image()); err == nil {
		t.Error("a released action.yml was released again")
	}
}

// TestEntrypoint holds the entrypoint against the Dockerfile.
func TestEntrypoint(t *testing.T) {
	if !strings.HasSuffix(read(t, "Dockerfile"), "\nENTRYPOINT [\""+Entrypoint+"\"]\n") {
		t.Errorf("the Dockerfile has another entrypoint than %s", Entrypoint)
	}
}

func TestAction(t *testing.T) {
	const image = "ghcr.io/a/b@sha256:0"
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "name: x\nruns:\n  using: docker\n  image: Dockerfile\n", "name: x\nruns:\n  using: docker\n  image: docker://" + image + "\n  entrypoint: /astro-workspace-grant\n"},
		{"other order", "runs:\n    image: Dockerfile\n    using: docker\nname: x\n", "runs:\n    image: docker://" + image + "\n    entrypoint: /astro-workspace-grant\n    using: docker\nname: x\n"},
		{"no line end", "runs:\n  using: docker\n  image: Dockerfile", "runs:\n  using: docker\n  image: docker://" + image + "\n  entrypoint: /astro-workspace-grant"},
		{"Windows", "runs:\r\n  using: docker\r\n  image: Dockerfile\r\n", "runs:\r\n  using: docker\r\n  image: docker://" + image + "\r\n  entrypoint: /astro-workspace-grant\r\n"},
		{"mentioned elsewhere", "name: 'image: Dockerfile'\nruns: # image: Dockerfile\n  using: docker\n  image: Dockerfile\n", "name: 'image: Dockerfile'\nruns: # image: Dockerfile\n  using: docker\n  image: docker://" + image + "\n  entrypoint: /astro-workspace-grant\n"},

		{"empty", "", ""},
		{"no Dockerfile", "runs:\n  using: docker\n  image: docker://alpine\n", ""},
		{"another Dockerfile", "runs:\n  using: docker\n  image: build/Dockerfile\n", ""},
		{"not docker", "runs:\n  using: node24\n  image: Dockerfile\n", ""},
		{"an entrypoint", "runs:\n  using: docker\n  image: Dockerfile\n  entrypoint: /x\n", ""},
		{"arguments", "runs:\n  using: docker\n  image: Dockerfile\n  args: [x]\n", ""},
		{"twice", "runs:\n  using: docker\n  image: Dockerfile\nx:\n  image: Dockerfile\n", ""},
		{"elsewhere alone", "x:\n  image: Dockerfile\nruns:\n  using: docker\n  image: \"Dockerfile\"\n", ""},
		{"in a text alone", "x: |\n  image: Dockerfile\nruns:\n  using: docker\n  image: \"Dockerfile\"\n", ""},
		{"a key twice", "runs:\n  using: docker\n  using: docker\n  image: Dockerfile\n", ""},
		{"no mapping", "runs: docker\nx:\n  image: Dockerfile\n", ""},
		{"not YAML", "runs: [\n  image: Dockerfile\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := Action([]byte(tt.text), image)
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("no error, but\n%s", made)
			case tt.want != "" && (err != nil || string(made) != tt.want):
				t.Errorf("error %v, and\n%q\nwant\n%q", err, made, tt.want)
			}
		})
	}
}
