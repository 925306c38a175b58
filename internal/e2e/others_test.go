package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

var colleague = entry("WORKSPACE", analytics, "WORKSPACE_MEMBER")

// TestRoleGrantedBetweenTries has a write fail in the moment in which somebody else grants a role: both stand in the end.
func TestRoleGrantedBetweenTries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"before the effect", sandbox.Fault{Status: 503}},
		{"after the effect", sandbox.Fault{Status: 503, After: true}},
		{"reset", sandbox.Fault{Reset: true}},
		{"refused", sandbox.Fault{Status: 429}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			write := nth(1, writeRoles, tt.fault)
			// The colleague has read before our write and writes after it: where ours was done, that undoes it.
			between := onNth(1, lookAgain, func(a *sandbox.Astro) sandbox.Fault {
				a.Update(deployer, without(production))
				a.Update(deployer, plus(colleague))
				return sandbox.Fault{}
			})
			w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
				between(a, r)
				return write(a, r)
			})
			before := w.Roles(deployer)
			r := run(t, w.root, with())
			r.is(t, "status", "granted", "attempts", "2")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", append(before, colleague))
			w.checkWrites(t)
		})
	}
}

// TestUndone has a stale writer undo the grant after it was taken: it is written again, on top of what they wrote.
func TestUndone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		status string
		before string
	}{
		{"new", with("settle", "100ms"), "granted", ""},
		{"updated", with("settle", "100ms", "workspace", "Staging"), "updated", "WORKSPACE_AUTHOR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stale []string
			w := demo(t, sandbox.Options{}, onNth(1, lookAgain, func(a *sandbox.Astro) sandbox.Fault {
				a.SetRoles(deployer, append(stale, colleague)...)
				return sandbox.Fault{}
			}))
			stale = w.Roles(deployer)
			r := run(t, w.root, tt.inputs)
			r.is(t, "status", tt.status, "previous-role", tt.before, "attempts", "2", "changed", "true")
			workspace := production
			if tt.before != "" {
				workspace = staging
			}
			w.holds(t, deployer, workspace, "WORKSPACE_OPERATOR", append(stale, colleague))
			contains(t, "log", r.log, "another writer undid it")
			w.checkWrites(t)
		})
	}
}

// TestUndoneForever has somebody undo each write, until the time is up.
func TestUndoneForever(t *testing.T) {
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
	r := run(t, w.root, with("timeout", shortly))
	r.failed(t, "conflict", "again and again", "timeout 8s", "Terraform")
	equal(t, "roles", w.Roles(deployer), before)
	w.checkWrites(t)
}

// TestSomebodySetAnotherRole has somebody set a role on purpose: neither ours nor the one we replaced.
func TestSomebodySetAnotherRole(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(1, lookAgain, func(a *sandbox.Astro) sandbox.Fault {
		a.Update(deployer, without(production))
		a.Update(deployer, plus(entry("WORKSPACE", production, "WORKSPACE_OWNER")))
		return sandbox.Fault{}
	}))
	before := w.Roles(deployer)
	r := run(t, w.root, with("settle", "100ms"))
	r.failed(t, "conflict", "WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "Production", "who wants which")
	w.holds(t, deployer, production, "WORKSPACE_OWNER", before)
	equal(t, "writes", w.count(writeRoles), 1)
	if r.took > atOnce {
		t.Errorf("told after %v, not at once", r.took)
	}
}

// TestTokenInUse has somebody else write each time we look: ten looks in a row that show our role are enough.
func TestTokenInUse(t *testing.T) {
	t.Parallel()
	written := false
	w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
		what := call(r.Method, r.URL.Path)
		if written = written || what == writeRoles; written && what == readToken {
			a.Update(deployer, plus(colleague))
		}
		return sandbox.Fault{}
	})
	r := run(t, w.root, with("settle", "100ms"))
	r.is(t, "status", "granted", "attempts", "1")
	calls := w.calls()
	equal(t, "calls after the write", calls[slices.Index(calls, writeRoles)+1:], slices.Repeat([]string{readToken}, 10))
	contains(t, "log", r.log, "others write this API token too")
}

func TestReadsThatTrailWrites(t *testing.T) {
	t.Parallel()
	for _, settle := range []string{"0s", "50ms"} {
		t.Run(settle, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{Lag: 1400 * time.Millisecond}, nil)
			before := w.Roles(deployer)
			r := run(t, w.root, with("settle", settle))
			r.is(t, "status", "granted", "attempts", "1")
			w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
			contains(t, "log", r.log, "The write does not show yet")
			equal(t, "writes", w.count(writeRoles), 1)
			// A look that trailed is not the last: the token must be quiet for twice the time it took, as the program saw it.
			requests := w.Requests()
			last, shown := requests[len(requests)-1], requests[len(requests)-2]
			if quiet := last.Start.Sub(shown.End); quiet < 2*time.Second {
				t.Errorf("the last look came %v after the one that showed the write", quiet)
			}
		})
	}
}

// TestUnverified lets no read through after the write.
func TestUnverified(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		kind  string
		write sandbox.Fault
		words []string
	}{
		{"acknowledged", "unverified", sandbox.Fault{}, []string{"written", "timeout 8s", "Run it again"}},
		{"answer lost", "unverified", sandbox.Fault{Reset: true, After: true}, []string{"timeout 8s", "Run it again"}},
		{"error status", "unavailable", sandbox.Fault{Status: 502, After: true}, []string{"may stand"}},
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
			r := run(t, w.root, with("timeout", shortly))
			r.failed(t, tt.kind, tt.words...)
			r.is(t, "status", "failed", "changed", "true", "attempts", "1")
			contains(t, "summary", r.summary, "the role may stand")
			equal(t, "writes", w.count(writeRoles), 1)
		})
	}
}
