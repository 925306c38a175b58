package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	const org = "/v1/organizations/" + testOrganization
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	drop := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Del(name) }
	}
	good := body(memberRole)
	escaped := strings.ReplaceAll(bearer, ".", "%2E")
	for _, tt := range []struct {
		name, method, path, body string
		edit                     func(*http.Request)
		status                   int
		message                  string
	}{
		{"no token", "GET", tokenPath, "", drop("Authorization"), 401, "Unauthorized"},
		{"unknown token", "GET", tokenPath, "", set("Authorization", "Bearer x"), 401, "Unauthorized"},
		{"unsupported scheme", "GET", tokenPath, "", set("Authorization", "Basic "+bearer), 401, "Unauthorized"},
		{"two tokens", "GET", tokenPath, "", func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }, 401, ""},
		{"token in the query", "GET", tokenPath + "?t=" + bearer, "", nil, 400, "in the URL"},
		{"token in the path", "GET", tokenPath + bearer, "", nil, 400, "in the URL"},
		{"escaped token in the URL", "GET", tokenPath + "?t=" + escaped, "", nil, 400, "in the URL"},
		{"token in the body", "POST", rolesPath, bearer, nil, 400, "in the body"},
		{"token in another header", "GET", tokenPath, "", set("X-Trace", bearer), 400, "in the header X-Trace"},

		{"v1beta1", "GET", strings.Replace(tokenPath, "v1", "v1beta1", 1), "", nil, 410, "v1beta1"},
		{"v1beta1, any path", "GET", "/iam/v1beta1/x", "", nil, 410, "v1beta1"},
		{"no version", "GET", "/organizations", "", nil, 404, "Not found"},
		{"v2", "GET", "/v2/organizations", "", nil, 404, "Not found"},
		{"root", "GET", "/", "", nil, 404, "Not found"},
		{"one organization", "GET", org, "", nil, 404, "Not found"},
		{"trailing slash", "GET", org + "/tokens/", "", nil, 404, "not found"},
		{"double slash", "GET", "/v1/organizations//tokens", "", nil, 404, "not found"},
		{"dots", "GET", org + "/tokens/../tokens", "", nil, 404, "Not found"},
		{"GET roles", "GET", rolesPath, "", nil, 405, "only POST"},
		{"PATCH token", "PATCH", tokenPath, good, nil, 405, "only GET"},
		{"HEAD token", "HEAD", tokenPath, "", nil, 405, "only GET"},
		{"POST list", "POST", org + "/tokens", good, nil, 405, "only GET"},

		{"no X-API-Version", "GET", tokenPath, "", drop("X-API-Version"), 400, "X-API-Version"},
		{"unsupported X-API-Version", "GET", tokenPath, "", set("X-API-Version", "2.0"), 400, "X-API-Version"},
		{"no User-Agent", "GET", tokenPath, "", drop("User-Agent"), 400, "User-Agent"},
		{"User-Agent of Go", "GET", tokenPath, "", set("User-Agent", "Go-http-client/1.1"), 400, "User-Agent"},
		{"no client identifier", "GET", tokenPath, "", drop("x-astro-client-identifier"), 400, "x-astro-client-identifier"},
		{"identifier of the CLI", "GET", tokenPath, "", set("x-astro-client-identifier", "astro-cli"), 400, "own name"},

		{"GET with a body", "GET", tokenPath, "{}", nil, 400, "must be empty"},
		{"no Content-Type", "POST", rolesPath, good, drop("Content-Type"), 415, "application/json"},
		{"unsupported Content-Type", "POST", rolesPath, good, set("Content-Type", "text/plain"), 415, "application/json"},
		{"long URL", "GET", org + "/workspaces?names=" + strings.Repeat("x", maxURL), "", nil, 414, "longer"},
		{"long body", "POST", rolesPath, strings.Repeat(" ", maxBody+1), nil, 413, "longer"},

		{"unknown organization", "GET", "/v1/organizations/nobody/tokens", "", nil, 404, "Organization not found"},
		{"other organization", "GET", "/v1/organizations/other/tokens", "", nil, 403, "Forbidden"},
		{"other organization, write", "POST", "/v1/organizations/other/tokens/x/roles", good, nil, 403, "Forbidden"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTestAstro(Options{})
			a.AddOrganization("other", "Other")
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			w := direct(a, tt.method, tt.path, tt.body, tt.edit)
			equal(t, "status", w.Code, tt.status)
			equal(t, "Content-Type", w.Header().Get("Content-Type"), "application/json")
			got := decode[astroError](t, w.Body.String())
			if !strings.Contains(got.Message, tt.message) {
				t.Errorf("message %q does not contain %q", got.Message, tt.message)
			}
			equal(t, "statusCode", got.StatusCode, tt.status)
			if got.RequestID == "" {
				t.Error("no requestId")
			}
			equal(t, "roles", a.Roles(testToken), []string{memberRole})
		})
	}
}

func TestPathPrefixes(t *testing.T) {
	a := newTestAstro(Options{})
	for _, prefix := range []string{"", "/astro", "/a/b"} {
		response, text, err := overNetwork(t, a, "GET", prefix+tokenPath, "")
		if err != nil || response.StatusCode != 200 {
			t.Errorf("prefix %q: %v, %s", prefix, err, text)
		}
	}
}

func TestMethodNotAllowedHasAllowHeader(t *testing.T) {
	equal(t, "Allow", direct(newTestAstro(Options{}), "GET", rolesPath, "").Header().Get("Allow"), "POST")
}

func TestNoAPITokenConfigured(t *testing.T) {
	a := New(testOrganization, "Test", Options{})
	w := direct(a, "GET", "/v1/organizations", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") })
	equal(t, "status", w.Code, 401)
}

func TestRequestIDsAreUnique(t *testing.T) {
	a := newTestAstro(Options{})
	first := decode[astroError](t, direct(a, "GET", "/", "").Body.String()).RequestID
	second := decode[astroError](t, direct(a, "GET", "/", "").Body.String()).RequestID
	if first == second {
		t.Errorf("both are %s", first)
	}
}
