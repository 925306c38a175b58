package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/retry"
)

// write is a write that has to be verified.
type write struct {
	before   Token   // the read that it is based on
	entries  []Entry // what was sent; nil if nothing was, because the roles were there
	answered time.Time
	accepted bool
}

// verify looks until the roles are there on a quiet token, or are seen to be missing. Then it returns the read that the
// next write is based on.
func (r *run) verify(ctx context.Context, w write) (Token, error) {
	early, err := r.lookEarly(ctx, w)
	if err != nil {
		return early, err
	}
	wait, elapsed := r.firstWait(w)
	previous := Token{} // the previous look, if it showed the roles
	if w.entries == nil {
		previous = w.before
	}
	for looks := 0; ; elapsed = 0 {
		if err := retry.Sleep(ctx, wait-elapsed); err != nil {
			return previous, err
		}
		now, err := r.read(ctx)
		stale := looks == 0 && w.accepted && err == nil && unchanged(now, w.before)
		if stale {
			now, err = r.awaitFreshRead(ctx, w)
		}
		if err != nil {
			return previous, err
		}
		if !Matches(now.Roles, r.wanted) {
			return r.missing(ctx, w, early, now)
		}
		looks++
		r.state, r.writeErr = unsure, nil
		if !stale && (r.settle == 0 || looks == enoughReads || isQuiet(w, previous, now)) {
			r.state = verified
			return now, nil
		}
		previous = now
		wait = max(r.settle, wait, min(wait*3/2, longestLookWait))
		why := "others write this API token too"
		if stale {
			why = "reads were stale"
		}
		r.Log("The role is there, but %s. Looking again in %v.", why, wait.Round(time.Millisecond))
	}
}

// firstWait returns how long after the write to look, and how much of that time has passed. After a write that failed,
// a wait is already over.
func (r *run) firstWait(w write) (wait, elapsed time.Duration) {
	if w.entries == nil || r.settle == 0 {
		return r.settle, 0
	}
	return max(r.settle, 2*w.answered.Sub(w.before.Sent)), time.Since(w.answered)
}

// isQuiet reports whether nobody else has written for a while: the set is what we sent, or what the previous look
// showed.
func isQuiet(w write, previous, now Token) bool {
	if w.entries != nil && sameSet(chosen(now.Roles), chosen(w.entries)) {
		return true
	}
	return previous.ID != "" && unchanged(previous, now)
}

// unchanged reports whether nobody has written between two reads.
func unchanged(a, b Token) bool {
	return a.UpdatedAt == b.UpdatedAt && sameSet(a.Roles, b.Roles)
}

// awaitFreshRead reads again while reads still show what was there before an accepted write. Once they show the write,
// the token has to be quiet for twice as long as that took.
func (r *run) awaitFreshRead(ctx context.Context, w write) (now Token, err error) {
	for _, wait := range staleReadDelays {
		r.Log("Reads do not show the write yet. Reading again in %v.", wait)
		if err := retry.Sleep(ctx, wait); err != nil {
			return now, err
		}
		if now, err = r.read(ctx); err != nil {
			return now, err
		}
		if !unchanged(now, w.before) {
			if Matches(now.Roles, r.wanted) {
				r.settle = max(r.settle, 2*time.Since(w.answered))
			}
			break
		}
	}
	return now, nil
}

var errOverwritten = errors.New("another writer overwrote it")

// missing decides how to go on if a look does not show the roles.
func (r *run) missing(ctx context.Context, w write, early, now Token) (Token, error) {
	if !w.accepted && w.entries != nil {
		// The write failed and did not take effect. The wait is over, and this look can be the next base.
		r.state = nothingWritten
		return now, nil
	}
	r.state = overwritten
	if r.isIgnored(w, early, now) {
		if r.state = unsure; sameSet(now.Roles, r.base.Roles) {
			r.state = nothingWritten
		}
		return now, &NotAppliedError{RequestID: r.requestID}
	}
	if err := r.collisions.Wait(ctx, errOverwritten); err != nil {
		return now, err
	}
	return r.read(ctx)
}
