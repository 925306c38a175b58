package retry

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the limits of a [Limiter].
type Limits struct {
	InFlight int // how many requests may be in flight at the same time

	// Pace holds until the API first answers "too many requests", and SlowPace from then on. SlowPace has the fields of
	// Pace that are not 0.
	Pace, SlowPace Pace

	Random Random // nil: the global source
}

// Pace is how many requests a second may be sent; 0: as many as there are. A write includes the read that it is based
// on.
type Pace struct{ Reads, Writes float64 }

// Kind says how a request counts against the limits.
type Kind int

const (
	Read     Kind = iota // waits for its turn at the [Pace] of reads
	Write                // waits for its turn at the [Pace] of writes
	Reserved             // has had its turn: see [Limiter.Wait]
)

// A Limiter decides when a request may be sent. All requests of a run to one API pass the same Limiter: the API counts
// them together. After the API has answered "too many requests", it holds back all of them.
type Limiter struct {
	inFlight chan struct{}
	turns    map[Kind]*rate.Limiter
	slow     Pace
	random   Random

	mu     sync.Mutex
	paused time.Time // until when
}

// NewLimiter returns a Limiter.
func NewLimiter(limits Limits) *Limiter {
	l := &Limiter{
		inFlight: make(chan struct{}, limits.InFlight), turns: map[Kind]*rate.Limiter{},
		slow: limits.SlowPace, random: limits.Random,
	}
	if limits.Pace.Reads > 0 {
		l.turns[Read] = rate.NewLimiter(rate.Limit(limits.Pace.Reads), 1)
	}
	if limits.Pace.Writes > 0 {
		l.turns[Write] = rate.NewLimiter(rate.Limit(limits.Pace.Writes), 1)
	}
	return l
}

// Acquire waits until a request may be sent. The caller calls release when the request is done. Waiting for a turn
// comes before the place in flight, so that a request that waits keeps no other one from being sent.
func (l *Limiter) Acquire(ctx context.Context, kind Kind) (release func(), err error) {
	if err := l.Wait(ctx, kind); err != nil {
		return nil, err
	}
	select {
	case l.inFlight <- struct{}{}:
		return func() { <-l.inFlight }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errNoTurn = errors.New("no time was left to wait for a turn below the API's rate limits")

// Wait waits for the turn of a request that is sent later as [Reserved]. A turn that comes during a pause is given up:
// otherwise all those whose turns came meanwhile would be sent together when the pause ends.
func (l *Limiter) Wait(ctx context.Context, kind Kind) error {
	for {
		if err := l.waitForPause(ctx); err != nil {
			return err
		}
		turns := l.turns[kind]
		if turns == nil {
			return nil
		}
		// It fails early if the turn would come after the context's deadline.
		if err := turns.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &ExhaustedError{Err: errNoTurn}
		}
		if l.pause() <= 0 {
			return nil
		}
	}
}

// waitForPause waits until a pause is over. Requests that had to wait are then spread out, or they would meet the limit
// together again.
func (l *Limiter) waitForPause(ctx context.Context) error {
	for {
		left := l.pause()
		if left <= 0 {
			return ctx.Err()
		}
		if err := Sleep(ctx, left+l.random.upTo(spread)); err != nil {
			return err
		}
	}
}

// pause returns how long a pause still lasts.
func (l *Limiter) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.paused)
}

// pauseFor holds back all requests for d after "too many requests", and slows them down for good.
func (l *Limiter) pauseFor(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.paused) {
		l.paused = until
	}
	for kind, perSecond := range map[Kind]float64{Read: l.slow.Reads, Write: l.slow.Writes} {
		if turns := l.turns[kind]; turns != nil && perSecond > 0 {
			turns.SetLimit(rate.Limit(perSecond))
		}
	}
}
