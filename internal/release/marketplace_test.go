package release

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestMarketplace checks action.yml against the rules of GitHub's Marketplace, which reports a violation only when
// somebody publishes a release there.
func TestMarketplace(t *testing.T) {
	var action struct {
		Name, Description, Author string
		Branding                  struct{ Icon, Color string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "action.yml")), &action); err != nil {
		t.Fatal(err)
	}
	// The listing has the name in its address, and no other action, user or category may have it.
	if action.Name != "Astro Workspace Grant" {
		t.Errorf("the name is %q: changing it moves the listing", action.Name)
	}
	if n := len([]rune(action.Description)); n == 0 || n >= 125 {
		t.Errorf("the description has %d characters, want 1 to 124", n)
	}
	if action.Author == "" {
		t.Error("the author is missing")
	}
	// From https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#branding.
	colors := []string{"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
	if !slices.Contains(colors, action.Branding.Color) {
		t.Errorf("the color is %q, want one of %q", action.Branding.Color, colors)
	}
	icons := []string{"shield", "key", "lock", "unlock", "users", "user-check"} // some of them
	if !slices.Contains(icons, action.Branding.Icon) {
		t.Errorf("the icon is %q, want one of %q", action.Branding.Icon, icons)
	}
}
