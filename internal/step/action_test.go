package step

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"astro-workspace-grant/internal/grant"
)

// action is action.yml, as far as the code has to agree with it.
type action struct {
	Inputs  yaml.MapSlice `yaml:"inputs"`
	Outputs yaml.MapSlice `yaml:"outputs"`
}

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestActionHasTheInputsOfTheCode(t *testing.T) {
	var fromAction, fromCode []string
	for _, item := range readAction(t).Inputs {
		members := map[string]string{}
		for name, value := range item.Value.(map[string]any) {
			if text, ok := value.(string); ok {
				members[name] = text
			}
		}
		if members["description"] == "" {
			t.Errorf("input %v has no description", item.Key)
		}
		value := members["default"]
		if strings.HasPrefix(value, "${{") {
			value = "" // the runner fills it in
		}
		fromAction = append(fromAction, item.Key.(string)+"="+value)
	}
	for _, input := range Inputs() {
		fromCode = append(fromCode, input.Name+"="+input.Default)
	}
	if !slices.Equal(fromAction, fromCode) {
		t.Errorf("inputs with their defaults:\naction.yml %q\nthe code   %q", fromAction, fromCode)
	}
}

func TestActionHasTheOutputsOfTheCode(t *testing.T) {
	var fromAction, fromCode []string
	for _, item := range readAction(t).Outputs {
		fromAction = append(fromAction, item.Key.(string))
	}
	s := &step{}
	for _, output := range slices.Concat(s.outputs(), commentOutputs(1, nil)) {
		fromCode = append(fromCode, output.Name)
	}
	if !slices.Equal(fromAction, fromCode) {
		t.Errorf("outputs:\naction.yml %q\nthe code   %q", fromAction, fromCode)
	}
}

// TestReadmeTellsAll holds README.md against the code: every input with its default, every output, every kind of error.
func TestReadmeTellsAll(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	for _, input := range Inputs() {
		row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(input.Name) + "` \\| (.*?) \\|").FindStringSubmatch(readme)
		if row == nil {
			t.Errorf("no row for the input %s", input.Name)
			continue
		}
		if input.Default != "" && row[1] != "`"+input.Default+"`" {
			t.Errorf("input %s: the default is %q, and README.md says %q", input.Name, input.Default, row[1])
		}
	}
	for _, item := range readAction(t).Outputs {
		if !strings.Contains(readme, "`"+item.Key.(string)+"`") {
			t.Errorf("the output %v is not told", item.Key)
		}
	}
	for _, kind := range grant.Kinds() {
		if !strings.Contains(readme, "`"+string(kind)+"`") {
			t.Errorf("the error %s is not told", kind)
		}
	}
}
