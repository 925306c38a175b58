package sandbox

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{GETs: 3, POSTs: 1})
		get := func() int { return direct(a, "GET", tokenPath, "").Code }
		post := func() int { return direct(a, "POST", rolesPath, body(memberRole)).Code }

		equal(t, "first", []int{get(), post()}, []int{200, 200})
		time.Sleep(500 * time.Millisecond)
		equal(t, "up to and above the limit", []int{get(), get(), get(), post()}, []int{200, 200, 429, 429})
		time.Sleep(499 * time.Millisecond)
		equal(t, "end of the second", []int{get(), post()}, []int{429, 429})
		time.Sleep(time.Millisecond)
		equal(t, "first request one second ago", []int{get(), get(), post(), post()}, []int{200, 429, 200, 429})
		time.Sleep(time.Second)
		equal(t, "a second later", []int{get(), get(), get(), get()}, []int{200, 200, 200, 429})
	})
}

func TestRateLimitResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newTestAstro(Options{POSTs: 1, Latency: func() time.Duration { return 40 * time.Millisecond }})
		direct(a, "POST", rolesPath, body(memberRole))
		start := time.Now()
		w := direct(a, "POST", rolesPath, body(memberRole, workspaceRole))
		equal(t, "status", w.Code, 429)
		equal(t, "time taken", time.Since(start), 40*time.Millisecond)
		equal(t, "Retry-After", w.Header().Values("Retry-After"), []string(nil))
		equal(t, "message", decode[astroError](t, w.Body.String()).Message, "rate limit exceeded")
		equal(t, "roles", a.Roles(testToken), []string{memberRole})
	})
}
