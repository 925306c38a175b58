package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

func TestFirstGrant(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	before := w.Roles(deployer)
	r := run(t, w.root, with("role", "workspace_operator", "settle", "8s"))
	equal(t, "exit code", r.code, 0)
	r.is(t,
		"status", "granted", "changed", "true", "token-id", deployer, "token-name", "CI Deployer",
		"organization-id", sandbox.DemoOrganizationID, "role", "WORKSPACE_OPERATOR", "workspace-id", production,
		"workspace-name", "Production", "previous-role", "", "attempts", "1", "error", "",
		"grants", `[{"tokenId":"cltokencideployer00000001","tokenName":"CI Deployer","workspaceId":"clworkspaceproduction0001",`+
			`"workspaceName":"Production","role":"WORKSPACE_OPERATOR","previousRole":"","status":"granted","error":""}]`)
	w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
	contains(t, "log", r.log, "Granted: WORKSPACE_OPERATOR in Workspace \"Production\"")
	contains(t, "summary", r.summary, "granted", "Production", production, deployer)
	equal(t, "rows", len(r.rows()), 3)
	equal(t, "warnings", r.named("warning"), nil)

	requests := w.Requests()
	calls := w.calls()
	equal(t, "calls after the lists", calls[2:], []string{readToken, writeRoles, readToken})
	if quiet := requests[4].Start.Sub(requests[3].End); quiet < 8*time.Second {
		t.Errorf("the verifying read came %v after the write, want at least 8s", quiet)
	}
}

// TestGrantOutcomes grants roles to the demo's CI Deployer, which is a WORKSPACE_AUTHOR in Staging.
func TestGrantOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		inputs  map[string]string
		outputs []string
		writes  int
		warning string
		role    string // in Staging after the run
	}{
		{
			"same role", with("workspace", "Staging", "role", "WORKSPACE_AUTHOR"),
			[]string{"status", "unchanged", "changed", "false", "previous-role", "WORKSPACE_AUTHOR", "attempts", "0"},
			0, "", "WORKSPACE_AUTHOR",
		},
		{
			"higher role", with("workspace", "Staging", "role", "WORKSPACE_OWNER"),
			[]string{"status", "updated", "changed", "true", "previous-role", "WORKSPACE_AUTHOR", "attempts", "1"},
			1, "", "WORKSPACE_OWNER",
		},
		{
			"lower role", with("workspace", "Staging", "role", "WORKSPACE_MEMBER"),
			[]string{"status", "updated", "changed", "true", "previous-role", "WORKSPACE_AUTHOR", "attempts", "1"},
			1,
			"from WORKSPACE_AUTHOR to WORKSPACE_MEMBER", "WORKSPACE_MEMBER",
		},
		{
			"dry run", with("workspace", "Staging", "role", "WORKSPACE_MEMBER", "dry-run", "True"),
			[]string{"status", "updated", "changed", "true", "previous-role", "WORKSPACE_AUTHOR", "attempts", "0"},
			0,
			"from WORKSPACE_AUTHOR to WORKSPACE_MEMBER", "WORKSPACE_AUTHOR",
		},
		{
			"dry run, unchanged", with("workspace", "Staging", "role", "WORKSPACE_AUTHOR", "dry-run", "true"),
			[]string{"status", "unchanged", "changed", "false", "previous-role", "WORKSPACE_AUTHOR", "attempts", "0"},
			0, "", "WORKSPACE_AUTHOR",
		},
		{
			"granted and unchanged", with("workspace", "Staging\nProduction", "role", "WORKSPACE_AUTHOR"),
			[]string{"status", "granted", "changed", "true", "previous-role", "WORKSPACE_AUTHOR\n", "workspace-name", "Staging\nProduction"},
			1, "", "WORKSPACE_AUTHOR",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, tt.inputs)
			equal(t, "exit code", r.code, 0)
			r.is(t, tt.outputs...)
			equal(t, "writes", w.count(writeRoles), tt.writes)
			if strings.Contains(tt.inputs["workspace"], "Production") {
				before = plus(entry("WORKSPACE", production, tt.inputs["role"]))(before)
			}
			w.holds(t, deployer, staging, tt.role, before)
			warnings := r.named("warning")
			if equal(t, "has a warning", len(warnings) == 1, tt.warning != ""); len(warnings) > 0 {
				contains(t, "warning", warnings[0].message, tt.warning, "Staging")
			}
			equal(t, "the summary shows a plan", strings.Contains(r.summary, ", plan: "), tt.inputs["dry-run"] != "")
		})
	}
}

func TestRepeatedGrant(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	run(t, w.root, with()).is(t, "status", "granted")
	r := run(t, w.root, with())
	r.is(t, "status", "unchanged", "changed", "false", "previous-role", "WORKSPACE_OPERATOR", "attempts", "0")
	equal(t, "writes of both runs", w.count(writeRoles), 1)
}

func TestRoleNamesIgnoreCase(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.Update(deployer, plus(entry("WORKSPACE", production, "workspace_operator")))
	run(t, w.root, with()).is(t, "status", "unchanged")
	equal(t, "writes", w.count(writeRoles), 0)
}

func TestSeveralWorkspacesInOneWrite(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	_, others := split(w.Roles(deployer), staging)
	r := run(t, w.root, with("workspace", "\n  Staging\n\nProduction\r\n"+production+"\nStaging \n"+analytics2+"\nSandbox\n"))
	equal(t, "exit code", r.code, 0)
	r.is(t, "status", "granted", "attempts", "1",
		"workspace-id", strings.Join([]string{staging, production, analytics2, "clworkspacesandbox0000003"}, "\n"),
		"workspace-name", "Staging\nProduction\nAnalytics\nSandbox",
		"previous-role", "WORKSPACE_AUTHOR\n\n\n")
	equal(t, "writes", w.count(writeRoles), 1)
	equal(t, "rows", len(r.rows()), 2+4)

	var grants []struct{ WorkspaceID, PreviousRole, Status string }
	if err := json.Unmarshal([]byte(r.outputs["grants"]), &grants); err != nil {
		t.Fatal(err)
	}
	equal(t, "grants", grants, []struct{ WorkspaceID, PreviousRole, Status string }{
		{staging, "WORKSPACE_AUTHOR", "updated"},
		{production, "", "granted"},
		{analytics2, "", "granted"},
		{"clworkspacesandbox0000003", "", "granted"},
	})

	// The new entry replaces the old one in its place or is appended. All others are unchanged.
	roles := w.Roles(deployer)
	equal(t, "first role", roles[0], others[0])
	equal(t, "second role", roles[1], entry("WORKSPACE", staging, "WORKSPACE_OPERATOR"))
	equal(t, "other roles", roles[2:5], others[1:])
	equal(t, "number of roles", len(roles), 8)
}

func TestForeignEntriesUnchanged(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	odd := `{ "entityType" :"STARSHIP","entityId":"x<y>&z",` + "\n\t" +
		`"seats": 9007199254740993, "price":1e400,"nested":{"b":[ 1 ,2],"a":null},  "role":"<Pilot> \u0026 caf\u00e9" }`
	w.Update(deployer, func(roles []string) []string { return append([]string{odd}, roles...) })
	before := w.Roles(deployer)
	r := run(t, w.root, with())
	equal(t, "exit code", r.code, 0)
	w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
	equal(t, "unknown entry", w.Roles(deployer)[0], odd)
}
