package release

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFiles(t *testing.T) {
	const uses = "- uses: OWNER/astro-workspace-grant@v1\n"
	const named = "- uses: Example-Airlines/Astro-Grant@v2\n"
	main := func(changes map[string]string) fs.FS {
		files := map[string]string{
			"action.yml":                   "runs:\n  using: docker\n  image: Dockerfile\n",
			"README.md":                    uses,
			"main.go":                      "// OWNER/astro-workspace-grant",
			".github/SECURITY.md":          "OWNER/astro-workspace-grant/v1/action.yml",
			".github/SUPPORT.md":           "no name",
			".github/CODEOWNERS":           "* @OWNER/team",
			".github/examples/grant.yml":   uses,
			".github/workflows/grants.yml": named,
		}
		maps.Copy(files, changes)
		all := fstest.MapFS{}
		for name, text := range files {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return all
	}
	files, err := good.Files(main(nil), good.Image())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".github/SECURITY.md", ".github/examples/grant.yml", "README.md", "action.yml"}
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("the files are %q, want %q", got, want)
	}
	if got := string(files[".github/examples/grant.yml"]); got != named {
		t.Errorf("the example is %q, want %q", got, named)
	}
	for name, change := range map[string]map[string]string{
		"workflow without the name":    {".github/workflows/grants.yml": uses},
		"workflow of an older version": {".github/workflows/grants.yml": strings.Replace(named, "v2", "v1", 1)},
		"unknown placeholder":          {".github/docs/x.md": "OWNER/other"},
		"released action":              {"action.yml": "runs:\n  using: docker\n  image: docker://x\n"},
		"README without an example":    {"README.md": "Hello"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := good.Files(main(change), good.Image()); err == nil {
				t.Error("no error")
			}
		})
	}
}

// TestLinks checks that every relative link in a document leads to a file of the repository, and to a heading of it.
// The released commit contains all of them.
func TestLinks(t *testing.T) {
	root := os.DirFS("../..")
	documents, err := fs.Glob(root, ".github/*.md")
	more, err2 := fs.Glob(root, ".github/docs/*.md")
	if err != nil || err2 != nil || len(more) == 0 {
		t.Fatal(err, err2)
	}
	for _, document := range slices.Concat([]string{"README.md"}, documents, more) {
		for _, parts := range link.FindAllStringSubmatch(read(t, document), -1) {
			file, heading, _ := strings.Cut(parts[3], "#")
			if strings.Contains(file, ":") {
				continue
			}
			target := path.Join(path.Dir(document), file)
			if file == "" {
				target = document
			}
			if _, err := fs.Stat(root, target); err != nil {
				t.Errorf("%s links to %s, which does not exist", document, parts[3])
			} else if heading != "" && !slices.Contains(headings(read(t, target)), heading) {
				t.Errorf("%s links to %s, which has no such heading", document, parts[3])
			}
		}
	}
}

// headings returns the anchors that GitHub gives the headings of a document.
func headings(markdown string) []string {
	var anchors []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(markdown, -1) {
		anchor := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
	}
	return anchors
}
