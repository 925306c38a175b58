package e2e

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestRoundTrips counts requests, and round trips one after the other, up to the write. No request has its answer
// before all of its round trip have arrived, so what is counted does not depend on how fast the machine is. It
// settles for long, or a busy machine would make the read too old to write from.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	lists, pages := []string{listWorkspaces, listTokens}, slices.Repeat([]string{listTokens}, 9)
	byID := with("settle", "8s", "org-token-name", "", "org-token-id", deployer)
	for _, tt := range []struct {
		name   string
		tokens int
		inputs map[string]string
		trips  [][]string
	}{
		{"50 tokens", 50, with("settle", "8s"), [][]string{lists, {readToken}, {writeRoles}}},
		{"1,000 tokens", 1000, with("settle", "8s"), [][]string{lists, {readToken}, {writeRoles}}},
		{"10,000 tokens", 10_000, with("settle", "8s"), [][]string{lists, pages, {readToken}, {writeRoles}}},
		{"by ID", 10_000, byID, [][]string{{listWorkspaces, readToken}, {writeRoles}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := crowd(t, tt.tokens, sandbox.Options{}, nil)
			together := &together{Handler: w.Astro, trips: tt.trips}
			run(t, serve(t, together), tt.inputs).is(t, "status", "granted", "attempts", "1")
			together.mu.Lock()
			defer together.mu.Unlock()
			equal(t, "requests of each round trip", together.arrived, tt.trips)
			t.Logf("%s: %d requests up to the write, which is round trip %d; %d requests in all",
				tt.name, len(slices.Concat(tt.trips...)), len(tt.trips), len(w.Requests()))
		})
	}
}

// together holds each request back until all of its round trip have arrived. Those after the last round trip pass.
type together struct {
	http.Handler
	trips [][]string // the requests expected of each, in order of their names

	mu      sync.Mutex
	arrived [][]string
	full    chan struct{} // closed when all of the present round trip have arrived
}

func (g *together) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-g.arrive(call(r.Method, r.URL.Path)):
	case <-time.After(promptly): // they did not come: the test fails over what has arrived
	}
	g.Handler.ServeHTTP(w, r)
}

// arrive notes a request, and returns what is closed when its round trip is full.
func (g *together) arrive(what string) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.arrived)
	if n == 0 || len(g.arrived[n-1]) == len(g.trips[n-1]) {
		if g.full = make(chan struct{}); n == len(g.trips) {
			close(g.full)
			return g.full
		}
		g.arrived = append(g.arrived, nil)
		n++
	}
	g.arrived[n-1] = append(g.arrived[n-1], what)
	slices.Sort(g.arrived[n-1])
	if len(g.arrived[n-1]) == len(g.trips[n-1]) {
		close(g.full)
	}
	return g.full
}

// roundTrips returns for each request how many it is the last of in the longest chain of requests of which each began after
// the one before had ended.
func roundTrips(requests []sandbox.Request) []int {
	trips := make([]int, len(requests))
	for i, r := range requests {
		trips[i] = 1
		for j, before := range requests[:i] {
			if !before.End.After(r.Start) {
				trips[i] = max(trips[i], trips[j]+1)
			}
		}
	}
	return trips
}
