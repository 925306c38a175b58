package retry_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"astro-workspace-grant/internal/retry"
)

func TestIsRetryableStatus(t *testing.T) {
	retryable := []int{408, 409, 425, 429, 500, 502, 503, 504, 507, 520, 599}
	for code := range 600 {
		want := slices.Contains(retryable, code) || code >= 500 && code != 501 && code != 505
		if got := retry.IsRetryableStatus(code); got != want {
			t.Errorf("%d %s: %v", code, http.StatusText(code), got)
		}
	}
}

const year = 366 * 24 * time.Hour

func TestParseRetryAfter(t *testing.T) {
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
		{"7.5", 7500 * time.Millisecond},
		{"299.997", 299997 * time.Millisecond},
		{"1.2.3", 0},
		{".", 0},
		{"1e3", 0},
		{"Inf", 0},
		{"NaN", 0},
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
			if got := retry.ParseRetryAfter(tt.value, now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "1", "120", "-1", "99999999999999999999", "Sat, 01 Aug 2026 12:00:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(seed, int64(1785585600))
	}
	f.Fuzz(func(t *testing.T, value string, seconds int64) {
		now := time.Unix(seconds%(1<<35), 0)
		if got := retry.ParseRetryAfter(value, now); got < 0 || got > year {
			t.Errorf("%q asks for a wait of %v", value, got)
		}
	})
}
