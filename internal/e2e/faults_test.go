package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// transientFault is a fault that a retry gets past.
type transientFault struct {
	name   string
	fault  sandbox.Fault
	after  time.Duration // the wait that the server asks for
	asDate bool
	slow   bool // a late response, which needs no retry
}

// transientFaults are the faults that are retried.
var transientFaults = []transientFault{
	{name: "reset", fault: sandbox.Fault{Reset: true}},
	{
		name:  "truncated",
		fault: sandbox.Fault{Truncate: true, Status: 200, Body: `{"organizationRole":"ORGANIZATION_MEMBER"}`},
	},
	{name: "not JSON", fault: sandbox.Fault{Status: 200, Body: "<html>Please log in</html>"}},
	{name: "empty", fault: sandbox.Fault{Status: 200}},
	{name: "408", fault: sandbox.Fault{Status: 408}},
	{name: "409", fault: apiError(409, "in conflict")},
	{name: "425", fault: sandbox.Fault{Status: 425}},
	{name: "429", fault: apiError(429, "rate limit exceeded")},
	{name: "429 with seconds", fault: sandbox.Fault{Status: 429}, after: time.Second},
	{name: "429 with a date", fault: sandbox.Fault{Status: 429}, after: 2 * time.Second, asDate: true},
	{
		name:  "429 with a past date",
		fault: sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"Mon, 02 Jan 2006 15:04:05 GMT"}}},
	},
	{
		name:  "429 with garbage",
		fault: sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"soon ::error::x"}}},
	},
	{
		name:  "wrong JSON types",
		fault: sandbox.Fault{Status: 200, Body: `[{"tokens":7,"totalCount":"many","roles":{}}]`},
	},
	{name: "10 MB of JSON", fault: sandbox.Fault{Status: 200, Body: `["` + strings.Repeat("x", 10<<20) + `"]`}},
	{name: "hang", fault: sandbox.Fault{Hang: true}},
	{name: "slow", fault: sandbox.Fault{Delay: 2 * time.Second}, slow: true},
	{name: "500", fault: apiError(500, "oops")},
	{
		name: "502 in HTML",
		fault: sandbox.Fault{
			Status: 502, Header: http.Header{"Content-Type": {"text/html"}},
			Body: "<html><h1>Bad\n::error::gateway</h1></html>",
		},
	},
	{name: "503", fault: sandbox.Fault{Status: 503}},
	{name: "503 with seconds", fault: sandbox.Fault{Status: 503}, after: time.Second},
	{name: "504", fault: sandbox.Fault{Status: 504, Body: "upstream timed out"}},
}

// now returns the fault as it is now, and the time before which there must be no retry.
func (p transientFault) now() (sandbox.Fault, time.Time) {
	fault, soonest := p.fault, time.Now().Add(p.after)
	switch {
	case p.asDate:
		soonest = soonest.Truncate(time.Second)
		fault.Header = http.Header{"Retry-After": {soonest.UTC().Format(http.TimeFormat)}}
	case p.after > 0:
		fault.Header = http.Header{"Retry-After": {"1"}}
	}
	return fault, soonest
}

// TestFaults has each transient fault once, at each request of a grant. The role is granted in the end, no other role
// is lost, and no write is repeated without a new read. It logs the outcome of each.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	outcomes := newTable(t)
	for _, where := range []struct {
		name   string
		nth    int
		what   string
		effect bool // the write takes effect, and its response is lost
		writes int
	}{
		{"token list", 1, listTokens, false, 1},
		{"Workspace list", 1, listWorkspaces, false, 1},
		{"first read", 1, readToken, false, 1},
		{"write before its effect", 1, writeRoles, false, 2},
		{"write after its effect", 1, writeRoles, true, 1},
		{"verification", 1, verifyRead, false, 1},
	} {
		for _, p := range transientFaults {
			t.Run(where.name+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				var soonest time.Time
				w := demo(t, sandbox.Options{}, onNth(where.nth, where.what, func(*sandbox.Astro) (fault sandbox.Fault) {
					fault, soonest = p.now()
					fault.After = where.effect
					return fault
				}))
				before := w.Roles(deployer)
				r := run(t, w.root, with())
				equal(t, "exit code", r.code, 0)
				r.is(t, "status", "granted", "changed", "true", "previous-role", "")
				w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
				w.checkWrites(t)
				w.checkPause(t, soonest)
				lines := strings.Count(r.log, "Next attempt in ")
				outcomes.add(p.name, where.name,
					fmt.Sprintf("exit %d, %d writes, %d retries", r.code, w.count(writeRoles), lines))
				if p.slow {
					equal(t, "writes", w.count(writeRoles), 1)
					equal(t, "lines about a retry", lines, 0)
					return
				}
				equal(t, "writes", w.count(writeRoles), where.writes)
				// net/http itself repeats a read after a reset of a reused connection, without a trace.
				if lines > 1 || lines == 0 && (p.name != "reset" || where.what == writeRoles) {
					t.Errorf("%d lines about a retry", lines)
				}
			})
		}
	}
}

// table collects the outcomes of all faults at all requests.
type table struct {
	sync.Mutex
	rows map[string][]string
}

// newTable returns a table that is logged when the test and its subtests are finished.
func newTable(t *testing.T) *table {
	outcomes := &table{rows: map[string][]string{}}
	t.Cleanup(func() {
		for _, row := range slices.Sorted(maps.Keys(outcomes.rows)) {
			t.Logf("%-22s %s", row, strings.Join(slices.Sorted(slices.Values(outcomes.rows[row])), " | "))
		}
	})
	return outcomes
}

func (o *table) add(row, column, outcome string) {
	o.Lock()
	defer o.Unlock()
	o.rows[row] = append(o.rows[row], column+": "+outcome)
}

// checkPause checks that the request with the fault was not repeated earlier than the server allowed.
func (w world) checkPause(t *testing.T, soonest time.Time) {
	t.Helper()
	requests := w.Requests()
	for i, faulted := range requests {
		if !faulted.Faulted {
			continue
		}
		for _, next := range requests[i+1:] {
			if next.Path == faulted.Path && next.Method == faulted.Method && next.Start.Before(soonest) {
				t.Errorf("a request was sent %v before the server allowed it", soonest.Sub(next.Start))
			}
		}
	}
}

// TestRateLimitAppliesToAllRequests has a 429 for the Workspaces while the token list is read: its further pages wait
// too.
func TestRateLimitAppliesToAllRequests(t *testing.T) {
	t.Parallel()
	limited := nth(1, listWorkspaces, sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}})
	w := demoWithTokens(t, 2500, sandbox.Options{}, limited)
	known := make(chan struct{}) // closed when the program has read the 429
	root := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if call(r.Method, r.URL.Path) == listTokens {
			select {
			case <-known:
			case <-r.Context().Done():
			}
		}
		w.ServeHTTP(rw, r)
	}))
	p := start(t, root, with())
	p.log.await(t, "Next attempt in")
	close(known)
	p.wait().is(t, "status", "granted")
	var limit time.Time
	for _, r := range w.Requests() {
		if r.Status == 429 {
			limit = r.End
		}
	}
	// The first page of the list was requested before.
	for _, r := range w.Requests()[2:] {
		if wait := r.Start.Sub(limit); wait < time.Second {
			t.Errorf("%s was requested %v after the 429", r.Path, wait)
		}
	}
}

// TestDocumentedRateLimits makes a grant under the rate limits that Astro documents, which eleven pages at once exceed.
func TestDocumentedRateLimits(t *testing.T) {
	t.Parallel()
	w := demoWithTokens(t, 10_000, sandbox.Options{GETs: 10, POSTs: 5}, nil)
	before := w.Roles(deployer)
	r := run(t, w.root, with())
	r.is(t, "status", "granted")
	w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
	w.checkWrites(t)
}
