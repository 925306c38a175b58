package release

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// decode decodes a YAML file of the repository. It fails for a key that the type lacks.
func decode(t *testing.T, name string, into any) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, name)))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestDependabot allows only keys that GitHub documents for all these ecosystems: a key that it does not know stops the
// updates.
func TestDependabot(t *testing.T) {
	var file struct {
		Version int
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directory   string
			Directories []string
			Schedule    struct{ Interval string }
			Cooldown    struct {
				Days int `yaml:"default-days"`
			}
			Groups map[string]struct{ Patterns []string }
		}
	}
	decode(t, ".github/dependabot.yml", &file)
	var ecosystems []string
	for _, update := range file.Updates {
		ecosystems = append(ecosystems, update.Ecosystem)
		if update.Cooldown.Days < 7 || len(update.Groups) != 1 || update.Schedule.Interval != "weekly" {
			t.Errorf("%s: %+v, want weekly updates in one group that wait a week", update.Ecosystem, update)
		}
	}
	if got := strings.Join(ecosystems, " "); file.Version != 2 || got != "gomod docker github-actions" {
		t.Errorf("version %d updates %s", file.Version, got)
	}
}

// TestIssueForms checks the forms against the part of GitHub's syntax for issue forms that they use.
func TestIssueForms(t *testing.T) {
	for _, name := range list(t, ".github/ISSUE_TEMPLATE") {
		if strings.HasSuffix(name, "/config.yml") {
			continue
		}
		var form struct {
			Name, Description string
			Labels            []string
			Body              []struct {
				Type, ID    string
				Attributes  struct{ Label, Description, Placeholder, Value, Render string }
				Validations struct{ Required bool }
			}
		}
		decode(t, name, &form)
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s has no name, description or body", name)
		}
		ids := map[string]bool{}
		for _, element := range form.Body {
			switch {
			case element.Type == "markdown" && element.Attributes.Value != "":
			case (element.Type == "input" || element.Type == "textarea") && element.Attributes.Label != "" && !ids[element.ID]:
				ids[element.ID] = true
			default:
				t.Errorf("%s: %+v", name, element)
			}
		}
	}
	bug := read(t, ".github/ISSUE_TEMPLATE/bug.yml")
	for _, want := range []string{"-version", "-sandbox"} {
		if !strings.Contains(bug, want) {
			t.Errorf("the form for bugs does not ask for the output of %s", want)
		}
	}
}
