package e2e

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestRoundTrips counts the requests and the sequential round trips up to the write. The server responds only when all
// requests of a round trip have arrived, so the counts do not depend on the speed of the machine. The long settle time
// keeps the read from becoming too old to write from on a busy machine.
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
		{"999 tokens", 999, with("settle", "8s"), [][]string{lists, {readToken}, {writeRoles}}},
		// Another page may follow one that is full.
		{"1,000 tokens", 1000, with("settle", "8s"), [][]string{lists, {listTokens}, {readToken}, {writeRoles}}},
		{"10,000 tokens", 10_000, with("settle", "8s"), [][]string{lists, pages, {readToken}, {writeRoles}}},
		{"by ID", 10_000, byID, [][]string{{listWorkspaces, readToken}, {writeRoles}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demoWithTokens(t, tt.tokens, sandbox.Options{}, nil)
			gate := &roundTripGate{Handler: w.Astro, trips: tt.trips}
			run(t, serve(t, gate), tt.inputs).is(t, "status", "granted", "attempts", "1")
			gate.mu.Lock()
			defer gate.mu.Unlock()
			equal(t, "requests of each round trip", gate.arrived, tt.trips)
			t.Logf("%s: %d requests up to the write, which is round trip %d; %d requests in all",
				tt.name, len(slices.Concat(tt.trips...)), len(tt.trips), len(w.Requests()))
		})
	}
}

// roundTripGate delays each request until all requests of its round trip have arrived. Requests after the last round
// trip are not delayed.
type roundTripGate struct {
	http.Handler
	trips [][]string // the expected requests of each round trip, sorted by name

	mu      sync.Mutex
	arrived [][]string
	full    chan struct{} // closed when all requests of the current round trip have arrived
}

func (g *roundTripGate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-g.arrive(call(r.Method, r.URL.Path)):
	case <-time.After(maxShutdown): // the requests are missing: the check of arrived will fail
	}
	g.Handler.ServeHTTP(w, r)
}

// arrive records a request and returns a channel that is closed when its round trip is complete.
func (g *roundTripGate) arrive(what string) <-chan struct{} {
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

// roundTrips returns for each request the length of the longest chain of requests that leads to it, in which each
// request began after the previous one ended.
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
