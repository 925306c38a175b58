package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A traffic takes the requests of one API: it numbers and records them, lets time pass, and makes the faults.
// What a request does, and is told, is up to the API.
type traffic struct {
	latency func() time.Duration               // see [Options]
	fault   func(n int, r *http.Request) Fault // see [Options]
	admit   func(method string, at time.Time) bool
	handle  func(*arrival) answer

	// order is held while a request is numbered and its fault is asked for, apart from all else, so that a
	// Fault function can call the API's methods.
	order sync.Mutex

	recording sync.Mutex
	requests  []*Request
}

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
func (t *traffic) Requests() []Request {
	t.recording.Lock()
	defer t.recording.Unlock()
	requests := make([]Request, len(t.requests))
	for i, r := range t.requests {
		requests[i] = *r
	}
	return requests
}

// maxBody is more than ten thousand roles take.
const maxBody = 4 << 20

// An arrival is one request on its way through the sandbox.
type arrival struct {
	*http.Request
	body      []byte
	n         int
	record    *Request
	latency   time.Duration
	fault     Fault
	overLimit bool
}

// ServeHTTP answers one request of the API.
func (t *traffic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := receive(r)
	if err != nil {
		panic(http.ErrAbortHandler) // it never arrived whole
	}
	t.arrive(c)
	before, after := c.latency/2, c.latency-c.latency/2
	if c.fault.After {
		after += c.fault.Delay
	} else {
		before += c.fault.Delay
	}

	if !pause(r.Context(), before) {
		t.cut(c, w)
		return
	}
	reply := t.effect(c)
	if c.fault.Hang {
		<-r.Context().Done()
	}
	if !pause(r.Context(), after) || c.fault.Reset {
		t.cut(c, w)
		return
	}
	t.send(c, w, reply)
}

// receive reads the whole request: what a client sends takes effect only once it is there.
func receive(r *http.Request) (*arrival, error) {
	if r.Body == nil { // a client's request, handed over without a server
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	return &arrival{Request: r, body: body}, nil
}

// arrive numbers and records a request and draws what will become of it.
func (t *traffic) arrive(c *arrival) {
	t.order.Lock()
	defer t.order.Unlock()

	now := time.Now()
	c.record = &Request{
		Method: c.Method, Path: c.URL.EscapedPath(), Query: c.URL.RawQuery,
		Header: c.Header.Clone(), Body: string(c.body), Start: now,
	}
	t.recording.Lock()
	t.requests = append(t.requests, c.record)
	c.n = len(t.requests)
	t.recording.Unlock()

	if t.latency != nil {
		c.latency = t.latency()
	}
	if t.admit != nil {
		c.overLimit = !t.admit(c.Method, now)
	}
	if t.fault != nil {
		c.Body = io.NopCloser(bytes.NewReader(c.body))
		c.fault = t.fault(c.n, c.Request)
	}
}

// effect does what the request asks for, unless a fault keeps it from arriving, and returns what the client
// is told.
func (t *traffic) effect(c *arrival) answer {
	var reply answer
	if c.fault.After || !c.fault.replaces() {
		reply = t.handle(c)
	}
	return c.fault.disguise(reply)
}

func (t *traffic) send(c *arrival, w http.ResponseWriter, reply answer) {
	for name, values := range reply.header {
		w.Header()[name] = slices.Clone(values)
	}
	if c.fault.Truncate {
		t.finish(c, 0)
		truncate(w, reply)
		return
	}
	// The record is whole before the client can know: a test that has its answer may look at once.
	t.finish(c, reply.status)
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body) // a client that is gone cannot be told
}

func (t *traffic) cut(c *arrival, w http.ResponseWriter) {
	t.finish(c, 0)
	reset(w)
}

func (t *traffic) finish(c *arrival, status int) {
	t.recording.Lock()
	defer t.recording.Unlock()
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
