package grant

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/retry"
)

// RefusedError reports that the API refused a write as it does not know something that the write refers to: a
// Workspace, a Deployment or a custom role.
type RefusedError struct {
	Sent []Entry // what was refused
	Read []Entry // what it was based on
	Err  error

	Gone []string // the IDs of Workspaces in Sent that do not exist, if the caller has looked them up
}

func (e *RefusedError) Error() string { return "refused: " + e.Err.Error() }

func (e *RefusedError) Unwrap() error { return e.Err }

// refersToUnknown reports whether the API may have refused a write as it does not know something in it.
func refersToUnknown(err error) bool {
	var refusal interface{ RefersToUnknown() bool }
	return errors.As(err, &refusal) && refusal.RefersToUnknown()
}

// afterRefusal returns the read for another attempt after such a refusal. What we add may be so new that it is not
// known everywhere yet. What we found may have been deleted since: then it is gone from the next read.
func (r *run) afterRefusal(ctx context.Context, base Token, sent []Entry, refusal error) (Token, error) {
	if r.refusedSince.IsZero() {
		r.refusedSince = time.Now()
	}
	elapsed := time.Since(r.refusedSince)
	if r.state == nothingWritten && elapsed < r.Wait {
		pause := retry.PollPause(elapsed, r.Wait)
		r.Retrying("setting the roles", retry.Wait{Err: refusal, For: pause, Attempt: r.attempts})
		if err := retry.Sleep(ctx, pause); err != nil {
			return base, err
		}
		return r.read(ctx)
	}
	now, err := r.read(ctx)
	if err != nil {
		return base, err
	}
	if !r.readAgain && !sameSet(now.Roles, base.Roles) {
		r.readAgain = true
		r.Log("The API refused the write, but the roles have changed since they were read. Trying again.")
		return now, nil
	}
	return base, &RefusedError{Sent: sent, Read: base.Roles, Err: refusal}
}
