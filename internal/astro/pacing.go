package astro

import "astro-workspace-grant/internal/retry"

// Pacing says which requests a [Client] spaces, to stay below Astro's rate limits. A run with a handful of requests
// needs none.
type Pacing int

// The kinds of pacing.
const (
	Unpaced Pacing = iota
	Reads          // for a run that writes nothing
	ReadsAndWrites
)

// The documented limits, in requests a second for each API token: since March 2024, and of older pages. Requests stay a
// tenth below, as the API counts them over a sliding window. After the first "too many requests", the older ones hold.
const (
	pacedReads, pacedWrites = 0.9 * 25, 0.9 * 10
	slowReads, slowWrites   = 0.9 * 10, 0.9 * 5
)

func (p Pacing) limits() retry.Limits {
	limits := retry.Limits{InFlight: maxInFlight}
	switch p {
	case Reads:
		limits.Pace, limits.SlowPace = retry.Pace{Reads: pacedReads}, retry.Pace{Reads: slowReads}
	case ReadsAndWrites: // a write includes the read that it is based on
		limits.Pace = retry.Pace{Reads: pacedReads - pacedWrites, Writes: pacedWrites}
		limits.SlowPace = retry.Pace{Reads: slowReads - slowWrites, Writes: slowWrites}
	}
	return limits
}
