package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// requireLong skips a test that takes minutes unless the variable LONG is set. The names of these tests end in Long,
// and .ci/run runs them all.
func requireLong(t *testing.T) {
	t.Helper()
	if os.Getenv("LONG") == "" {
		t.Skip("skipped without LONG=1")
	}
}

// matrix is a number of processes that grant roles to one API token at the same time, each in its own Workspace, as the
// jobs of a matrix do.
type matrix struct {
	name    string
	size    int
	inputs  []string // beyond with()
	sandbox func() sandbox.Options
	slow    time.Duration // added to each request of the first process
	foreign time.Duration // how long another tool keeps changing its own roles
}

const matrixToken = "cltokencrowd0000000000001"

func matrixWorkspace(i int) string { return fmt.Sprintf("clworkspacecrowd%09d", i) }

// uniform returns uniformly distributed latencies.
func uniform(from, to time.Duration) func() time.Duration {
	return func() time.Duration { return from + rand.N(to-from+1) }
}

// foreignRoles returns the initial roles of the token, which must still be there at the end, byte for byte.
func foreignRoles() []string {
	return []string{
		entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
		entry("WORKSPACE", production, "WORKSPACE_OWNER"),
		`{ "entityType":"DAG", "entityId":"a<b>&c", "deploymentId":"cldeploymentflightdata001", "role":"DAG_VIEWER" }`,
		`{"entityType":"FUTURE","entityId":"x","role":"R","limit":12345678901234567890}`,
	}
}

// run starts all processes and waits for them. It checks that none failed and that no role was lost.
func (c matrix) run(t *testing.T) {
	o := c.sandbox()
	o.APIToken = apiToken
	a := sandbox.Demo(o)
	a.AddToken(sandbox.Token{ID: matrixToken, Name: "Crowd", Roles: foreignRoles()})
	for i := range c.size {
		a.AddWorkspace(matrixWorkspace(i), "Crowd "+strconv.Itoa(i))
	}
	root := serve(t, c.handler(a))
	stop := c.startForeign(a)

	began := time.Now()
	processes := make([]*process, c.size)
	for i := range processes {
		inputs := c.input(i)
		inputs["api-url"] = fmt.Sprintf("%s/%d/v1", root, i)
		processes[i] = start(t, root, inputs)
	}
	for i, p := range processes {
		if r := p.wait(); r.code != 0 {
			t.Errorf("process %d: exit code %d, error %s", i, r.code, r.outputs["error"])
		}
	}
	took := time.Since(began)
	changes := stop()
	posts := 0
	for _, r := range a.Requests() {
		if r.Method == http.MethodPost {
			posts++
		}
	}
	t.Logf("%d processes: %d writes, %d requests, done after %.1f s", c.size, posts, len(a.Requests()), took.Seconds())
	if c.foreign > 0 {
		t.Logf("another tool made %d changes, %d of them between a read and a write of a process",
			len(changes), inWindows(a.Requests(), changes))
	}
	c.check(t, a, o.Lag)
}

// handler serves each process under its own path, and delays the requests of the first one.
func (c matrix) handler(a *sandbox.Astro) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/0/") && c.slow > 0 {
			time.Sleep(c.slow / 2)
			defer time.Sleep(c.slow / 2)
		}
		a.ServeHTTP(w, r)
	})
}

// startForeign starts the other tool. The returned function stops it and returns the times of its changes.
func (c matrix) startForeign(a *sandbox.Astro) (stop func() []time.Time) {
	if c.foreign == 0 {
		return func() []time.Time { return nil }
	}
	var changes []time.Time
	end := make(chan struct{})
	var tool sync.WaitGroup
	tool.Go(func() {
		for began := time.Now(); time.Since(began) < c.foreign; {
			select {
			case <-end:
				return
			case <-time.After(300 * time.Millisecond):
			}
			a.Update(matrixToken, func(roles []string) []string {
				own, others := split(roles, staging)
				if len(own) == 0 {
					others = append(others, entry("WORKSPACE", staging, "WORKSPACE_MEMBER"))
				}
				return others
			})
			changes = append(changes, time.Now())
		}
	})
	return func() []time.Time {
		close(end)
		tool.Wait()
		return changes
	}
}

// input returns the inputs of a process.
func (c matrix) input(i int) map[string]string {
	own := []string{"org-token-name", "", "org-token-id", matrixToken, "settle", "2s", "workspace", matrixWorkspace(i)}
	return with(append(own, c.inputs...)...)
}

// inWindows counts the changes between a process's read and the write that is based on it.
func inWindows(requests []sandbox.Request, changes []time.Time) int {
	count := 0
	for _, change := range changes {
		read := map[string]time.Time{}
		for _, r := range requests {
			process, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
			if r.Method != http.MethodPost {
				read[process] = r.Start
			} else if change.After(read[process]) && change.Before(r.End) {
				count++
				break
			}
		}
	}
	return count
}

// conditions returns a matrix of the given size for each set of conditions. In the last one, another tool writes for
// the given time.
func conditions(size int, foreign time.Duration) []matrix {
	const ms = time.Millisecond
	calm := func(o sandbox.Options) func() sandbox.Options {
		return func() sandbox.Options {
			o.Latency = uniform(50*ms, 50*ms)
			return o
		}
	}
	return []matrix{
		{name: "50 ms", size: size, sandbox: calm(sandbox.Options{})},
		{name: "50 to 500 ms", size: size, sandbox: func() sandbox.Options {
			return sandbox.Options{Latency: uniform(50*ms, 500*ms)}
		}},
		{
			name: "one at 2 s, settle 5 s", size: size, slow: 2 * time.Second, inputs: []string{"settle", "5s"},
			sandbox: calm(sandbox.Options{}),
		},
		{
			name: "stale reads for 1 s, settle 3 s", size: size, inputs: []string{"settle", "3s"},
			sandbox: calm(sandbox.Options{Lag: time.Second}),
		},
		{name: "another tool", size: size, foreign: foreign, sandbox: calm(sandbox.Options{})},
	}
}

// TestMatrix runs ten processes at once under each set of conditions. The other tool stops writing before they are
// done. This is the longest of the short tests. Tests start in the order of their files, so this file comes early.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short")
	}
	t.Parallel()
	for _, c := range conditions(10, 8*time.Second) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

// TestMatrixLong runs fifty processes, and the other tool never stops. Under the documented rate limits they must also
// finish within the default timeout. The test takes minutes, mostly waiting.
func TestMatrixLong(t *testing.T) {
	requireLong(t)
	t.Parallel()
	limited := matrix{name: "rate limits of 10 GETs and 5 POSTs per second", size: 50, sandbox: func() sandbox.Options {
		return sandbox.Options{Latency: uniform(50*time.Millisecond, 50*time.Millisecond), GETs: 10, POSTs: 5}
	}}
	for _, c := range append(conditions(50, maxWait), limited) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

// TestCurveLong measures how the cost grows with the number of processes. No other test runs at the same time.
func TestCurveLong(t *testing.T) {
	requireLong(t)
	for _, size := range []int{10, 20, 50, 100} {
		c := matrix{size: size, sandbox: func() sandbox.Options {
			return sandbox.Options{Latency: uniform(50*time.Millisecond, 50*time.Millisecond)}
		}}
		t.Run(strconv.Itoa(size), c.run)
	}
}
