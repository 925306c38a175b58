package e2e

import (
	"fmt"
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
			if r.took < 2*time.Second || r.took > 25*time.Second {
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
	r := run(t, w.root, with("org-token-name", "Nobody", "wait", "1200ms"))
	r.failed(t, "token-not-found", "Nobody")
	if r.took < 1200*time.Millisecond {
		t.Errorf("gave up after %v", r.took)
	}
	if n := w.count(listTokens); n < 3 {
		t.Errorf("looked %d times", n)
	}
}
