package astro

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func entriesOf(t *testing.T, roles string) []Entry {
	t.Helper()
	var entries []Entry
	if err := json.Unmarshal([]byte(roles), &entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestEntry(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      Key
		bad       bool
	}{
		{"Workspace", `{"entityType":"WORKSPACE","entityId":"w1","role":"R"}`, Key{"WORKSPACE", "w1", "", "R"}, false},
		{"DAG", `{"entityType":"DAG","entityId":"d","deploymentId":"p","role":"R"}`, Key{"DAG", "d", "p", "R"}, false},
		{"unknown kind", `{"entityType":"X","entityId":7,"role":{"a":1}}`, Key{EntityType: "X"}, false},
		{"only a type", `{"entityType":"X"}`, Key{EntityType: "X"}, false},
		{"other case", `{"entityType":"X","ROLE":"R","EntityId":"e"}`, Key{EntityType: "X"}, false},
		{"null", `{"entityType":"X","role":null}`, Key{EntityType: "X"}, false},
		{"no type", `{"entityId":"w1","role":"R"}`, Key{}, true},
		{"type of another type", `{"entityType":1}`, Key{}, true},
		{"no object", `"WORKSPACE"`, Key{}, true},
		{"null itself", `null`, Key{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var entry Entry
			err := json.Unmarshal([]byte(tt.raw), &entry)
			if (err != nil) != tt.bad {
				t.Fatal(err)
			}
			if !tt.bad {
				equal(t, "key", entry.Key, tt.want)
				equal(t, "bytes", string(entry.raw), tt.raw)
			}
		})
	}
}

func TestWorkspaceEntryIsReadBack(t *testing.T) {
	entry := WorkspaceEntry(`w"1`, "R")
	equal(t, "entry", entriesOf(t, "["+string(entry.raw)+"]")[0], entry)
	if !entry.InWorkspace(`w"1`) || entry.InWorkspace("w1") || entriesOf(t, `[{"entityType":"DAG","entityId":"w1"}]`)[0].InWorkspace("w1") {
		t.Error("InWorkspace is wrong")
	}
}

func TestDecodeToken(t *testing.T) {
	edit := func(old, by string) string { return strings.Replace(aToken, old, by, 1) }
	for _, tt := range []struct {
		name, body string
		problem    string
	}{
		{"whole", aToken, ""},
		{"more fields", edit("{", `{"endAt":null,"x":{"y":[1]},`), ""},
		{"roles of all kinds", edit("[", `[{"entityType":"DAG","entityId":"d","deploymentId":"p","role":"R"},{"entityType":"NEW"},`), ""},
		{"a Workspace's without roles", `{"id":"` + id + `","scope":"WORKSPACE"}`, ""},
		{"another ID", edit(id, "x"), "not the API token that was asked for"},
		{"no scope", edit(`"scope":"ORGANIZATION",`, ""), "without a scope"},
		{"no roles", edit(`,"roles":[`+memberRole+`]`, ""), "without its one Organization role"},
		{"roles are null", edit(`[`+memberRole+`]`, "null"), "without its one Organization role"},
		{"roles are empty", edit(memberRole, ""), "without its one Organization role"},
		{"two Organization roles", edit(memberRole, memberRole+","+memberRole), "without its one Organization role"},
		{"role without a type", edit(`"entityType":"ORGANIZATION",`, ""), "a role without an entityType"},
		{"roles are no list", edit("["+memberRole+"]", memberRole), "cannot unmarshal object"},
		{"list", "[" + aToken + "]", "cannot unmarshal array"},
		{"cut off", aToken[:40], "unexpected EOF"},
		{"HTML", "<html>", "invalid character"},
		{"null", "null", "not the API token that was asked for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decodeToken(strings.NewReader(tt.body), id)
			told(t, err, tt.problem)
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
		{"count of another type", `{"tokens":[],"totalCount":"1"}`, 0, "cannot unmarshal"},
		{"list is null", `{"tokens":null,"totalCount":0}`, 0, ""},
		{"list of another type", `{"tokens":{},"totalCount":0}`, 0, "not the JSON that was expected"},
		{"item of another type", `{"tokens":["a"],"totalCount":1}`, 0, "cannot unmarshal"},
		{"array", `[]`, 0, "not the JSON that was expected"},
		{"cut off", `{"tokens":[{"id":"a"},`, 0, "EOF"},
		{"cut off at the end", `{"tokens":[],"totalCount":0`, 0, "EOF"},
		{"HTML", `<html>`, 0, "invalid character"},
		{"nothing", ``, 0, "EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page, err := decodePage(strings.NewReader(tt.body), "tokens", false)
			told(t, err, tt.problem)
			if err == nil {
				equal(t, "items", len(page.items), tt.items)
			}
		})
	}
}

// told fails unless err tells of the problem, or is nil where there is none.
func told(t *testing.T, err error, problem string) {
	t.Helper()
	if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
		t.Errorf("got %v, want %q", err, problem)
	}
}

func withClaims(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestReadClaims(t *testing.T) {
	for _, tt := range []struct {
		name, token string
		want        Claims
	}{
		{"all", withClaims(`{"permissions":["organizationId:o1","apiTokenId:t1","x"],"exp":1785585600}`), Claims{"o1", "t1", time.Unix(1785585600, 0)}},
		{"of a Workspace", withClaims(`{"permissions":["workspaceId:w1","organizationId:o1"]}`), Claims{OrganizationID: "o1"}},
		{"twice the same", withClaims(`{"permissions":["organizationId:o1","organizationId:o1"]}`), Claims{OrganizationID: "o1"}},
		{"several Organizations", withClaims(`{"permissions":["organizationId:o1","organizationId:o2","apiTokenId:t1"]}`), Claims{TokenID: "t1"}},
		{"several, in turns", withClaims(`{"permissions":["organizationId:o1","organizationId:o2","organizationId:o1"]}`), Claims{}},
		{"no ID", withClaims(`{"permissions":["organizationId:../x"]}`), Claims{}},
		{"no ID beside one", withClaims(`{"permissions":["organizationId:o1","organizationId:"]}`), Claims{}},
		{"a permission of another type", withClaims(`{"permissions":["organizationId:o1",1],"exp":1}`), Claims{Expires: time.Unix(1, 0)}},
		{"end with a fraction", withClaims(`{"exp":1785585600.9}`), Claims{Expires: time.Unix(1785585600, 0)}},
		{"end of another type", withClaims(`{"permissions":["organizationId:o1"],"exp":"1"}`), Claims{OrganizationID: "o1"}},
		{"end that is no time", withClaims(`{"exp":1e300}`), Claims{}},
		{"negative end", withClaims(`{"exp":-1}`), Claims{}},
		{"padded", "e30." + base64.URLEncoding.EncodeToString([]byte(`{"exp":11}`)) + ".c2ln", Claims{}},
		{"no JWT", "astro-token", Claims{}},
		{"no base64", "a.?.c", Claims{}},
		{"no JSON", "a." + base64.RawURLEncoding.EncodeToString([]byte("x")) + ".c", Claims{}},
		{"empty", "", Claims{}},
	} {
		t.Run(tt.name, func(t *testing.T) { equal(t, "claims", ReadClaims(tt.token), tt.want) })
	}
}

func FuzzClaims(f *testing.F) {
	f.Add(`{"permissions":["organizationId:o1","apiTokenId:t1"],"exp":1785585600}`)
	f.Add(`{"permissions":null,"exp":1e18}`)
	f.Add(`a.b.c`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, claims := range []Claims{ReadClaims(s), ReadClaims(withClaims(s))} {
			for _, id := range []string{claims.OrganizationID, claims.TokenID} {
				if id != "" && !IsID(id) {
					t.Errorf("%q is no ID", id)
				}
			}
			if end := claims.Expires; !end.IsZero() && (end.UTC().Year() < 1970 || end.UTC().Year() > 9999) {
				t.Errorf("ends at %v", end)
			}
		}
	})
}

// echo puts the API token where the fuzzer writes a "§".
func echo(s string) string { return strings.ReplaceAll(s, "§", bearer) }

func keepsSecret(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, bearer) {
			t.Errorf("tells the API token: %s", text)
		}
	}
}

func FuzzErrorBody(f *testing.F) {
	f.Add(403, `{"message":"§","requestId":"§","fieldErrors":[{"§":"§"}]}`, "https://x/§", "1")
	f.Add(502, `<html>§`, "§", "§")
	f.Add(400, `{"message":"`+strings.Repeat("x", 990)+`§\u0000","fieldErrors":{"a":null}}`, "", "")
	f.Fuzz(func(t *testing.T, status int, body, location, after string) {
		response := answer(status, echo(body), "Location", echo(location), "Retry-After", echo(after))
		client := newClient(server(func(*http.Request) (*http.Response, error) { return response, nil }))
		err := client.statusError(response)
		var told *Error
		if !errors.As(err, &told) {
			t.Fatalf("no Error: %v", err)
		}
		keepsSecret(t, err.Error(), told.Message, told.RequestID, told.Location)
		if len([]rune(told.Message)) > 1001 || len([]rune(told.RequestID)) > 101 {
			t.Errorf("too long: %d and %d", len(told.Message), len(told.RequestID))
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add(`{"tokens":[{"id":"a","name":"b","scope":"c"}],"totalCount":1}`)
	f.Add(`{"totalCount":"§","tokens":{"§":§}}`)
	f.Add(`{"tokens":[{"id":§`)
	f.Add(`{"tokens":[],"tokens":[null,{}],"totalCount":1e3,"totalCount":2}`)
	f.Fuzz(func(t *testing.T, body string) {
		page, err := decodePage(strings.NewReader(echo(body)), "tokens", true)
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
	f.Add(strings.Replace(aToken, "[", `[{"entityType":"DAG", "entityId":"d","deploymentId":"p","role":"R","n":1e999},`, 1))
	f.Add(strings.Replace(aToken, "CI", "§", 1))
	f.Add(`{"id":§}`)
	f.Add(`{"roles":[{"entityType":"§"}],"roles":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		token, err := decodeToken(strings.NewReader(echo(body)), id)
		if err != nil {
			keepsSecret(t, err.Error())
			return
		}
		if token.ID != id || token.Scope == ScopeOrganization && !oneOrganizationRole(token.Roles) {
			t.Errorf("not a base for a write: %+v", token)
		}
		for _, entry := range token.Roles {
			if !strings.Contains(echo(body), string(entry.raw)) {
				t.Errorf("%s is not as it came", entry.raw)
			}
			equal(t, "read again", entriesOf(t, "["+string(entry.raw)+"]")[0], entry)
		}
	})
}
