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

// A frontend receives the requests of one API: it numbers and records them, simulates latency, and injects
// faults. The function handle is the API itself.
type frontend struct {
	latency func() time.Duration               // see [Options]
	fault   func(n int, r *http.Request) Fault // see [Options]
	admit   func(method string, at time.Time) bool
	handle  func(*exchange) response

	// order is held while a request is numbered and its fault is chosen. It is separate from the API's own
	// mutex, so that a Fault function can call the API's methods.
	order sync.Mutex

	recording sync.Mutex
	requests  []*Request
}

// Request is a recorded request. Header and Body are complete, including the API token.
type Request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
	Start, End          time.Time // zero while the request is in progress
	Status              int       // 0 if the connection was closed without a complete response
	Faulted             bool
}

// Requests returns all requests so far, in order of arrival.
func (f *frontend) Requests() []Request {
	f.recording.Lock()
	defer f.recording.Unlock()
	requests := make([]Request, len(f.requests))
	for i, r := range f.requests {
		requests[i] = *r
	}
	return requests
}

// maxBody is enough for more than ten thousand roles.
const maxBody = 4 << 20

// An exchange is one request, and what happens to it.
type exchange struct {
	*http.Request
	body      []byte
	n         int
	record    *Request
	latency   time.Duration
	fault     Fault
	overLimit bool
}

// ServeHTTP handles one request to the API.
func (f *frontend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e, err := receive(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the request is incomplete
	}
	f.record(e)
	before, after := e.latency/2, e.latency-e.latency/2
	if e.fault.After {
		after += e.fault.Delay
	} else {
		before += e.fault.Delay
	}

	if !pause(r.Context(), before) {
		f.disconnect(e, w)
		return
	}
	reply := f.process(e)
	if e.fault.Hang {
		<-r.Context().Done()
	}
	if !pause(r.Context(), after) || e.fault.Reset {
		f.disconnect(e, w)
		return
	}
	f.send(e, w, reply)
}

// receive reads the whole request before any of it takes effect.
func receive(r *http.Request) (*exchange, error) {
	if r.Body == nil { // a client's request, passed without a server
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	return &exchange{Request: r, body: body}, nil
}

// record numbers and records a request, and chooses its latency and fault.
func (f *frontend) record(e *exchange) {
	f.order.Lock()
	defer f.order.Unlock()

	now := time.Now()
	e.record = &Request{
		Method: e.Method, Path: e.URL.EscapedPath(), Query: e.URL.RawQuery,
		Header: e.Header.Clone(), Body: string(e.body), Start: now,
	}
	f.recording.Lock()
	f.requests = append(f.requests, e.record)
	e.n = len(f.requests)
	f.recording.Unlock()

	if f.latency != nil {
		e.latency = f.latency()
	}
	if f.admit != nil {
		e.overLimit = !f.admit(e.Method, now)
	}
	if f.fault != nil {
		e.Body = io.NopCloser(bytes.NewReader(e.body))
		e.fault = f.fault(e.n, e.Request)
	}
}

// process lets the request take effect, unless a fault prevents it, and returns the response.
func (f *frontend) process(e *exchange) response {
	var reply response
	if e.fault.After || !e.fault.replaces() {
		reply = f.handle(e)
	}
	return e.fault.override(reply)
}

func (f *frontend) send(e *exchange, w http.ResponseWriter, reply response) {
	for name, values := range reply.header {
		w.Header()[name] = slices.Clone(values)
	}
	if e.fault.Truncate {
		f.finish(e, 0)
		truncate(w, reply)
		return
	}
	// The record is completed before the response: a test may read it as soon as it has the response.
	f.finish(e, reply.status)
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body) // an error means that the client has disconnected
}

func (f *frontend) disconnect(e *exchange, w http.ResponseWriter) {
	f.finish(e, 0)
	reset(w)
}

func (f *frontend) finish(e *exchange, status int) {
	f.recording.Lock()
	defer f.recording.Unlock()
	e.record.End = time.Now()
	e.record.Status = status
	e.record.Faulted = e.fault.any()
}

// pause waits, and reports whether the client is still connected.
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
