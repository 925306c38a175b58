package grantsfile

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
)

// problemTest is a file and its problems, each as line:column, a space, and what it is.
type problemTest struct {
	name, text string
	want       []string
}

func problemTests() []problemTest {
	return slices.Concat(syntaxTests, explainTests, contentTests, optionTests)
}

func TestProblems(t *testing.T) {
	for _, tt := range problemTests() {
		t.Run(tt.name, func(t *testing.T) {
			wanted, problems := parseFile([]byte(tt.text))
			if got := places(problems); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if len(wanted) > 0 {
				t.Errorf("a file with problems grants %v", wanted)
			}
			checkProblems(t, tt.text, problems)
		})
	}
}

func TestHints(t *testing.T) {
	const roles = "WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER, or none to revoke the role."
	for _, tt := range []struct{ name, text, want string }{
		{"key near", "grant: []\n", "Did you mean grants? Allowed here: exclusive, grants."},
		{"key", "grants: [{org-token-name: A, role: none, workspaces: [W], x: y}]\n", "Allowed here: org-token-name, org-token-id, role, workspaces, until, reason."},
		{"key of a grant near", "grants: [{org_token_name: A, role: none, workspaces: [W]}]\n", "Did you mean org-token-name? Allowed here: org-token-name, org-token-id, role, workspaces, until, reason."},
		{"role", "grants: [{org-token-name: A, role: x, workspaces: [W]}]\n", "Use " + roles},
		{"role empty", "grants: [{org-token-name: A, role: , workspaces: [W]}]\n", "Use " + roles},
		{"role missing", "grants: [{org-token-name: A, workspaces: [W]}]\n", "Use " + roles},
		{"role near", "grants: [{org-token-name: A, role: owner, workspaces: [W]}]\n", "Did you mean WORKSPACE_OWNER? Otherwise use " + roles},
		{"number", "grants: [{org-token-name: 1, role: none, workspaces: [W]}]\n", "Put it in quotes."},
		{
			"# at the start of a name", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - #1 Team\n",
			"# starts a comment. If it is the start of a name, put the name in quotes.",
		},
		{"comment instead of a token", "grants:\n- org-token-name: # soon\n  role: none\n  workspaces: [W]\n", "# starts a comment. If it is the start of a name, put the name in quotes."},
		{"no name", "grants:\n- org-token-name:\n  role: none\n  workspaces: [W]\n", "Enter a value."},
		{"asterisk", "grants:\n- org-token-name: *Star\n  role: none\n  workspaces: [W]\n", "If it is part of a name, put the name in quotes. Otherwise write everything out."},
		{"question mark", "grants:\n- org-token-name: ? Why\n  role: none\n  workspaces: [W]\n", "If it is part of a name, put the name in quotes. Otherwise write the key as in role: none."},
		{"colon", "grants:\n- org-token-name: Prod: EU\n  role: none\n  workspaces: [W]\n", `Put it in quotes, as in "Production: EU".`},
		{"string for a list", "grants: [{org-token-name: A, role: none, workspaces: W}]\n", "Write a list, as in workspaces: [Production, Staging], also for one Workspace."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := parseFile([]byte(tt.text))
			if len(problems) != 1 || problems[0].Hint.String() != tt.want {
				t.Errorf("got %v, want %q", problems, tt.want)
			}
		})
	}
}

// TestSize parses files at the size limit and above it.
func TestSize(t *testing.T) {
	const text = "grants: [] #"
	if _, problems := parseFile([]byte(text + strings.Repeat("x", MaxSize-len(text)))); len(problems) > 0 {
		t.Errorf("at the limit: %v", places(problems))
	}
	_, problems := parseFile([]byte(text + strings.Repeat("x", MaxSize-len(text)+1)))
	if got := places(problems); !slices.Equal(got, []string{"0:0 grants-file: The file, or all files of the folder together, are larger than 512 KiB."}) {
		t.Errorf("above the limit: %q", got)
	}
}

// TestFiles reads files that use all that is allowed.
func TestFiles(t *testing.T) {
	at := func(line, column int) grant.Position { return grant.Position{Line: line, Column: column} }
	for _, tt := range []struct {
		file string
		want []grant.Wanted
	}{
		{"empty.yml", nil},
		{"windows.yml", []grant.Wanted{{TokenName: "A", Role: grant.None, WorkspaceGiven: "B", TokenAt: at(2, 19), WorkspaceAt: at(5, 5)}}},
		{"full.yml", []grant.Wanted{
			{TokenName: "CI Deployer", Role: grant.Operator, WorkspaceGiven: "Production", TokenAt: at(4, 21), WorkspaceAt: at(6, 18)},
			{TokenName: "CI Deployer", Role: grant.Operator, WorkspaceGiven: "Größe: 東", TokenAt: at(4, 21), WorkspaceAt: at(6, 30)},
			{TokenName: "CI Deployer", Role: grant.Operator, WorkspaceGiven: "It's", TokenAt: at(4, 21), WorkspaceAt: at(6, 47)},
			{TokenID: "clxxxxxxxxxxxxxxxxxxxxxxx", Role: grant.None, WorkspaceGiven: "Sandbox", TokenAt: at(7, 19), WorkspaceAt: at(10, 9)},
			{TokenID: "clxxxxxxxxxxxxxxxxxxxxxxx", Role: grant.None, WorkspaceGiven: "12", TokenAt: at(7, 19), WorkspaceAt: at(11, 9)},
			{TokenName: "null", Role: grant.Member, WorkspaceGiven: "clw1", TokenAt: at(13, 66), WorkspaceAt: at(13, 19)},
			{TokenName: "a folded name", Role: grant.Owner, WorkspaceGiven: "yes", TokenAt: at(14, 21), WorkspaceAt: at(19, 7)},
			{TokenName: "a folded name", Role: grant.Owner, WorkspaceGiven: "a plain name on two lines", TokenAt: at(14, 21), WorkspaceAt: at(20, 7)},
		}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			files, problems := Read("testdata", filepath.Clean(tt.file))
			if len(problems) > 0 {
				t.Fatal(places(problems))
			}
			wanted, problems := parseFile(files[0].Content)
			if len(problems) > 0 {
				t.Fatal(places(problems))
			}
			if !reflect.DeepEqual(wanted, tt.want) {
				t.Errorf("got\n%+v\nwant\n%+v", wanted, tt.want)
			}
		})
	}
}

// TestAccepted has names that YAML parsers disagree about, and layouts that are valid though unusual.
func TestAccepted(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"YAML 1.1 boolean", "[yes, No, on, OFF, y, n]", "yes|No|on|OFF|y|n"},
		{"dates and times", "[2024-01-02, 2024-01-02T03:04:05Z, 12:30, 1:2:3]", "2024-01-02|2024-01-02T03:04:05Z|12:30|1:2:3"},
		{"nearly a number", "[0X1F, 08_2024, 1.2.3, 1e, e3, _1, 0x, 1-2, -, +]", "0X1F|08_2024|1.2.3|1e|e3|_1|0x|1-2|-|+"},
		{"nearly null or a boolean", "[nULL, tRUE, nil, none]", "nULL|tRUE|nil|none"},
		{"special characters inside", "[a#b, a&b, a*b, a!b, a%b, a@b, a|b, a>b, a-b, a=b, =]", "a#b|a&b|a*b|a!b|a%b|a@b|a|b|a>b|a-b|a=b|="},
		{"URL", "[https://x.io:8/y]", "https://x.io:8/y"},
		{"colon without a space", "[Prod:EU]", "Prod:EU"},
		{"dash without a space", "\n  - -Production", "-Production"},
		{"no-break space inside", "[A\u00a0B]", "A\u00a0B"},
		{"quotes inside", `["A \"B\"", 'It''s', Bob's, a "b"]`, `A "B"|It's|Bob's|a "b"`},
		{"escapes", `["\x41\u00e9\U0001F680"]`, "Aé🚀"},
		{"brackets on several lines", "[\n    A,\n    B,\n  ]", "A|B"},
		{"text on several lines", "\n  - 'A\n    B'\n  - C\n    D", "A B|C D"},
		{"lines of Windows", "\r\n  - 'A\r\n    B'\r\n  - C\r\n    D\r\n", "A B|C D"},
		{"comments", "# c\n  # c\n  - A # c\n\n  - B\n# c", "A|B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wanted, problems := parseFile([]byte("grants:\n- org-token-name: A\n  role: none\n  workspaces: " + tt.text + "\n"))
			var got []string
			for _, w := range wanted {
				got = append(got, w.WorkspaceGiven)
			}
			if strings.Join(got, "|") != tt.want {
				t.Errorf("got %q, want %q; problems %q", got, tt.want, places(problems))
			}
		})
	}
}

// TestSameGrantTwice: a repeated Workspace of one grant is one, and a name and an ID are different API tokens until
// they are looked up.
func TestSameGrantTwice(t *testing.T) {
	const text = `grants:
- {org-token-name: A, role: WORKSPACE_OWNER, workspaces: [V, W, V]}
- {org-token-name: A, role: workspace_owner, workspaces: [W]}
- {org-token-name: a, role: none, workspaces: [W]}
- {org-token-id: A, role: none, workspaces: [W, w]}
`
	wanted, problems := parseFile([]byte(text))
	if len(problems) > 0 || len(wanted) != 6 {
		t.Errorf("got %+v, %q", wanted, places(problems))
	}
}

// TestNoTokenIsRepeated inserts an API token at each place of a file.
func TestNoTokenIsRepeated(t *testing.T) {
	const secret = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
	data, err := os.ReadFile("testdata/full.yml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(data) + 1 {
		text := string(data[:i]) + secret + string(data[i:])
		_, problems := parseFile([]byte(text))
		if len(problems) == 0 {
			t.Errorf("accepted: %q", text)
		}
		checkProblems(t, text, problems)
	}
}

// today is the day on which the tests read files.
var today = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func parseFile(data []byte) ([]grant.Wanted, []grant.Problem) {
	grants, problems := Parse(today, File{Content: data})
	return grants.Wanted, problems
}

func places(problems []grant.Problem) []string {
	var result []string
	for _, p := range problems {
		result = append(result, fmt.Sprintf("%d:%d %s", p.At.Line, p.At.Column, p.What))
	}
	return result
}
