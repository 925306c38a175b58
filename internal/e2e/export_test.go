package e2e

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestExport exports an Organization and plans the file, which changes nothing.
func TestExport(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	// A file cannot contain all of these by name: a name with a line break, one that looks like an ID, an ambiguous
	// one, and a role that cannot be granted.
	w.AddWorkspace("clworkspacestrange0000001", "two\nlines: \"#\"")
	w.AddWorkspace("clworkspacestrange0000002", "clworkspaceproduction0001")
	w.AddWorkspace("clworkspacestrange0000003", `- "quoted" # 'and' {so} [on]: ü`)
	w.AddToken(sandbox.Token{ID: "cltokenstrange00000000001", Name: "::set-output name=x::\n", Roles: []string{
		entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
		entry("WORKSPACE", "clworkspacestrange0000001", "workspace_operator"),
		entry("WORKSPACE", "clworkspacestrange0000002", "WORKSPACE_OPERATOR"),
		entry("WORKSPACE", "clworkspacestrange0000003", "WORKSPACE_OWNER"),
		entry("WORKSPACE", analytics, "WORKSPACE_MEMBER"),
		entry("WORKSPACE", production, "WORKSPACE_ACCESSOR"),
	}})
	// Names that are not valid in a file, as values and in comments.
	const secret = "eyJhbGciOiJI.eyJhbGciOiJI.eyJhbGciOiJI"
	for i, name := range []string{
		"holds " + secret, strings.Repeat("<", 120), strings.Repeat("<", 101), " white ", "", strings.Repeat("long ", 500),
	} {
		id := fmt.Sprintf("cltokenrefused00000000%03d", i)
		w.AddWorkspace(fmt.Sprintf("clworkspacerefused0000%03d", i), name)
		w.AddToken(sandbox.Token{ID: id, Name: name, Roles: []string{
			entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
			entry("WORKSPACE", fmt.Sprintf("clworkspacerefused0000%03d", i), "WORKSPACE_MEMBER"),
			entry("WORKSPACE", analytics, strings.Repeat("<", 120)),
		}})
	}
	exported := start(t, w.root, nil, terminal, args("-export", "-api-url", w.root+"/v1")).wait()
	equal(t, "exit code", exported.code, 0)
	lacks(t, "the file", exported.log, secret)
	contains(t, "the file", exported.log, `org-token-name: "CI Deployer"`,
		`org-token-id: "cltokennightlyreports0003" # Nightly Reports`,
		`"clworkspacestrange0000001" # two\nlines`, `- \"quoted\" # 'and' {so} [on]: ü"`, "which cannot be granted")
	equal(t, "writes", w.count(writeRoles), 0)

	file := exported.log[strings.Index(exported.log, "# The roles"):]
	planned := run(t, w.root, map[string]string{"grants-file": "grants.yml", "dry-run": "true"}, func(s *setup) {
		s.env["GITHUB_WORKSPACE"] = s.dir
		s.write("grants.yml", file)
	})
	planned.is(t, "status", "unchanged", "changed", "false", "granted", "0", "updated", "0", "revoked", "0",
		"unchanged", "14")
}

// TestExportOfUnsupportedRoles exports roles that a file cannot grant: they become comments, and the file is valid.
func TestExportOfUnsupportedRoles(t *testing.T) {
	t.Parallel()
	const missing = "clworkspacemissing0000001"
	for _, tt := range []struct {
		name, note string
		roles      []string
	}{
		{"nothing", "grants: []\n", nil},
		{
			"a role that cannot be granted", "has WORKSPACE_ACCESSOR in Production, which cannot be granted.",
			[]string{entry("WORKSPACE", production, "WORKSPACE_ACCESSOR")},
		},
		{
			"two roles in one Workspace",
			"has WORKSPACE_OWNER and WORKSPACE_MEMBER in Production, but a file can give it only one role there.",
			[]string{entry("WORKSPACE", production, "WORKSPACE_OWNER"), entry("WORKSPACE", production, "WORKSPACE_MEMBER")},
		},
		{
			"a Workspace that is not listed",
			"has WORKSPACE_OWNER in " + missing + ", which is not in the list of Workspaces.",
			[]string{entry("WORKSPACE", missing, "WORKSPACE_OWNER")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			member := entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")
			for _, token := range []string{deployer, "cltokennightlyreports0003", "cltokennightlyreports0004", legacySync} {
				w.SetRoles(token, member)
			}
			w.SetRoles(deployer, append([]string{member}, tt.roles...)...)
			exported := start(t, w.root, nil, terminal, args("-export", "-api-url", w.root+"/v1")).wait()
			contains(t, "the file", exported.log, tt.note)
			planned := run(t, w.root, map[string]string{"grants-file": "grants.yml", "dry-run": "true"}, func(s *setup) {
				s.env["GITHUB_WORKSPACE"] = s.dir
				s.write("grants.yml", exported.log[strings.Index(exported.log, "# The roles"):])
			})
			planned.is(t, "status", "unchanged", "unchanged", "0")
		})
	}
}
