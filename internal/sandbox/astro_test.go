package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	testOrganization = "clorganization00000000001"
	testWorkspace    = "clworkspace00000000000001"
	testToken        = "cltoken000000000000000001"
	testScoped       = "cltoken000000000000000002"
	testOwn          = "cltoken000000000000000003" // makes the requests; not added, unless a test does

	tokenPath = "/v1/organizations/" + testOrganization + "/tokens/" + testToken
	rolesPath = tokenPath + "/roles"
)

const (
	memberRole    = `{"entityType":"ORGANIZATION","entityId":"clorganization00000000001","role":"ORGANIZATION_MEMBER"}`
	workspaceRole = `{"entityType":"WORKSPACE","entityId":"clworkspace00000000000001","role":"WORKSPACE_MEMBER"}`
)

var bearer = APIToken(testOrganization, testOwn, time.Unix(4e9, 0))

// newTestAstro returns an Organization with one Workspace, an Organization API token and a Workspace API token.
func newTestAstro(o Options) *Astro {
	o.APIToken = bearer
	a := New(testOrganization, "Test", o)
	a.AddWorkspace(testWorkspace, "One")
	a.AddToken(Token{ID: testToken, Name: "CI", Roles: []string{memberRole}})
	a.AddToken(Token{ID: testScoped, Name: "Team", Scope: "WORKSPACE", Roles: []string{workspaceRole}})
	return a
}

// newRequest returns a valid request, changed by the edit functions.
func newRequest(method, url, body string, edit ...func(*http.Request)) *http.Request {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+bearer)
	r.Header.Set("X-API-Version", "1.0")
	r.Header.Set("User-Agent", "sandbox-test/1")
	r.Header.Set("x-astro-client-identifier", "sandbox-test")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range edit {
		f(r)
	}
	return r
}

// direct handles a request without a server, so that it works with the fake clock of synctest.
func direct(a *Astro, method, path, body string, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, newRequest(method, "http://sandbox.test"+path, body, edit...))
	return w
}

// overNetwork sends a request from an HTTP client to a server.
func overNetwork(t *testing.T, a *Astro, method, path, body string) (*http.Response, string, error) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(newRequest(method, server.URL+path, body))
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

func jsonBody(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }

func body(roles ...string) string { return `{"roles":[` + strings.Join(roles, ",") + `]}` }

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("decoding %s: %v", text, err)
	}
	return v
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func TestRolesChangedByOtherWriters(t *testing.T) {
	a := newTestAstro(Options{})
	before := direct(a, "GET", tokenPath, "").Body.String()

	a.SetRoles(testToken, memberRole, workspaceRole)
	equal(t, "roles after SetRoles", a.Roles(testToken), []string{memberRole, workspaceRole})
	a.Update(testToken, func(roles []string) []string { return roles[:1] })
	equal(t, "roles after Update", a.Roles(testToken), []string{memberRole})

	type token struct{ UpdatedAt string }
	after := direct(a, "GET", tokenPath, "").Body.String()
	if decode[token](t, before).UpdatedAt >= decode[token](t, after).UpdatedAt {
		t.Errorf("updatedAt did not increase: %s, then %s", before, after)
	}
}

func TestUpdatedAtIncreasesWithinOneClockTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{})
		last := ""
		for range 3 {
			a.SetRoles(testToken, memberRole)
			got := decode[struct{ UpdatedAt string }](t, direct(a, "GET", tokenPath, "").Body.String()).UpdatedAt
			if got <= last {
				t.Errorf("updatedAt %s after %s", got, last)
			}
			if _, err := time.Parse(time.RFC3339Nano, got); err != nil {
				t.Error(err)
			}
			last = got
		}
	})
}

func TestConcurrentUpdatesAreAtomic(t *testing.T) {
	a := newTestAstro(Options{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			a.Update(testToken, func(roles []string) []string { return append(roles, strconv.Itoa(i)) })
			direct(a, "GET", tokenPath, "")
		})
	}
	wg.Wait()
	equal(t, "number of roles", len(a.Roles(testToken)), 51)
	equal(t, "number of requests", len(a.Requests()), 50)
}

func TestUnknownTokenPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	newTestAstro(Options{}).SetRoles("typo")
}
