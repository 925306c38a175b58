package release

import (
	"regexp"
	"strings"
	"testing"
)

// onMain returns a valid release of the repository that the files on main name, if they name one.
func onMain(t *testing.T) Release {
	t.Helper()
	r := good
	if name, ok := strings.CutPrefix(moduleLine.FindStringSubmatch(read(t, "go.mod"))[1], "github.com/"); ok {
		r.Repository = name
	}
	return r
}

func TestRealReadme(t *testing.T) {
	r := onMain(t)
	readme, err := r.Readme([]byte(read(t, "README.md")))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "- uses: "+r.Repository+"@v2\n") {
		t.Error("the first example does not use the release")
	}
	for _, relative := range regexp.MustCompile(`\]\([^h#)][^)]*\)`).FindAllString(string(readme), -1) {
		t.Errorf("relative link: %s", relative)
	}
}

func TestReadme(t *testing.T) {
	const uses = "- uses: OWNER/astro-workspace-grant@v1\n"
	const released = "- uses: Example-Airlines/Astro-Grant@v2\n"
	const url = "https://github.com/Example-Airlines/Astro-Grant/"
	const otherLinks = "[x](https://example.com) [y](#y) [z](mailto:z@example.com)"
	for _, tt := range []struct{ name, text, want string }{ // want: empty if it is an error
		{"all examples", uses + uses, released + released},
		{
			"link to a file",
			uses + "[x](.github/SECURITY.md#y)",
			released + "[x](" + url + "blob/" + good.Version + "/.github/SECURITY.md#y)",
		},
		{"image", uses + "![x](a.png)", released + "![x](" + url + "raw/" + good.Version + "/a.png)"},
		{"other links", uses + otherLinks, released + otherLinks},
		{
			"container image",
			uses + "oci://ghcr.io/owner/astro-workspace-grant:v1 --repo OWNER/astro-workspace-grant",
			released + "oci://ghcr.io/example-airlines/astro-grant:v2 --repo Example-Airlines/Astro-Grant",
		},
		{"already named", "- uses: Example-Airlines/Astro-Grant@v1\n", released},
		{
			"workflow",
			uses + "OWNER/astro-workspace-grant/.github/workflows/grants.yml@v1",
			released + "Example-Airlines/Astro-Grant/.github/workflows/grants.yml@v2",
		},
		{
			"file of the release",
			uses + "/OWNER/astro-workspace-grant/v1/action.yml",
			released + "/Example-Airlines/Astro-Grant/v2/action.yml",
		},
		{"no example", "Hello", ""},
		{"named after another repository", "- uses: example-airlines/fork@v1\n", ""},
		{"example without a version", "- uses: OWNER/astro-workspace-grant@main\n", ""},
		{"unknown placeholder", uses + "OWNER/REPOSITORY", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := good.Readme([]byte(tt.text))
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("no error, but\n%s", got)
			case tt.want != "" && (err != nil || string(got) != tt.want):
				t.Errorf("error %v, and\n%s\nwant\n%s", err, got, tt.want)
			}
		})
	}
}
