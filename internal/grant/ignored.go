package grant

import (
	"context"
	"maps"
)

// NotAppliedError reports that the API accepts our writes and does not apply them.
type NotAppliedError struct {
	RequestID string // the API's ID of the last of them; may be empty
}

func (e *NotAppliedError) Error() string { return "accepted but not applied" }

// lookEarly looks immediately after a write, if the one before seems to have had no effect: before anybody else can
// overwrite it. Otherwise it returns no read.
func (r *run) lookEarly(ctx context.Context, w write) (Token, error) {
	if !r.noEffect || !w.accepted {
		return Token{}, nil
	}
	return r.read(ctx)
}

// isIgnored reports whether the API ignores our writes: twice in a row, an accepted write has left the set as it was,
// or has only added to it, and nobody has written between an early look after the second write and the last one.
func (r *run) isIgnored(w write, early, now Token) bool {
	before, noEffect := r.noEffect, w.hadNoEffect(now)
	r.noEffect = noEffect
	return before && noEffect && early.ID != "" && unchanged(early, now)
}

// hadNoEffect reports whether the set is as it was before the write, or both sets merged.
func (w write) hadNoEffect(now Token) bool {
	if !w.accepted {
		return false
	}
	found, before := count(now.Roles), count(w.before.Roles)
	merged := maps.Clone(before)
	for key, n := range count(w.entries) {
		merged[key] = max(merged[key], n)
	}
	return maps.Equal(found, before) || maps.Equal(found, merged)
}
