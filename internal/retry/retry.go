// Package retry decides what is retried, when, and when to give up, for the Astro API and for GitHub's. An operation
// marks an error with [Retryable] if another attempt may succeed; any other error is final.
package retry

import (
	"context"
	"errors"
	"time"
)

// retryable marks an error after which another attempt may succeed.
type retryable struct {
	error
	asked time.Duration
}

func (e *retryable) Unwrap() error { return e.error }

// Retryable marks err as worth another attempt, at the earliest after the time that the server asked for (0: none).
func Retryable(err error, asked time.Duration) error {
	return &retryable{error: err, asked: asked}
}

// IsRetryable reports whether err was marked by [Retryable] and has not exhausted its retries.
func IsRetryable(err error) bool {
	var marked *retryable
	var exhausted *ExhaustedError
	return errors.As(err, &marked) && !errors.As(err, &exhausted)
}

func askedBy(err error) time.Duration {
	var marked *retryable
	if errors.As(err, &marked) {
		return marked.asked
	}
	return 0
}

// Do calls op until it succeeds, fails for good, or no further attempt fits before the context's deadline. Then it
// returns an [ExhaustedError] with the last failure other than the deadline itself.
func Do[T any](ctx context.Context, b *Backoff, op func(context.Context) (T, error)) (T, error) {
	var last error
	for {
		result, err := op(ctx)
		if err == nil {
			return result, nil
		}
		if ctx.Err() == nil && !IsRetryable(err) {
			return result, err
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		if err := b.Wait(ctx, last); err != nil {
			return result, b.ended(ctx, err, last)
		}
	}
}

// ended returns the error to report after the waits ended with err: the last failure rather than the deadline. A
// context can end by another context's deadline, which is then its cause.
func (b *Backoff) ended(ctx context.Context, err, last error) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return &ExhaustedError{Attempts: b.attempts, Err: last}
	}
	return err
}

// PollPause returns how long to wait before another look for something that may appear within most: a second at first, up to
// 5 s later.
func PollPause(elapsed, most time.Duration) time.Duration {
	return min(max(time.Second, min(elapsed/4, 5*time.Second)), most-elapsed)
}

// Sleep waits for d. If the context ends first, it returns the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
