package astro

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
)

func TestDecodeToken(t *testing.T) {
	const dagRole = `{"entityType":"DAG","entityId":"d","deploymentId":"p","role":"R"}`
	edit := func(old, by string) string { return strings.Replace(aToken, old, by, 1) }
	for _, tt := range []struct {
		name, body string
		problem    string
	}{
		{"complete", aToken, ""},
		{"more fields", edit("{", `{"endAt":null,"x":{"y":[1]},`), ""},
		{"roles of all kinds", edit("[", `[`+dagRole+`,{"entityType":"NEW"},`), ""},
		{"Workspace API token without roles", `{"id":"` + id + `","scope":"WORKSPACE"}`, ""},
		{"another ID", edit(id, "x"), "not the API token that was asked for"},
		{"no scope", edit(`"scope":"ORGANIZATION",`, ""), "without a scope"},
		{"no roles", edit(`,"roles":[`+memberRole+`]`, ""), "without its one Organization role"},
		{"roles are null", edit(`[`+memberRole+`]`, "null"), "without its one Organization role"},
		{"roles are empty", edit(memberRole, ""), "without its one Organization role"},
		{"two Organization roles", edit(memberRole, memberRole+","+memberRole), "without its one Organization role"},
		{"role without a type", edit(`"entityType":"ORGANIZATION",`, ""), "a role without an entityType"},
		{"roles are an object", edit("["+memberRole+"]", memberRole), "a JSON object where another type is expected"},
		{"list", "[" + aToken + "]", "a JSON array where another type is expected"},
		{"a role is a string", edit("[", `["x",`), "a JSON string where another type is expected"},
		{"cut off", aToken[:40], "unexpected EOF"},
		{"HTML", "<html>", "invalid character"},
		{"null", "null", "not the API token that was asked for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decodeToken(strings.NewReader(tt.body), id)
			contains(t, err, tt.problem)
		})
	}
}

func TestDecodePage(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		items      int
		problem    string
	}{
		{"empty", `{"tokens":[],"totalCount":0}`, 0, ""},
		{"count first", `{"totalCount":2,"limit":1,"tokens":[{"id":"a","roles":[{}]},{"id":"b"}],"offset":0}`, 2, ""},
		{"no list", `{"totalCount":2}`, 0, "no tokens with a totalCount"},
		{"no count", `{"tokens":[]}`, 0, "no tokens with a totalCount"},
		{"negative count", `{"tokens":[],"totalCount":-1}`, 0, "no tokens with a totalCount"},
		{"count that nobody has", `{"tokens":[],"totalCount":1000001}`, 0, "no tokens with a totalCount"},
		{"count of another type", `{"tokens":[],"totalCount":"1"}`, 0, "a totalCount that is not a whole number"},
		{"list is null", `{"tokens":null,"totalCount":0}`, 0, ""},
		{"list of another type", `{"tokens":{},"totalCount":0}`, 0, "JSON of another form than expected"},
		{"item of another type", `{"tokens":["a"],"totalCount":1}`, 0, "an item that is not an object"},
		{"ID of another type", `{"tokens":[{"id":7},{"id":null},{"id":"a"}],"totalCount":3}`, 1, ""},
		{
			"name or scope of another type",
			`{"tokens":[{"id":"a","name":7},{"id":"b","scope":{}},{"id":"c"}],"totalCount":3}`, 1, "",
		},
		{"name and scope are null", `{"tokens":[{"id":"a","name":null,"scope":null}],"totalCount":1}`, 1, ""},
		{"only one is usable", `{"tokens":[null,"a",{},{"id":""},{"id":"a"}],"totalCount":5}`, 1, ""},
		{"no ID", `{"tokens":[{"name":"a"}],"totalCount":1}`, 0, "an item without an ID"},
		{"ID in other case", `{"tokens":[{"ID":"a"}],"totalCount":1}`, 0, "an item without an ID"},
		{"empty ID", `{"tokens":[{"id":""}],"totalCount":1}`, 0, "an item without an ID"},
		{"last of several members", `{"tokens":[{"id":1,"id":"a"}],"totalCount":9,"totalCount":1}`, 1, ""},
		{"more after the page", `{"tokens":[],"totalCount":0}]`, 0, "after top-level value"},
		{"array", `[]`, 0, "JSON of another form than expected"},
		{"cut off", `{"tokens":[{"id":"a"},`, 0, "unexpected end of JSON input"},
		{"cut off at the end", `{"tokens":[],"totalCount":0`, 0, "unexpected end of JSON input"},
		{"HTML", `<html>`, 0, "invalid character"},
		{"nothing", ``, 0, "unexpected end of JSON input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page, err := decodePage([]byte(tt.body), "tokens", false)
			contains(t, err, tt.problem)
			if err == nil {
				equal(t, "items", len(page.items), tt.items)
			}
		})
	}
}

// contains fails unless err contains the problem, or is nil if there is none.
func contains(t *testing.T, err error, problem string) {
	t.Helper()
	if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
		t.Errorf("got %v, want %q", err, problem)
	}
}

func FuzzPage(f *testing.F) {
	f.Add(`{"tokens":[{"id":"a","name":"b","scope":"c"}],"totalCount":1}`)
	f.Add(`{"totalCount":"§","tokens":{"§":§}}`)
	f.Add(`{"tokens":[{"id":§`)
	f.Add(`{"tokens":[],"tokens":[null,{}],"totalCount":1e3,"totalCount":2}`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := decodePage([]byte(echo(body)), "tokens", true)
		if err != nil {
			keepsSecret(t, err.Error())
			return
		}
		if page.total < 0 || page.total > maxTotal {
			t.Errorf("a total of %d", page.total)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(aToken)
	dagRole := `{"entityType":"DAG", "entityId":"d","deploymentId":"p","role":"R","n":1e999}`
	f.Add(strings.Replace(aToken, "[", "["+dagRole+",", 1))
	f.Add(strings.Replace(aToken, "CI", "§", 1))
	f.Add(`{"id":§}`)
	f.Add(`{"roles":[{"entityType":"§"}],"roles":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		token, err := decodeToken(strings.NewReader(echo(body)), id)
		if err != nil {
			keepsSecret(t, err.Error())
			return
		}
		if token.ID != id || token.Scope == ScopeOrganization && !grant.HasOneOrganizationRole(token.Roles) {
			t.Errorf("must not be the base of a write: %+v", token)
		}
		for _, entry := range token.Roles {
			if !strings.Contains(echo(body), string(entry.Raw())) {
				t.Errorf("%s is not part of the answer", entry.Raw())
			}
			equal(t, "read again", entriesOf(t, "["+string(entry.Raw())+"]")[0], entry)
		}
	})
}
