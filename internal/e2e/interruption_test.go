package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestInterruption cancels a run with faults at five points, each the arrival of a request. The program exits promptly,
// and other roles are unchanged.
func TestInterruption(t *testing.T) {
	t.Parallel()
	for i := range 5 {
		interrupt(t, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2], 1+2*i)
	}
}

// TestInterruptionLong cancels runs at twenty points.
func TestInterruptionLong(t *testing.T) {
	requireLong(t)
	t.Parallel()
	for i := range 20 {
		interrupt(t, []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}[i%2], 1+i/2)
	}
}

// interrupt cancels a run when the given request arrives. The request gets no response until the program cancels it, so
// a late signal on a busy machine makes no difference.
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
				sent <- time.Now() // before the signal: the program may exit before the next line
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
		case signaled := <-sent:
			if took := p.ended.Sub(signaled); took > maxShutdown {
				t.Errorf("exited %v after the signal", took)
			}
			equal(t, "exit code", r.code, 1)
			r.is(t, "error", "canceled")
			// A run sends at most two requests at a time: the two lists.
			if more := len(w.Requests()) - at; more > 1 {
				t.Errorf("%d requests after the signal", more)
			}
		default:
			equal(t, "exit code of a run that finished before the signal", r.code, 0)
		}
	})
}
