// Package e2e tests the built binary from outside. It starts the binary as GitHub's runner does, against an Astro in
// memory, and checks the exit code, the log, the outputs, the job summary, and the roles and requests that Astro
// received.
//
// A test begins with [demo] or [serve], and then calls [run]. In every test, run also checks what must hold for all
// runs: see result.check.
package e2e
