package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// crowd returns an Organization with the Workspace Production and n API tokens, named "token 1" and so on.
func crowd(t testing.TB, n int, o sandbox.Options, h hook) world {
	t.Helper()
	w := demo(t, o, h)
	// The demo has six tokens of the Organization itself.
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
	w := crowd(t, 2500, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "token 2499"))
	r.is(t, "status", "granted", "token-id", "cltoken000000000000002499")
	equal(t, "pages", w.count(listTokens), 3)
}

// TestNameAgainOnPageThree finds that a name on page one is not the only one.
func TestNameAgainOnPageThree(t *testing.T) {
	t.Parallel()
	w := crowd(t, 2500, sandbox.Options{}, nil)
	w.AddToken(sandbox.Token{ID: "cltokensecond000000000001", Name: "CI Deployer"})
	r := run(t, w.root, with())
	r.failed(t, "token-ambiguous", "2 ", deployer, "cltokensecond000000000001")
	equal(t, "writes", w.count(writeRoles), 0)
}

func TestNameThatLooksLikeAnID(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	const name = "clookslikeanidbutisaname1"
	w.AddWorkspace("clworkspacereally00000001", name)
	r := run(t, w.root, with("workspace", name))
	r.is(t, "status", "granted", "workspace-id", "clworkspacereally00000001", "workspace-name", name)
}

// TestIDGoesBeforeName has a Workspace whose name is another one's ID.
func TestIDGoesBeforeName(t *testing.T) {
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
	equal(t, "requests for names", w.count(listWorkspaces), 3)
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
		{"the only one there is", opaque, with(), 1},
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

func TestAPITokenFromTheVariable(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	run(t, w.root, with("api-token", ""), env("ASTRO_API_TOKEN", apiToken)).is(t, "status", "granted")
}

// TestWait adds what is asked for just before the third look for it.
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
			equal(t, "lines that say so", strings.Count(r.log, "Not found yet"), 2)
			if r.took < 2*time.Second {
				t.Errorf("took %v, not two looks a second apart", r.took)
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

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with("org-token-name", "Nobody", "wait", "4s"))
	r.failed(t, "token-not-found", "Nobody")
	if r.took < 4*time.Second {
		t.Errorf("gave up after %v", r.took)
	}
	if n := w.count(listTokens); n < 3 {
		t.Errorf("looked %d times", n)
	}
}

// TestLookingFurther has a name that no Organization API token has, and a list of the others' that fails: the run is told that
// failure, and not nothing.
func TestLookingFurther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
		kind  string
		words string
	}{
		{"refused", sandbox.Fault{Status: 403}, "forbidden", "answered 403 Forbidden while reading the API tokens"},
		{"down", sandbox.Fault{Status: 503}, "unavailable", "answered 503 Service Unavailable while reading the API tokens"},
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
				inputs, options := with("org-token-name", "Nobody", "timeout", shortly), []option{}
				if file {
					inputs = filed("dry-run", "true", "timeout", shortly)
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

// TestManyUnknownWorkspaces names a thousand Workspaces in an Organization of others. To look for near names takes its time.
func TestManyUnknownWorkspaces(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
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
		t.Errorf("kept a core busy for %v", r.cpu)
	}
}

// TestLongNames has names of which fifty do not fit into a URL.
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
			t.Errorf("a query of %d bytes", len(request.Query))
		}
	}
	equal(t, "roles", len(w.Roles(deployer)), 5+50)
}

// TestWaitForReads has an API token that a list has before a read of it knows it.
func TestWaitForReads(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"0s", "30s"} {
		for _, file := range []bool{false, true} {
			t.Run(fmt.Sprintf("wait %s, file %t", wait, file), func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nth(1, readToken, sandbox.Fault{Status: 404, Body: `{"message":"not found","statusCode":404}`}))
				inputs, options := with("wait", wait), []option{}
				if file {
					inputs = applied("wait", wait)
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

// TestOldRead loses the role between the read by ID and the end of the wait for the Workspace: that read tells nothing any more.
func TestOldRead(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(6, listWorkspaces, func(a *sandbox.Astro) sandbox.Fault {
		a.AddWorkspace("clworkspacelate0000000001", "Late")
		a.SetRoles(deployer, entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"))
		return sandbox.Fault{}
	}))
	w.SetRoles(deployer, entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"), entry("WORKSPACE", "clworkspacelate0000000001", "WORKSPACE_OPERATOR"))
	r := run(t, w.root, with("org-token-name", "", "org-token-id", deployer, "workspace", "Late", "wait", "60s"))
	r.is(t, "status", "granted")
	equal(t, "writes", w.count(writeRoles), 1)
}
