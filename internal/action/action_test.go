package action

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/report"
)

// entry is an input or an output in action.yml.
type entry struct {
	name        string
	Description string `yaml:"description"`
	Default     string `yaml:"default"`
}

// metadata is the part of action.yml that the code has to agree with.
type metadata struct {
	inputs, outputs []entry // in the order of the file
}

func readMetadata(t *testing.T) metadata {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Inputs  yaml.Node `yaml:"inputs"`
		Outputs yaml.Node `yaml:"outputs"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return metadata{inputs: entries(t, file.Inputs), outputs: entries(t, file.Outputs)}
}

// entries returns the members of a mapping. Its content alternates between names and values.
func entries(t *testing.T, mapping yaml.Node) []entry {
	t.Helper()
	var all []entry
	for pair := range slices.Chunk(mapping.Content, 2) {
		e := entry{name: pair[0].Value}
		if err := pair[1].Decode(&e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestMetadataHasTheInputsOfTheCode(t *testing.T) {
	var inMetadata, inCode []string
	for _, e := range readMetadata(t).inputs {
		if e.Description == "" {
			t.Errorf("the input %s has no description", e.name)
		}
		if strings.HasPrefix(e.Default, "${{") {
			e.Default = "" // the runner evaluates it
		}
		inMetadata = append(inMetadata, e.name+"="+e.Default)
	}
	for _, i := range input.All() {
		inCode = append(inCode, i.Name+"="+i.Default)
	}
	if !slices.Equal(inMetadata, inCode) {
		t.Errorf("inputs with their defaults:\naction.yml %q\nthe code   %q", inMetadata, inCode)
	}
}

func TestMetadataHasTheOutputsOfTheCode(t *testing.T) {
	var inMetadata, inCode []string
	for _, e := range readMetadata(t).outputs {
		if e.Description == "" {
			t.Errorf("the output %s has no description", e.name)
		}
		inMetadata = append(inMetadata, e.name)
	}
	for _, output := range slices.Concat(new(report.Result).Outputs(), commentOutputs(1, nil)) {
		inCode = append(inCode, output.Name)
	}
	if !slices.Equal(inMetadata, inCode) {
		t.Errorf("outputs:\naction.yml %q\nthe code   %q", inMetadata, inCode)
	}
}

// TestReadmeIsComplete compares README.md with the code: every input with its default, every output, every kind of
// problem, and nothing else.
func TestReadmeIsComplete(t *testing.T) {
	readme := readReadme(t)
	inputs := readme.rows(t, "## Inputs\n")
	var names []string
	for _, i := range input.All() {
		names = append(names, i.Name)
		if row := inputs[i.Name]; i.Default != "" && row != "`"+i.Default+"`" {
			t.Errorf("the default of the input %s is %q in the code and %q in README.md", i.Name, i.Default, row)
		}
	}
	compare(t, "inputs", names, inputs)

	outputs := readme.rows(t, "## Outputs\n")
	names = nil
	for _, e := range readMetadata(t).outputs {
		names = append(names, e.name)
	}
	for _, kind := range grant.Kinds() { // their table is in the same section
		names = append(names, string(kind))
	}
	compare(t, "outputs and kinds of problem", names, outputs)
}

// readme is the text of README.md.
type readme string

func readReadme(t *testing.T) readme {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return readme(text)
}

// rows returns the rows of the tables of a section. Each name in a row's first cell has the text of the second cell.
func (r readme) rows(t *testing.T, heading string) map[string]string {
	t.Helper()
	_, section, found := strings.Cut(string(r), "\n"+heading)
	if !found {
		t.Fatalf("README.md has no %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| (.*?) ?\\|").FindAllStringSubmatch(section, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			rows[strings.Trim(name, "`")] = row[2]
		}
	}
	return rows
}

// compare reports the names that README.md lacks, and those that only README.md has.
func compare(t *testing.T, what string, names []string, rows map[string]string) {
	t.Helper()
	for _, name := range names {
		if _, ok := rows[name]; !ok {
			t.Errorf("%s: README.md lacks %s", what, name)
		}
	}
	for name := range rows {
		if !slices.Contains(names, name) {
			t.Errorf("%s: only README.md has %s", what, name)
		}
	}
}

// TestReadmeHeadings compares the headings of README.md under Troubleshooting with the kinds of problem.
func TestReadmeHeadings(t *testing.T) {
	_, section, _ := strings.Cut(string(readReadme(t)), "\n## Troubleshooting\n")
	section, _, _ = strings.Cut(section, "\n## ")
	headings := regexp.MustCompile("(?m)^#### `([a-z-]+)`: ").FindAllStringSubmatch(section, -1)
	if len(headings) == 0 {
		t.Error("no kind of problem has a heading")
	}
	for _, heading := range headings {
		if !slices.Contains(grant.Kinds(), grant.Kind(heading[1])) {
			t.Errorf("%s is not a kind of problem", heading[1])
		}
	}
}
