// Package sandbox imitates the Astro v1 API in memory, and the part of GitHub's API that finds pull requests,
// reads files and writes comments. People try the action on it without an account; tests run the program
// against it.
//
// It is at least as strict as the real APIs: it refuses what they refuse, and also what a client should not
// send. It shares no types with the program. Roles are stored as the bytes received, so that a test notices
// if a client drops or rewrites a single byte of an existing role.
package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Options configure the API. The zero value responds immediately, without rate limits or faults.
type Options struct {
	// APIToken is the only bearer token that is accepted. If it is empty, every request gets a 401.
	APIToken string

	// Latency returns the latency of one request: half of it passes before the request takes effect, half
	// after. Calls are sequential, in order of arrival. It must not call methods of the Astro.
	Latency func() time.Duration

	// Lag is the read-after-write delay of API tokens: reads return the token as it was this long ago.
	Lag time.Duration

	// GETs and POSTs limit the requests per second (sliding window); 0 means no limit. Requests above the
	// limit get a 429 without Retry-After and do not count.
	GETs, POSTs int

	// RolesInLists includes the roles of API tokens in lists. Whether the real API does is not documented.
	RolesInLists bool

	// Fault returns the fault to inject into request n, counted from 1. Calls are sequential, in order of
	// arrival. It may read the body and call methods of the Astro, but must not block.
	Fault func(n int, r *http.Request) Fault
}

// Astro is one Astro Organization in memory. It is an [http.Handler] for the API under any prefix that ends
// in /v1. It is safe for concurrent use.
//
// To drop a connection that it cannot hijack, it panics with [http.ErrAbortHandler], as net/http recommends.
// Callers of ServeHTTP without a server must recover from that panic.
type Astro struct {
	frontend
	options     Options
	gets, posts window

	mu            sync.Mutex
	organizations []resource // the API token has access to the first one only
	workspaces    []resource
	workspace     map[string]resource
	tokens        []*token
	token         map[string]*token
	lastUpdate    time.Time
}

// A resource is an Organization or a Workspace. Neither ever changes, so its JSON is rendered once.
type resource struct {
	id, name string
	json     []byte
}

// New returns an Organization without Workspaces and API tokens.
func New(id, name string, o Options) *Astro {
	a := &Astro{
		frontend:  frontend{latency: o.Latency, fault: o.Fault},
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

// AddOrganization adds an Organization that appears in the list of Organizations. All other requests for it
// get a 403.
func (a *Astro) AddOrganization(id, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.organizations = append(a.organizations, resource{id, name, renderOrganization(id, name, a.nextUpdatedAt())})
}

// AddWorkspace adds a Workspace to the Organization. Names need not be unique.
func (a *Astro) AddWorkspace(id, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := resource{id, name, renderWorkspace(id, name, a.organizations[0], a.nextUpdatedAt())}
	a.workspaces = append(a.workspaces, w)
	a.workspace[id] = w
}

// AddToken adds an API token to the Organization without validation, since tests also need invalid ones.
// Reads return it immediately, whatever the lag.
func (a *Astro) AddToken(t Token) {
	a.mu.Lock()
	defer a.mu.Unlock()
	added := newToken(t, a.nextUpdatedAt())
	a.tokens = append(a.tokens, added)
	a.token[t.ID] = added
}

// RemoveToken removes an API token.
func (a *Astro) RemoveToken(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	gone := a.mustToken(id)
	a.tokens = filter(a.tokens, func(t *token) bool { return t != gone })
	delete(a.token, id)
}

// Roles returns the current raw role entries of an API token, whatever the lag.
func (a *Astro) Roles(tokenID string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.mustToken(tokenID).latest().roles)
}

// SetRoles replaces the roles of an API token without validation, as if another tool had written them.
func (a *Astro) SetRoles(tokenID string, roles ...string) {
	a.Update(tokenID, func([]string) []string { return roles })
}

// Update atomically replaces the roles of an API token with the result of f, which must not call methods of
// the Astro.
func (a *Astro) Update(tokenID string, f func(roles []string) []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.mustToken(tokenID)
	a.store(t, slices.Clone(f(slices.Clone(t.latest().roles))))
}

func (a *Astro) store(t *token, roles []string) {
	now := time.Now()
	t.add(version{at: now, updated: a.nextUpdatedAt(), roles: roles}, now.Add(-a.options.Lag))
}

// mustToken panics if the token does not exist, which means that a test has a typo.
func (a *Astro) mustToken(id string) *token {
	t, ok := a.token[id]
	if !ok {
		panic(fmt.Sprintf("sandbox: no token %q", id))
	}
	return t
}

// nextUpdatedAt returns the current time, or the first later time that is unique: clients compare updatedAt
// to detect writes, also those within one tick of the clock.
func (a *Astro) nextUpdatedAt() time.Time {
	now := time.Now()
	if !now.After(a.lastUpdate) {
		now = a.lastUpdate.Add(time.Nanosecond)
	}
	a.lastUpdate = now
	return now
}
