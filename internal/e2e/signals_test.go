package e2e

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestSignals cancels a run in each state in which it can be for long.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		what    string // request that meets the fault, the first of its kind
		fault   sandbox.Fault
		inputs  map[string]string
		said    string // in the log, once the run is in that state; empty: the request has arrived
		changed string
	}{
		{"in a wait", listTokens, sandbox.Fault{Status: 503, Header: http.Header{"Retry-After": {"60"}}}, with(), "Next try in", "false"},
		{"in a hanging read", readToken, sandbox.Fault{Hang: true}, with(), "", "false"},
		{"in a hanging list", listWorkspaces, sandbox.Fault{Hang: true}, with(), "", "false"},
		{"in a hanging write", writeRoles, sandbox.Fault{Hang: true}, with(), "", "true"},
		{"in a hanging write that took effect", writeRoles, sandbox.Fault{Hang: true, After: true}, with(), "", "true"},
		{"after a write that failed", writeRoles, sandbox.Fault{Status: 503, Header: http.Header{"Retry-After": {"60"}}}, with(), "Next try in", "true"},
		{"after a write that was refused", writeRoles, sandbox.Fault{Status: 429, Header: http.Header{"Retry-After": {"60"}}}, with(), "Next try in", "false"},
		{"while a write settles", "", sandbox.Fault{}, with("settle", "1m"), "The API took the write", "true"},
		{"waiting for a token", "", sandbox.Fault{}, with("wait", "1m", "org-token-name", "Nobody"), "Looking again in", "false"},
	} {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(tt.name+"/"+signal.String(), func(t *testing.T) {
				t.Parallel()
				arrived := make(chan struct{})
				w := demo(t, sandbox.Options{}, onNth(1, tt.what, func(*sandbox.Astro) sandbox.Fault {
					close(arrived)
					return tt.fault
				}))
				p := start(t, w.root, tt.inputs)
				if tt.said != "" {
					p.log.await(t, tt.said)
				} else {
					select {
					case <-arrived:
					case <-time.After(patience):
						t.Fatalf("it never got there:\n%s", p.log)
					}
				}
				sent := time.Now()
				if err := p.command.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				r := p.wait()
				if took := time.Since(sent); took > promptly {
					t.Errorf("ended %v after the signal", took)
				}
				equal(t, "exit code", r.code, 1)
				r.failed(t, "canceled", "canceled", "Run it again")
				r.is(t, "status", "failed", "changed", tt.changed, "role", "WORKSPACE_OPERATOR")
				if tt.changed == "true" {
					contains(t, "log", r.log, "A write was sent that could not be verified")
				} else {
					lacks(t, "log", r.log, "could not be verified")
				}
			})
		}
	}
}

// TestSignalsWhenDone sends signals from the moment that all is said to the end of the program: what is done stays so.
func TestSignalsWhenDone(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	for range 20 {
		p := start(t, w.root, with("dry-run", "true"))
		p.log.await(t, "would be granted")
		for p.command.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(100 * time.Microsecond) // leaves the core to the program
		}
		r := p.wait()
		equal(t, "exit code", r.code, 0)
		r.is(t, "status", "granted", "error", "")
	}
}
