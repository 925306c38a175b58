package export

import (
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/grantsfile"
)

func TestYAML(t *testing.T) {
	role := func(id string, role grant.Role) grant.Entry { return grant.WorkspaceEntry(id, string(role)) }
	token := func(id, name string, roles ...grant.Entry) grant.Token {
		return grant.Token{Resource: grant.Resource{ID: id, Name: name}, Roles: roles}
	}
	const idShape = "clm8pncig000d01rwezlb4yvx"
	for _, tt := range []struct {
		name       string
		tokens     []grant.Token
		workspaces []grant.Resource
		want       string // after the first line
	}{
		{"nothing", nil, nil, "grants: []\n"},
		{"no roles", []grant.Token{token("t1", "a")}, []grant.Resource{{ID: "w1", Name: "b"}}, "grants: []\n"},
		{
			"roles in the order of permissions, Workspaces by name",
			[]grant.Token{
				token("t1", "CI", role("w1", grant.Owner), role("w2", grant.Member), role("w3", grant.Member)),
			},
			[]grant.Resource{{ID: "w1", Name: "b"}, {ID: "w2", Name: "c"}, {ID: "w3", Name: "a"}},
			"grants:\n  - org-token-name: \"CI\"\n    role: WORKSPACE_MEMBER\n    workspaces:\n      - \"a\"\n      - \"c\"\n" +
				"  - org-token-name: \"CI\"\n    role: WORKSPACE_OWNER\n    workspaces:\n      - \"b\"\n",
		},
		{
			"names that are not unique, or look like an ID",
			[]grant.Token{token("t1", "CI", role("w1", grant.Member), role("w3", grant.Member)), token("t2", "CI")},
			[]grant.Resource{{ID: "w1", Name: "a"}, {ID: "w2", Name: "a"}, {ID: "w3", Name: idShape}},
			"grants:\n  - org-token-id: \"t1\" # CI\n    role: WORKSPACE_MEMBER\n    workspaces:\n" +
				"      - \"w1\" # a\n      - \"w3\" # " + idShape + "\n",
		},
		{
			"hostile names",
			[]grant.Token{token("t1", "a\nrole: x", role("w1", grant.Member), role("w2", grant.Member))},
			[]grant.Resource{{ID: "w1", Name: "\" # b"}, {ID: "w2", Name: "c\u200b"}},
			"grants:\n  - org-token-id: \"t1\" # a\\nrole: x\n    role: WORKSPACE_MEMBER\n    workspaces:\n" +
				"      - \"\\\" # b\"\n      - \"w2\" # c\\u200b\n",
		},
		{
			"roles that a file cannot express",
			[]grant.Token{token("t1", "CI",
				role("w1", grant.Member), role("w1", grant.Owner), role("w2", "WORKSPACE_ACCESSOR"), role("gone", grant.Owner))},
			[]grant.Resource{{ID: "w1", Name: "a"}, {ID: "w2", Name: "b"}},
			"grants: []\n  # CI has WORKSPACE_MEMBER and WORKSPACE_OWNER in a, but a file can give it only one role there.\n" +
				"  # CI has WORKSPACE_ACCESSOR in b, which cannot be granted.\n" +
				"  # CI has WORKSPACE_OWNER in gone, which is not in the list of Workspaces.\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &organization{
				tokens: tt.tokens, workspaces: map[string]grant.Resource{},
				tokenNames: map[string]int{}, workspaceNames: map[string]int{},
			}
			for _, token := range tt.tokens {
				o.tokenNames[token.Name]++
			}
			for _, w := range tt.workspaces {
				o.workspaces[w.ID] = w
				o.workspaceNames[w.Name]++
			}
			const first = schemaLine + "\n# The roles in the Organization o1. Deleting a line does not revoke access. Use role: none.\n"
			got := o.yaml("o1")
			if got != first+tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, first+tt.want)
			}
			if _, problems := grantsfile.Parse(time.Time{}, grantsfile.File{Content: []byte(got)}); len(problems) > 0 {
				t.Errorf("not a valid grants file: %s", problems[0].What)
			}
		})
	}
}

// TestExclusiveYAML leaves out the API tokens of which an exclusive file would revoke a role.
func TestExclusiveYAML(t *testing.T) {
	roles := func(entries ...grant.Entry) []grant.Entry { return entries }
	member := grant.WorkspaceEntry("w1", "WORKSPACE_MEMBER")
	for _, tt := range []struct {
		name  string
		roles []grant.Entry
		want  string
	}{
		{"listed", roles(member), "grants:\n  - org-token-name: \"CI\"\n    role: WORKSPACE_MEMBER\n    workspaces:\n      - \"a\"\n"},
		{
			"a role that Astro assigns", roles(member, grant.WorkspaceEntry("w2", "WORKSPACE_ACCESSOR")),
			"grants:\n  # CI has WORKSPACE_ACCESSOR in w2, which cannot be granted.\n" +
				"  - org-token-name: \"CI\"\n    role: WORKSPACE_MEMBER\n    workspaces:\n      - \"a\"\n",
		},
		{
			"a Workspace that is not listed", roles(member, grant.WorkspaceEntry("w2", "WORKSPACE_MEMBER")),
			"grants: []\n  # CI has WORKSPACE_MEMBER in w2, which is not in the list of Workspaces.\n" +
				"  # CI is left out, as an exclusive file would revoke that.\n",
		},
		{
			"an unknown role", roles(member, grant.WorkspaceEntry("w2", "WORKSPACE_NEW")),
			"grants: []\n  # CI has WORKSPACE_NEW in w2, which cannot be granted.\n" +
				"  # CI is left out, as an exclusive file would revoke that.\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &organization{
				tokens:    []grant.Token{{Resource: grant.Resource{ID: "t1", Name: "CI"}, Roles: tt.roles}},
				exclusive: true, workspaces: map[string]grant.Resource{"w1": {ID: "w1", Name: "a"}},
				tokenNames: map[string]int{"CI": 1}, workspaceNames: map[string]int{"a": 1},
			}
			want := schemaLine + "\n# The roles in the Organization o1. Deleting a line revokes the role, while the file names " +
				"the API token.\nexclusive: true\n" + tt.want
			if got := o.yaml("o1"); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
