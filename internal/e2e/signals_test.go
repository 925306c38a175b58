package e2e

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestSignals cancels a run in each state that can last long.
func TestSignals(t *testing.T) {
	t.Parallel()
	retryAfter := http.Header{"Retry-After": {"60"}}
	unavailable := sandbox.Fault{Status: 503, Header: retryAfter}
	rateLimited := sandbox.Fault{Status: 429, Header: retryAfter}
	for _, tt := range []struct {
		name    string
		what    string // the first request of this kind gets the fault
		fault   sandbox.Fault
		inputs  map[string]string
		logged  string // in the log once the run is in that state; empty: wait until the request arrives
		changed string
	}{
		{"waiting for a retry", listTokens, unavailable, with(), "Next attempt in", "false"},
		{"during a read without a response", readToken, sandbox.Fault{Hang: true}, with(), "", "false"},
		{"during a list without a response", listWorkspaces, sandbox.Fault{Hang: true}, with(), "", "false"},
		{"during a write without a response", writeRoles, sandbox.Fault{Hang: true}, with(), "", "true"},
		{"during a write that took effect", writeRoles, sandbox.Fault{Hang: true, After: true}, with(), "", "true"},
		{"after a failed write", writeRoles, unavailable, with(), "Next attempt in", "true"},
		{"after a rate-limited write", writeRoles, rateLimited, with(), "Next attempt in", "false"},
		{"before verification", "", sandbox.Fault{}, with("settle", "1m"), "Write accepted", "true"},
		{
			"waiting for a token", "",
			sandbox.Fault{},
			with("wait", "1m", "org-token-name", "Nobody"), "Looking again in", "false",
		},
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
				if tt.logged != "" {
					p.log.await(t, tt.logged)
				} else {
					select {
					case <-arrived:
					case <-time.After(maxWait):
						t.Fatalf("the request did not arrive:\n%s", p.log)
					}
				}
				sent := time.Now()
				if err := p.command.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				r := p.wait()
				if took := time.Since(sent); took > maxShutdown {
					t.Errorf("exited %v after the signal", took)
				}
				equal(t, "exit code", r.code, 1)
				r.failed(t, "canceled", "canceled", "Run it again")
				r.is(t, "status", "failed", "changed", tt.changed, "role", "WORKSPACE_OPERATOR")
				if tt.changed == "true" {
					contains(t, "log", r.log, "A write was sent but could not be verified")
				} else {
					lacks(t, "log", r.log, "could not be verified")
				}
			})
		}
	}
}

// TestSignalsAfterCompletion sends signals from the last log line until the program exits. The result must not change.
func TestSignalsAfterCompletion(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	for range 20 {
		p := start(t, w.root, with("dry-run", "true"))
		p.log.await(t, "Would grant")
		for p.command.Process.Signal(syscall.SIGTERM) == nil {
			time.Sleep(100 * time.Microsecond) // yields the core to the program
		}
		r := p.wait()
		equal(t, "exit code", r.code, 0)
		r.is(t, "status", "granted", "error", "")
	}
}
