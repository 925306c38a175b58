// Package grant is the heart: what a grant is, what it would change, and the protocol that makes it stand.
//
// The Astro API replaces the whole set of an API token's roles, with no way to say what the set was that one built on. Of
// several writers at once the last wins, and the others' grants are gone although each was told of success. So a write is
// only done when a read shows, some time after it, that the token was quiet: then every later write is built on a read
// that has our role. That holds as long as Settle is longer than any writer takes from its read to its write, plus twice
// the time by which reads trail writes.
package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/retry"
)

const (
	// freshest is the age up to which a read may always be the base of a write.
	freshest = 100 * time.Millisecond
	// longestLook bounds the waits between looks at a token that others write all the time …
	longestLook = 5 * time.Second
	// … and so many of them in a row that show our roles are enough. This is no proof, as a quiet token is: where reads trail,
	// each write is built on the set of a while ago, so that a set with our role and one without can take turns, and each look
	// meet the same one. In the model (fifty writers, reads that trail by 0.7 s) three looks lost a grant in 38 of 400 runs,
	// four in 10 of 1,000, five in 2 of 3,000: each one makes it about ten times rarer.
	enoughLooks = 10
)

// The waits after a write was undone: drawn from nothing to two seconds, then up to five. Beginning at one second takes a
// seventh more writes for the same time, at fifty writers as at a hundred; a longer end takes longer.
const (
	firstConflictWait   = 2 * time.Second
	longestConflictWait = 5 * time.Second
)

// trailing are the waits for a write to show in reads that trail it.
var trailing = [...]time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// API is what a grant needs of Astro.
type API interface {
	// Token reads a token, and tries again what is worth it.
	Token(ctx context.Context, id string) (astro.Token, error)
	// SetRoles replaces the token's roles in one try, unless that cannot leave until before: astro.ErrTooLate. It returns the
	// ID that the API gave the request, if any.
	SetRoles(ctx context.Context, id string, entries []astro.Entry, before time.Time) (requestID string, err error)
}

// Granter makes grants.
type Granter struct {
	API    API
	Settle time.Duration // how long a token must have been quiet before a write counts as kept; 0: one look, at once
	DryRun bool          // say what would change, and write nothing
	Gate   *retry.Gate   // the one that the API's requests pass

	// Random draws the jitter of the waits, from [0, 1); nil: the global source.
	Random func() float64

	// Slot waits until a write may leave, where writes are paced; nil: they are not. It is taken before the read that the write is
	// built on, so that the read is fresh.
	Slot func(ctx context.Context) error

	// Log is told what happens, a line at a time. The format is ours, the values are anybody's.
	Log func(format string, values ...any)
	// Retrying is told before each wait for another try.
	Retrying func(what string, w retry.Wait)
}

// Result is what became of a token's grants. It is valid whatever the error says.
type Result struct {
	Changes  []Change
	Attempts int  // writes tried
	MayStand bool // a write was sent that was not seen to stand, nor to be gone

	RequestID string // what the API called the last write that it acknowledged; may be empty
}

// ConflictError tells that somebody else undid the grant.
type ConflictError struct {
	Target Target
	Set    Role // what somebody set instead, empty where the budget ran out over others' writes
}

func (e *ConflictError) Error() string {
	if e.Set == "" {
		return "others undid the grant"
	}
	return "somebody set another role: " + string(e.Set)
}

// UnverifiedError tells that a write was acknowledged or its answer was lost, and the time ran out before a read could
// tell whether it stands.
type UnverifiedError struct{ Err error }

func (e *UnverifiedError) Error() string { return "not verified: " + e.Err.Error() }

func (e *UnverifiedError) Unwrap() error { return e.Err }

// Grant gives an API token the targets' roles. The token is a read that was made already, or no more than its ID.
//
// Errors are those of the API, a [ConflictError], an [UnverifiedError], or the context's.
func (g *Granter) Grant(ctx context.Context, token astro.Token, targets []Target) (Result, error) {
	r := &run{Granter: g, id: token.ID, targets: targets, settle: g.Settle, replaced: map[string][]Role{}}
	notify := func(w retry.Wait) { g.Retrying("setting the roles", w) }
	r.refused = retry.NewPauses(retry.Config{Gate: g.Gate, Notify: notify, Random: g.Random})
	r.collided = retry.NewJitter(firstConflictWait, longestConflictWait, retry.Config{Notify: notify, Random: g.Random})
	err := r.do(ctx, token)
	return r.result(), r.explain(err)
}

// run is one token's grants being made.
type run struct {
	*Granter
	id       string
	targets  []Target
	settle   time.Duration // grows where reads are seen to trail writes
	replaced map[string][]Role
	refused  *retry.Pauses // after a write that failed
	collided *retry.Pauses // after a write that was undone

	changes  []Change
	attempts int
	fate     fate
	lost     error // why the last write's fate is unsure
	slotted  bool  // a slot is taken for the next write
	request  string
}

// fate is what is known of our writes.
type fate int

const (
	none     fate = iota // no write of ours may stand
	unsure               // one was acknowledged, or may have been done
	undone               // one was seen to be gone
	standing             // the grant stands
)

func (r *run) do(ctx context.Context, base astro.Token) error {
	if base.Answered.IsZero() {
		var err error
		if err = r.takeSlot(ctx); err != nil {
			return err
		}
		if base, err = r.API.Token(ctx, r.id); err != nil {
			return err
		}
	}
	for {
		if r.attempts == 0 {
			r.changes = plan(base.Roles, r.targets)
			if r.DryRun || Holds(base.Roles, r.targets) {
				return nil
			}
		}
		next, err := r.cycle(ctx, base)
		if err != nil || r.fate == standing {
			return err
		}
		base = next
	}
}

// cycle is one turn of write, settle and verify. Unless the grant stands, it returns what the next turn may build on.
func (r *run) cycle(ctx context.Context, base astro.Token) (astro.Token, error) {
	if Holds(base.Roles, r.targets) {
		// An earlier write of ours, or somebody else's: it is there, but was the token quiet?
		return r.verify(ctx, write{before: base})
	}
	if err := r.takeSlot(ctx); err != nil {
		return base, err
	}
	fresh := base.Answered.Add(max(r.settle/2, freshest))
	if time.Now().After(fresh) {
		return r.read(ctx)
	}
	entries := merge(base.Roles, r.targets)
	requestID, err := r.API.SetRoles(ctx, r.id, entries, fresh)
	if errors.Is(err, astro.ErrTooLate) {
		return r.read(ctx)
	}
	r.slotted = false
	w := write{before: base, entries: entries, answered: time.Now(), acknowledged: err == nil}
	r.attempts++
	maybeDone := err == nil || astro.MaybeDone(err)
	if maybeDone {
		r.wrote(base, err)
	}
	if err == nil {
		r.request = requestID
		r.refused.Reset()
		r.Log("The API took the write (try %d). Waiting to see whether it stands: others may write at the same time.", r.attempts)
	} else if !retry.Worth(err) {
		return base, err
	} else if err := r.refused.Wait(ctx, err); err != nil {
		return base, err
	}
	if !maybeDone {
		return r.read(ctx)
	}
	return r.verify(ctx, w)
}

// takeSlot waits for a slot, unless one is taken or writes are not paced.
func (r *run) takeSlot(ctx context.Context) error {
	if r.Slot == nil || r.DryRun || r.slotted {
		return nil
	}
	r.slotted = true
	return r.Slot(ctx)
}

// wrote notes that a write built on base may have been done; lost is why that is not sure, if it is not.
func (r *run) wrote(base astro.Token, lost error) {
	r.fate, r.lost = unsure, lost
	for _, target := range r.targets {
		if role := roleIn(base.Roles, target.WorkspaceID); role != "" {
			r.replaced[target.WorkspaceID] = append(r.replaced[target.WorkspaceID], role)
		}
	}
}

// read reads the token again after a write may have been done: what somebody else set since then is not ours to replace.
func (r *run) read(ctx context.Context) (astro.Token, error) {
	token, err := r.API.Token(ctx, r.id)
	if err != nil || r.fate == none {
		return token, err
	}
	if target, role := foreignRole(token.Roles, r.targets, r.replaced); role != "" {
		r.fate = undone
		return token, &ConflictError{Target: target, Set: role}
	}
	return token, nil
}

// explain says what an end of the time means after what is known of our writes.
func (r *run) explain(err error) error {
	var exhausted *retry.ExhaustedError
	timeIsUp := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &exhausted)
	if err == nil || !timeIsUp {
		return err
	}
	var status *astro.Error
	switch {
	case r.fate == undone:
		return &ConflictError{}
	case r.fate == unsure && !errors.As(r.lost, &status):
		return &UnverifiedError{Err: err}
	case r.fate == unsure && !errors.As(err, &exhausted):
		return &retry.ExhaustedError{Tries: r.attempts, Err: r.lost}
	}
	return err
}

func (r *run) result() Result {
	// Where one of several was undone, the others may stand.
	mayStand := r.fate == unsure || r.fate == undone && len(r.targets) > 1
	return Result{Changes: r.changes, Attempts: r.attempts, MayStand: mayStand, RequestID: r.request}
}
