package sandbox

import (
	"testing"
)

const (
	deploymentRole = `{"entityType":"DEPLOYMENT","entityId":"d1","role":"Custom"}`
	dagRole        = `{"entityType":"DAG","entityId":"x","deploymentId":"d1","role":"DAG_VIEWER"}`
	tagRole        = `{"entityType":"DAG_TAG","entityId":"x","deploymentId":"d1","role":"DAG_VIEWER"}`
)

func TestWriteAnswersWhatItGranted(t *testing.T) {
	a := newTest(Options{})
	w := direct(a, "POST", rolesPath, body(memberRole, workspaceRole, deploymentRole, dagRole, tagRole))
	equal(t, "status", w.Code, 200)
	equal(t, "answer", w.Body.String(), `{"organizationRole":"ORGANIZATION_MEMBER",`+
		`"workspaceRoles":[{"role":"WORKSPACE_MEMBER","workspaceId":"clworkspace00000000000001"}],`+
		`"deploymentRoles":[{"deploymentId":"d1","role":"Custom"}],`+
		`"dagRoles":[{"dagId":"x","deploymentId":"d1","role":"DAG_VIEWER"},{"deploymentId":"d1","role":"DAG_VIEWER","tag":"x"}]}`)

	w = direct(a, "POST", rolesPath, body(memberRole))
	equal(t, "answer without", w.Body.String(),
		`{"organizationRole":"ORGANIZATION_MEMBER","workspaceRoles":[],"deploymentRoles":[],"dagRoles":[]}`)
	equal(t, "roles: all others are revoked", a.Roles(testToken), []string{memberRole})
}

func TestRolesAreKeptByteForByte(t *testing.T) {
	a := newTest(Options{})
	odd := `{ "role" : "WORKSPACE_MEMBER",` + "\n\t" + `"entityId":"clworkspace\u0030000000000000` + `1" , "entityType":"WORK\u0053PACE"}`
	equal(t, "status", direct(a, "POST", rolesPath, "\n{ \"roles\" : [ "+memberRole+" ,\n"+odd+" ] }\n").Code, 200)
	equal(t, "roles", a.Roles(testToken), []string{memberRole, odd})
}

func TestEntriesThatTheTokenHas(t *testing.T) {
	unknown := `{"entityType":"CLUSTER","entityId":"c1","role":"X","n":12345678901234567890}`
	extended := `{"entityType":"WORKSPACE","entityId":"` + testWorkspace + `","role":"WORKSPACE_MEMBER","until":"<never>"}`
	raised := `{"entityType":"WORKSPACE","entityId":"` + testWorkspace + `","role":"WORKSPACE_OWNER","until":"<never>"}`
	gone := `{"entityType":"WORKSPACE","entityId":"deleted","role":"OLD"}`
	for _, tt := range []struct {
		name   string
		has    []string
		sends  []string
		status int
	}{
		{"unknown type", []string{memberRole, unknown}, []string{unknown, memberRole, workspaceRole}, 200},
		{"unknown type that is new", []string{memberRole}, []string{memberRole, unknown}, 400},
		{"unknown type with another byte", []string{memberRole, unknown}, []string{memberRole, unknown[:len(unknown)-1] + " }"}, 400},
		{"unknown member", []string{memberRole, extended}, []string{memberRole, extended}, 200},
		{"unknown member that is new", []string{memberRole, workspaceRole}, []string{memberRole, extended}, 400},
		{"unknown member under another role", []string{memberRole, extended}, []string{memberRole, raised}, 200},
		{"workspace that is gone", []string{memberRole, gone}, []string{memberRole, gone}, 200},
		{"no object", []string{memberRole, `7`}, []string{memberRole, `7`}, 200},
		{"two for one entity", []string{memberRole, workspaceRole, extended}, []string{memberRole, extended, workspaceRole}, 200},
		{"one, sent twice", []string{memberRole, workspaceRole}, []string{memberRole, workspaceRole, workspaceRole}, 400},
		{"one, and another for its entity", []string{memberRole, workspaceRole}, []string{memberRole, workspaceRole, raised}, 400},
		{"the other way round", []string{memberRole, extended}, []string{memberRole, raised, extended}, 400},
		{"two for the organization", []string{memberRole, memberRole}, []string{memberRole, memberRole}, 400},
		{"none for the organization", []string{workspaceRole}, []string{workspaceRole}, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTest(Options{})
			a.SetRoles(testToken, tt.has...)
			w := direct(a, "POST", rolesPath, body(tt.sends...))
			if w.Code != tt.status {
				t.Fatalf("status %d, not %d: %s", w.Code, tt.status, w.Body)
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
			equal(t, "status", direct(newTest(Options{}), "POST", rolesPath, body(memberRole, entry)).Code, status)
		})
	}
}

func TestWritesElsewhere(t *testing.T) {
	const tokens = "/v1/organizations/" + testOrganization + "/tokens/"
	a := newTest(Options{})
	equal(t, "token of a workspace", direct(a, "POST", tokens+testScoped+"/roles", body(memberRole)).Code, 400)
	equal(t, "unknown token", direct(a, "POST", tokens+"none/roles", body(memberRole)).Code, 404)
	equal(t, "roles", a.Roles(testScoped), []string{workspaceRole})
}
