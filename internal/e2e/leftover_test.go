package e2e

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// gone is the ID of a Workspace that does not exist.
const gone = "clworkspacedeleted0000009"

// refusing returns a hook that refuses writes whose body contains a text. After each refusal it calls then, which may be
// nil.
func refusing(text string, fault sandbox.Fault, then func(a *sandbox.Astro)) hook {
	return func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
		body, _ := io.ReadAll(r.Body)
		if call(r.Method, r.URL.Path) != writeRoles || !bytes.Contains(body, []byte(text)) {
			return sandbox.Fault{}
		}
		if then != nil {
			then(a)
		}
		return fault
	}
}

// TestDeletedMeanwhile has a role disappear between our read and our write, because somebody has deleted its Workspace,
// and the API refuse a write that still contains it.
func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
	}{{"400", apiError(400, "unknown entity")}, {"404", apiError(404, "not found")}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, refusing(gone, tt.fault, func(a *sandbox.Astro) { a.Update(deployer, without(gone)) }))
			before := w.Roles(deployer)
			w.Update(deployer, plus(entry("WORKSPACE", gone, "WORKSPACE_MEMBER")))
			run(t, w.root, with()).is(t, "status", "granted", "attempts", "2")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
			w.checkWrites(t)
		})
	}
}

// TestRefusedAgain has the API refuse every write while others keep changing the API token: that is no reason to go on
// until the timeout.
func TestRefusedAgain(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, refusing(production, apiError(400, "no"), func(a *sandbox.Astro) {
		a.Update(deployer, plus(otherRole))
	}))
	run(t, w.root, with()).failed(t, "rejected", "400 Bad Request")
	equal(t, "writes", w.count(writeRoles), 2)
}

// TestLeftoverRole has an API token with a role for something that no longer exists, which makes the API refuse every
// write. The error names the role, and how to remove it works.
func TestLeftoverRole(t *testing.T) {
	t.Parallel()
	const deployment = "cldeploymentflightdata001"
	for _, tt := range []struct {
		name     string
		leftover string // empty: one that the token has from the start
		refused  string // what the body contains
		message  string
		words    []string
	}{
		{"Workspace", entry("WORKSPACE", gone, "WORKSPACE_MEMBER"), gone, "bad request", []string{
			"still has the role", "WORKSPACE_MEMBER", gone, "role: none and the Workspace's ID",
		}},
		{"custom role", "", "Deployment Release Manager", "no role Deployment Release Manager", []string{
			"still has the role", "Deployment Release Manager", deployment, "in the Astro UI",
		}},
		{"by its index", "", "flight_delays", "roles[3].entityId is not a DAG", []string{
			"still has the role", "DAG_OPERATOR", "flight_delays", deployment, "in the Astro UI",
		}},
		{"not named", "", "nightly", "bad request", []string{
			"A write contains all roles of the API token", "set wait to 30s", "flight_delays", "nightly", "Deployment Release Manager", "support",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, refusing(tt.refused, apiError(400, tt.message), nil))
			if tt.leftover != "" {
				w.Update(deployer, plus(tt.leftover))
			}
			before := w.Roles(deployer)
			r := run(t, w.root, with())
			r.failed(t, "rejected", append(tt.words, "400 Bad Request")...)
			r.is(t, "attempts", "1", "changed", "false")
			equal(t, "roles", w.Roles(deployer), before)
		})
	}
}

// TestRevokeLeftover revokes the role in a Workspace that no longer exists, by its ID.
func TestRevokeLeftover(t *testing.T) {
	t.Parallel()
	file := "grants: [{org-token-name: CI Deployer, role: none, workspaces: [" + gone + ", Sandbox]}, " +
		"{org-token-name: Provisioner, role: none, workspaces: [" + gone + "]}]"
	for name, inputs := range map[string]map[string]string{
		"by input":    with("workspace", gone, "role", "none"),
		"by token ID": with("workspace", gone, "role", "none", "org-token-name", "", "org-token-id", deployer),
		"by file":     applyInputs(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, refusing(gone, apiError(400, "bad request"), nil))
			before := w.Roles(deployer)
			w.Update(deployer, plus(entry("WORKSPACE", gone, "WORKSPACE_MEMBER")))
			run(t, w.root, inputs, checkout(file)).is(t, "status", "revoked", "revoked", "1", "attempts", "1")
			equal(t, "roles", w.Roles(deployer), before)
			w.checkWrites(t)
		})
	}
	t.Run("without such a role", func(t *testing.T) {
		t.Parallel()
		w := demo(t, sandbox.Options{}, nil)
		r := run(t, w.root, with("workspace", gone, "role", "none"))
		r.failed(t, "workspace-not-found", gone)
		equal(t, "writes", w.count(writeRoles), 0)
	})
	t.Run("another role", func(t *testing.T) {
		t.Parallel()
		w := demo(t, sandbox.Options{}, nil)
		w.Update(deployer, plus(entry("WORKSPACE", gone, "WORKSPACE_MEMBER")))
		run(t, w.root, with("workspace", gone)).failed(t, "workspace-not-found", gone)
	})
}

// TestWorkspaceNotKnownEverywhere has the first writes refused because the Workspace is new. With wait, they are tried
// again.
func TestWorkspaceNotKnownEverywhere(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 404} {
		for _, tt := range []struct {
			name    string
			inputs  map[string]string
			refused int // how many writes
			kind    string
		}{
			{"wait", with("wait", "30s"), 2, ""},
			{"no wait", with(), 1, "rejected"},
			{"wait is over", with("wait", "2s"), 100, "rejected"},
		} {
			t.Run(http.StatusText(status)+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				left := tt.refused
				refuse := refusing(production, apiError(status, "no Workspace "+production), func(*sandbox.Astro) { left-- })
				w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
					if left == 0 {
						return sandbox.Fault{}
					}
					return refuse(a, r)
				})
				before := w.Roles(deployer)
				r := run(t, w.root, tt.inputs)
				if w.checkWrites(t); tt.kind == "" {
					r.is(t, "status", "granted", "attempts", "3")
					w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
					return
				}
				r.failed(t, tt.kind, "so new that it is not known everywhere yet", production, "wait")
				equal(t, "roles", w.Roles(deployer), before)
			})
		}
	}
}
