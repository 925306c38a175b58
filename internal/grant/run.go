package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/retry"
)

// run is the state of the protocol for one API token.
type run struct {
	*Granter
	id         string
	wanted     []Outcome
	settle     time.Duration // grows if reads are seen to be stale
	replaced   map[string][]Role
	failures   *retry.Backoff // after a write that failed
	collisions *retry.Backoff // after a write that was overwritten

	outcomes  []Outcome
	base      Token // the read that they are based on
	attempts  int
	state     writeState
	writeErr  error // why it is unknown whether the last write took effect
	refusal   error // why the last write was refused, if it was
	hasTurn   bool  // the next write has had its turn
	requestID string

	noEffect     bool      // the last accepted write seems to have had no effect
	refusedSince time.Time // when the API first refused what a write refers to
	readAgain    bool      // a write was repeated because the set had changed
}

// writeState is what is known of our writes.
type writeState int

const (
	nothingWritten writeState = iota
	unsure                    // one was accepted, or may have taken effect
	overwritten               // one was seen to be gone
	verified                  // the roles are kept
)

func (r *run) do(ctx context.Context, base Token) error {
	if base.Answered.IsZero() {
		var err error
		if err = r.waitForTurn(ctx); err != nil {
			return err
		}
		if base, err = r.API.Token(ctx, r.id); err != nil {
			return err
		}
	}
	for {
		if r.attempts == 0 {
			r.outcomes, r.base = plan(base.Roles, r.wanted), base
			if r.DryRun || Matches(base.Roles, r.wanted) {
				return nil
			}
		}
		next, err := r.cycle(ctx, base)
		if err != nil {
			return err
		}
		if r.state == verified {
			noteAccessors(r.outcomes, next.Roles)
			return nil
		}
		base = next
	}
}

// cycle writes, waits and verifies once. Unless the roles are verified, it returns the read that the next cycle may be
// based on.
func (r *run) cycle(ctx context.Context, base Token) (Token, error) {
	if Matches(base.Roles, r.wanted) {
		// The roles are there, by an earlier write of ours or by somebody else's. Is the token quiet?
		return r.verify(ctx, write{before: base})
	}
	if err := r.waitForTurn(ctx); err != nil {
		return base, err
	}
	freshUntil := base.Answered.Add(max(r.settle/2, minFreshness))
	if time.Now().After(freshUntil) {
		return r.read(ctx)
	}
	entries := entriesToWrite(base.Roles, r.wanted)
	requestID, err := r.API.SetRoles(ctx, r.id, entries, freshUntil)
	if errors.Is(err, ErrTooLate) {
		return r.read(ctx)
	}
	r.hasTurn = false
	w := write{before: base, entries: entries, answered: time.Now(), accepted: err == nil}
	r.attempts++
	maybeApplied := err == nil || maybeApplied(err)
	r.refusal = nil
	if maybeApplied {
		r.wrote(base, err)
	} else {
		r.refusal = err
	}
	switch {
	case err == nil:
		r.requestID = requestID
		r.failures.Reset()
		r.Log("Write accepted (attempt %d). Verifying that no other writer overwrites it.", r.attempts)
	case refersToUnknown(err):
		return r.afterRefusal(ctx, base, entries, err)
	case !retry.IsRetryable(err):
		return base, err
	default:
		if err := r.failures.Wait(ctx, err); err != nil {
			return base, err
		}
	}
	if !maybeApplied {
		return r.read(ctx)
	}
	return r.verify(ctx, w)
}

// maybeApplied reports whether a write that failed may have taken effect.
func maybeApplied(err error) bool {
	var uncertain interface{ MaybeApplied() bool }
	return errors.As(err, &uncertain) && uncertain.MaybeApplied()
}

// waitForTurn waits for the turn of a write, unless it has had its turn or writes are not spaced.
func (r *run) waitForTurn(ctx context.Context) error {
	if r.WaitForTurn == nil || r.DryRun || r.hasTurn {
		return nil
	}
	r.hasTurn = true
	return r.WaitForTurn(ctx)
}

// wrote records that a write based on base may have taken effect, and why that is not certain, if it is not.
func (r *run) wrote(base Token, err error) {
	r.state, r.writeErr = unsure, err
	own := chosen(base.Roles)
	for _, o := range r.wanted {
		if role := roleIn(own, o.Workspace.ID); role != "" {
			r.replaced[o.Workspace.ID] = append(r.replaced[o.Workspace.ID], role)
		}
	}
}

// read reads the token again. After a write of ours, a role that somebody else has set since is a conflict: it is not
// ours to replace.
func (r *run) read(ctx context.Context) (Token, error) {
	token, err := r.API.Token(ctx, r.id)
	if err != nil || r.state == nothingWritten {
		return token, err
	}
	if wanted, role := foreignRole(token.Roles, r.wanted, r.replaced); role != "" {
		r.state = overwritten
		return token, &ConflictError{Wanted: wanted, Set: role}
	}
	return token, nil
}

// atTimeLimit returns what the end of the time means, given what is known of our writes.
func (r *run) atTimeLimit(err error) error {
	var exhausted *retry.ExhaustedError
	timeIsUp := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &exhausted)
	if err == nil || !timeIsUp {
		return err
	}
	// If the server reported an error for the write, that says more than "not verified".
	switch {
	case r.state == overwritten:
		return &ConflictError{}
	case r.state == unsure && !isFromServer(r.writeErr):
		return &UnverifiedError{Err: err}
	case r.state == unsure && exhausted == nil:
		return &retry.ExhaustedError{Attempts: r.attempts, Err: r.writeErr}
	case r.refusal != nil && errors.Is(err, context.DeadlineExceeded):
		return &retry.ExhaustedError{Attempts: r.attempts, Err: r.refusal}
	}
	return err
}

// isFromServer reports whether the server reported the error, as opposed to no answer.
func isFromServer(err error) bool {
	var answered interface{ FromServer() bool }
	return errors.As(err, &answered) && answered.FromServer()
}
