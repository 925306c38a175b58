package astro

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/retry"
)

// TestPacing makes many writes, each with the read before it, and as many other reads as it can. In no second may there be
// more of them than the limits that hold: the higher ones, and after the first "too many requests" the lower ones.
func TestPacing(t *testing.T) {
	for _, tt := range []struct {
		name          string
		pacing        Pacing
		limited       bool // the first request is answered "too many requests"
		reads, writes int  // the most in a second; a tenth less, and not less than that, on average
	}{
		{"reads", Reads, false, 25, 0},
		{"reads and writes", ReadsAndWrites, false, 25, 10},
		{"reads after a 429", Reads, true, 10, 0},
		{"reads and writes after a 429", ReadsAndWrites, true, 10, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
				sent := newLogbook(tt.limited)
				client := New(Config{URL: root, Token: bearer, Transport: sent, Pacing: tt.pacing})
				organization := client.Organization(org)
				read := func(kind retry.Kind) {
					if _, err := organization.Token(ctx, id, kind); err != nil {
						t.Error(err)
					}
				}
				read(retry.Read) // alone: it may be limited
				sent.reset()
				var all sync.WaitGroup
				for range 100 {
					all.Go(func() { read(retry.Read) })
					if tt.writes == 0 {
						continue
					}
					all.Go(func() {
						if err := client.Limiter().Wait(ctx, retry.Write); err != nil {
							t.Error(err)
						}
						read(retry.Reserved)
						if _, err := client.Organization(org).SetRoles(ctx, id, nil, time.Time{}); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				sent.check(t, http.MethodGet, tt.reads)
				sent.check(t, http.MethodPost, tt.writes)
			})
		})
	}
}

// logbook is a server that notes when requests arrive.
type logbook struct {
	mu      sync.Mutex
	limited bool
	times   map[string][]time.Time // by method
}

func newLogbook(limited bool) *logbook {
	return &logbook{limited: limited, times: map[string][]time.Time{}}
}

func (l *logbook) reset() { l.times = map[string][]time.Time{} }

func (l *logbook) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limited {
		l.limited = false
		return answer(http.StatusTooManyRequests, ""), nil
	}
	l.times[r.Method] = append(l.times[r.Method], time.Now())
	return answer(http.StatusOK, aToken), nil
}

// check checks that no second has more requests than the limit, and that some second has almost as many.
func (l *logbook) check(t *testing.T, method string, limit int) {
	t.Helper()
	most := 0
	times := l.times[method]
	for i, first := range times {
		n := i
		for n < len(times) && times[n].Sub(first) < time.Second {
			n++
		}
		most = max(most, n-i)
	}
	if most > limit || most < limit*9/10 {
		t.Errorf("at most %d %s requests in a second, want up to %d", most, method, limit)
	}
}
