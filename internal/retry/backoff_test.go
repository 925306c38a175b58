package retry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/retry"
)

func newFullJitter(config retry.Config) *retry.Backoff {
	return retry.NewFullJitter(time.Second, 5*time.Second, config)
}

func TestWaitsGrow(t *testing.T) {
	const ms = time.Millisecond
	random := seeded()
	for _, tt := range []struct {
		name       string
		newBackoff func(retry.Config) *retry.Backoff
		between    [][2]time.Duration // in milliseconds
	}{
		{
			"failures: doubling, plus or minus half", retry.NewBackoff,
			[][2]time.Duration{
				{250, 750}, {500, 1500}, {1000, 3000}, {2000, 6000}, {4000, 12000}, {7500, 22500}, {7500, 22500},
			},
		},
		{
			"collisions: full jitter", newFullJitter,
			[][2]time.Duration{{0, 1000}, {0, 2000}, {0, 4000}, {0, 5000}, {0, 5000}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			least, most := make([]time.Duration, len(tt.between)), make([]time.Duration, len(tt.between))
			for round := range 300 {
				timed(t, 0, func(t *testing.T, ctx context.Context) {
					var notified []retry.Wait
					notify := func(w retry.Wait) { notified = append(notified, w) }
					backoff := tt.newBackoff(retry.Config{Notify: notify, Random: random})
					for i, bounds := range tt.between {
						start := time.Now()
						if err := backoff.Wait(ctx, errBroken); err != nil {
							t.Fatal(err)
						}
						waited := time.Since(start)
						within(t, fmt.Sprintf("wait %d", i), waited, bounds[0]*ms, bounds[1]*ms+1)
						if want := (retry.Wait{Err: errBroken, For: waited, Attempt: i + 1}); notified[i] != want {
							t.Errorf("notified of %+v, want %+v", notified[i], want)
						}
						most[i] = max(most[i], waited)
						if least[i] = min(least[i], waited); round == 0 {
							least[i] = waited
						}
					}
				})
			}
			// The jitter uses its whole range: 300 draws reach both outer quarters.
			for i, bounds := range tt.between {
				low, span := bounds[0]*ms, (bounds[1]-bounds[0])*ms
				if least[i] > low+span/4 || most[i] < low+3*span/4 {
					t.Errorf("wait %d was %v to %v, of %v to %v", i, least[i], most[i], low, low+span)
				}
			}
		})
	}
}

// TestRandom checks that each wait depends on nothing but the caller's random source.
func TestRandom(t *testing.T) {
	const ms = time.Millisecond
	asked := retry.Retryable(errBroken, 9*time.Second)
	for _, tt := range []struct {
		name       string
		newBackoff func(retry.Config) *retry.Backoff
		err        error
		drawn      float64
		waits      []time.Duration
	}{
		{"failures, shortest", retry.NewBackoff, errBroken, 0, []time.Duration{250 * ms, 500 * ms, 1000 * ms}},
		{"failures, middle", retry.NewBackoff, errBroken, 0.5, []time.Duration{500 * ms, 1000 * ms, 2000 * ms}},
		{"collisions, shortest", newFullJitter, errBroken, 0, []time.Duration{0, 0, 0}},
		{"collisions, three quarters", newFullJitter, errBroken, 0.75, []time.Duration{750 * ms, 1500 * ms, 3000 * ms}},
		{"asked to wait", retry.NewBackoff, asked, 0.25, []time.Duration{9250 * ms, 9250 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, 0, func(t *testing.T, ctx context.Context) {
				backoff := tt.newBackoff(retry.Config{Random: func() float64 { return tt.drawn }})
				for i, want := range tt.waits {
					start := time.Now()
					if err := backoff.Wait(ctx, tt.err); err != nil || time.Since(start) != want {
						t.Errorf("wait %d took %v, want %v: %v", i, time.Since(start), want, err)
					}
				}
			})
		})
	}
}

func TestResetStartsFromTheShortest(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		attempts := 0
		backoff := retry.NewBackoff(retry.Config{Notify: func(w retry.Wait) { attempts = w.Attempt }})
		for range 6 {
			_ = backoff.Wait(ctx, errBroken)
		}
		backoff.Reset()
		start := time.Now()
		_ = backoff.Wait(ctx, errBroken)
		within(t, "the wait after a reset", time.Since(start), 250*time.Millisecond, 751*time.Millisecond)
		if attempts != 7 {
			t.Errorf("attempt %d, want 7", attempts)
		}
	})
}

func TestAskedIsAMinimum(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		for _, asked := range []time.Duration{time.Second, 7 * time.Second, time.Minute} {
			start := time.Now()
			if err := retry.NewBackoff(retry.Config{}).Wait(ctx, retry.Retryable(errBroken, asked)); err != nil {
				t.Fatal(err)
			}
			within(t, fmt.Sprintf("a wait of at least %v", asked), time.Since(start), asked, asked+time.Second)
		}
	})
}

func TestAskedIsSpread(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		waits, config := map[time.Duration]bool{}, retry.Config{Random: seeded()}
		for range 20 {
			start := time.Now()
			_ = retry.NewBackoff(config).Wait(ctx, retry.Retryable(errBroken, 5*time.Second))
			waits[time.Since(start)] = true
		}
		if len(waits) < 15 {
			t.Errorf("only %d different waits of 20", len(waits))
		}
	})
}

func TestLastAttemptFits(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		asked   time.Duration
	}{
		{"long timeout", time.Minute, 0},
		{"short timeout", 300 * time.Millisecond, 0},
		{"asked for nearly all the time left", 10 * time.Second, 9500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, tt.timeout, func(t *testing.T, ctx context.Context) {
				var notified []retry.Wait
				config := retry.Config{Notify: func(w retry.Wait) { notified = append(notified, w) }}
				start, attempts, lastAttempt := time.Now(), 0, time.Duration(0)
				_, err := retry.Do(ctx, retry.NewBackoff(config), func(context.Context) (int, error) {
					attempts++
					lastAttempt = time.Since(start)
					return 0, retry.Retryable(errBroken, tt.asked)
				})
				var exhausted *retry.ExhaustedError
				if !errors.As(err, &exhausted) || exhausted.Attempts != attempts || !errors.Is(err, errBroken) {
					t.Fatalf("after %d attempts: %#v", attempts, err)
				}
				earliest := tt.timeout - max(time.Second, tt.timeout/2)
				if attempts < 2 || lastAttempt < earliest || lastAttempt >= tt.timeout {
					t.Errorf("the last of %d attempts came after %v of %v", attempts, lastAttempt, tt.timeout)
				}
				if lastAttempt < tt.asked {
					t.Errorf("the last attempt came after %v although the server asked for %v", lastAttempt, tt.asked)
				}
				if time.Since(start) != lastAttempt {
					t.Errorf("waited for %v after the last attempt", time.Since(start)-lastAttempt)
				}
				if last := notified[len(notified)-1]; !last.Last || last.Attempt != attempts-1 {
					t.Errorf("notified of %+v before the last of %d attempts", last, attempts)
				}
				isTooEarly := func(w retry.Wait) bool { return w.Last && tt.timeout >= time.Minute }
				if slices.ContainsFunc(notified[:len(notified)-1], isTooEarly) {
					t.Errorf("Last was set too early: %+v", notified)
				}
			})
		})
	}
}

func TestAskedBeyondTheDeadlineFailsImmediately(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		start, limiter := time.Now(), retry.NewLimiter(retry.Limits{InFlight: 1})
		notify := func(retry.Wait) { t.Error("notified of a wait") }
		backoff := retry.NewBackoff(retry.Config{Limiter: limiter, Notify: notify})
		err := backoff.Wait(ctx, retry.Retryable(tooMany{errBroken}, time.Minute))
		var exhausted *retry.ExhaustedError
		if !errors.As(err, &exhausted) || exhausted.Asked != time.Minute || exhausted.Attempts != 1 {
			t.Errorf("got %#v", err)
		}
		if err := limiter.Wait(ctx, retry.Reserved); err != nil || time.Since(start) != 0 {
			t.Errorf("it took %v, %v", time.Since(start), err)
		}
	})
}

func TestOtherFailuresDoNotPause(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1})
		go func() {
			_ = retry.NewBackoff(retry.Config{Limiter: limiter}).Wait(ctx, retry.Retryable(errBroken, 5*time.Second))
		}()
		synctest.Wait()
		start := time.Now()
		if err := limiter.Wait(ctx, retry.Reserved); err != nil || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		time.Sleep(10 * time.Second) // virtual: until the other one is done
	})
}
