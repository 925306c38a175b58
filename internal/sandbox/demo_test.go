package sandbox

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestDemo(t *testing.T) {
	a := Demo(Options{APIToken: bearer})
	const org = "/v1/organizations/" + DemoOrganizationID
	shape := regexp.MustCompile(`^c[a-z0-9]{24}$`)
	seen := make(map[string]bool)
	for path, want := range map[string]int{"/v1/organizations": 1, org + "/tokens": 7, org + "/workspaces": 6} {
		page := decode[testPage](t, direct(a, "GET", path, "").Body.String())
		equal(t, path, page.TotalCount, want)
		for _, id := range page.ids() {
			if !shape.MatchString(id) || seen[id] {
				t.Errorf("ID %q", id)
			}
			seen[id] = true
		}
	}
}

// TestDemoRolesAreValid writes the roles of each token to a new token: entries that a token already has are not
// validated.
func TestDemoRolesAreValid(t *testing.T) {
	a := Demo(Options{APIToken: bearer})
	a.AddToken(Token{ID: "new"})
	for _, token := range a.tokens {
		if token.scope != scopeOrganization || token.id == "new" {
			continue
		}
		a.SetRoles("new")
		w := direct(a, "POST", "/v1/organizations/"+DemoOrganizationID+"/tokens/new/roles", body(a.Roles(token.id)...))
		if w.Code != 200 {
			t.Errorf("%s: %s", token.id, w.Body)
		}
	}
}

func TestAPIToken(t *testing.T) {
	for _, tt := range []struct {
		name    string
		expires time.Time
		claims  string
	}{
		{"expires", time.Unix(1893456000, 0), `{"permissions":["organizationId:o1","apiTokenId:t1"],"apiTokenId":"t1","exp":1893456000}`},
		{"never expires", time.Time{}, `{"permissions":["organizationId:o1","apiTokenId:t1"],"apiTokenId":"t1"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts := strings.Split(APIToken("o1", "t1", tt.expires), ".")
			equal(t, "parts", len(parts), 3)
			for i, want := range []string{`{"alg":"RS256","typ":"JWT"}`, tt.claims} {
				got, err := base64.RawURLEncoding.DecodeString(parts[i])
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "part", string(got), want)
			}
		})
	}
}
