// Package sandbox imitates the Astro v1 API in memory, as strictly as the real one: what the API refuses,
// it refuses, and it accepts nothing a client should not send. People try the action on it without an
// account, and the tests drive the program against it. It does the same for the part of GitHub's API where
// the action looks for a pull request and comments on it.
//
// It knows nothing of the program's own types. Roles are kept as the bytes that were sent, so a client that
// drops or rewrites one byte of somebody's role is found out.
package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options say how the API behaves. The zero value answers at once, without limits and without faults.
type Options struct {
	// APIToken is the bearer token that is accepted; any other, or none, answers 401.
	APIToken string

	// Latency is drawn once for each request, one call at a time, in order of arrival: half of it passes
	// before the effect, half after. It must not call the Astro's methods.
	Latency func() time.Duration

	// Lag is how far reads of tokens trail writes. A token answers as it was that long ago.
	Lag time.Duration

	// GETs and POSTs are the requests answered in any one second; those past them meet a 429 without
	// Retry-After, and do not count. 0 is no limit.
	GETs, POSTs int

	// RolesInLists makes the list of tokens carry their roles. The real one may or may not.
	RolesInLists bool

	// Fault is asked about each request, one call at a time; n counts from 1 in order of arrival. It may
	// read the body and call the Astro's methods, but must not wait.
	Fault func(n int, r *http.Request) Fault
}

// Astro is one Astro Organization in memory. It is an [http.Handler] for the API under any prefix that ends
// in /v1, and safe for use by several goroutines.
//
// A connection that has to be cut without access to the network connection below panics with
// [http.ErrAbortHandler], as net/http has it; whoever calls ServeHTTP without a server must recover that.
type Astro struct {
	traffic
	options     Options
	gets, posts window // in the order of arrival

	mu            sync.Mutex
	organizations []resource // the first one is the Organization that can be read
	workspaces    []resource
	workspace     map[string]resource
	tokens        []*token
	token         map[string]*token
	lastUpdate    time.Time
}

// A resource is an Organization or a Workspace. Neither ever changes, so its answer is rendered once.
type resource struct {
	id, name string
	json     []byte
}

// New returns an Organization without Workspaces and tokens.
func New(id, name string, o Options) *Astro {
	a := &Astro{
		traffic:   traffic{latency: o.Latency, fault: o.Fault},
		options:   o,
		workspace: make(map[string]resource),
		token:     make(map[string]*token),
		gets:      window{limit: o.GETs},
		posts:     window{limit: o.POSTs},
	}
	a.admit, a.handle = a.withinLimits, a.respond
	a.AddOrganization(id, name)
	return a
}

// AddOrganization adds a further Organization. The list of Organizations shows it; all else in it is
// answered with 403.
func (a *Astro) AddOrganization(id, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.organizations = append(a.organizations, resource{id, name, renderOrganization(id, name, a.nextUpdate())})
}

// AddWorkspace adds a Workspace to the Organization. Names need not be unique.
func (a *Astro) AddWorkspace(id, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := resource{id, name, renderWorkspace(id, name, a.organizations[0], a.nextUpdate())}
	a.workspaces = append(a.workspaces, w)
	a.workspace[id] = w
}

// AddToken adds an API token to the Organization, unchecked: a test may want one that is broken. Reads see
// it at once, whatever the lag.
func (a *Astro) AddToken(t Token) {
	a.mu.Lock()
	defer a.mu.Unlock()
	added := newToken(t, a.nextUpdate())
	a.tokens = append(a.tokens, added)
	a.token[t.ID] = added
}

// Roles returns the raw role entries of a token as they stand now, whatever the lag.
func (a *Astro) Roles(tokenID string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.mustToken(tokenID).latest().roles)
}

// SetRoles replaces the roles of a token, unchecked, as another tool would.
func (a *Astro) SetRoles(tokenID string, roles ...string) {
	a.Update(tokenID, func([]string) []string { return roles })
}

// Update replaces the roles of a token with what f makes of them, with nothing between the read and the
// write. f must not call the Astro's methods.
func (a *Astro) Update(tokenID string, f func(roles []string) []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.mustToken(tokenID)
	a.store(t, slices.Clone(f(slices.Clone(t.latest().roles))))
}

// store is the one place where a token's roles change.
func (a *Astro) store(t *token, roles []string) {
	now := time.Now()
	t.add(version{at: now, updated: a.nextUpdate(), roles: roles}, now.Add(-a.options.Lag))
}

// mustToken panics on a token that is not there: only a test with a typo asks for one.
func (a *Astro) mustToken(id string) *token {
	t, ok := a.token[id]
	if !ok {
		panic(fmt.Sprintf("sandbox: no token %q", id))
	}
	return t
}

// nextUpdate is now, or just after the last one where the clock has not moved: updatedAt tells two writes
// apart, however close they are.
func (a *Astro) nextUpdate() time.Time {
	now := time.Now()
	if !now.After(a.lastUpdate) {
		now = a.lastUpdate.Add(time.Nanosecond)
	}
	a.lastUpdate = now
	return now
}
