package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

type testPage struct {
	Organizations, Tokens, Workspaces []map[string]any
	Limit, Offset, TotalCount         int
}

func (p testPage) ids() []string {
	var ids []string
	for _, item := range slices.Concat(p.Organizations, p.Tokens, p.Workspaces) {
		ids = append(ids, item["id"].(string))
	}
	return ids
}

func TestLists(t *testing.T) {
	a := New("o1", "One", Options{APIToken: bearer})
	a.AddOrganization("o2", "Two")
	for i := range 25 {
		a.AddToken(Token{ID: fmt.Sprintf("t%d", i), Scope: []string{"ORGANIZATION", "WORKSPACE"}[i/23]})
	}
	for i, name := range []string{"A", "A", "a", "B", "A & B"} {
		a.AddWorkspace(fmt.Sprintf("w%d", i), name)
	}
	for _, tt := range []struct {
		name, path, first, last      string
		items, limit, offset, totals int
	}{
		{"organizations", "", "o1", "o2", 2, 20, 0, 2},
		{"first page of tokens", "/o1/tokens", "t0", "t19", 20, 20, 0, 25},
		{"second page", "/o1/tokens?offset=20", "t20", "t24", 5, 20, 20, 25},
		{"after the end", "/o1/tokens?offset=99", "", "", 0, 20, 99, 25},
		{"limit", "/o1/tokens?limit=3&offset=1", "t1", "t3", 3, 3, 1, 25},
		{"maximum limit", "/o1/tokens?limit=1000", "t0", "t24", 25, 1000, 0, 25},
		{"limit 0", "/o1/tokens?limit=0", "", "", 0, 0, 0, 25},
		{"organization scope", "/o1/tokens?includeOnlyOrganizationTokens=true&limit=100", "t0", "t22", 23, 100, 0, 23},
		{"all scopes", "/o1/tokens?includeOnlyOrganizationTokens=false&limit=100", "t0", "t24", 25, 100, 0, 25},
		{"workspaces", "/o1/workspaces", "w0", "w4", 5, 20, 0, 5},
		{"by name", "/o1/workspaces?names=A", "w0", "w1", 2, 20, 0, 2},
		{"by names", "/o1/workspaces?names=B&names=A", "w0", "w3", 3, 20, 0, 3},
		{"by a name with special characters", "/o1/workspaces?names=A+%26+B", "w4", "w4", 1, 20, 0, 1},
		{"by IDs", "/o1/workspaces?workspaceIds=w3&workspaceIds=w1&workspaceIds=none", "w1", "w3", 2, 20, 0, 2},
		{"by ID and name", "/o1/workspaces?workspaceIds=w1&workspaceIds=w3&names=A", "w1", "w1", 1, 20, 0, 1},
		{"page of a filtered list", "/o1/workspaces?names=A&limit=1&offset=1", "w1", "w1", 1, 1, 1, 2},
		{"by an unknown ID", "/o1/workspaces?workspaceIds=none", "", "", 0, 20, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := direct(a, "GET", "/v1/organizations"+tt.path, "")
			equal(t, "status", w.Code, 200)
			page := decode[testPage](t, w.Body.String())
			equal(t, "limit, offset, totalCount", []int{page.Limit, page.Offset, page.TotalCount},
				[]int{tt.limit, tt.offset, tt.totals})
			ids := page.ids()
			equal(t, "items", len(ids), tt.items)
			if len(ids) > 0 {
				equal(t, "first and last", []string{ids[0], ids[len(ids)-1]}, []string{tt.first, tt.last})
			}
			for _, token := range page.Tokens {
				if _, ok := token["roles"]; ok {
					t.Error("the list contains roles")
				}
			}
		})
	}
}

func TestInvalidQueries(t *testing.T) {
	const org = "/v1/organizations/" + testOrganization
	for _, tt := range []struct{ name, path, field string }{
		{"misspelled parameter", org + "/workspaces?name=A", "name"},
		{"unsupported filter", org + "/tokens?names=A", "names"},
		{"limit too large", org + "/tokens?limit=1001", "limit"},
		{"negative limit", org + "/tokens?limit=-1", "limit"},
		{"limit is not a number", org + "/tokens?limit=ten", "limit"},
		{"empty limit", org + "/tokens?limit=", "limit"},
		{"duplicate limit", org + "/tokens?limit=1&limit=2", "limit"},
		{"negative offset", org + "/workspaces?offset=-1", "offset"},
		{"offset out of range", org + "/tokens?offset=99999999999999999999", "offset"},
		{"filter is not a boolean", org + "/tokens?includeOnlyOrganizationTokens=yes", "includeOnlyOrganizationTokens"},
		{"empty name", org + "/workspaces?names=", "names"},
		{"parameter for a single token", tokenPath + "?limit=1", "limit"},
		{"parameter for a single workspace", org + "/workspaces/" + testWorkspace + "?x=1", "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := direct(newTestAstro(Options{}), "GET", tt.path, "")
			equal(t, "status", w.Code, 400)
			got := decode[astroError](t, w.Body.String())
			if len(got.FieldErrors) != 1 || got.FieldErrors[0].Field != tt.field {
				t.Errorf("fieldErrors %v do not name %s", got.FieldErrors, tt.field)
			}
		})
	}
	equal(t, "invalid escape", direct(newTestAstro(Options{}), "GET", org+"/tokens?limit=%zz", "").Code, 400)
	equal(t, "write with a query", direct(newTestAstro(Options{}), "POST", rolesPath+"?x=1", body(memberRole)).Code, 400)
}

func TestSingleReads(t *testing.T) {
	const org = "/v1/organizations/" + testOrganization
	a := newTestAstro(Options{})
	w := direct(a, "GET", org+"/workspaces/"+testWorkspace, "")
	got := decode[map[string]any](t, w.Body.String())
	equal(t, "workspace", []any{got["id"], got["name"], got["organizationId"]},
		[]any{testWorkspace, "One", testOrganization})
	equal(t, "unknown workspace", direct(a, "GET", org+"/workspaces/none", "").Code, 404)
	equal(t, "unknown token", direct(a, "GET", org+"/tokens/none", "").Code, 404)

	w = direct(a, "GET", tokenPath, "")
	if !strings.Contains(w.Body.String(), `"roles":[`+memberRole+`]`) {
		t.Errorf("the roles are missing: %s", w.Body)
	}
	equal(t, "token of a workspace", direct(a, "GET", org+"/tokens/"+testScoped, "").Code, 200)
}

func BenchmarkListTokens(b *testing.B) {
	a := newTestAstro(Options{})
	for i := range 10_000 {
		a.AddToken(Token{ID: fmt.Sprintf("cltoken%018d", i), Name: "CI"})
	}
	for b.Loop() {
		for offset := 0; offset < 10_000; offset += 1000 {
			query := fmt.Sprintf("?includeOnlyOrganizationTokens=true&limit=1000&offset=%d", offset)
			if w := direct(a, "GET", "/v1/organizations/"+testOrganization+"/tokens"+query, ""); w.Code != 200 {
				b.Fatal(w.Body)
			}
		}
	}
}
