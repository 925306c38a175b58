package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// apiError returns a fault in the format of the API's errors.
func apiError(status int, message string) sandbox.Fault {
	return sandbox.Fault{
		Status: status,
		Body:   `{"message":"` + message + `","requestId":"11111111-2222-4333-8444-555555555555"}`,
	}
}

// always returns a hook with a fault for every request of a kind.
func always(what string, fault sandbox.Fault) hook {
	return func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if call(r.Method, r.URL.Path) == what {
			return fault
		}
		return sandbox.Fault{}
	}
}

// TestErrors covers the kinds of errors that the inputs or a final response of the API cause. None of them changes a
// role.
func TestErrors(t *testing.T) {
	t.Parallel()
	const opaque = "an-opaque-api-token-without-readable-claims"
	const otherOrganization = "clorgsecond00000000000001"
	yesterday := time.Now().AddDate(0, 0, -1).Truncate(time.Second)
	expired := sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, yesterday)
	// The host does not exist: the test is that a redirect is not followed.
	redirect := sandbox.Fault{Status: 307, Header: http.Header{"Location": {"https://login.invalid/here"}}}
	for _, tt := range []struct {
		name   string
		kind   string
		inputs map[string]string
		hook   hook
		writes int
		words  []string
	}{
		{
			"token refused", "unauthorized", with("api-token", opaque, "organization", sandbox.DemoOrganizationID),
			nil, 0,
			[]string{"401 Unauthorized", "missing, invalid or expired", "request ID", "not revoked"},
		},
		{
			"token expired", "unauthorized", with("api-token", expired), nil, 0,
			[]string{"401", "expired at " + yesterday.UTC().Format(time.RFC3339), "Create a new one"},
		},
		{
			"not allowed to write", "forbidden", with(), always(writeRoles, apiError(403, "no right to")), 1,
			[]string{"403 Forbidden", "no right to", "11111111-2222", "Organization Owner", "IP allow list"},
		},
		{
			"another Organization", "forbidden", with("organization", otherOrganization), nil, 0,
			[]string{"403", "does not belong to this organization"},
		},
		{
			"unknown Organization", "organization-unclear", with("organization", "clnosuchorganization00001"), nil, 0,
			[]string{"clnosuchorganization00001", "astro organization list"},
		},
		{
			"token name unknown", "token-not-found", with("org-token-name", "CI Deplyoer"), nil, 0,
			[]string{`"CI Deplyoer"`, `Did you mean "CI Deployer"?`, "wait"},
		},
		{
			"token ID unknown", "token-not-found",
			with("org-token-name", "", "org-token-id", "clnosuchtoken000000000001"), nil, 0,
			[]string{"clnosuchtoken000000000001", "org-token-id"},
		},
		{
			"token name ambiguous", "token-ambiguous", with("org-token-name", "Nightly Reports"), nil, 0,
			[]string{
				"2 Organization API tokens", "cltokennightlyreports0003", "cltokennightlyreports0004", "org-token-id",
			},
		},
		{
			"Workspace API token by name", "wrong-token-scope", with("org-token-name", "Team Data CI"), nil, 0,
			[]string{"Team Data CI", "WORKSPACE", "Create one"},
		},
		{
			"Workspace API token by ID", "wrong-token-scope", with("org-token-name", "", "org-token-id", teamData),
			nil, 0,
			[]string{teamData, "WORKSPACE"},
		},
		{
			"Workspace name unknown", "workspace-not-found", with("workspace", "Prodcution"), nil, 0,
			[]string{`"Prodcution"`, `Did you mean "Production"?`},
		},
		{
			"Workspace ID unknown", "workspace-not-found", with("workspace", "clnosuchworkspace00000001"), nil, 0,
			[]string{"clnosuchworkspace00000001", "ID or"},
		},
		{
			"Workspace name ambiguous", "workspace-ambiguous", with("workspace", "Analytics"), nil, 0,
			[]string{"2 Workspaces", analytics, analytics2},
		},
		{
			"bad request", "rejected", with(), always(writeRoles, apiError(400, "roles[3] is odd")), 1,
			[]string{"400 Bad Request", "roles[3] is odd", "11111111-2222", "support"},
		},
		{
			"read redirected", "rejected", with(), always(listTokens, redirect), 0,
			[]string{"307", "https://login.invalid/here", "api-url"},
		},
		{
			"write redirected", "rejected", with(), always(writeRoles, redirect), 1,
			[]string{"307", "https://login.invalid/here", "api-url"},
		},
		{
			"token deleted after the list", "rejected", with(), always(readToken, apiError(404, "API token not found")),
			0,
			[]string{"404 Not Found", "reading the API token", "set wait to 30s"},
		},
		{
			"token deleted before the write", "rejected", with(),
			always(writeRoles, apiError(404, "API token not found")), 1,
			[]string{"404 Not Found", "setting the API token's roles", "support"},
		},
		{
			"proxy requires a password", "rejected", with(), always(listWorkspaces, sandbox.Fault{Status: 407}), 0,
			[]string{"407 Proxy Authentication Required"},
		},
		{
			"not implemented", "rejected", with(), always(writeRoles, sandbox.Fault{Status: 501}), 1,
			[]string{"501 Not Implemented"},
		},
		{
			"unsupported HTTP version", "rejected", with(), always(readToken, sandbox.Fault{Status: 505}), 0,
			[]string{"505"},
		},
		{"gone", "rejected", with(), always(listTokens, sandbox.Fault{Status: 410}), 0, []string{"410 Gone"}},
		{
			"always 503", "unavailable", with("timeout", shortTimeout), always(listTokens, sandbox.Fault{Status: 503}), 0,
			[]string{"503", "reading the API tokens", "timeout of 8s", "status.astronomer.io"},
		},
		{
			"writes always limited", "unavailable", with("timeout", shortTimeout),
			always(writeRoles, apiError(429, "slow down")), -1,
			[]string{"429", "slow down", "setting the API token's roles", "Too many jobs share the API token"},
		},
		{
			"reads always limited", "unavailable", with("timeout", shortTimeout), always(listTokens, apiError(429, "slow down")), 0,
			[]string{"429", "slow down", "Too many jobs share the API token", "timeout of 8s"},
		},
		{
			"never JSON", "unavailable", with("timeout", shortTimeout), always(readToken, sandbox.Fault{Body: "<html>"}), 0,
			[]string{"web page (text/html)", "not an answer of the Astro API", "HTTPS_PROXY", "api-url"},
		},
		{
			"server hangs", "unavailable", with("timeout", shortTimeout), always(readToken, sandbox.Fault{Hang: true}), 0,
			[]string{"no answer before the timeout of 8s"},
		},
		{
			"server hangs in a list", "unavailable", with("timeout", shortTimeout),
			always(listTokens, sandbox.Fault{Hang: true}), 0,
			[]string{"reading the API tokens", "no answer before the timeout of 8s"},
		},
		{
			"Retry-After too long", "unavailable", with("timeout", "2m"),
			always(listTokens, sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}}), 0,
			[]string{"429", "wait 1h0m0s", "longer than what is left of the timeout of 2m0s"},
		},
		{
			"Retry-After too long, with a fraction", "unavailable", with("timeout", "2m"),
			always(listTokens, sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"299.997"}}}), 0,
			[]string{"429", "wait 5m0s", "longer than what is left of the timeout of 2m0s"},
		},
		{
			"Retry-After of a write too long", "unavailable", with("timeout", "2m"),
			always(writeRoles,
				sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"Fri, 31 Dec 2128 23:59:59 GMT"}}}),
			1,
			[]string{"429", "longer than what is left"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, tt.hook)
			w.AddOrganization(otherOrganization, "Second Airline")
			before := w.Roles(deployer)
			r := run(t, w.root, tt.inputs)
			equal(t, "exit code", r.code, 1)
			r.failed(t, tt.kind, tt.words...)
			r.is(t, "status", "failed", "changed", "false", "role", "WORKSPACE_OPERATOR")
			equal(t, "roles", w.Roles(deployer), before)
			if tt.writes >= 0 {
				equal(t, "writes", w.count(writeRoles), tt.writes)
			}
			if strings.Contains(tt.name, "too long") && r.took > maxFailFast {
				t.Errorf("failed only after %v", r.took)
			}
			w.checkWrites(t)
		})
	}
}

func TestSeveralOrganizations(t *testing.T) {
	t.Parallel()
	const opaque = "an-opaque-api-token-without-readable-claims"
	w := demo(t, sandbox.Options{APIToken: opaque}, nil)
	w.AddOrganization("clorgsecond00000000000001", "Second Airline")
	r := run(t, w.root, with("api-token", opaque))
	r.failed(t, "organization-unclear", "2 Organizations", sandbox.DemoOrganizationID, "Example Airlines",
		"clorgsecond00000000000001", "Second Airline")
	equal(t, "requests", w.calls(), []string{listOrganizations})
}

// TestInvalidTokenResponse has API tokens whose responses must not be the base of a write, as it could revoke roles.
func TestInvalidTokenResponse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		token sandbox.Token
	}{
		{"no roles", sandbox.Token{NoRoles: true}},
		{"no Organization role", sandbox.Token{Roles: []string{entry("WORKSPACE", staging, "WORKSPACE_OWNER")}}},
		{
			"two Organization roles",
			sandbox.Token{Roles: []string{entry("ORGANIZATION", "a", "A"), entry("ORGANIZATION", "b", "B")}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			tt.token.ID, tt.token.Name = "clbrokentoken000000000001", "Broken"
			w.AddToken(tt.token)
			r := run(t, w.root, with("org-token-name", "Broken"))
			r.failed(t, "unavailable", "without its one Organization role", "Nothing can be written", "Astro UI")
			equal(t, "requests", w.calls()[2:], []string{readToken, readToken, readToken})
		})
	}
}

// TestSeveralNotFound reports all unknown names together, and writes nothing although one Workspace was found.
func TestSeveralNotFound(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "Nobody", "workspace", "Nowhere\nProduction\nAnalytics"))
	equal(t, "exit code", r.code, 1)
	r.is(t, "error", "token-not-found", "changed", "false")
	errors := r.named("error")
	equal(t, "errors", len(errors), 3)
	for i, word := range []string{"Nobody", "Nowhere", "Analytics"} {
		contains(t, "error", errors[i].message, word)
		contains(t, "summary", r.summary, word)
	}
	equal(t, "writes", w.count(writeRoles), 0)
}

func TestManyNotFound(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with("workspace", "x1\nx2\nx3\nx4\nx5\nx6\nx7\nx8\nx9\nx10\nx11\nx12"))
	r.is(t, "error", "workspace-not-found")
	errors := r.named("error")
	equal(t, "errors", len(errors), 10)
	contains(t, "the last error", errors[9].message, "3 more")
	contains(t, "summary", r.summary, "x12")
}

func TestAPITokenExpiresSoon(t *testing.T) {
	t.Parallel()
	expires := time.Now().AddDate(0, 0, 3)
	token := sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, expires)
	w := demo(t, sandbox.Options{APIToken: token}, nil)
	r := run(t, w.root, with("api-token", token))
	r.is(t, "status", "granted")
	warnings := r.named("warning")
	if equal(t, "warnings", len(warnings), 1); len(warnings) == 1 {
		contains(t, "warning", warnings[0].message, expires.UTC().Format(time.RFC3339))
	}
}

// TestNoWarningAfterRefusedWrite has a write that would lower a role and is refused: no warning says that it was
// lowered.
func TestNoWarningAfterRefusedWrite(t *testing.T) {
	t.Parallel()
	for _, file := range []bool{false, true} {
		t.Run(fmt.Sprintf("file %t", file), func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, always(writeRoles, apiError(403, "no")))
			inputs, options := with("workspace", "Staging", "role", "WORKSPACE_MEMBER"), []option{}
			if file {
				inputs = applyInputs()
				options = append(options,
					checkout("grants: [{org-token-name: CI Deployer, role: WORKSPACE_MEMBER, workspaces: [Staging]}]"))
			}
			r := run(t, w.root, inputs, options...)
			r.is(t, "error", "forbidden", "changed", "false")
			equal(t, "warnings", len(r.named("warning")), 0)
		})
	}
}
