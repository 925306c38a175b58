package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// threeTokens is a file with three API tokens, of which the second fails in TestOneTokenFails.
const threeTokens = `grants:
  - {org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [Production, Staging]}
  - {org-token-name: Provisioner, role: WORKSPACE_MEMBER, workspaces: [Production, Sandbox]}
  - {org-token-id: cltokenlegacysync00000007, role: none, workspaces: [Sandbox]}
`

// TestOneTokenFails has one API token fail. The others continue. The step fails and reports what was granted, and
// running it again grants the rest.
func TestOneTokenFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, on string
		fault    sandbox.Fault
		kind     string
		outcome  string // in the row of the summary; empty if it depends on when the time ran out
		words    []string
	}{
		{
			"bad request", writeRoles, apiError(400, "no seats left"), "rejected", "failed: rejected",
			[]string{"no seats left", "11111111-2222"},
		},
		{
			"not allowed", writeRoles, apiError(403, "not this one"), "forbidden", "failed: forbidden",
			[]string{"not this one"},
		},
		{
			"deleted meanwhile", readToken, apiError(404, "no such token"), "rejected", "failed: rejected",
			[]string{"404", "reading the API token"},
		},
		{
			"always 500", writeRoles, apiError(500, "internal error"), "unavailable", "",
			[]string{"500", "timeout of 8s"},
		},
		{
			"Retry-After too long", writeRoles,
			sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}},
			"unavailable", "failed: unavailable",
			[]string{"1h0m", "timeout of 8s"},
		},
		{
			"reset before the effect", writeRoles,
			sandbox.Fault{Reset: true},
			"unverified", "not verified",
			[]string{"timeout 8s"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var fixed atomic.Bool
			w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
				if !fixed.Load() && call(r.Method, r.URL.Path) == tt.on && strings.Contains(r.URL.Path, provisioner) {
					return tt.fault
				}
				return sandbox.Fault{}
			})
			before := w.Roles(provisioner)
			r := run(t, w.root, applyInputs("timeout", shortTimeout), checkout(threeTokens))
			r.failed(t, tt.kind, append(tt.words, `API token "Provisioner": `)...)
			r.is(t, "status", "failed", "changed", "true", "applied", "true")
			r.counts(t, 1, 1, 1, 0, 2)
			equal(t, "grants", r.grants(t), []fileGrant{
				{deployer, production, "WORKSPACE_OPERATOR", "", "granted", ""},
				{deployer, staging, "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "updated", ""},
				{provisioner, production, "WORKSPACE_MEMBER", "", "failed", tt.kind},
				{provisioner, sandboxWorkspace, "WORKSPACE_MEMBER", "", "failed", tt.kind},
				{legacySync, sandboxWorkspace, "none", "WORKSPACE_OWNER", "revoked", ""},
			})
			contains(t, "summary", r.summary, "failed: "+tt.kind+" (1 granted, 1 updated, 1 revoked, 2 failed)",
				"❌ `WORKSPACE_MEMBER` "+tt.outcome)
			contains(t, "log", r.log, "\n\"Provisioner\": 2 failed ("+tt.kind+")\n",
				"\n\"CI Deployer\": 1 granted, 1 updated\n")
			equal(t, "roles of the API token that failed", w.Roles(provisioner), before)

			fixed.Store(true)
			again := run(t, w.root, applyInputs(), checkout(threeTokens))
			again.is(t, "status", "granted", "error", "", "attempts", "1")
			again.counts(t, 2, 0, 0, 3, 0)
		})
	}
}

// TestOneTokenUnverified lets every read of one API token fail after its write.
func TestOneTokenUnverified(t *testing.T) {
	t.Parallel()
	written := false
	w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if !strings.Contains(r.URL.Path, provisioner) {
			return sandbox.Fault{}
		}
		if written && r.Method == http.MethodGet {
			return sandbox.Fault{Status: 503}
		}
		written = written || r.Method == http.MethodPost
		return sandbox.Fault{}
	})
	r := run(t, w.root, applyInputs("timeout", shortTimeout), checkout(threeTokens))
	r.failed(t, "unverified", "Provisioner", "timeout 8s")
	r.is(t, "changed", "true")
	r.counts(t, 1, 1, 1, 0, 2)
	contains(t, "summary", r.summary, "the role may have changed", "❌ `WORKSPACE_MEMBER` not verified")
}

// manyTokens returns a file with n API tokens, each with one Workspace, and adds the API tokens to Astro.
func (w world) manyTokens(n int) string {
	text := "grants:\n"
	for i := range n {
		id := fmt.Sprintf("cltokenmany%014d", i)
		w.AddToken(sandbox.Token{
			ID: id, Name: fmt.Sprint("Many ", i),
			Roles: []string{entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")},
		})
		text += fmt.Sprintf("  - {org-token-id: %s, role: WORKSPACE_MEMBER, workspaces: [Production]}\n", id)
	}
	return text
}

// TestRefusedAPITokenStopsRun has the API refuse the API token that makes the grants: all further writes would fail,
// too.
func TestRefusedAPITokenStopsRun(t *testing.T) {
	t.Parallel()
	var fixed atomic.Bool
	w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if r.Method == http.MethodPost && !fixed.Load() {
			return apiError(401, "revoked")
		}
		return sandbox.Fault{}
	})
	text := w.manyTokens(30)
	r := run(t, w.root, applyInputs(), checkout(text))
	r.failed(t, "unauthorized", "401", "revoked", "secret behind api-token")
	r.is(t, "changed", "false")
	r.counts(t, 0, 0, 0, 0, 30)
	// One would be enough, but on a busy machine more are sent before the first response is read.
	if writes := w.count(writeRoles); writes > 20 {
		t.Errorf("%d writes", writes)
	}
	fixed.Store(true)
	again := run(t, w.root, applyInputs(), checkout(text))
	again.is(t, "status", "granted")
	again.counts(t, 30, 0, 0, 0, 0)
}

// TestFileCanceled cancels a run between its writes and the reads that verify them. This is reported once, not for each
// API token.
func TestFileCanceled(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	p := start(t, w.root, applyInputs("settle", "20s"), checkout(w.manyTokens(12)), env("RUNNER_DEBUG", "1"))
	p.log.await(t, "Write accepted")
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r := p.wait()
	r.failed(t, "canceled", "Run it again")
	r.is(t, "changed", "true")
	r.counts(t, 0, 0, 0, 0, 12)
}

// TestTimeoutBeforeAllTokens has more API tokens than the documented rate limits allow for within the timeout. Those
// that were granted in time are kept.
func TestTimeoutBeforeAllTokens(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	text := w.manyTokens(120)
	r := run(t, w.root, applyInputs("timeout", shortTimeout), checkout(text))
	// One that was written at the last moment can be unverified, which is reported first.
	r.is(t, "status", "failed", "changed", "true")
	contains(t, "the summary", r.summary, "no time was left to wait", "raise timeout (it is 8s)")
	count := func(r result, output string) (n int) {
		_, _ = fmt.Sscan(r.outputs[output], &n)
		return n
	}
	granted, failed := count(r, "granted"), count(r, "failed")
	equal(t, "all", granted+failed, 120)
	if granted < 1 || failed < 10 {
		t.Errorf("%d granted", granted)
	}
	again := run(t, w.root, applyInputs(), checkout(text))
	again.is(t, "status", "granted", "error", "")
	if kept := count(again, "unchanged"); kept < granted || kept+count(again, "granted") != 120 {
		t.Errorf("%d kept of %d", kept, granted)
	}
}
