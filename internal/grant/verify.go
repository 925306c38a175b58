package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/retry"
)

// write is a write that is to be verified.
type write struct {
	before       astro.Token   // the read it was built on
	entries      []astro.Entry // what was sent; nil: nothing, the roles were there
	answered     time.Time
	acknowledged bool
}

// verify looks until the roles stand on a quiet token, or are seen to be missing: then it returns what the next write is
// built on.
func (r *run) verify(ctx context.Context, w write) (astro.Token, error) {
	wait, gone := r.firstWait(w)
	before := astro.Token{} // the look before, if it showed the roles
	if w.entries == nil {
		before = w.before
	}
	for shown := 0; ; gone = 0 {
		if err := retry.Sleep(ctx, wait-gone); err != nil {
			return before, err
		}
		now, err := r.read(ctx)
		late := shown == 0 && w.acknowledged && err == nil && unmoved(now, w.before)
		if late {
			now, err = r.awaitShow(ctx, w)
		}
		if err != nil {
			return before, err
		}
		if !Holds(now.Roles, r.targets) {
			return r.missing(ctx, w, now)
		}
		shown++
		r.fate, r.lost = unsure, nil
		if !late && (r.settle == 0 || shown == enoughLooks || r.quiet(w, before, now)) {
			r.fate = standing
			return now, nil
		}
		before = now
		wait = max(r.settle, wait, min(wait*3/2, longestLook))
		why := "others write this API token too"
		if late {
			why = "reads trail writes"
		}
		r.Log("The role is there, but %s: looking again in %v.", why, wait.Round(time.Millisecond))
	}
}

// firstWait returns how long after the write to look, and how much of that has gone by: a failed write has waited already.
func (r *run) firstWait(w write) (wait, gone time.Duration) {
	if w.entries == nil || r.settle == 0 {
		return r.settle, 0
	}
	return max(r.settle, 2*w.answered.Sub(w.before.Sent)), time.Since(w.answered)
}

// quiet reports whether nobody but us has written for a while: the set is what we sent, or what it was in the look before.
func (r *run) quiet(w write, before, now astro.Token) bool {
	if w.entries != nil && sameSet(now.Roles, w.entries) {
		return true
	}
	return before.ID != "" && unmoved(before, now)
}

// unmoved reports whether nobody has written between two reads.
func unmoved(a, b astro.Token) bool {
	return a.UpdatedAt == b.UpdatedAt && sameSet(a.Roles, b.Roles)
}

// awaitShow reads again while the read still shows what was there before an acknowledged write: reads trail writes. Once
// the write shows, the token has to be quiet for twice as long as that took.
func (r *run) awaitShow(ctx context.Context, w write) (now astro.Token, err error) {
	for _, wait := range trailing {
		r.Log("The write does not show yet; reading again in %v.", wait)
		if err := retry.Sleep(ctx, wait); err != nil {
			return now, err
		}
		if now, err = r.read(ctx); err != nil {
			return now, err
		}
		if !unmoved(now, w.before) {
			if Holds(now.Roles, r.targets) {
				r.settle = max(r.settle, 2*time.Since(w.answered))
			}
			break
		}
	}
	return now, nil
}

var errUndone = errors.New("another writer undid it")

// missing says how to go on where a look did not find the roles.
func (r *run) missing(ctx context.Context, w write, now astro.Token) (astro.Token, error) {
	if !w.acknowledged && w.entries != nil {
		// It failed and was not done. The wait is behind us, and this look is as good a base as any.
		r.fate = none
		return now, nil
	}
	r.fate = undone
	if err := r.collided.Wait(ctx, errUndone); err != nil {
		return now, err
	}
	return r.read(ctx)
}
