package access

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
)

// problemTest is a file and all that is wrong with it: line:column, a space, what.
type problemTest struct {
	name, text string
	want       []string
}

func problemTests() []problemTest { return slices.Concat(syntaxTests, contentTests) }

func TestProblems(t *testing.T) {
	for _, tt := range problemTests() {
		t.Run(tt.name, func(t *testing.T) {
			file, problems := Parse([]byte(tt.text))
			if got := told(problems); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if len(file.Grants) > 0 {
				t.Errorf("grants %v all the same", file.Grants)
			}
			checkProblems(t, tt.text, problems)
		})
	}
}

func TestHints(t *testing.T) {
	const roles = "WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER, or none to revoke."
	for _, tt := range []struct{ name, text, want string }{
		{"key near", "grant: []\n", "Did you mean grants? Allowed here: grants."},
		{"key", "grants: [{org-token-name: A, role: none, workspaces: [W], x: y}]\n", "Allowed here: org-token-name, org-token-id, role, workspaces."},
		{"key of a grant near", "grants: [{org_token_name: A, role: none, workspaces: [W]}]\n", "Did you mean org-token-name? Allowed here: org-token-name, org-token-id, role, workspaces."},
		{"role", "grants: [{org-token-name: A, role: x, workspaces: [W]}]\n", "Allowed are " + roles},
		{"role empty", "grants: [{org-token-name: A, role: , workspaces: [W]}]\n", "Allowed are " + roles},
		{"role missing", "grants: [{org-token-name: A, workspaces: [W]}]\n", "Allowed are " + roles},
		{"role near", "grants: [{org-token-name: A, role: owner, workspaces: [W]}]\n", "Did you mean WORKSPACE_OWNER? Else: allowed are " + roles},
		{"number", "grants: [{org-token-name: 1, role: none, workspaces: [W]}]\n", "Put it in quotes."},
		{"string for a list", "grants: [{org-token-name: A, role: none, workspaces: W}]\n", "Write a list, as in workspaces: [Production, Staging]; one Workspace is a list of one."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := Parse([]byte(tt.text))
			if len(problems) != 1 || problems[0].Hint.String() != tt.want {
				t.Errorf("got %v, want %q", problems, tt.want)
			}
		})
	}
}

// TestSize is at the limit and above it.
func TestSize(t *testing.T) {
	const text = "grants: [] #"
	if _, problems := Parse([]byte(text + strings.Repeat("x", MaxSize-len(text)))); len(problems) > 0 {
		t.Errorf("1 MiB: %v", told(problems))
	}
	_, problems := Parse([]byte(text + strings.Repeat("x", MaxSize-len(text)+1)))
	if got := told(problems); !slices.Equal(got, []string{"0:0 The file is larger than 1 MiB."}) {
		t.Errorf("more: %q", got)
	}
}

// TestFiles has what may stand in a file, in all its forms.
func TestFiles(t *testing.T) {
	for _, tt := range []struct {
		file string
		want []Grant
	}{
		{"empty.yml", nil},
		{"windows.yml", []Grant{{TokenName: "A", Role: grant.None, Workspaces: []Workspace{{"B", 5, 5}}, Line: 2, Column: 19}}},
		{"full.yml", []Grant{
			{TokenName: "CI Deployer", Role: grant.Operator, Workspaces: []Workspace{{"Production", 6, 18}, {"Größe: 東", 6, 30}, {"It's", 6, 47}}, Line: 4, Column: 21},
			{TokenID: "clxxxxxxxxxxxxxxxxxxxxxxx", Role: grant.None, Workspaces: []Workspace{{"Sandbox", 10, 9}, {"12", 11, 9}}, Line: 7, Column: 19},
			{TokenName: "null", Role: grant.Member, Workspaces: []Workspace{{"clw1", 13, 19}}, Line: 13, Column: 66},
			{TokenName: "a folded name", Role: grant.Owner, Workspaces: []Workspace{{"yes", 19, 7}, {"a plain name on two lines", 20, 7}}, Line: 14, Column: 21},
		}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			data, problems := Read("testdata", filepath.Clean(tt.file))
			if len(problems) > 0 {
				t.Fatal(told(problems))
			}
			file, problems := Parse(data)
			if len(problems) > 0 {
				t.Fatal(told(problems))
			}
			if !reflect.DeepEqual(file.Grants, tt.want) {
				t.Errorf("got\n%+v\nwant\n%+v", file.Grants, tt.want)
			}
		})
	}
}

// TestSameGrantTwice: equal roles in one Workspace are one, and names and IDs are of different tokens until they are looked up.
func TestSameGrantTwice(t *testing.T) {
	const text = `grants:
- {org-token-name: A, role: WORKSPACE_OWNER, workspaces: [V, W, V]}
- {org-token-name: A, role: workspace_owner, workspaces: [W]}
- {org-token-name: a, role: none, workspaces: [W]}
- {org-token-id: A, role: none, workspaces: [W, w]}
`
	file, problems := Parse([]byte(text))
	if len(problems) > 0 || len(file.Grants) != 4 || len(file.Grants[0].Workspaces) != 2 {
		t.Errorf("got %+v, %q", file, told(problems))
	}
}

// TestNoTokenIsRepeated puts an API token everywhere.
func TestNoTokenIsRepeated(t *testing.T) {
	const secret = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
	data, err := os.ReadFile("testdata/full.yml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(data) + 1 {
		text := string(data[:i]) + secret + string(data[i:])
		_, problems := Parse([]byte(text))
		if len(problems) == 0 {
			t.Errorf("accepted: %q", text)
		}
		checkProblems(t, text, problems)
	}
}

func told(problems []Problem) []string {
	var result []string
	for _, p := range problems {
		result = append(result, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.What))
	}
	return result
}
