package release

import (
	"regexp"
	"strings"
	"testing"
)

func TestRealReadme(t *testing.T) {
	made, err := good.Readme([]byte(read(t, "README.md")))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(made), "- uses: Example-Airlines/Astro-Grant@v2\n") {
		t.Error("the first example does not name the release")
	}
	for _, relative := range regexp.MustCompile(`\]\([^h#)][^)]*\)`).FindAllString(string(made), -1) {
		t.Errorf("a link to what the release has not: %s", relative)
	}
}

func TestReadme(t *testing.T) {
	const uses = "- uses: OWNER/astro-workspace-grant@v1\n"
	const files = "https://github.com/Example-Airlines/Astro-Grant/"
	for _, tt := range []struct{ name, text, want string }{
		{"all examples", uses + uses, "- uses: Example-Airlines/Astro-Grant@v2\n- uses: Example-Airlines/Astro-Grant@v2\n"},
		{"a file", uses + "[x](.github/SECURITY.md#y)", "- uses: Example-Airlines/Astro-Grant@v2\n[x](" + files + "blob/" + good.Commit + "/.github/SECURITY.md#y)"},
		{"a picture", uses + "![x](a.png)", "- uses: Example-Airlines/Astro-Grant@v2\n![x](" + files + "raw/" + good.Commit + "/a.png)"},
		{"links elsewhere", uses + "[x](https://example.com) [y](#y) [z](mailto:z@example.com)", "- uses: Example-Airlines/Astro-Grant@v2\n[x](https://example.com) [y](#y) [z](mailto:z@example.com)"},
		{"the image", uses + "oci://ghcr.io/owner/astro-workspace-grant:v1 --repo OWNER/astro-workspace-grant", "- uses: Example-Airlines/Astro-Grant@v2\noci://ghcr.io/example-airlines/astro-grant:v1 --repo Example-Airlines/Astro-Grant"},
		{"a file of the release", uses + "/OWNER/astro-workspace-grant/v1/action.yml", "- uses: Example-Airlines/Astro-Grant@v2\n/Example-Airlines/Astro-Grant/v2/action.yml"},
		{"no example", "Hello", ""},
		{"an example of no version", "- uses: OWNER/astro-workspace-grant@main\n", ""},
		{"another placeholder", uses + "OWNER/REPOSITORY", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made, err := good.Readme([]byte(tt.text))
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("no error, but\n%s", made)
			case tt.want != "" && (err != nil || string(made) != tt.want):
				t.Errorf("error %v, and\n%s\nwant\n%s", err, made, tt.want)
			}
		})
	}
}
