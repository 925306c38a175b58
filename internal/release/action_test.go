package release

import (
	"os"
	"path/filepath"
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

// list returns the YAML files of a folder of the repository.
func list(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob("../../" + folder + "/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %q, %v", folder, files, err)
	}
	for i := range files {
		files[i] = strings.TrimPrefix(files[i], "../../")
	}
	return files
}

func TestRealAction(t *testing.T) {
	before := read(t, "action.yml")
	released, err := Action([]byte(before), good.Image())
	if err != nil {
		t.Fatal(err)
	}
	lines, got := strings.Split(before, "\n"), strings.Split(string(released), "\n")
	at := slices.Index(lines, "  image: Dockerfile")
	want := slices.Concat(lines[:at], []string{
		"  image: docker://ghcr.io/example-airlines/astro-grant@" + good.Digest,
		"  entrypoint: /astro-workspace-grant",
	}, lines[at+1:])
	if !slices.Equal(got, want) {
		t.Errorf("action.yml of the release:\n%s", released)
	}
	if _, err := Action(released, good.Image()); err == nil {
		t.Error("no error for an action.yml that is already released")
	}
}

func TestEntrypoint(t *testing.T) {
	if !strings.HasSuffix(read(t, "Dockerfile"), "\nENTRYPOINT [\""+Entrypoint+"\"]\n") {
		t.Errorf("the entrypoint of the Dockerfile is not %s", Entrypoint)
	}
}

func TestAction(t *testing.T) {
	const image = "ghcr.io/a/b@sha256:0"
	const released = "image: docker://" + image + "\n  entrypoint: /astro-workspace-grant"
	const mention = "name: 'image: Dockerfile'\nruns: # image: Dockerfile\n"
	for _, tt := range []struct{ name, text, want string }{ // want: empty if it is an error
		{
			"simple",
			"name: x\nruns:\n  using: docker\n  image: Dockerfile\n",
			"name: x\nruns:\n  using: docker\n  " + released + "\n",
		},
		{
			"other order",
			"runs:\n  image: Dockerfile\n  using: docker\nname: x\n",
			"runs:\n  " + released + "\n  using: docker\nname: x\n",
		},
		{
			"other indentation",
			"runs:\n    using: docker\n    image: Dockerfile\n",
			"runs:\n    using: docker\n    " + strings.ReplaceAll(released, "\n  ", "\n    ") + "\n",
		},
		{
			"no line break at the end",
			"runs:\n  using: docker\n  image: Dockerfile",
			"runs:\n  using: docker\n  " + released,
		},
		{
			"CRLF",
			"runs:\r\n  using: docker\r\n  image: Dockerfile\r\n",
			"runs:\r\n  using: docker\r\n  " + strings.ReplaceAll(released, "\n", "\r\n") + "\r\n",
		},
		{
			"mentioned elsewhere",
			mention + "  using: docker\n  image: Dockerfile\n",
			mention + "  using: docker\n  " + released + "\n",
		},

		{"empty", "", ""},
		{"no Dockerfile", "runs:\n  using: docker\n  image: docker://alpine\n", ""},
		{"other Dockerfile", "runs:\n  using: docker\n  image: build/Dockerfile\n", ""},
		{"not docker", "runs:\n  using: node24\n  image: Dockerfile\n", ""},
		{"entrypoint", "runs:\n  using: docker\n  image: Dockerfile\n  entrypoint: /x\n", ""},
		{"arguments", "runs:\n  using: docker\n  image: Dockerfile\n  args: [x]\n", ""},
		{"two lines", "runs:\n  using: docker\n  image: Dockerfile\nx:\n  image: Dockerfile\n", ""},
		{"only elsewhere", "x:\n  image: Dockerfile\nruns:\n  using: docker\n  image: \"Dockerfile\"\n", ""},
		{"only in a block scalar", "x: |\n  image: Dockerfile\nruns:\n  using: docker\n  image: \"Dockerfile\"\n", ""},
		{"duplicate key", "runs:\n  using: docker\n  using: docker\n  image: Dockerfile\n", ""},
		{"runs is not a mapping", "runs: docker\nx:\n  image: Dockerfile\n", ""},
		{"not YAML", "runs: [\n  image: Dockerfile\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Action([]byte(tt.text), image)
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("no error, but\n%s", got)
			case tt.want != "" && (err != nil || string(got) != tt.want):
				t.Errorf("error %v, and\n%q\nwant\n%q", err, got, tt.want)
			}
		})
	}
}
