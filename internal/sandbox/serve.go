package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

// Request is one request that arrived. Header and Body are as the client sent them, its API token included.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
	Start, End          time.Time // End is zero while the request is under way
	Status              int       // 0: the connection was cut
	Faulted             bool
}

// Requests returns all requests so far, in order of arrival.
func (a *Astro) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	requests := make([]Request, len(a.requests))
	for i, r := range a.requests {
		requests[i] = *r
	}
	return requests
}

// maxBody is more than ten thousand roles take.
const maxBody = 4 << 20

// A call is one request on its way through the sandbox.
type call struct {
	*http.Request
	body      []byte
	n         int
	record    *Request
	latency   time.Duration
	fault     Fault
	overLimit bool

	// Set by the checks.
	segments []string // of the path, after /organizations
	route    route
	query    query
}

// ServeHTTP answers one request of the API.
func (a *Astro) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := receive(r)
	if err != nil {
		panic(http.ErrAbortHandler) // it never arrived whole
	}
	a.arrive(c)
	before, after := c.latency/2, c.latency-c.latency/2
	if c.fault.After {
		after += c.fault.Delay
	} else {
		before += c.fault.Delay
	}

	if !pause(r.Context(), before) {
		a.cut(c, w)
		return
	}
	reply := a.effect(c)
	if c.fault.Hang {
		<-r.Context().Done()
	}
	if !pause(r.Context(), after) || c.fault.Reset {
		a.cut(c, w)
		return
	}
	a.send(c, w, reply)
}

// receive reads the whole request: what a client sends takes effect only once it is there.
func receive(r *http.Request) (*call, error) {
	if r.Body == nil { // a client's request, handed over without a server
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	return &call{Request: r, body: body}, nil
}

// arrive numbers and records a request and draws what will become of it.
func (a *Astro) arrive(c *call) {
	a.arrival.Lock()
	defer a.arrival.Unlock()

	a.mu.Lock()
	c.record = &Request{
		Method: c.Method, Path: c.URL.EscapedPath(), Query: c.URL.RawQuery,
		Header: c.Header.Clone(), Body: string(c.body), Start: time.Now(),
	}
	a.requests = append(a.requests, c.record)
	c.n = len(a.requests)
	if a.options.Latency != nil {
		c.latency = a.options.Latency()
	}
	switch c.Method {
	case http.MethodGet:
		c.overLimit = !a.gets.admit(c.record.Start)
	case http.MethodPost:
		c.overLimit = !a.posts.admit(c.record.Start)
	}
	a.mu.Unlock()

	if a.options.Fault != nil {
		c.Body = io.NopCloser(bytes.NewReader(c.body))
		c.fault = a.options.Fault(c.n, c.Request)
	}
}

// effect does what the request asks for, unless a fault keeps it from arriving, and returns what the client
// is told.
func (a *Astro) effect(c *call) answer {
	var reply answer
	if c.fault.After || !c.fault.replaces() {
		reply = a.respond(c)
	}
	return c.fault.disguise(reply)
}

func (a *Astro) send(c *call, w http.ResponseWriter, reply answer) {
	for name, values := range reply.header {
		w.Header()[name] = slices.Clone(values)
	}
	if c.fault.Truncate {
		a.finish(c, 0)
		truncate(w, reply)
		return
	}
	// The record is whole before the client can know: a test that has its answer may look at once.
	a.finish(c, reply.status)
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body) // a client that is gone cannot be told
}

func (a *Astro) cut(c *call, w http.ResponseWriter) {
	a.finish(c, 0)
	reset(w)
}

func (a *Astro) finish(c *call, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c.record.End = time.Now()
	c.record.Status = status
	c.record.Faulted = c.fault.any()
}

// pause waits, and reports whether the client is still there.
func pause(ctx context.Context, d time.Duration) bool {
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}
