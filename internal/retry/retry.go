// Package retry says what may be tried again, how long to wait before, and when to give up: for the Astro API and for
// GitHub's.
//
// An operation marks an error worth another try with [Again]; any other error is final.
package retry

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// Intervals of the waits after failures: the first, and the longest. Each is twice the one before, give or take half.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = 15 * time.Second
)

// spread is how far apart requests leave that all waited for one moment: the documented limit is 10 a second and at
// most 10 run at once.
const spread = time.Second

// again marks an error worth another try.
type again struct {
	error
	asked time.Duration
}

func (e *again) Unwrap() error { return e.error }

// Again marks err as worth another try, not before asked has passed: what the server asked for, 0 if it asked for nothing.
func Again(err error, asked time.Duration) error {
	return &again{error: err, asked: asked}
}

// Worth reports whether err was marked by [Again], and was not tried to the end already.
func Worth(err error) bool {
	var a *again
	var exhausted *ExhaustedError
	return errors.As(err, &a) && !errors.As(err, &exhausted)
}

// ExhaustedError tells that no further try fits into the time that is left. It wraps the last try's error.
type ExhaustedError struct {
	Tries int           // 0: none fitted
	Asked time.Duration // what the server asked to wait, where that outlasts the time left; else 0
	Err   error
}

func (e *ExhaustedError) Error() string {
	if e.Tries == 0 {
		return e.Err.Error()
	}
	return "tried " + strconv.Itoa(e.Tries) + " times: " + e.Err.Error()
}

func (e *ExhaustedError) Unwrap() error { return e.Err }

// A Wait is what is told before each wait: what failed, how long the wait is, and the number of the try that failed.
type Wait struct {
	Err  error
	For  time.Duration
	Try  int
	Last bool // the wait was shortened so that one more try fits
}

// Config is what [Pauses] need. Each field may be nil.
type Config struct {
	Gate   *Gate          // is closed during a wait after "too many requests", for everyone who passes it
	Notify func(Wait)     // is called before each wait
	Random func() float64 // draws the jitter, from [0, 1); nil: the global source
}

// Pauses are the waits between the tries of one thing. The deadline of the context is the budget.
type Pauses struct {
	config  Config
	backoff *backoff.ExponentialBackOff
	jitter  float64 // by how much of the interval a wait may be shorter or longer
	tries   int
	last    bool
}

// NewPauses returns the waits after failures: 500 ms at first, doubling to 15 s.
func NewPauses(config Config) *Pauses {
	return newPauses(firstWait, longestWait, 0.5, config)
}

// NewJitter returns waits drawn from nothing to first, the upper end doubling to longest: so that writers that collided once do not
// collide again.
func NewJitter(first, longest time.Duration, config Config) *Pauses {
	// A jitter of 1 draws from nothing to twice the interval.
	return newPauses(first/2, longest/2, 1, config)
}

func newPauses(first, longest time.Duration, jitter float64, config Config) *Pauses {
	return &Pauses{
		config: config,
		// The library's own jitter comes from the global source, which nobody can seed: it stays off.
		backoff: backoff.NewExponentialBackOff(
			backoff.WithInitialInterval(first), backoff.WithMaxInterval(longest), backoff.WithMultiplier(2),
			backoff.WithRandomizationFactor(0), backoff.WithMaxElapsedTime(0)),
		jitter: jitter,
	}
}

// draw returns a random part of d.
func draw(random func() float64, d float64) time.Duration {
	if random == nil {
		random = rand.Float64
	}
	return time.Duration(random() * d)
}

// Reset starts the waits from the shortest again.
func (p *Pauses) Reset() {
	p.backoff.Reset()
	p.last = false
}

// Wait waits before the next try. It returns nil when that may start, the context's error when that ended first, and an
// [ExhaustedError] at once when no further try fits.
func (p *Pauses) Wait(ctx context.Context, err error) error {
	p.tries++
	wait, err := p.next(ctx, err)
	if err != nil {
		return err
	}
	return Sleep(ctx, wait)
}

func (p *Pauses) next(ctx context.Context, err error) (time.Duration, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	wait := p.jittered(p.backoff.NextBackOff())
	var marked *again
	asked := time.Duration(0)
	if errors.As(err, &marked) && marked.asked > 0 {
		asked = marked.asked
		wait = max(wait, asked+draw(p.config.Random, float64(spread)))
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		if asked >= left {
			return 0, &ExhaustedError{Tries: p.tries, Asked: asked, Err: err}
		}
		if room := left - min(time.Second, left/2); wait > room {
			if p.last {
				return 0, &ExhaustedError{Tries: p.tries, Err: err}
			}
			p.last = true
			wait = max(room, asked)
		}
	}
	if isLimit(err) && p.config.Gate != nil {
		p.config.Gate.closeFor(wait)
	}
	if p.config.Notify != nil {
		p.config.Notify(Wait{Err: err, For: wait, Try: p.tries, Last: p.last})
	}
	return wait, nil
}

func (p *Pauses) jittered(interval time.Duration) time.Duration {
	span := p.jitter * float64(interval)
	return interval - time.Duration(span) + draw(p.config.Random, 2*span)
}

// Do calls op until it succeeds, fails for good, or no further try fits into the context's time: then it returns an
// [ExhaustedError] with the last failure that was not the end of that time itself.
func Do[T any](ctx context.Context, p *Pauses, op func(context.Context) (T, error)) (T, error) {
	var last error
	for {
		result, err := op(ctx)
		if err == nil {
			return result, nil
		}
		if ctx.Err() == nil && !Worth(err) {
			return result, err
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		if err := p.Wait(ctx, last); err != nil {
			return result, p.ended(ctx, err, last)
		}
	}
}

// ended is what to tell when the waits ended with err: the failure that was met, not the clock. The time may be another's, whose end
// is the cause of this context's.
func (p *Pauses) ended(ctx context.Context, err, last error) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return &ExhaustedError{Tries: p.tries, Err: last}
	}
	return err
}

// Sleep waits for d, or until the context ends and then returns its error.
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

// Status reports whether an answer with this HTTP status is worth another try.
func Status(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return code >= 500
}

// After returns how long a Retry-After header asks to wait from now: seconds or an HTTP date (RFC 9110, 10.2.3). What is
// neither, or lies in the past, asks for nothing.
func After(value string, now time.Time) time.Duration {
	// More than a year is as good as never, and would not fit a Duration for long.
	const year = 366 * 24 * time.Hour
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(year/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, date.Sub(now)), year)
	}
	return 0
}
