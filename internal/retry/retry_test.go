package retry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"astro-workspace-grant/internal/retry"
)

func TestDo(t *testing.T) {
	retryable := retry.Retryable(errBroken, 0)
	for _, tt := range []struct {
		name     string
		errs     []error // of the first attempts
		attempts int
		want     error
	}{
		{"first attempt succeeds", nil, 1, nil},
		{"third attempt succeeds", []error{retryable, fmt.Errorf("wrapped: %w", retryable)}, 3, nil},
		{"final", []error{errBroken}, 1, errBroken},
		{"final after others", []error{retryable, errBroken}, 2, errBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				attempts := 0
				result, err := retry.Do(ctx, retry.NewBackoff(retry.Config{}), func(context.Context) (int, error) {
					attempts++
					if attempts <= len(tt.errs) {
						return 0, tt.errs[attempts-1]
					}
					return 42, nil
				})
				if attempts != tt.attempts || err != tt.want || (result == 42) != (tt.want == nil) {
					t.Errorf("%d after %d attempts: %v", result, attempts, err)
				}
			})
		})
	}
}

// An operation that the deadline interrupts fails with the deadline. An earlier failure says more.
func TestDoReportsTheEarlierFailure(t *testing.T) {
	hang := func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	for _, tt := range []struct {
		name  string
		first error
		want  error
	}{
		{"a failure, then a hang", retry.Retryable(errBroken, 0), errBroken},
		{"only a hang", nil, context.DeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				attempts := 0
				_, err := retry.Do(ctx, retry.NewBackoff(retry.Config{}), func(ctx context.Context) (int, error) {
					if attempts++; attempts == 1 && tt.first != nil {
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
		_, err := retry.Do(ctx, retry.NewBackoff(retry.Config{}), func(context.Context) (int, error) {
			return 0, retry.Retryable(errBroken, time.Hour)
		})
		if !errors.Is(err, context.Canceled) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if err := retry.Sleep(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("Sleep for no time: %v", err)
		}
	})
}

// TestCauseOfTheEnd ends a context by another context's deadline: the failure is reported, not the cancellation.
func TestCauseOfTheEnd(t *testing.T) {
	timed(t, 0, func(t *testing.T, ctx context.Context) {
		for _, tt := range []struct {
			name  string
			cause error
			want  error
		}{
			{"deadline of another context", context.DeadlineExceeded, errBroken},
			{"canceled", context.Canceled, context.Canceled},
		} {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(3*time.Second, func() { cancel(tt.cause) })
			_, err := retry.Do(ctx, retry.NewBackoff(retry.Config{}), func(context.Context) (int, error) {
				return 0, retry.Retryable(errBroken, 0)
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
			}
		}
	})
}

func TestIsRetryable(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errBroken, false},
		{retry.Retryable(errBroken, 0), true},
		{&retry.ExhaustedError{Err: retry.Retryable(errBroken, 0)}, false},
	} {
		if got := retry.IsRetryable(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}
