package retry_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/retry"
)

var errBroken = errors.New("broken")

// tooMany is an answer "too many requests".
type tooMany struct{ error }

func (tooMany) TooMany() bool { return true }

// timed runs f in virtual time, with a context that ends after timeout (0: never).
func timed(t *testing.T, timeout time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		f(t, ctx)
	})
}

// seeded returns a random source that draws the same numbers in each run of the test, so that an assertion about them
// always holds or always fails. It is safe for concurrent use.
func seeded() retry.Random {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return random.Float64()
	}
}

func within(t *testing.T, what string, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%s took %v, want %v to %v", what, got, least, most)
	}
}
