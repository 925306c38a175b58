package retry_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/retry"
)

// pause has the limiter hold back all requests for d, as after an answer "too many requests".
func pause(ctx context.Context, limiter *retry.Limiter, d time.Duration) {
	config := retry.Config{Limiter: limiter, Random: func() float64 { return 0 }}
	go func() { _ = retry.NewBackoff(config).Wait(ctx, retry.Retryable(tooMany{errBroken}, d)) }()
	synctest.Wait()
}

// send sends n requests of one kind together, each of which takes so long. It returns when each one was sent, sorted.
func send(
	t *testing.T, ctx context.Context, limiter *retry.Limiter, kind retry.Kind, n int, takes time.Duration,
) []time.Duration {
	t.Helper()
	var (
		start = time.Now()
		mu    sync.Mutex
		sent  []time.Duration
		all   sync.WaitGroup
	)
	for range n {
		all.Go(func() {
			release, err := limiter.Acquire(ctx, kind)
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			mu.Lock()
			sent = append(sent, time.Since(start))
			mu.Unlock()
			time.Sleep(takes)
		})
	}
	all.Wait()
	slices.Sort(sent)
	return sent
}

func seconds(values ...float64) []time.Duration {
	result := make([]time.Duration, len(values))
	for i, v := range values {
		result[i] = time.Duration(v * float64(time.Second))
	}
	return result
}

func TestInFlight(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 3})
		got := send(t, ctx, limiter, retry.Read, 8, time.Second)
		if want := seconds(0, 0, 0, 1, 1, 1, 2, 2); !slices.Equal(got, want) {
			t.Errorf("sent at %v, want %v", got, want)
		}
	})
}

func TestSpacing(t *testing.T) {
	limits := retry.Limits{InFlight: 10, Pace: retry.Pace{Reads: 4, Writes: 2}}
	for _, tt := range []struct {
		name string
		kind retry.Kind
		want []time.Duration
	}{
		{"reads", retry.Read, seconds(0, 0.25, 0.5, 0.75, 1)},
		{"writes", retry.Write, seconds(0, 0.5, 1, 1.5, 2)},
		{"reserved", retry.Reserved, seconds(0, 0, 0, 0, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, 0, func(t *testing.T, ctx context.Context) {
				if got := send(t, ctx, retry.NewLimiter(limits), tt.kind, 5, 0); !slices.Equal(got, tt.want) {
					t.Errorf("sent at %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestReadsAndWritesAreSpacedSeparately has the next read wait for its turn, but not the write at the same time.
func TestReadsAndWritesAreSpacedSeparately(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 10, Pace: retry.Pace{Reads: 1, Writes: 1}})
		start := time.Now()
		for _, tt := range []struct {
			kind retry.Kind
			want time.Duration
		}{{retry.Read, 0}, {retry.Write, 0}, {retry.Read, time.Second}, {retry.Write, time.Second}} {
			if err := limiter.Wait(ctx, tt.kind); err != nil || time.Since(start) != tt.want {
				t.Errorf("kind %d had its turn after %v, want %v: %v", tt.kind, time.Since(start), tt.want, err)
			}
		}
	})
}

// TestWaitingForATurnOccupiesNoPlace has more reads wait for their turn than may be in flight. A reserved request is
// sent all the same.
func TestWaitingForATurnOccupiesNoPlace(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 2, Pace: retry.Pace{Reads: 1}})
		var reads sync.WaitGroup
		reads.Go(func() { send(t, ctx, limiter, retry.Read, 6, 0) })
		synctest.Wait()
		if got, want := send(t, ctx, limiter, retry.Reserved, 1, 0), seconds(0); !slices.Equal(got, want) {
			t.Errorf("sent at %v, want %v", got, want)
		}
		reads.Wait()
	})
}

// TestFullInFlightKeepsTurns has the turns of three requests come while the only place in flight is taken. They are
// sent as soon as it is free, without another turn.
func TestFullInFlightKeepsTurns(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1, Pace: retry.Pace{Reads: 1}})
		release, err := limiter.Acquire(ctx, retry.Reserved)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(10*time.Second, release)
		// The turns come after 0, 1 and 2 seconds.
		got := send(t, ctx, limiter, retry.Read, 3, 0)
		if want := seconds(10, 10, 10); !slices.Equal(got, want) {
			t.Errorf("sent at %v, want %v", got, want)
		}
	})
}

// TestTurnDuringAPause has the turns of all reads but the first come during a pause. They are given up, or these reads
// would be sent together after the pause.
func TestTurnDuringAPause(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		none := func() float64 { return 0 } // no jitter: only the turns space the reads
		limiter := retry.NewLimiter(retry.Limits{InFlight: 10, Pace: retry.Pace{Reads: 1}, Random: none})
		time.AfterFunc(500*time.Millisecond, func() { pause(ctx, limiter, 10*time.Second) })
		got := send(t, ctx, limiter, retry.Read, 5, 0)
		// The turns after 1 to 4 seconds are given up.
		if want := seconds(0, 10.5, 11.5, 12.5, 13.5); !slices.Equal(got, want) {
			t.Errorf("sent at %v, want %v", got, want)
		}
	})
}

// TestSlowPace has "too many requests" slow down reads and writes for good.
func TestSlowPace(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		none := func() float64 { return 0 }
		limiter := retry.NewLimiter(retry.Limits{
			InFlight: 10, Pace: retry.Pace{Reads: 10, Writes: 5}, SlowPace: retry.Pace{Reads: 2, Writes: 1}, Random: none,
		})
		check := func(kind retry.Kind, want []time.Duration) {
			if got := send(t, ctx, limiter, kind, 3, 0); !slices.Equal(got, want) {
				t.Errorf("kind %d was sent at %v, want %v", kind, got, want)
			}
		}
		check(retry.Read, seconds(0, 0.1, 0.2))
		check(retry.Write, seconds(0, 0.2, 0.4))
		pause(ctx, limiter, 5*time.Second)
		time.Sleep(10 * time.Second) // virtual: until the pause is over
		check(retry.Read, seconds(0, 0.5, 1))
		check(retry.Write, seconds(0, 1, 2))
	})
}

func TestNoTurnBeforeTheDeadline(t *testing.T) {
	timed(t, 5*time.Second, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1, Pace: retry.Pace{Writes: 0.1}})
		if err := limiter.Wait(ctx, retry.Write); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		err := limiter.Wait(ctx, retry.Write)
		var exhausted *retry.ExhaustedError
		if !errors.As(err, &exhausted) || exhausted.Attempts != 0 || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestPauseHoldsBackAllAndSpreadsThemOut(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 10, Random: seeded()})
		if err := limiter.Wait(ctx, retry.Read); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		sent := make(chan time.Duration, 11)
		go func() {
			backoff := retry.NewBackoff(retry.Config{Limiter: limiter})
			if err := backoff.Wait(ctx, retry.Retryable(tooMany{errBroken}, 5*time.Second)); err != nil {
				t.Error(err)
			}
			sent <- time.Since(start)
		}()
		synctest.Wait()
		for range 10 {
			go func() {
				if err := limiter.Wait(ctx, retry.Read); err != nil {
					t.Error(err)
				}
				sent <- time.Since(start)
			}()
		}
		var all []time.Duration
		for range 11 {
			all = append(all, <-sent)
		}
		if all[0] < 5*time.Second || all[10] > 7*time.Second {
			t.Errorf("sent after %v", all)
		}
		if all[10]-all[0] < 200*time.Millisecond || len(slices.Compact(all)) < 10 {
			t.Errorf("sent together, after %v", all)
		}
	})
}

func TestRandomOfThePause(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		start, quarter := time.Now(), func() float64 { return 0.25 }
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1, Random: quarter})
		go func() {
			backoff := retry.NewBackoff(retry.Config{Limiter: limiter, Random: quarter})
			_ = backoff.Wait(ctx, retry.Retryable(tooMany{errBroken}, 5*time.Second))
		}()
		synctest.Wait()
		// The failed request waits for 5.25 s, and this one for a quarter of a second more.
		if err := limiter.Wait(ctx, retry.Reserved); err != nil || time.Since(start) != 5500*time.Millisecond {
			t.Errorf("sent after %v: %v", time.Since(start), err)
		}
	})
}

func TestContextEndsThePause(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1})
		pause(ctx, limiter, 30*time.Second)
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		start := time.Now()
		err := limiter.Wait(short, retry.Reserved)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		time.Sleep(time.Minute) // virtual: until the other one is done
	})
}

func TestContextEndsTheWaitForAPlaceInFlight(t *testing.T) {
	timed(t, time.Second, func(t *testing.T, ctx context.Context) {
		limiter := retry.NewLimiter(retry.Limits{InFlight: 1})
		release, err := limiter.Acquire(ctx, retry.Read)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		start := time.Now()
		_, err = limiter.Acquire(ctx, retry.Read)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
