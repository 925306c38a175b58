package sandbox

import (
	"strings"
	"testing"
)

const (
	deploymentRole = `{"entityType":"DEPLOYMENT","entityId":"d1","role":"Custom"}`
	dagRole        = `{"entityType":"DAG","entityId":"x","deploymentId":"d1","role":"DAG_VIEWER"}`
	tagRole        = `{"entityType":"DAG_TAG","entityId":"x","deploymentId":"d1","role":"DAG_VIEWER"}`
)

func TestWriteResponse(t *testing.T) {
	a := newTestAstro(Options{})
	w := direct(a, "POST", rolesPath, body(memberRole, workspaceRole, deploymentRole, dagRole, tagRole))
	equal(t, "status", w.Code, 200)
	equal(t, "response", w.Body.String(), `{"organizationRole":"ORGANIZATION_MEMBER",`+
		`"workspaceRoles":[{"role":"WORKSPACE_MEMBER","workspaceId":"clworkspace00000000000001"}],`+
		`"deploymentRoles":[{"deploymentId":"d1","role":"Custom"}],`+
		`"dagRoles":[{"dagId":"x","deploymentId":"d1","role":"DAG_VIEWER"},`+
		`{"dagTag":"x","deploymentId":"d1","role":"DAG_VIEWER"}]}`)

	w = direct(a, "POST", rolesPath, body(memberRole))
	equal(t, "response without other roles", w.Body.String(),
		`{"organizationRole":"ORGANIZATION_MEMBER","workspaceRoles":[],"deploymentRoles":[],"dagRoles":[]}`)
	equal(t, "roles", a.Roles(testToken), []string{memberRole})
}

func TestRolesAreKeptByteForByte(t *testing.T) {
	a := newTestAstro(Options{})
	odd := `{ "role" : "WORKSPACE_MEMBER",` + "\n\t" +
		`"entityId":"clworkspace\u00300000000000001" , "entityType":"WORK\u0053PACE"}`
	equal(t, "status", direct(a, "POST", rolesPath, "\n{ \"roles\" : [ "+memberRole+" ,\n"+odd+" ] }\n").Code, 200)
	equal(t, "roles", a.Roles(testToken), []string{memberRole, odd})
}

func TestExistingEntries(t *testing.T) {
	unknown := `{"entityType":"CLUSTER","entityId":"c1","role":"X","n":12345678901234567890}`
	extended := strings.Replace(workspaceRole, "}", `,"until":"<never>"}`, 1)
	extendedOwner := strings.Replace(extended, "MEMBER", "OWNER", 1)
	deleted := `{"entityType":"WORKSPACE","entityId":"deleted","role":"OLD"}`
	type roles = []string
	for _, tt := range []struct {
		name   string
		has    roles
		sends  roles
		status int
	}{
		{"unknown type", roles{memberRole, unknown}, roles{unknown, memberRole, workspaceRole}, 200},
		{"new unknown type", roles{memberRole}, roles{memberRole, unknown}, 400},
		{"unknown type, other bytes", roles{memberRole, unknown}, roles{memberRole, unknown[:len(unknown)-1] + " }"}, 400},
		{"unknown member", roles{memberRole, extended}, roles{memberRole, extended}, 200},
		{"new unknown member", roles{memberRole, workspaceRole}, roles{memberRole, extended}, 400},
		{"unknown member and a new role", roles{memberRole, extended}, roles{memberRole, extendedOwner}, 200},
		{"deleted workspace", roles{memberRole, deleted}, roles{memberRole, deleted}, 200},
		{"not an object", roles{memberRole, `7`}, roles{memberRole, `7`}, 200},
		{"existing duplicate", roles{memberRole, workspaceRole, extended}, roles{memberRole, extended, workspaceRole}, 200},
		{"new identical duplicate", roles{memberRole, workspaceRole}, roles{memberRole, workspaceRole, workspaceRole}, 400},
		{"new duplicate after", roles{memberRole, workspaceRole}, roles{memberRole, workspaceRole, extendedOwner}, 400},
		{"new duplicate before", roles{memberRole, extended}, roles{memberRole, extendedOwner, extended}, 400},
		{"two organization roles", roles{memberRole, memberRole}, roles{memberRole, memberRole}, 400},
		{"no organization role", roles{workspaceRole}, roles{workspaceRole}, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTestAstro(Options{})
			a.SetRoles(testToken, tt.has...)
			w := direct(a, "POST", rolesPath, body(tt.sends...))
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			want := tt.has
			if tt.status == 200 {
				want = tt.sends
			}
			equal(t, "roles", a.Roles(testToken), want)
		})
	}
}

func TestWorkspaceRoles(t *testing.T) {
	for role, status := range map[string]int{
		"WORKSPACE_MEMBER": 200, "WORKSPACE_AUTHOR": 200, "WORKSPACE_OPERATOR": 200, "WORKSPACE_OWNER": 200,
		"WORKSPACE_ACCESSOR": 200, "workspace_member": 200, "Workspace_Owner": 200,
		"WORKSPACE_ADMIN": 400, "MEMBER": 400, "ORGANIZATION_MEMBER": 400, " WORKSPACE_MEMBER": 400,
	} {
		t.Run(role, func(t *testing.T) {
			entry := `{"entityType":"WORKSPACE","entityId":"` + testWorkspace + `","role":"` + role + `"}`
			equal(t, "status", direct(newTestAstro(Options{}), "POST", rolesPath, body(memberRole, entry)).Code, status)
		})
	}
}

func TestWriteToOtherTokens(t *testing.T) {
	const tokens = "/v1/organizations/" + testOrganization + "/tokens/"
	a := newTestAstro(Options{})
	equal(t, "token of a workspace", direct(a, "POST", tokens+testScoped+"/roles", body(memberRole)).Code, 400)
	equal(t, "unknown token", direct(a, "POST", tokens+"none/roles", body(memberRole)).Code, 404)
	equal(t, "roles", a.Roles(testScoped), []string{workspaceRole})
}

// TestOnlyOwnersWrite has writes by API tokens of the Organization with several roles.
func TestOnlyOwnersWrite(t *testing.T) {
	for role, status := range map[string]int{"ORGANIZATION_OWNER": 200, "ORGANIZATION_MEMBER": 403, "ORGANIZATION_BILLING_ADMIN": 403} {
		t.Run(role, func(t *testing.T) {
			a := newTestAstro(Options{})
			a.AddToken(Token{ID: testOwn, Roles: []string{demoRole(scopeOrganization, testOrganization, role)}})
			equal(t, "status", direct(a, "POST", rolesPath, body(memberRole)).Code, status)
			equal(t, "status of a read", direct(a, "GET", tokenPath, "").Code, 200)
		})
	}
}
