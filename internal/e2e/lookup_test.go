package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// demoWithTokens returns an Organization with the Workspace Production and n API tokens, named "token 1" and so on.
func demoWithTokens(t testing.TB, n int, o sandbox.Options, h hook) world {
	t.Helper()
	w := demo(t, o, h)
	// The demo already has six Organization API tokens.
	for i := 7; i <= n; i++ {
		w.AddToken(sandbox.Token{
			ID: fmt.Sprintf("cltoken%018d", i), Name: fmt.Sprintf("token %d", i),
			Roles: []string{entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")},
		})
	}
	return w
}

func TestTokenByID(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "", "org-token-id", deployer))
	r.is(t, "status", "granted", "token-id", deployer, "token-name", "CI Deployer")
	equal(t, "lists of tokens", w.count(listTokens), 0)
}

func TestTokenOnPageThree(t *testing.T) {
	t.Parallel()
	w := demoWithTokens(t, 2500, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "token 2499"))
	r.is(t, "status", "granted", "token-id", "cltoken000000000000002499")
	equal(t, "pages", w.count(listTokens), 3)
}

// TestDuplicateNameOnPageThree has a name of page one again on page three.
func TestDuplicateNameOnPageThree(t *testing.T) {
	t.Parallel()
	w := demoWithTokens(t, 2500, sandbox.Options{}, nil)
	w.AddToken(sandbox.Token{ID: "cltokensecond000000000001", Name: "CI Deployer"})
	r := run(t, w.root, with())
	r.failed(t, "token-ambiguous", "2 ", deployer, "cltokensecond000000000001")
	equal(t, "writes", w.count(writeRoles), 0)
}

func TestNameThatLooksLikeID(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	const name = "clookslikeanidbutisaname1"
	w.AddWorkspace("clworkspacereally00000001", name)
	r := run(t, w.root, with("workspace", name))
	r.is(t, "status", "granted", "workspace-id", "clworkspacereally00000001", "workspace-name", name)
}

// TestIDTakesPrecedenceOverName has a Workspace whose name is the ID of another Workspace.
func TestIDTakesPrecedenceOverName(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clworkspaceimpostor000001", production)
	run(t, w.root, with("workspace", production)).is(t, "status", "granted", "workspace-id", production)
}

func TestManyWorkspaces(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	var names []string
	for i := range 120 {
		names = append(names, fmt.Sprintf("Workspace & co, no. %d", i))
		w.AddWorkspace(fmt.Sprintf("clmany%019d", i), names[i])
	}
	r := run(t, w.root, with("workspace", strings.Join(names, "\n")))
	r.is(t, "status", "granted", "workspace-name", strings.Join(names, "\n"))
	equal(t, "lists of Workspaces", w.count(listWorkspaces), 1)
	equal(t, "writes", w.count(writeRoles), 1)
	equal(t, "roles", len(w.Roles(deployer)), 5+120)
}

func TestOrganization(t *testing.T) {
	t.Parallel()
	const opaque = "an-opaque-api-token-of-which-nobody-can-read-the-claims"
	for _, tt := range []struct {
		name   string
		token  string
		inputs map[string]string
		lists  int
	}{
		{"from the claims", apiToken, with(), 0},
		{"from the input", opaque, with("organization", sandbox.DemoOrganizationID), 0},
		{"the only Organization", opaque, with(), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{APIToken: tt.token}, nil)
			tt.inputs["api-token"] = tt.token
			run(t, w.root, tt.inputs).is(t, "status", "granted", "organization-id", sandbox.DemoOrganizationID)
			equal(t, "lists of Organizations", w.count(listOrganizations), tt.lists)
		})
	}
}

func TestAPITokenFromEnvironment(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	run(t, w.root, with("api-token", ""), env("ASTRO_API_TOKEN", apiToken)).is(t, "status", "granted")
}

// TestWait adds the missing object just before the third lookup.
func TestWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		what   string
		add    func(a *sandbox.Astro)
		inputs map[string]string
	}{
		{"token by name", listTokens, addLate, with("org-token-name", "Late")},
		{"token by ID", readToken, addLate, with("org-token-name", "", "org-token-id", "cltokenlate00000000000001")},
		{"Workspace", listWorkspaces, func(a *sandbox.Astro) { a.AddWorkspace("clworkspacelate0000000001", "Late") }, with("workspace", "Production\nLate")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, onNth(3, tt.what, func(a *sandbox.Astro) sandbox.Fault {
				tt.add(a)
				return sandbox.Fault{}
			}))
			tt.inputs["wait"] = "30s"
			r := run(t, w.root, tt.inputs)
			r.is(t, "status", "granted")
			equal(t, "lines about waiting", strings.Count(r.log, "Not found yet"), 2)
			if r.took < 2*time.Second {
				t.Errorf("took %v, too short for two waits of a second", r.took)
			}
		})
	}
}

func addLate(a *sandbox.Astro) {
	a.AddToken(sandbox.Token{
		ID: "cltokenlate00000000000001", Name: "Late",
		Roles: []string{entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")},
	})
}

func TestWaitExpires(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "Nobody", "wait", "4s"))
	r.failed(t, "token-not-found", "Nobody")
	if r.took < 4*time.Second {
		t.Errorf("gave up after %v", r.took)
	}
	if n := w.count(listTokens); n < 3 {
		t.Errorf("%d lookups, want at least 3", n)
	}
}

// TestFailedLookup has a name that no Organization API token has, and an error from the list of Workspace API tokens.
// The run must report that error.
func TestFailedLookup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
		kind  string
		words string
	}{
		{"forbidden", sandbox.Fault{Status: 403}, "forbidden", "answered 403 Forbidden while reading the API tokens"},
		{
			"unavailable",
			sandbox.Fault{Status: 503},
			"unavailable",
			"answered 503 Service Unavailable while reading the API tokens",
		},
	} {
		for _, file := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, file %t", tt.name, file), func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
					if call(r.Method, r.URL.Path) == listTokens && r.URL.Query().Get("includeOnlyOrganizationTokens") == "" {
						return tt.fault
					}
					return sandbox.Fault{}
				})
				inputs, options := with("org-token-name", "Nobody", "timeout", shortTimeout), []option{}
				if file {
					inputs = fileInputs("dry-run", "true", "timeout", shortTimeout)
					options = append(options, checkout(`grants:
  - {org-token-name: Nobody, role: WORKSPACE_MEMBER, workspaces: [Production]}
  - {org-token-name: No one, role: WORKSPACE_MEMBER, workspaces: [Production]}
`))
				}
				r := run(t, w.root, inputs, options...)
				r.failed(t, tt.kind, tt.words)
				equal(t, "errors", len(r.named("error")), 1)
			})
		}
	}
}

// TestManyUnknownWorkspaces has a thousand Workspace names that do not exist. The search for similar names must not
// take too much CPU time.
func TestManyUnknownWorkspaces(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	var unknown []string
	for i := range 1000 {
		w.AddWorkspace(fmt.Sprintf("clother%018d", i), fmt.Sprintf("A Workspace of this Organization and of no other, number %d", i))
		unknown = append(unknown, fmt.Sprintf("A Workspace of some Organization and of many others, number %d", i))
	}
	r := run(t, w.root, with("workspace", strings.Join(unknown, "\n")))
	r.is(t, "error", "workspace-not-found")
	contains(t, "the log", r.log, "991 more problems")
	if r.cpu > 10*time.Second {
		t.Errorf("used %v of CPU time", r.cpu)
	}
}

// TestLongNames has fifty names that do not fit into one URL.
func TestLongNames(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	var names []string
	for i := range 50 {
		names = append(names, strings.Repeat("本番環境", 6)+fmt.Sprint(i))
		w.AddWorkspace(fmt.Sprintf("cllong%019d", i), names[i])
	}
	r := run(t, w.root, with("workspace", strings.Join(names, "\n")))
	r.is(t, "status", "granted")
	for _, request := range w.Requests() {
		if len(request.Query) > 5000 {
			t.Errorf("a query has %d bytes", len(request.Query))
		}
	}
	equal(t, "roles", len(w.Roles(deployer)), 5+50)
}

// TestWaitForReads has an API token that is in the list while a read of it still returns 404.
func TestWaitForReads(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"0s", "30s"} {
		for _, file := range []bool{false, true} {
			t.Run(fmt.Sprintf("wait %s, file %t", wait, file), func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nth(1, readToken, sandbox.Fault{Status: 404, Body: `{"message":"not found","statusCode":404}`}))
				inputs, options := with("wait", wait), []option{}
				if file {
					inputs = applyInputs("wait", wait)
					options = append(options, checkout("grants: [{org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [Production]}]"))
				}
				r := run(t, w.root, inputs, options...)
				if wait == "0s" {
					r.failed(t, "rejected", "404 Not Found while reading the API token", "set wait to 30s")
					return
				}
				r.is(t, "status", "granted")
				contains(t, "the log", r.log, `Not found yet: the API token "CI Deployer". Looking again in 1s.`)
			})
		}
	}
}

// TestOutdatedRead removes the role after the read by ID, while the run waits for the Workspace. The run must read the
// token again.
func TestOutdatedRead(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(7, listWorkspaces, func(a *sandbox.Astro) sandbox.Fault {
		a.AddWorkspace("clworkspacelate0000000001", "Late")
		a.SetRoles(deployer, entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"))
		return sandbox.Fault{}
	}))
	w.SetRoles(deployer, entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"), entry("WORKSPACE", "clworkspacelate0000000001", "WORKSPACE_OPERATOR"))
	r := run(t, w.root, with("org-token-name", "", "org-token-id", deployer, "workspace", "Late", "wait", "60s"))
	r.is(t, "status", "granted")
	equal(t, "writes", w.count(writeRoles), 1)
}
