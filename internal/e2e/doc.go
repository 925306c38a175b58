// Package e2e tests the built binary from outside: started as GitHub's runner starts it, against an Astro in memory, and
// judged by what it leaves behind (exit code, log, outputs, summary, and the roles and requests that Astro saw).
//
// A test starts with [demo] or [serve], and [run]. Whatever a test is about, run also checks what holds for every run: see
// result.check.
package e2e
