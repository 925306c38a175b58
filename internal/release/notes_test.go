package release

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/markdowntest"
)

func TestNotes(t *testing.T) {
	const hostile = "Fix @team, #1 and ![x](https://example.com/x) <img src=x> `"
	notes := good.Notes("v2.13.3", []string{"A change", hostile})
	page := markdowntest.Render(t, notes)
	for _, want := range []string{
		"A change", good.Digest, "gh attestation verify oci://" + good.Image(), "All changes since v2.13.3",
		"uses: Example-Airlines/Astro-Grant@v2",
	} {
		if !strings.Contains(page.Text, want) {
			t.Errorf("the notes do not contain %q:\n%s", want, notes)
		}
	}
	if page.Elements["img"] > 0 || strings.Contains(page.Loose, "@team") || strings.Contains(page.Loose, "#1") {
		t.Errorf("the subject of a commit becomes markup:\n%s", notes)
	}
	first := good.Notes("", []string{"A change"})
	if !strings.Contains(first, "This is the first release.") || strings.Contains(first, "A change") {
		t.Errorf("the notes of the first release:\n%s", first)
	}
}

func TestBefore(t *testing.T) {
	for _, tt := range []struct{ version, tags, want string }{
		{"v1.0.0", "", ""},
		{"v1.0.0", "v1 v1.0.0 v2.0.0", ""},
		{"v1.10.0", "v1.2.0 v1.9.0 v1.10.0 v1.9 v1", "v1.9.0"},
		{"v1.9.1", "v1.9.0 v1.10.0", "v1.9.0"},
		{"v2.0.0", "v1.9.0 v1.10.0 v1.10.0-rc.1", "v1.10.0"},
		{"v0.0.1", "v0.0.0", "v0.0.0"},
	} {
		r := good
		r.Version = tt.version
		if got := r.Before(strings.Fields(tt.tags)); got != tt.want {
			t.Errorf("before %s among %s: %q, want %q", tt.version, tt.tags, got, tt.want)
		}
	}
}
