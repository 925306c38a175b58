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

// isLong skips a test that is load, or the long form of another, unless the variable LONG is set: they take minutes.
// The names of these tests end in Long, and .ci/run runs them all.
func isLong(t *testing.T) {
	t.Helper()
	if os.Getenv("LONG") == "" {
		t.Skip("set LONG=1 for it")
	}
}

// matrix is many programs that grant one API token a Workspace each, all at once: a matrix job.
type matrix struct {
	name    string
	size    int
	inputs  []string // beyond with()
	sandbox func() sandbox.Options
	slow    time.Duration // added to each request of the first program
	foreign time.Duration // for how long another tool changes roles of its own
}

const matrixToken = "cltokencrowd0000000000001"

func matrixWorkspace(i int) string { return fmt.Sprintf("clworkspacecrowd%09d", i) }

// uniform draws latencies.
func uniform(from, to time.Duration) func() time.Duration {
	return func() time.Duration { return from + rand.N(to-from+1) }
}

// foreignRoles are what the token has from the start, and what must be there in the end to the byte.
func foreignRoles() []string {
	return []string{
		entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
		entry("WORKSPACE", production, "WORKSPACE_OWNER"),
		`{ "entityType":"DAG", "entityId":"a<b>&c", "deploymentId":"cldeploymentflightdata001", "role":"DAG_VIEWER" }`,
		`{"entityType":"FUTURE","entityId":"x","role":"R","limit":12345678901234567890}`,
	}
}

// run starts all programs and waits for them. It checks that none failed and that nothing was lost.
func (c matrix) run(t *testing.T) {
	o := c.sandbox()
	o.APIToken = apiToken
	a := sandbox.Demo(o)
	a.AddToken(sandbox.Token{ID: matrixToken, Name: "Crowd", Roles: foreignRoles()})
	for i := range c.size {
		a.AddWorkspace(matrixWorkspace(i), "Crowd "+strconv.Itoa(i))
	}
	root := serve(t, c.slowed(a))
	stop := c.startForeign(a)

	began := time.Now()
	programs := make([]*process, c.size)
	for i := range programs {
		inputs := c.input(i)
		inputs["api-url"] = fmt.Sprintf("%s/%d/v1", root, i)
		programs[i] = start(t, root, inputs)
	}
	for i, p := range programs {
		if r := p.wait(); r.code != 0 {
			t.Errorf("program %d: exit code %d, error %s", i, r.code, r.outputs["error"])
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
	t.Logf("%d programs: %d writes, %d requests, done after %.1f s", c.size, posts, len(a.Requests()), took.Seconds())
	if c.foreign > 0 {
		t.Logf("another tool made %d changes, %d of them between a read and a write of ours", len(changes), inWindows(a.Requests(), changes))
	}
	c.check(t, a, o.Lag)
}

// slowed serves each program under a path of its own, the first one slower.
func (c matrix) slowed(a *sandbox.Astro) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/0/") && c.slow > 0 {
			time.Sleep(c.slow / 2)
			defer time.Sleep(c.slow / 2)
		}
		a.ServeHTTP(w, r)
	})
}

// startForeign starts the other tool. What it returns stops it and tells when it made changes.
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

// input are the inputs of a program.
func (c matrix) input(i int) map[string]string {
	own := []string{"org-token-name", "", "org-token-id", matrixToken, "settle", "2s", "workspace", matrixWorkspace(i)}
	return with(append(own, c.inputs...)...)
}

// inWindows counts the changes that fell between a program's read and the write that was built on it.
func inWindows(requests []sandbox.Request, changes []time.Time) int {
	count := 0
	for _, change := range changes {
		read := map[string]time.Time{}
		for _, r := range requests {
			program, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
			if r.Method != http.MethodPost {
				read[program] = r.Start
			} else if change.After(read[program]) && change.Before(r.End) {
				count++
				break
			}
		}
	}
	return count
}

// weathers are matrices of so many programs in each kind of weather, in the last of which another tool writes for so
// long.
func weathers(size int, foreign time.Duration) []matrix {
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
			name: "reads trail by 1 s, settle 3 s", size: size, inputs: []string{"settle", "3s"},
			sandbox: calm(sandbox.Options{Lag: time.Second}),
		},
		{name: "another tool", size: size, foreign: foreign, sandbox: calm(sandbox.Options{})},
	}
}

// TestMatrix has ten programs at once, in each kind of weather. The other tool stops writing before they are done. Of
// the short tests these take longest, and tests start in the order of their files: this one comes early.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	for _, c := range weathers(10, 8*time.Second) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

// TestMatrixLong has fifty, and the other tool never stops. Those behind the documented limits must be done within the
// default timeout, too. It takes minutes, most of them waiting.
func TestMatrixLong(t *testing.T) {
	isLong(t)
	t.Parallel()
	limited := matrix{name: "behind 10 GETs and 5 POSTs a second", size: 50, sandbox: func() sandbox.Options {
		return sandbox.Options{Latency: uniform(50*time.Millisecond, 50*time.Millisecond), GETs: 10, POSTs: 5}
	}}
	for _, c := range append(weathers(50, patience), limited) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

// TestCurveLong has the curve of how the cost grows with the number of programs. Nothing else runs beside them.
func TestCurveLong(t *testing.T) {
	isLong(t)
	for _, size := range []int{10, 20, 50, 100} {
		c := matrix{size: size, sandbox: func() sandbox.Options {
			return sandbox.Options{Latency: uniform(50*time.Millisecond, 50*time.Millisecond)}
		}}
		t.Run(strconv.Itoa(size), c.run)
	}
}
