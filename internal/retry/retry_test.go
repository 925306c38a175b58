package retry_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
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

// timed runs f in virtual time, under a context that ends after budget (unless that is 0).
func timed(t *testing.T, budget time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		if budget > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, budget)
			defer cancel()
		}
		f(t, ctx)
	})
}

// seeded is a random source that is the same each time: what a test says of its draws holds always, or never. It is for
// several goroutines.
func seeded() func() float64 {
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

func TestWaitsGrow(t *testing.T) {
	random := seeded()
	for _, tt := range []struct {
		name    string
		pauses  func(notify func(retry.Wait)) *retry.Pauses
		between [][2]time.Duration
	}{
		{
			"failures: half to one and a half of twice the one before",
			func(notify func(retry.Wait)) *retry.Pauses {
				return retry.NewPauses(retry.Config{Notify: notify, Random: random})
			},
			[][2]time.Duration{{250, 750}, {500, 1500}, {1000, 3000}, {2000, 6000}, {4000, 12000}, {7500, 22500}, {7500, 22500}},
		},
		{
			"collisions: full jitter",
			func(notify func(retry.Wait)) *retry.Pauses {
				return retry.NewJitter(time.Second, 5*time.Second, retry.Config{Notify: notify, Random: random})
			},
			[][2]time.Duration{{0, 1000}, {0, 2000}, {0, 4000}, {0, 5000}, {0, 5000}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			least, most := make([]time.Duration, len(tt.between)), make([]time.Duration, len(tt.between))
			for round := range 300 {
				timed(t, 0, func(t *testing.T, ctx context.Context) {
					var told []retry.Wait
					pauses := tt.pauses(func(w retry.Wait) { told = append(told, w) })
					for i, bounds := range tt.between {
						start := time.Now()
						if err := pauses.Wait(ctx, errBroken); err != nil {
							t.Fatal(err)
						}
						waited := time.Since(start)
						within(t, fmt.Sprintf("wait %d", i), waited, bounds[0]*time.Millisecond, bounds[1]*time.Millisecond+1)
						if want := (retry.Wait{Err: errBroken, For: waited, Try: i + 1}); told[i] != want {
							t.Errorf("told of %+v, want %+v", told[i], want)
						}
						most[i] = max(most[i], waited)
						if least[i] = min(least[i], waited); round == 0 {
							least[i] = waited
						}
					}
				})
			}
			// The jitter uses its range: in 300 draws both outer quarters are met.
			for i, bounds := range tt.between {
				low, span := bounds[0]*time.Millisecond, (bounds[1]-bounds[0])*time.Millisecond
				if least[i] > low+span/4 || most[i] < low+3*span/4 {
					t.Errorf("wait %d was %v to %v, of %v to %v", i, least[i], most[i], low, low+span)
				}
			}
		})
	}
}

// TestRandom has the caller's source decide each wait: nothing of it comes from elsewhere.
func TestRandom(t *testing.T) {
	const ms = time.Millisecond
	newJitter := func(config retry.Config) *retry.Pauses { return retry.NewJitter(time.Second, 5*time.Second, config) }
	for _, tt := range []struct {
		name   string
		pauses func(retry.Config) *retry.Pauses
		err    error
		drawn  float64
		waits  []time.Duration
	}{
		{"failures, the shortest", retry.NewPauses, errBroken, 0, []time.Duration{250 * ms, 500 * ms, 1000 * ms}},
		{"failures, the middle", retry.NewPauses, errBroken, 0.5, []time.Duration{500 * ms, 1000 * ms, 2000 * ms}},
		{"collisions, the shortest", newJitter, errBroken, 0, []time.Duration{0, 0, 0}},
		{"collisions, three quarters", newJitter, errBroken, 0.75, []time.Duration{750 * ms, 1500 * ms, 3000 * ms}},
		{"asked to wait", retry.NewPauses, retry.Again(errBroken, 9*time.Second), 0.25, []time.Duration{9250 * ms, 9250 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, 0, func(t *testing.T, ctx context.Context) {
				pauses := tt.pauses(retry.Config{Random: func() float64 { return tt.drawn }})
				for i, want := range tt.waits {
					start := time.Now()
					if err := pauses.Wait(ctx, tt.err); err != nil || time.Since(start) != want {
						t.Errorf("wait %d took %v, want %v: %v", i, time.Since(start), want, err)
					}
				}
			})
		})
	}
}

func TestRandomOfTheGate(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		start, quarter := time.Now(), func() float64 { return 0.25 }
		gate := &retry.Gate{Random: quarter}
		go func() {
			config := retry.Config{Gate: gate, Random: quarter}
			_ = retry.NewPauses(config).Wait(ctx, retry.Again(tooMany{errBroken}, 5*time.Second))
		}()
		synctest.Wait()
		// The other waits 5.25 s, and this one leaves a quarter of a second after it.
		if err := gate.Pass(ctx); err != nil || time.Since(start) != 5500*time.Millisecond {
			t.Errorf("left after %v: %v", time.Since(start), err)
		}
	})
}

func TestResetStartsFromTheShortest(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		tries := 0
		pauses := retry.NewPauses(retry.Config{Notify: func(w retry.Wait) { tries = w.Try }})
		for range 6 {
			_ = pauses.Wait(ctx, errBroken)
		}
		pauses.Reset()
		start := time.Now()
		_ = pauses.Wait(ctx, errBroken)
		within(t, "the wait after a reset", time.Since(start), 250*time.Millisecond, 751*time.Millisecond)
		if tries != 7 {
			t.Errorf("try %d, want 7", tries)
		}
	})
}

func TestAskedIsAMinimum(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		for _, asked := range []time.Duration{time.Second, 7 * time.Second, time.Minute} {
			start := time.Now()
			if err := retry.NewPauses(retry.Config{}).Wait(ctx, retry.Again(errBroken, asked)); err != nil {
				t.Fatal(err)
			}
			within(t, fmt.Sprintf("a wait asked to be %v", asked), time.Since(start), asked, asked+time.Second)
		}
	})
}

func TestAskedIsSpread(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		waits, config := map[time.Duration]bool{}, retry.Config{Random: seeded()}
		for range 20 {
			start := time.Now()
			_ = retry.NewPauses(config).Wait(ctx, retry.Again(errBroken, 5*time.Second))
			waits[time.Since(start)] = true
		}
		if len(waits) < 15 {
			t.Errorf("only %d different waits of 20", len(waits))
		}
	})
}

func TestTheLastTryFits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		budget time.Duration
		asked  time.Duration
	}{
		{"long budget", time.Minute, 0},
		{"short budget", 300 * time.Millisecond, 0},
		{"asked for nearly all that is left", 10 * time.Second, 9500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, tt.budget, func(t *testing.T, ctx context.Context) {
				var told []retry.Wait
				start, tries, lastTry := time.Now(), 0, time.Duration(0)
				_, err := retry.Do(ctx, retry.NewPauses(retry.Config{Notify: func(w retry.Wait) { told = append(told, w) }}), func(context.Context) (int, error) {
					tries++
					lastTry = time.Since(start)
					return 0, retry.Again(errBroken, tt.asked)
				})
				var exhausted *retry.ExhaustedError
				if !errors.As(err, &exhausted) || exhausted.Tries != tries || !errors.Is(err, errBroken) {
					t.Fatalf("after %d tries: %#v", tries, err)
				}
				if tries < 2 || lastTry < tt.budget-max(time.Second, tt.budget/2) || lastTry >= tt.budget {
					t.Errorf("the last of %d tries came after %v of %v", tries, lastTry, tt.budget)
				}
				if lastTry < tt.asked {
					t.Errorf("tried after %v, though asked to wait %v", lastTry, tt.asked)
				}
				if time.Since(start) != lastTry {
					t.Errorf("waited %v after the last try, for nothing", time.Since(start)-lastTry)
				}
				if last := told[len(told)-1]; !last.Last || last.Try != tries-1 {
					t.Errorf("told %+v before the last of %d tries", last, tries)
				}
				if slices.ContainsFunc(told[:len(told)-1], func(w retry.Wait) bool { return w.Last && tt.budget >= time.Minute }) {
					t.Errorf("called a try the last too early: %+v", told)
				}
			})
		})
	}
}

func TestAskedThatOutlastsTheBudgetFailsAtOnce(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		start, gate := time.Now(), &retry.Gate{}
		err := retry.NewPauses(retry.Config{Gate: gate, Notify: func(retry.Wait) { t.Error("told of a wait") }}).Wait(ctx, retry.Again(tooMany{errBroken}, time.Minute))
		var exhausted *retry.ExhaustedError
		if !errors.As(err, &exhausted) || exhausted.Asked != time.Minute || exhausted.Tries != 1 {
			t.Errorf("got %#v", err)
		}
		if err := gate.Pass(ctx); err != nil || time.Since(start) != 0 {
			t.Errorf("it took %v, %v", time.Since(start), err)
		}
	})
}

func TestDo(t *testing.T) {
	again := retry.Again(errBroken, 0)
	for _, tt := range []struct {
		name  string
		fails []error // what the first tries fail with
		tries int
		want  error
	}{
		{"at once", nil, 1, nil},
		{"in the end", []error{again, fmt.Errorf("wrapped: %w", again)}, 3, nil},
		{"final", []error{errBroken}, 1, errBroken},
		{"final after others", []error{again, errBroken}, 2, errBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				tries := 0
				result, err := retry.Do(ctx, retry.NewPauses(retry.Config{}), func(context.Context) (int, error) {
					tries++
					if tries <= len(tt.fails) {
						return 0, tt.fails[tries-1]
					}
					return 42, nil
				})
				if tries != tt.tries || err != tt.want || (result == 42) != (tt.want == nil) {
					t.Errorf("%d after %d tries: %v", result, tries, err)
				}
			})
		})
	}
}

// An operation that is cut off by the end of the time fails with that, but what was met before tells more.
func TestDoTellsTheFailureThatWasMet(t *testing.T) {
	hang := func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	for _, tt := range []struct {
		name  string
		first error
		want  error
	}{
		{"a failure, then a hang", retry.Again(errBroken, 0), errBroken},
		{"only a hang", nil, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				tries := 0
				_, err := retry.Do(ctx, retry.NewPauses(retry.Config{}), func(ctx context.Context) (int, error) {
					if tries++; tries == 1 && tt.first != nil {
						return 0, tt.first
					}
					return hang(ctx)
				})
				var exhausted *retry.ExhaustedError
				if !errors.As(err, &exhausted) || !errors.Is(err, tt.want) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		_, err := retry.Do(ctx, retry.NewPauses(retry.Config{}), func(context.Context) (int, error) {
			return 0, retry.Again(errBroken, time.Hour)
		})
		if !errors.Is(err, context.Canceled) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if err := retry.Sleep(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("a sleep of nothing: %v", err)
		}
	})
}

func TestGateHoldsAllBackAndLetsThemLeaveSpreadOut(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		gate := &retry.Gate{Random: seeded()}
		if err := gate.Pass(ctx); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		left := make(chan time.Duration, 11)
		go func() {
			if err := retry.NewPauses(retry.Config{Gate: gate}).Wait(ctx, retry.Again(tooMany{errBroken}, 5*time.Second)); err != nil {
				t.Error(err)
			}
			left <- time.Since(start)
		}()
		synctest.Wait()
		for range 10 {
			go func() {
				if err := gate.Pass(ctx); err != nil {
					t.Error(err)
				}
				left <- time.Since(start)
			}()
		}
		var all []time.Duration
		for range 11 {
			all = append(all, <-left)
		}
		if all[0] < 5*time.Second || all[10] > 7*time.Second {
			t.Errorf("left after %v", all)
		}
		if all[10]-all[0] < 200*time.Millisecond || len(slices.Compact(all)) < 10 {
			t.Errorf("left together, after %v", all)
		}
	})
}

func TestGateStaysOpenForOtherFailures(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		gate := &retry.Gate{}
		go func() { _ = retry.NewPauses(retry.Config{Gate: gate}).Wait(ctx, retry.Again(errBroken, 5*time.Second)) }()
		synctest.Wait()
		start := time.Now()
		if err := gate.Pass(ctx); err != nil || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		time.Sleep(10 * time.Second) // virtual: until the other is done
	})
}

func TestGateLetsGoWhenTheContextEnds(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		gate := &retry.Gate{}
		go func() {
			_ = retry.NewPauses(retry.Config{Gate: gate}).Wait(ctx, retry.Again(tooMany{errBroken}, 30*time.Second))
		}()
		synctest.Wait()
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		start := time.Now()
		if err := gate.Pass(short); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		time.Sleep(time.Minute) // virtual: until the other is done
	})
}

func TestWorth(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errBroken, false},
		{retry.Again(errBroken, 0), true},
		{&retry.ExhaustedError{Err: retry.Again(errBroken, 0)}, false}, // it was tried to the end
	} {
		if got := retry.Worth(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}

func TestStatus(t *testing.T) {
	worth := []int{408, 409, 425, 429, 500, 502, 503, 504, 507, 520, 599}
	for code := range 600 {
		want := slices.Contains(worth, code) || code >= 500 && code != 501 && code != 505
		if got := retry.Status(code); got != want {
			t.Errorf("%d %s: %v", code, http.StatusText(code), got)
		}
	}
}

const year = 366 * 24 * time.Hour

func TestAfter(t *testing.T) {
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{" 7 ", 7 * time.Second},
		{"007", 7 * time.Second},
		{"-7", 0},
		{"+7", 0},
		{"7.5", 0},
		{"7s", 0},
		{"1_0", 0},
		{"soon", 0},
		{"99999999999", year},
		{"99999999999999999999999", year},
		{"Sat, 01 Aug 2026 12:00:30 GMT", 30 * time.Second},
		{"Saturday, 01-Aug-26 12:00:30 GMT", 30 * time.Second},
		{"Sat Aug  1 12:00:30 2026", 30 * time.Second},
		{"Sat, 01 Aug 2026 11:59:30 GMT", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", year},
	} {
		t.Run(tt.value, func(t *testing.T) {
			if got := retry.After(tt.value, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzAfter(f *testing.F) {
	for _, seed := range []string{"", "1", "120", "-1", "99999999999999999999", "Sat, 01 Aug 2026 12:00:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(seed, int64(1785585600))
	}
	f.Fuzz(func(t *testing.T, value string, seconds int64) {
		now := time.Unix(seconds%(1<<35), 0)
		if got := retry.After(value, now); got < 0 || got > year {
			t.Errorf("%q asks to wait %v", value, got)
		}
	})
}

// TestTimeOfAnother has a context that ends because another's time is over: what failed is told, not that it was canceled.
func TestTimeOfAnother(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		for _, tt := range []struct {
			name  string
			cause error
			want  error
		}{
			{"its time is over", context.DeadlineExceeded, errBroken},
			{"canceled", context.Canceled, context.Canceled},
		} {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(3*time.Second, func() { cancel(tt.cause) })
			_, err := retry.Do(ctx, retry.NewPauses(retry.Config{}), func(context.Context) (int, error) { return 0, retry.Again(errBroken, 0) })
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
	})
}
