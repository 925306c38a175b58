package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTokenResponses(t *testing.T) {
	const created = `"2000-01-01T00:00:00.000000001Z"`
	const dates = `"createdAt":` + created + `,"createdBy":{"id":"cluserexampleowner00000001",` +
		`"subjectType":"USER","fullName":"Example Owner"},`
	for _, tt := range []struct {
		name  string
		token Token
		want  string
	}{
		{
			"simple",
			Token{ID: "id-0001", Name: "a <b> & c", Description: "d", Roles: []string{`{"x": 1}`, `{}`}},
			`{"id":"id-0001","name":"a <b> & c","description":"d","kind":"STANDARD","shortToken":"0001",` +
				`"scope":"ORGANIZATION","startAt":` + created + `,` + dates + `"roles":[{"x": 1},{}],` +
				`"updatedAt":` + created + `}`,
		},
		{
			"all options",
			Token{
				ID: "x", NoRoles: true, Roles: []string{memberRole}, Scope: "DEPLOYMENT",
				EndAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC),
			},
			`{"id":"x","name":"","description":"","kind":"STANDARD","shortToken":"x","scope":"DEPLOYMENT",` +
				`"startAt":` + created + `,"endAt":"2030-01-02T03:04:05.000000000Z",` + dates +
				`"updatedAt":` + created + `}`,
		},
		{
			"no roles",
			Token{ID: "x"},
			`{"id":"x","name":"","description":"","kind":"STANDARD","shortToken":"x","scope":"ORGANIZATION",` +
				`"startAt":` + created + `,` + dates + `"roles":[],"updatedAt":` + created + `}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // synctest starts in the year 2000
				a := New(testOrganization, "Test", Options{APIToken: bearer})
				a.AddToken(tt.token)
				w := direct(a, "GET", "/v1/organizations/"+testOrganization+"/tokens/"+tt.token.ID, "")
				equal(t, "response", w.Body.String(), tt.want)
			})
		})
	}
}

func TestReadAfterWriteDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{Lag: time.Second})
		type token struct {
			UpdatedAt string
			Roles     []any
		}
		type page struct{ Tokens []token }
		read := func() token { return decode[token](t, direct(a, "GET", tokenPath, "").Body.String()) }
		listed := func() string {
			w := direct(a, "GET", "/v1/organizations/"+testOrganization+"/tokens", "")
			return decode[page](t, w.Body.String()).Tokens[0].UpdatedAt
		}
		first := read()
		equal(t, "roles", len(first.Roles), 1)

		equal(t, "write", direct(a, "POST", rolesPath, body(memberRole, workspaceRole)).Code, 200)
		equal(t, "current roles", len(a.Roles(testToken)), 2)
		time.Sleep(999 * time.Millisecond)
		equal(t, "read just before the lag has passed", read(), first)
		equal(t, "list", listed(), first.UpdatedAt)
		a.SetRoles(testToken, memberRole)
		time.Sleep(time.Millisecond)
		equal(t, "roles after the lag", len(read().Roles), 2)
		equal(t, "list after the lag", listed(), read().UpdatedAt)
		time.Sleep(time.Second)
		equal(t, "roles after the second lag", len(read().Roles), 1)
	})
}

func TestHistoryIsPruned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{Lag: time.Second})
		for range 100 {
			a.SetRoles(testToken, memberRole)
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(a.token[testToken].versions); n > 12 {
			t.Errorf("%d versions are kept for a lag of ten writes", n)
		}
	})
}
