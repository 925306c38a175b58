package e2e

import (
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestRoundTrips counts requests, and round trips one after the other, up to the write. It is not parallel, and
// settles for a while: a loaded machine would make reads too old to write from.
func TestRoundTrips(t *testing.T) {
	for _, tt := range []struct {
		name   string
		tokens int
		inputs map[string]string
		write  int // which round trip it is
	}{
		{"50 tokens", 50, with("settle", "500ms"), 3},
		{"1,000 tokens", 1000, with("settle", "500ms"), 3},
		{"10,000 tokens", 10_000, with("settle", "500ms"), 4},
		{"by ID", 10_000, with("settle", "500ms", "org-token-name", "", "org-token-id", deployer), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := crowd(t, tt.tokens, sandbox.Options{Latency: func() time.Duration { return 50 * time.Millisecond }}, nil)
			r := run(t, w.root, tt.inputs)
			r.is(t, "status", "granted", "attempts", "1")
			requests := w.Requests()
			trips := roundTrips(requests)
			for i, request := range requests {
				if call(request.Method, request.Path) == writeRoles {
					equal(t, "round trip of the write", trips[i], tt.write)
					t.Logf("%s: %d requests up to the write, which is round trip %d; %d requests, %d round trips and %v in all",
						tt.name, i+1, trips[i], len(requests), trips[len(trips)-1], r.took.Round(time.Millisecond))
				}
			}
		})
	}
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
