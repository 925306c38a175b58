package astro

import (
	"encoding/base64"
	"testing"
	"time"
)

func withClaims(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestReadClaims(t *testing.T) {
	for _, tt := range []struct {
		name, token string
		want        Claims
	}{
		{
			"all", withClaims(`{"permissions":["organizationId:o1","apiTokenId:t1","x"],"exp":1785585600}`),
			Claims{"o1", "t1", time.Unix(1785585600, 0)},
		},
		{
			"with a Workspace",
			withClaims(`{"permissions":["workspaceId:w1","organizationId:o1"]}`),
			Claims{OrganizationID: "o1"},
		},
		{
			"same Organization twice",
			withClaims(`{"permissions":["organizationId:o1","organizationId:o1"]}`),
			Claims{OrganizationID: "o1"},
		},
		{
			"several Organizations",
			withClaims(`{"permissions":["organizationId:o1","organizationId:o2","apiTokenId:t1"]}`),
			Claims{TokenID: "t1"},
		},
		{
			"several Organizations, alternating",
			withClaims(`{"permissions":["organizationId:o1","organizationId:o2","organizationId:o1"]}`),
			Claims{},
		},
		{"invalid ID", withClaims(`{"permissions":["organizationId:../x"]}`), Claims{}},
		{"valid and empty ID", withClaims(`{"permissions":["organizationId:o1","organizationId:"]}`), Claims{}},
		{
			"a permission of another type",
			withClaims(`{"permissions":["organizationId:o1",1],"exp":1}`),
			Claims{Expires: time.Unix(1, 0)},
		},
		{"expiry with a fraction", withClaims(`{"exp":1785585600.9}`), Claims{Expires: time.Unix(1785585600, 0)}},
		{
			"expiry of another type",
			withClaims(`{"permissions":["organizationId:o1"],"exp":"1"}`),
			Claims{OrganizationID: "o1"},
		},
		{"expiry out of range", withClaims(`{"exp":1e300}`), Claims{}},
		{"negative expiry", withClaims(`{"exp":-1}`), Claims{}},
		{"padded", "e30." + base64.URLEncoding.EncodeToString([]byte(`{"exp":11}`)) + ".c2ln", Claims{}},
		{"API token by a claim of its own", withClaims(`{"apiTokenId":"t1"}`), Claims{TokenID: "t1"}},
		{"API token by both", withClaims(`{"permissions":["apiTokenId:t2"],"apiTokenId":"t1"}`), Claims{TokenID: "t1"}},
		{"API token of another type", withClaims(`{"permissions":["apiTokenId:t2"],"apiTokenId":1}`), Claims{TokenID: "t2"}},
		{"API token that is not an ID", withClaims(`{"apiTokenId":"../x"}`), Claims{}},
		{"not a JWT", "astro-token", Claims{}},
		{"not Base64", "a.?.c", Claims{}},
		{"not JSON", "a." + base64.RawURLEncoding.EncodeToString([]byte("x")) + ".c", Claims{}},
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
					t.Errorf("%q is not an ID", id)
				}
			}
			year := claims.Expires.UTC().Year()
			if !claims.Expires.IsZero() && (year < 1970 || year > 9999) {
				t.Errorf("expires at %v", claims.Expires)
			}
		}
	})
}
