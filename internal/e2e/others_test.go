package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

var otherRole = entry("WORKSPACE", analytics, "WORKSPACE_MEMBER")

// TestRoleGrantedBetweenAttempts has another writer grant a role between a failed write and its retry. Both roles are
// granted in the end.
func TestRoleGrantedBetweenAttempts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"before the effect", sandbox.Fault{Status: 503}},
		{"after the effect", sandbox.Fault{Status: 503, After: true}},
		{"connection reset", sandbox.Fault{Reset: true}},
		{"rate limit", sandbox.Fault{Status: 429}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			write := nth(1, writeRoles, tt.fault)
			// The other writer reads before our write and writes after it, which overwrites ours if it took effect.
			between := onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
				a.Update(deployer, without(production))
				a.Update(deployer, plus(otherRole))
				return sandbox.Fault{}
			})
			w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
				between(a, r)
				return write(a, r)
			})
			before := w.Roles(deployer)
			r := run(t, w.root, with())
			r.is(t, "status", "granted", "attempts", "2")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", append(before, otherRole))
			w.checkWrites(t)
		})
	}
}

// TestOverwritten has a writer with a stale read overwrite the grant. It is written again, and the other writer's
// change is kept.
func TestOverwritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		status string
		before string
	}{
		{"granted", with("settle", "100ms"), "granted", ""},
		{"updated", with("settle", "100ms", "workspace", "Staging"), "updated", "WORKSPACE_AUTHOR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stale []string
			w := demo(t, sandbox.Options{}, onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
				a.SetRoles(deployer, append(stale, otherRole)...)
				return sandbox.Fault{}
			}))
			stale = w.Roles(deployer)
			r := run(t, w.root, tt.inputs)
			r.is(t, "status", tt.status, "previous-role", tt.before, "attempts", "2", "changed", "true")
			workspace := production
			if tt.before != "" {
				workspace = staging
			}
			w.holds(t, deployer, workspace, "WORKSPACE_OPERATOR", append(stale, otherRole))
			contains(t, "log", r.log, "another writer overwrote it")
			w.checkWrites(t)
		})
	}
}

// TestAlwaysOverwritten has another writer overwrite each write until the timeout.
func TestAlwaysOverwritten(t *testing.T) {
	t.Parallel()
	writes := 0
	w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
		switch call(r.Method, r.URL.Path) {
		case writeRoles:
			writes++
		case readToken:
			if writes > 0 {
				a.Update(deployer, without(production))
			}
		}
		return sandbox.Fault{}
	})
	before := w.Roles(deployer)
	r := run(t, w.root, with("timeout", shortTimeout))
	r.failed(t, "conflict", "kept overwriting the role", "timeout 8s", "Terraform")
	equal(t, "roles", w.Roles(deployer), before)
	w.checkWrites(t)
}

// TestConflictingRole has another writer set a role that is neither ours nor the one that ours replaced.
func TestConflictingRole(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
		a.Update(deployer, without(production))
		a.Update(deployer, plus(entry("WORKSPACE", production, "WORKSPACE_OWNER")))
		return sandbox.Fault{}
	}))
	before := w.Roles(deployer)
	r := run(t, w.root, with("settle", "100ms"))
	r.failed(t, "conflict", "WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "Production", "which of the two roles is wanted")
	w.holds(t, deployer, production, "WORKSPACE_OWNER", before)
	equal(t, "writes", w.count(writeRoles), 1)
	if r.took > maxFailFast {
		t.Errorf("the conflict was reported after %v, not at once", r.took)
	}
}

// TestContinuousChanges has another writer change the token before each read. Ten reads in a row that show our role
// verify it.
func TestContinuousChanges(t *testing.T) {
	t.Parallel()
	written := false
	w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
		what := call(r.Method, r.URL.Path)
		if written = written || what == writeRoles; written && what == readToken {
			a.Update(deployer, plus(otherRole))
		}
		return sandbox.Fault{}
	})
	r := run(t, w.root, with("settle", "100ms"))
	r.is(t, "status", "granted", "attempts", "1")
	calls := w.calls()
	equal(t, "calls after the write", calls[slices.Index(calls, writeRoles)+1:], slices.Repeat([]string{readToken}, 10))
	contains(t, "log", r.log, "others write this API token too")
}

func TestStaleReads(t *testing.T) {
	t.Parallel()
	for _, settle := range []string{"0s", "50ms"} {
		t.Run(settle, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{Lag: 1400 * time.Millisecond}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, with("settle", settle))
			r.is(t, "status", "granted", "attempts", "1")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
			contains(t, "log", r.log, "Reads do not show the write yet")
			equal(t, "writes", w.count(writeRoles), 1)
			// After a stale read the program reads once more, after twice the read-after-write delay that it observed.
			requests := w.Requests()
			last, first := requests[len(requests)-1], requests[len(requests)-2]
			if quiet := last.Start.Sub(first.End); quiet < 2*time.Second {
				t.Errorf("the last read came %v after the first one that showed the write", quiet)
			}
		})
	}
}

// TestUnverified has every read after the write fail.
func TestUnverified(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		kind  string
		write sandbox.Fault
		words []string
	}{
		{"acknowledged", "unverified", sandbox.Fault{}, []string{"written", "timeout 8s", "Run it again"}},
		{"response lost", "unverified", sandbox.Fault{Reset: true, After: true}, []string{"timeout 8s", "Run it again"}},
		{"error status", "unavailable", sandbox.Fault{Status: 502, After: true}, []string{"may have changed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			writes := 0
			w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
				what := call(r.Method, r.URL.Path)
				switch {
				case what == writeRoles:
					writes++
					return tt.write
				case what == readToken && writes > 0:
					return sandbox.Fault{Status: 503}
				}
				return sandbox.Fault{}
			})
			r := run(t, w.root, with("timeout", shortTimeout))
			r.failed(t, tt.kind, tt.words...)
			r.is(t, "status", "failed", "changed", "true", "attempts", "1")
			contains(t, "summary", r.summary, "the role may have changed")
			equal(t, "writes", w.count(writeRoles), 1)
		})
	}
}
