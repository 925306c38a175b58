package sandbox

import (
	"strings"
	"testing"
)

func TestInvalidRoles(t *testing.T) {
	with := func(entry string) string { return body(memberRole, entry) }
	replace := func(s, old, replacement string) string { return strings.Replace(s, old, replacement, 1) }
	for _, tt := range []struct{ name, body, message string }{
		{"empty body", "", "JSON object"},
		{"incomplete", `{"roles":[`, "JSON object"},
		{"two values", body(memberRole) + "{}", "JSON object"},
		{"list", `[` + memberRole + `]`, "JSON object"},
		{"null", `null`, "JSON object"},
		{"invalid UTF-8", "{\"roles\xff\":[]}", "UTF-8"},
		{"no roles", `{}`, "one key"},
		{"unknown key", `{"Roles":[` + memberRole + `]}`, "one key"},
		{"extra key", `{"roles":[` + memberRole + `],"x":1}`, "one key"},
		{"duplicate key", `{"roles":[],"roles":[` + memberRole + `]}`, "duplicate"},
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
		{"duplicate role", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":"R","role":"S"}`), "duplicate"},
		{"unknown member", with(`{"entityType":"DEPLOYMENT","entityId":"d1","role":"R","x":1}`), "roles[1].x"},
		{"unknown type", with(`{"entityType":"CLUSTER","entityId":"c1","role":"R"}`), "roles[1].entityType"},
		{"type in lower case", with(`{"entityType":"deployment","entityId":"d1","role":"R"}`), "roles[1].entityType"},
		{"DAG without deployment", with(`{"entityType":"DAG","entityId":"x","role":"R"}`), "roles[1].deploymentId"},
		{"DAG tag without deployment", with(`{"entityType":"DAG_TAG","entityId":"x","role":"R"}`), "roles[1].deploymentId"},
		{"workspace with deployment", with(replace(workspaceRole, "{", `{"deploymentId":"d1",`)), "roles[1].deploymentId"},
		{"unknown workspace", with(replace(workspaceRole, testWorkspace, "none")), "roles[1].entityId"},
		{"no organization role", body(workspaceRole), "exactly one"},
		{"another organization", body(replace(memberRole, testOrganization, "other")), "roles[0].entityId"},
		{"two organization roles", with(replace(memberRole, "MEMBER", "OWNER")), "two entries"},
		{"two workspace roles", body(memberRole, workspaceRole, replace(workspaceRole, "MEMBER", "OWNER")), "two entries"},
		{"duplicate entry", body(memberRole, dagRole, dagRole), "two entries"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTestAstro(Options{})
			w := direct(a, "POST", rolesPath, tt.body, jsonBody)
			equal(t, "status", w.Code, 400)
			if got := decode[astroError](t, w.Body.String()).Message; !strings.Contains(got, tt.message) {
				t.Errorf("message %q does not contain %q", got, tt.message)
			}
			equal(t, "roles", a.Roles(testToken), []string{memberRole})
		})
	}
}

func TestSimilarEntitiesAreDistinct(t *testing.T) {
	other := strings.Replace(dagRole, `"d1"`, `"d2"`, 1)
	w := direct(newTestAstro(Options{}), "POST", rolesPath, body(memberRole, dagRole, other, tagRole))
	equal(t, "status", w.Code, 200)
}
