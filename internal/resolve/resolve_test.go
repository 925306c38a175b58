package resolve

import (
	"slices"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
)

// found is an Organization with two API tokens and two Workspaces, each known by its name and by its ID. The API token
// "Gone" and the Workspace "Lost" do not exist.
func found() (tokens, workspaces) {
	t := tokens{found: map[ref]grant.Token{}}
	for id, name := range map[string]string{"t1": "Deployer", "t2": "Preview"} {
		token := grant.Token{Resource: grant.Resource{ID: id, Name: name}}
		t.found[ref{name: name}], t.found[ref{id: id}] = token, token
	}
	w := workspaces{found: map[string]grant.Resource{}, kinds: map[string]grant.Kind{"Lost": grant.WorkspaceNotFound}}
	for id, name := range map[string]string{"w1": "Production", "w2": "Staging"} {
		workspace := grant.Resource{ID: id, Name: name}
		w.found[name], w.found[id] = workspace, workspace
	}
	return t, w
}

// wants returns a wanted grant. Its line in the grants file is set by the test.
func wants(tokenName, tokenID, workspace string, role grant.Role) grant.Wanted {
	return grant.Wanted{TokenName: tokenName, TokenID: tokenID, WorkspaceGiven: workspace, Role: role}
}

func TestPair(t *testing.T) {
	const same = " the same API token the role "
	for _, tt := range []struct {
		name     string
		wanted   []grant.Wanted // one per line
		outcomes []string       // line, API token, Workspace, role, kind of problem
		problems []string       // after the line of the file that they belong to
	}{
		{"nothing", nil, nil, nil},
		{
			"different grants keep their order",
			[]grant.Wanted{
				wants("Preview", "", "w2", grant.Member), wants("", "t1", "Production", grant.Owner),
				wants("", "t1", "w2", grant.None),
			},
			[]string{"1 t2 w2 WORKSPACE_MEMBER", "2 t1 w1 WORKSPACE_OWNER", "3 t1 w2 none"},
			nil,
		},
		{
			"duplicate by name and ID of the API token",
			[]grant.Wanted{wants("Deployer", "", "Production", grant.Member), wants("", "t1", "Production", grant.Member)},
			[]string{"1 t1 w1 WORKSPACE_MEMBER"},
			nil,
		},
		{
			"duplicate by name and ID of the Workspace",
			[]grant.Wanted{wants("", "t1", "w1", grant.Member), wants("", "t1", "Production", grant.Member)},
			[]string{"1 t1 w1 WORKSPACE_MEMBER"},
			nil,
		},
		{
			"duplicate by name and ID of both",
			[]grant.Wanted{
				wants("Deployer", "", "w1", grant.None), wants("", "t2", "w1", grant.None),
				wants("", "t1", "Production", grant.None),
			},
			[]string{"1 t1 w1 none", "2 t2 w1 none"},
			nil,
		},
		{
			"contradiction by name and ID of the API token",
			[]grant.Wanted{wants("Deployer", "", "Production", grant.Member), wants("", "t1", "Production", grant.Owner)},
			[]string{"1 t1 w1 WORKSPACE_MEMBER"},
			[]string{
				`2: The API token "t1" gets the role WORKSPACE_OWNER in Workspace "Production" here, but line 1 gives` + same +
					"WORKSPACE_MEMBER in the same Workspace.",
			},
		},
		{
			"contradiction by name and ID of the Workspace",
			[]grant.Wanted{wants("", "t2", "Staging", grant.Author), wants("", "t2", "w2", grant.None)},
			[]string{"1 t2 w2 WORKSPACE_AUTHOR"},
			[]string{
				`2: The API token "t2" gets the role none in Workspace "w2" here, but line 1 gives` + same +
					"WORKSPACE_AUTHOR in the same Workspace.",
			},
		},
		{
			"two contradictions of the same grant",
			[]grant.Wanted{
				wants("Deployer", "", "Production", grant.Member), wants("", "t1", "w1", grant.Owner),
				wants("", "t1", "Production", grant.Author), wants("Deployer", "", "w1", grant.Member),
			},
			[]string{"1 t1 w1 WORKSPACE_MEMBER"},
			[]string{
				`2: The API token "t1" gets the role WORKSPACE_OWNER in Workspace "w1" here, but line 1 gives` + same +
					"WORKSPACE_MEMBER in the same Workspace.",
				`3: The API token "t1" gets the role WORKSPACE_AUTHOR in Workspace "Production" here, but line 1 gives` + same +
					"WORKSPACE_MEMBER in the same Workspace.",
			},
		},
		{
			"unknown names are never duplicates",
			[]grant.Wanted{
				wants("Gone", "", "Production", grant.Member), wants("Gone", "", "w1", grant.Owner),
				wants("Deployer", "", "Lost", grant.Member), wants("", "t1", "Lost", grant.Owner),
			},
			[]string{
				"1  w1 WORKSPACE_MEMBER", "2  w1 WORKSPACE_OWNER",
				"3 t1  WORKSPACE_MEMBER workspace-not-found", "4 t1  WORKSPACE_OWNER workspace-not-found",
			},
			nil,
		},
		{
			"a name that equals an ID is a name",
			[]grant.Wanted{wants("t1", "", "w1", grant.Member), wants("", "t1", "w1", grant.Owner)},
			[]string{"1  w1 WORKSPACE_MEMBER", "2 t1 w1 WORKSPACE_OWNER"},
			nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i := range tt.wanted {
				tt.wanted[i].WorkspaceAt = grant.Position{Line: i + 1, Column: 5}
			}
			tokens, workspaces := found()
			outcomes, problems := pair(tt.wanted, tokens, workspaces)
			var got []string
			for _, o := range outcomes {
				got = append(got, strings.TrimSpace(strings.Join([]string{
					line(o.WorkspaceAt), o.Token.ID, o.Workspace.ID, string(o.Role), string(o.Error),
				}, " ")))
			}
			if !slices.Equal(got, tt.outcomes) {
				t.Errorf("outcomes:\ngot  %q\nwant %q", got, tt.outcomes)
			}
			got = nil
			for _, p := range problems {
				got = append(got, line(p.At)+": "+p.What.String())
				if p.Kind != grant.InvalidInput || p.Hint.String() != "Keep one of the two lines." {
					t.Errorf("got %s, hint: %s", p.Kind, p.Hint)
				}
			}
			if !slices.Equal(got, tt.problems) {
				t.Errorf("problems:\ngot  %q\nwant %q", got, tt.problems)
			}
		})
	}
}

func line(at grant.Position) string { return string(rune('0' + at.Line)) }

func TestHasIDShape(t *testing.T) {
	for s, want := range map[string]bool{
		"clm8pncig000d01rwezlb4yvx":            true,
		"Clm8pncig000d01rwezlb4yvx":            false,
		"clm8pncig000d01rwezlb4yvX":            false,
		"clm8pncig000d01rwezlb4yv":             false,
		"clm8pncig000d01rwezlb4yvxx":           false,
		"xlm8pncig000d01rwezlb4yvx":            false,
		"clm8pncig 00d01rwezlb4yvx":            false,
		"Production":                           false,
		"0b5e1f5c-6d8e-4c8a-9d2f-1a2b3c4d5e6f": true,
		"data-platform-production-2":           false,
		"":                                     false,
	} {
		if got := HasIDShape(s); got != want {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

func TestInChunks(t *testing.T) {
	repeated := func(n int, name string) []string { return slices.Repeat([]string{name}, n) }
	for _, tt := range []struct {
		name  string
		given []string
		want  []int // the sizes of the chunks
	}{
		{"nothing", nil, nil},
		{"one", repeated(1, "a"), []int{1}},
		{"as many as fit", repeated(50, "a"), []int{50}},
		{"one more than fit", repeated(51, "a"), []int{50, 1}},
		{"long names", repeated(5, strings.Repeat("a", 1500)), []int{2, 2, 1}},
		{"names that are long when escaped", repeated(5, strings.Repeat("ä", 250)), []int{2, 2, 1}},
		{"a name longer than a request", repeated(2, strings.Repeat("a", 5000)), []int{1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			chunks := inChunks(tt.given)
			var sizes []int
			for _, chunk := range chunks {
				sizes = append(sizes, len(chunk))
			}
			if !slices.Equal(sizes, tt.want) || !slices.Equal(slices.Concat(chunks...), tt.given) {
				t.Errorf("got chunks of %v, want %v", sizes, tt.want)
			}
		})
	}
}
