// Package grant is the heart of the program: the types for what is wanted and its outcome, the plan, and the
// protocol that applies a plan so that no grant is lost. It knows no HTTP, no GitHub and no environment.
//
// The Astro API replaces the whole set of an API token's roles, and a write cannot be made conditional on the set that
// it was based on. If several clients write at the same time, the last one wins and the others' grants are lost,
// although the API reported success to each of them. So a write counts as kept only once a read shows, some time later,
// that nobody else has written in between: every later write is then based on a read that contains our role. This holds
// if [Granter.Settle] is longer than any writer takes from its read to its write, plus twice the API's read-after-write
// delay.
package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/retry"
)

const (
	// minFreshness is the age up to which a read may always be the base of a write.
	minFreshness = 100 * time.Millisecond
	// longestLookWait limits the waits between the looks at a token that others keep writing.
	longestLookWait = 5 * time.Second
	// enoughReads is after how many looks in a row that show our roles a token counts as verified although others keep
	// writing it. This is no proof, as a quiet token is: with a read-after-write delay, sets with and without our role
	// can alternate, and every look can meet the same one. In the model (50 writers, delay 0.7 s) three looks lost a
	// grant in 38 of 400 runs, four in 10 of 1,000, five in 2 of 3,000: each look makes a loss about ten times rarer.
	enoughReads = 10
)

// The waits after another writer has overwritten our write: between zero and two seconds at first, up to five later.
// Starting at one second takes a seventh more writes for the same time, with 50 writers as with 100. A longer end takes
// longer.
const (
	firstConflictWait   = 2 * time.Second
	longestConflictWait = 5 * time.Second
)

// staleReadDelays are the waits for an accepted write to show in reads.
var staleReadDelays = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// API is what the protocol needs of Astro.
type API interface {
	// Token reads an API token. It retries what is worth it.
	Token(ctx context.Context, id string) (Token, error)
	// SetRoles replaces the API token's roles in one attempt. If that cannot be sent before the given time, it sends
	// nothing and returns ErrTooLate. It returns the API's ID of the request, if any. An error may have methods:
	// MaybeApplied() bool reports whether the write may have taken effect all the same, FromServer() bool whether the
	// server answered with it, RefersToUnknown() bool whether it may not know something that the write refers to.
	SetRoles(ctx context.Context, id string, entries []Entry, before time.Time) (requestID string, err error)
}

// ErrTooLate is returned for a write that could not be sent in time and was not sent.
var ErrTooLate = errors.New("the write could not be sent in time")

// Granter applies wanted roles to API tokens.
type Granter struct {
	API    API
	Settle time.Duration // how long the API token must be quiet before a write counts as kept; 0: one look, immediately
	Wait   time.Duration // how long the API may not know a new Workspace that is written
	DryRun bool          // plan only

	Limiter *retry.Limiter // the one that the API's requests pass; may be nil
	Random  retry.Random   // for the jitter of the waits

	// WaitForTurn waits for the turn of a write, where writes are spaced below a rate limit. It is called before the read
	// that the write is based on, so that the read is fresh. It may be nil.
	WaitForTurn func(ctx context.Context) error

	// Log receives progress. The format is ours; the values are untrusted.
	Log func(format string, values ...any)
	// Retrying is called before each wait for another attempt.
	Retrying func(doing string, w retry.Wait)
}

// Result is the result for one API token. It is valid even if there is an error.
type Result struct {
	Outcomes   []Outcome // with Previous and Status; nil if the API token could not be read
	Base       Token     // the read that they are based on
	Attempts   int       // writes that were sent
	Unverified bool      // a write was sent, and it is not known whether it took effect
	RequestID  string    // the API's ID of the last accepted write; may be empty
}

// ConflictError reports that another writer has overwritten the roles.
type ConflictError struct {
	Wanted Outcome
	Set    Role // the role that was set instead; empty if the time ran out over other writers' changes
}

func (e *ConflictError) Error() string {
	if e.Set == "" {
		return "other writers overwrote the roles"
	}
	return "another writer set the role " + string(e.Set)
}

// UnverifiedError reports that a write was accepted, or its answer was lost, and that the time ran out before a read
// could verify it.
type UnverifiedError struct{ Err error }

func (e *UnverifiedError) Error() string { return "not verified: " + e.Err.Error() }

func (e *UnverifiedError) Unwrap() error { return e.Err }

// Grant gives an API token the wanted roles. The token is an earlier read, or no more than its ID.
//
// Errors are those of the API, a [ConflictError], a [NotAppliedError], a [RefusedError], an [UnverifiedError], or the
// context's.
func (g *Granter) Grant(ctx context.Context, token Token, wanted []Outcome) (Result, error) {
	notify := func(w retry.Wait) { g.Retrying("setting the roles", w) }
	r := &run{
		Granter: g, id: token.ID, wanted: wanted, settle: g.Settle, replaced: map[string][]Role{},
		failures: retry.NewBackoff(retry.Config{Limiter: g.Limiter, Notify: notify, Random: g.Random}),
		collisions: retry.NewFullJitter(firstConflictWait, longestConflictWait,
			retry.Config{Notify: notify, Random: g.Random}),
	}
	err := r.do(ctx, token)
	// If one of several roles was overwritten, the others may have been kept.
	unverified := r.state == unsure || r.state == overwritten && len(wanted) > 1
	result := Result{Outcomes: r.outcomes, Base: r.base, Attempts: r.attempts, Unverified: unverified, RequestID: r.requestID}
	return result, r.atTimeLimit(err)
}
