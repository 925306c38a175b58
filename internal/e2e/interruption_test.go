package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestInterruption cancels a run with faults at five moments: when this or that request arrives. It ends at once,
// and what it leaves is whole.
func TestInterruption(t *testing.T) {
	t.Parallel()
	for i := range 5 {
		interrupt(t, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2], 1+2*i)
	}
}

// TestInterruptionLong does it at twenty moments.
func TestInterruptionLong(t *testing.T) {
	isLong(t)
	t.Parallel()
	for i := range 20 {
		interrupt(t, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2], 1+i/2)
	}
}

// interrupt cancels a run when the request arrives that it is up to then. The request has no answer until the
// program has noticed: how soon a busy machine delivers a signal makes no difference.
func interrupt(t *testing.T, signal syscall.Signal, at int) {
	t.Run(fmt.Sprintf("%v at request %d", signal, at), func(t *testing.T) {
		t.Parallel()
		var p *process
		started := make(chan struct{})
		sent := make(chan time.Time, 1)
		flaky := sandbox.Flaky(uint64(2*at) + uint64(signal)%2)
		requests := 0
		w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
			if requests++; requests == at {
				<-started
				sent <- time.Now() // first: it may end before this goes on
				_ = p.command.Process.Signal(signal)
				<-r.Context().Done()
			}
			return flaky(requests, r)
		})
		before := w.Roles(deployer)
		p = start(t, w.root, with("settle", "500ms"))
		close(started)
		r := p.wait()
		_, foreign := split(before, production)
		_, others := split(w.Roles(deployer), production)
		equal(t, "roles elsewhere", others, foreign)
		select {
		case moment := <-sent:
			if took := p.ended.Sub(moment); took > promptly {
				t.Errorf("ended %v after the signal", took)
			}
			equal(t, "exit code", r.code, 1)
			r.is(t, "error", "canceled")
			// A run has two lists under way at once, and nothing else.
			if more := len(w.Requests()) - at; more > 1 {
				t.Errorf("%d requests after the signal", more)
			}
		default:
			equal(t, "exit code of a run that was done before", r.code, 0)
		}
	})
}
