package retry

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Gate holds back every request of a run after a server said "too many": the limits count for all of them together.
// The zero Gate is open.
type Gate struct {
	Random func() float64 // draws how far apart those leave who waited, from [0, 1); nil: the global source

	mu    sync.Mutex
	until time.Time
}

// Pass waits until the gate is open. Those who had to wait leave spread out, or they would meet the limit again together.
func (g *Gate) Pass(ctx context.Context) error {
	for {
		wait := g.wait()
		if wait <= 0 {
			return ctx.Err()
		}
		if err := Sleep(ctx, wait+draw(g.Random, float64(spread))); err != nil {
			return err
		}
	}
}

// Turn waits until the gate is open, and then for a turn. One that comes while the gate is shut again is given up: or all whose
// turns came meanwhile would leave at once when it opens.
func (g *Gate) Turn(ctx context.Context, turn func(ctx context.Context) error) error {
	for {
		if err := g.Pass(ctx); err != nil {
			return err
		}
		if err := turn(ctx); err != nil {
			return err
		}
		if g.wait() <= 0 {
			return nil
		}
	}
}

// wait is how long the gate stays shut.
func (g *Gate) wait() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.until)
}

func (g *Gate) closeFor(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.until) {
		g.until = until
	}
}

// limitError is what an error says of itself that stands for "too many requests".
type limitError interface{ TooMany() bool }

func isLimit(err error) bool {
	var limit limitError
	return errors.As(err, &limit) && limit.TooMany()
}
