package sandbox

import (
	"strings"
	"testing"
)

func TestWriteRefusals(t *testing.T) {
	with := func(entry string) string { return body(memberRole, entry) }
	for _, tt := range []struct{ name, body, message string }{
		{"nothing", "", "JSON object"},
		{"half", `{"roles":[`, "JSON object"},
		{"two values", body(memberRole) + "{}", "JSON object"},
		{"a list", `[` + memberRole + `]`, "JSON object"},
		{"null", `null`, "JSON object"},
		{"no UTF-8", "{\"roles\xff\":[]}", "UTF-8"},
		{"no roles", `{}`, "one key"},
		{"another key", `{"Roles":[` + memberRole + `]}`, "one key"},
		{"a further key", `{"roles":[` + memberRole + `],"x":1}`, "one key"},
		{"the key twice", `{"roles":[],"roles":[` + memberRole + `]}`, "twice"},
		{"roles is null", `{"roles":null}`, "at least one"},
		{"roles is an object", `{"roles":` + memberRole + `}`, "a list"},
		{"roles is empty", `{"roles":[]}`, "at least one"},
		{"entry is a string", with(`"WORKSPACE"`), "roles[1]"},
		{"entry is null", with(`null`), "roles[1]"},
		{"no type", with(`{"entityId":"d1","role":"R"}`), "roles[1].entityType"},
		{"no ID", with(`{"entityType":"DEPLOYMENT","role":"R"}`), "roles[1].entityId"},
		{"no role", with(`{"entityType":"DEPLOYMENT","entityId":"d1"}`), "roles[1].role"},
		{"empty role", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":""}`), "roles[1].role"},
		{"role is null", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":null}`), "roles[1].role"},
		{"role is a number", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":1}`), "roles[1].role"},
		{"role twice", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":"R","role":"S"}`), "twice"},
		{"unknown member", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":"R","x":1}`), "roles[1].x"},
		{"unknown type", with(`{"entityType":"CLUSTER","entityId":"c1","role":"R"}`), "roles[1].entityType"},
		{"type in lower case", with(`{"entityType":"workspace","entityId":"` + testWorkspace + `","role":"WORKSPACE_OWNER"}`), "entityType"},
		{"DAG without deployment", with(`{"entityType":"DAG","entityId":"x","role":"R"}`), "roles[1].deploymentId"},
		{"DAG tag without deployment", with(`{"entityType":"DAG_TAG","entityId":"x","role":"R"}`), "roles[1].deploymentId"},
		{"workspace with deployment", with(strings.Replace(workspaceRole, "{", `{"deploymentId":"d1",`, 1)), "roles[1].deploymentId"},
		{"unknown workspace", with(`{"entityType":"WORKSPACE","entityId":"none","role":"WORKSPACE_OWNER"}`), "roles[1].entityId"},
		{"no organization role", body(workspaceRole), "exactly one"},
		{"another organization", body(`{"entityType":"ORGANIZATION","entityId":"other","role":"ORGANIZATION_MEMBER"}`), "roles[0].entityId"},
		{"two organization roles", with(strings.Replace(memberRole, "MEMBER", "OWNER", 1)), "two entries"},
		{"one workspace twice", body(memberRole, workspaceRole, strings.Replace(workspaceRole, "MEMBER", "OWNER", 1)), "two entries"},
		{"one entry twice", body(memberRole, dagRole, dagRole), "two entries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTest(Options{})
			w := direct(a, "POST", rolesPath, tt.body, jsonBody)
			equal(t, "status", w.Code, 400)
			if got := decode[refusal](t, w.Body.String()).Message; !strings.Contains(got, tt.message) {
				t.Errorf("message %q does not tell of %q", got, tt.message)
			}
			equal(t, "roles", a.Roles(testToken), []string{memberRole})
		})
	}
}

func TestEntitiesThatOnlyLookAlike(t *testing.T) {
	other := strings.Replace(dagRole, `"d1"`, `"d2"`, 1)
	w := direct(newTest(Options{}), "POST", rolesPath, body(memberRole, dagRole, other, tagRole))
	equal(t, "status", w.Code, 200)
}
