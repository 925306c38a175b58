package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// IDs in the sandbox's demo.
const (
	production = "clworkspaceproduction0001"
	staging    = "clworkspacestaging0000002"
	analytics  = "clworkspaceanalytics00005"
	analytics2 = "clworkspaceanalytics00006"

	deployer = "cltokencideployer00000001" // CI Deployer: WORKSPACE_AUTHOR in Staging
	teamData = "cltokenteamdataci00000005" // Team Data CI: a Workspace API token
)

// world is an Astro in memory with an HTTP server.
type world struct {
	*sandbox.Astro

	root string
}

// hook is called for each request, one at a time, before the request takes effect. It may change the Astro.
type hook func(a *sandbox.Astro, r *http.Request) sandbox.Fault

// demo serves the sandbox's demo. The hook may be nil.
func demo(t testing.TB, o sandbox.Options, h hook) world {
	t.Helper()
	var a *sandbox.Astro
	if o.APIToken == "" {
		o.APIToken = apiToken
	}
	if h != nil {
		o.Fault = func(_ int, r *http.Request) sandbox.Fault { return h(a, r) }
	}
	a = sandbox.Demo(o)
	return world{a, serve(t, a)}
}

// serve serves an API until the test ends and returns its root URL.
func serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	root, stop, err := sandbox.Listen(handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return root
}

// with returns inputs that grant CI Deployer a new role in Production, changed as given: name, value, name, value.
func with(pairs ...string) map[string]string {
	inputs := map[string]string{
		"org-token-name": "CI Deployer", "role": "WORKSPACE_OPERATOR", "workspace": "Production", "settle": "0s",
	}
	for pair := range slices.Chunk(pairs, 2) {
		inputs[pair[0]] = pair[1]
	}
	return inputs
}

// The requests that a run makes.
const (
	listOrganizations = "list Organizations"
	listTokens        = "list tokens"
	listWorkspaces    = "list Workspaces"
	readToken         = "read token"
	writeRoles        = "write roles"

	verifyRead = "read token after a write" // for onNth
)

// call returns the kind of a request.
func call(method, path string) string {
	_, rest, _ := strings.Cut(path, "/organizations")
	parts := strings.Split(rest, "/")
	switch {
	case method == http.MethodPost:
		return writeRoles
	case len(parts) == 1:
		return listOrganizations
	case len(parts) == 3 && parts[2] == "tokens":
		return listTokens
	case len(parts) == 3:
		return listWorkspaces
	}
	return readToken
}

// calls returns the requests so far, in order of arrival.
func (w world) calls() []string {
	var calls []string
	for _, r := range w.Requests() {
		calls = append(calls, call(r.Method, r.Path))
	}
	return calls
}

// count returns the number of requests of a kind.
func (w world) count(what string) int {
	return len(slices.DeleteFunc(w.calls(), func(c string) bool { return c != what }))
}

// nth returns a hook with a fault for the nth request of a kind.
func nth(n int, what string, fault sandbox.Fault) hook {
	return onNth(n, what, func(*sandbox.Astro) sandbox.Fault { return fault })
}

// onNth returns a hook that calls a function on the nth request of a kind.
func onNth(n int, what string, do func(a *sandbox.Astro) sandbox.Fault) hook {
	seen, written := 0, false
	return func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
		is := call(r.Method, r.URL.Path)
		if written = written || is == writeRoles; is == what || what == verifyRead && is == readToken && written {
			if seen++; seen == n {
				return do(a)
			}
		}
		return sandbox.Fault{}
	}
}

func entry(kind, id, role string) string {
	return fmt.Sprintf(`{"entityType":%q,"entityId":%q,"role":%q}`, kind, id, role)
}

// split separates the roles in a Workspace from all other entries.
func split(roles []string, workspaceID string) (own, others []string) {
	for _, raw := range roles {
		var e struct{ EntityType, EntityID, Role string }
		_ = json.Unmarshal([]byte(raw), &e) // an unreadable entry belongs to others
		if e.EntityType == "WORKSPACE" && e.EntityID == workspaceID {
			own = append(own, e.Role)
		} else {
			others = append(others, raw)
		}
	}
	return own, others
}

// without removes the roles in a Workspace, as a writer with a stale read does.
func without(workspaceID string) func([]string) []string {
	return func(roles []string) []string {
		_, others := split(roles, workspaceID)
		return others
	}
}

// plus adds a role, as another writer does.
func plus(raw string) func([]string) []string {
	return func(roles []string) []string { return append(roles, raw) }
}

// holds checks that the token has exactly this role in the Workspace, and that all other entries are unchanged.
func (w world) holds(t testing.TB, tokenID, workspaceID, role string, before []string) {
	t.Helper()
	own, others := split(w.Roles(tokenID), workspaceID)
	equal(t, "roles in the Workspace", own, []string{role})
	_, foreign := split(before, workspaceID)
	equal(t, "roles elsewhere", others, foreign)
}

// checkWrites checks that no write was repeated without a new read: between two writes, the token must have been read.
func (w world) checkWrites(t testing.TB) {
	t.Helper()
	requests := w.Requests()
	for i, write := range requests {
		if call(write.Method, write.Path) != writeRoles {
			continue
		}
		read := false
		for j := i - 1; j >= 0 && requests[j].Path != write.Path; j-- {
			read = read || requests[j].Path+"/roles" == write.Path && requests[j].Status == http.StatusOK && !requests[j].End.After(write.Start)
		}
		if !read {
			t.Errorf("request %d is a write without a preceding read: %v", i+1, w.calls())
		}
	}
}
