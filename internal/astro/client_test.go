package astro

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// TestAttempts checks what a read and a write do after each kind of first answer.
func TestAttempts(t *testing.T) {
	type test struct {
		name         string
		first        server
		retried      bool // a read is retried, and a write may be
		maybeApplied bool // a write may have taken effect
	}
	tests := []test{
		{"success", answers(200, aToken), false, false},
		{"reset", fails(errReset), true, true},
		{"no answer", hangs, true, true},
		{"not JSON", answers(200, "<html>"), true, true},
		{"empty", answers(200, ""), true, true},
		{"cut off", cutOff(aToken[:30], func(*http.Request) error { return io.ErrUnexpectedEOF }), true, true},
		{"reset inside the body", cutOff(aToken[:30], func(*http.Request) error { return errReset }), true, true},
		{"hangs inside the body", cutOff(aToken[:30], untilDone), true, true},
	}
	for _, code := range []int{408, 409, 425, 429} {
		tests = append(tests, test{fmt.Sprint(code), answers(code, ""), true, false})
	}
	for _, code := range []int{500, 502, 503, 504, 520} {
		tests = append(tests, test{fmt.Sprint(code), answers(code, "<html>"), true, true})
	}
	for _, code := range []int{300, 302, 307, 400, 401, 403, 404, 407, 410, 422, 501, 505} {
		answer := answers(code, "", "Location", "https://elsewhere.test")
		tests = append(tests, test{fmt.Sprint(code), answer, false, false})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
				transport, requests := script(tt.first, answers(200, aToken))
				_, err := newClient(transport).Organization(org).Token(ctx, id, retry.Read)
				succeeds := tt.retried || tt.name == "success"
				if (err == nil) != succeeds || (*requests == 2) != tt.retried {
					t.Errorf("read: %d requests, %v", *requests, err)
				}

				transport, requests = script(tt.first, answers(200, "{}"))
				_, err = newClient(transport).Organization(org).SetRoles(ctx, id, nil, time.Now())
				if (err == nil) != (tt.name == "success") || *requests != 1 {
					t.Errorf("write: %d requests, %v", *requests, err)
				}
				applied, retryable := maybeApplied(err), retry.IsRetryable(err)
				if applied != tt.maybeApplied || retryable != tt.retried {
					t.Errorf("write: maybe applied %t, retryable %t: %v", applied, retryable, err)
				}
			})
		})
	}
}

func TestRequestTimeout(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(hangs, cutOff("{", untilDone), answers(200, aToken))
		client := newClient(transport)
		var waits []retry.Wait
		client.config.Retrying = func(doing string, w retry.Wait) {
			equal(t, "what failed", doing, "reading the API token")
			waits = append(waits, w)
		}
		start := time.Now()
		token, err := client.Organization(org).Token(ctx, id, retry.Read)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "failed attempts", len(waits), 2)
		for _, w := range waits {
			equal(t, "reason", w.Err.Error(), "no answer within 10s")
		}
		equal(t, "time of two failed attempts", time.Since(start)-waits[0].For-waits[1].For, 20*time.Second)
		equal(t, "time of the request that succeeded", token.Sent, time.Now())
	})
}

func TestUnknownHost(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		dns := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "astro.test", IsNotFound: true}}
		start := time.Now()
		_, err := newClient(unreachable{dns}).Organization(org).Token(ctx, id, retry.Read)
		var network *NetworkError
		if !errors.As(err, &network) || !network.UnknownHost || network.Sent || retry.IsRetryable(err) {
			t.Fatalf("got %#v", err)
		}
		within(t, "the read", time.Since(start), 10*time.Second, 33*time.Second)
	})
}

func TestUnknownHostIsForgottenAfterAnAnswer(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		dns := fails(&net.DNSError{Err: "no such host", IsNotFound: true})
		transport, requests := script(dns, answers(200, aToken), dns, answers(200, aToken))
		organization := newClient(transport).Organization(org)
		for range 2 {
			if _, err := organization.Token(ctx, id, retry.Read); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
		equal(t, "requests", *requests, 4)
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	transport, requests := script(answers(307, "", "Location", "https://elsewhere.test/?"+bearer), answers(200, aToken))
	_, err := newClient(transport).Organization(org).Token(t.Context(), id, retry.Read)
	var status *Error
	if !errors.As(err, &status) || status.Status != 307 || *requests != 1 {
		t.Fatalf("%d requests, %v", *requests, err)
	}
	equal(t, "location", status.Location, "https://elsewhere.test/?***")
}

func TestRetryAfterIsRespected(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(answers(503, "", "Retry-After", "20"), answers(200, aToken))
		start := time.Now()
		if _, err := newClient(transport).Organization(org).Token(ctx, id, retry.Read); err != nil {
			t.Fatal(err)
		}
		within(t, "a read", time.Since(start), 20*time.Second, 21*time.Second)

		inAnHour := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
		transport, requests := script(answers(503, "", "Retry-After", inAnHour))
		start = time.Now()
		_, err := newClient(transport).Organization(org).Token(ctx, id, retry.Read)
		var exhausted *retry.ExhaustedError
		if !errors.As(err, &exhausted) || exhausted.Asked < 59*time.Minute || *requests != 1 || time.Since(start) != 0 {
			t.Errorf("after %v and %d requests: %v", time.Since(start), *requests, err)
		}
	})
}

func TestTooManyRequestsHoldsBackAll(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		var mu sync.Mutex
		var times []time.Duration
		client := newClient(server(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Since(start))
			if len(times) == 1 {
				return answer(429, "", "Retry-After", "5"), nil
			}
			return answer(200, aToken), nil
		}))
		// Each is sent a tenth of a second after the one before.
		var drawn atomic.Int64
		random := func() float64 { return float64(drawn.Add(1)%10) / 10 }
		client.limiter = retry.NewLimiter(retry.Limits{InFlight: maxInFlight, Random: random})
		var readers sync.WaitGroup
		for i := range 6 {
			readers.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				if _, err := client.Organization(org).Token(ctx, id, retry.Read); err != nil {
					t.Error(err)
				}
			})
		}
		readers.Wait()
		if len(times) != 7 || times[1] < 5*time.Second {
			t.Errorf("requests were sent at %v", times)
		}
		if spread := times[6] - times[1]; spread < 400*time.Millisecond {
			t.Errorf("those held back were sent within %v", spread)
		}
		_, err := client.Organization(org).SetRoles(ctx, id, nil, time.Now())
		equal(t, "a write after it", err, nil)
	})
}

func TestTooLate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before time.Duration // from now
		busy   bool          // as many requests as may be in flight have no answer
		paused bool          // the API has answered "too many requests"
		want   error
	}{
		{"in time", 0, false, false, nil},
		{"already too late", -time.Nanosecond, false, false, grant.ErrTooLate},
		{"no place in flight in time", 5 * time.Second, true, false, grant.ErrTooLate},
		{"a place in flight in time", 15 * time.Second, true, false, nil},
		{"pause too long", 5 * time.Second, false, true, grant.ErrTooLate},
		{"pause short enough", 20 * time.Second, false, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				writes, readers, refused := 0, 0, false
				if tt.busy {
					readers = maxInFlight
				}
				if tt.paused {
					readers = 1
				}
				client := newClient(server(func(r *http.Request) (*http.Response, error) {
					switch {
					case r.Method == "POST":
						writes++
						return answer(200, "{}"), nil
					case tt.paused && !refused:
						refused = true
						return answer(429, "", "Retry-After", "10"), nil
					}
					return hangs(r)
				}))
				organization := client.Organization(org)
				others, cancel := context.WithCancel(ctx)
				for range readers {
					go func() { _, _ = organization.Token(others, id, retry.Read) }()
				}
				synctest.Wait()
				_, err := organization.SetRoles(ctx, id, nil, time.Now().Add(tt.before))
				if !errors.Is(err, tt.want) || (writes == 1) != (tt.want == nil) || maybeApplied(err) {
					t.Errorf("%d writes, %v", writes, err)
				}
				cancel()
			})
		})
	}
}

func TestCancel(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := newClient(server(hangs)).Organization(org).SetRoles(ctx, id, nil, time.Time{})
		if !errors.Is(err, context.Canceled) || !maybeApplied(err) || time.Since(start) != time.Second {
			t.Errorf("a write, after %v: %v", time.Since(start), err)
		}
		_, err = newClient(server(hangs)).Organization(org).Token(ctx, id, retry.Read)
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("a read, after %v: %v", time.Since(start), err)
		}
	})
}

// TestSpacing sends three requests of each kind, with one read a second.
func TestSpacing(t *testing.T) {
	for _, tt := range []struct {
		name string
		send func(ctx context.Context, o *Organization) error
		want time.Duration // until the last one is sent
	}{
		{"list", func(ctx context.Context, o *Organization) error {
			_, err := o.Tokens(ctx, false)
			return err
		}, 2 * time.Second},
		{"read", func(ctx context.Context, o *Organization) error {
			_, err := o.Token(ctx, id, retry.Read)
			return err
		}, 2 * time.Second},
		{"reserved read", func(ctx context.Context, o *Organization) error {
			_, err := o.Token(ctx, id, retry.Reserved)
			return err
		}, 0},
		{"write", func(ctx context.Context, o *Organization) error {
			_, err := o.SetRoles(ctx, id, nil, time.Time{})
			return err
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				body := strings.TrimSuffix(aToken, "}") + `,"tokens":[],"totalCount":0}`
				client := newClient(answers(200, body))
				client.limiter = retry.NewLimiter(retry.Limits{InFlight: 1, Pace: retry.Pace{Reads: 1}})
				start := time.Now()
				for range 3 {
					if err := tt.send(ctx, client.Organization(org)); err != nil {
						t.Error(err)
					}
				}
				equal(t, "time", time.Since(start), tt.want)
			})
		})
	}
}
