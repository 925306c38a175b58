package retry

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// The first and the longest wait after failures. Each wait is twice the one before, plus or minus half.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = 15 * time.Second
)

// spread is the time over which requests are spread that all waited for the same moment: at most 10 are in flight, and
// the lowest documented limit is 10 a second.
const spread = time.Second

// Random returns a number in [0, 1). A nil Random uses the global source.
type Random func() float64

func (r Random) upTo(d time.Duration) time.Duration {
	if r == nil {
		r = rand.Float64
	}
	return time.Duration(r() * float64(d))
}

// An ExhaustedError reports that no further attempt fits into the time that is left. It wraps the last attempt's error.
type ExhaustedError struct {
	Attempts int           // 0: not even the first one fitted
	Asked    time.Duration // the wait that the server asked for, if that is longer than the time left
	Err      error
}

func (e *ExhaustedError) Error() string {
	if e.Attempts == 0 {
		return e.Err.Error()
	}
	return "failed " + strconv.Itoa(e.Attempts) + " times: " + e.Err.Error()
}

func (e *ExhaustedError) Unwrap() error { return e.Err }

// A Wait describes a wait before another attempt.
type Wait struct {
	Err     error         // why the attempt failed
	For     time.Duration // how long the wait is
	Attempt int           // the number of the attempt that failed
	Last    bool          // the wait was shortened so that one more attempt fits
}

// Config configures a [Backoff]. Each field may be nil.
type Config struct {
	Limiter *Limiter   // is paused during a wait after "too many requests"
	Notify  func(Wait) // is called before each wait
	Random  Random     // draws the jitter
}

// Backoff is the sequence of waits between the attempts of one operation. The context's deadline limits them.
type Backoff struct {
	config     Config
	intervals  *backoff.ExponentialBackOff
	fullJitter bool
	attempts   int
	last       bool
}

// NewBackoff returns the waits after failures: 500 ms at first, doubling to 15 s, each plus or minus half.
func NewBackoff(config Config) *Backoff {
	return &Backoff{config: config, intervals: intervals(firstWait, longestWait)}
}

// NewFullJitter returns waits between nothing and first, whose upper end doubles to longest, so that writers that
// collided once do not collide again.
func NewFullJitter(first, longest time.Duration, config Config) *Backoff {
	return &Backoff{config: config, intervals: intervals(first, longest), fullJitter: true}
}

// intervals returns intervals without jitter: the library draws jitter from the global source, which a test cannot
// reproduce.
func intervals(first, longest time.Duration) *backoff.ExponentialBackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(first), backoff.WithMaxInterval(longest), backoff.WithMultiplier(2),
		backoff.WithRandomizationFactor(0), backoff.WithMaxElapsedTime(0))
}

// Reset starts again from the shortest wait.
func (b *Backoff) Reset() {
	b.intervals.Reset()
	b.last = false
}

// Wait waits before the next attempt. It returns nil when that may start, the context's error if that ended first, and
// an [ExhaustedError] immediately if no further attempt fits.
func (b *Backoff) Wait(ctx context.Context, err error) error {
	b.attempts++
	wait, err := b.next(ctx, err)
	if err != nil {
		return err
	}
	return Sleep(ctx, wait)
}

func (b *Backoff) next(ctx context.Context, err error) (time.Duration, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	wait := b.jitter(b.intervals.NextBackOff())
	asked := askedBy(err)
	if asked > 0 {
		wait = max(wait, asked+b.config.Random.upTo(spread))
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		if asked >= left {
			return 0, &ExhaustedError{Attempts: b.attempts, Asked: asked, Err: err}
		}
		if room := left - min(time.Second, left/2); wait > room {
			if b.last {
				return 0, &ExhaustedError{Attempts: b.attempts, Err: err}
			}
			b.last = true
			wait = max(room, asked)
		}
	}
	if b.config.Limiter != nil && isTooMany(err) {
		b.config.Limiter.pauseFor(wait)
	}
	if b.config.Notify != nil {
		b.config.Notify(Wait{Err: err, For: wait, Attempt: b.attempts, Last: b.last})
	}
	return wait, nil
}

func (b *Backoff) jitter(interval time.Duration) time.Duration {
	if b.fullJitter {
		return b.config.Random.upTo(interval)
	}
	return interval/2 + b.config.Random.upTo(interval)
}

// isTooMany reports whether an error describes itself as "too many requests".
func isTooMany(err error) bool {
	var limit interface{ TooMany() bool }
	return errors.As(err, &limit) && limit.TooMany()
}
