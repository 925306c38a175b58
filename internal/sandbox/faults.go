package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// Fault describes how one request fails. The zero Fault does nothing.
//
// A fault with Status, Body, Reset or Hang replaces the API's response, and the request has no effect unless
// After is set. Truncate, Delay and Header keep the effect and the response.
type Fault struct {
	After    bool          // fail only after the request has taken effect
	Status   int           // respond with this status; 0 means 200 if Body is set
	Header   http.Header   // set these headers on the response
	Body     string        // respond with this body
	Reset    bool          // reset the connection without a response
	Truncate bool          // send the full Content-Length but only half of the body, then close the connection
	Hang     bool          // do not respond until the client disconnects
	Delay    time.Duration // wait before the effect or, if After is set, between the effect and the response
}

// replaces reports whether the fault replaces the API's response.
func (f Fault) replaces() bool { return f.Status != 0 || f.Body != "" || f.Reset || f.Hang }

func (f Fault) any() bool {
	return f.replaces() || f.After || f.Truncate || f.Delay > 0 || len(f.Header) > 0
}

// override applies the fault to the API's response.
func (f Fault) override(reply response) response {
	if f.replaces() {
		reply = response{status: http.StatusOK, body: []byte(f.Body)}
		if f.Status != 0 {
			reply.status = f.Status
		}
	}
	if reply.header == nil {
		reply.header = make(http.Header)
	}
	for name, values := range f.Header { // replaces the API's own header, whatever its case
		reply.header[http.CanonicalHeaderKey(name)] = values
	}
	return reply
}

// truncate sends the headers and half of the body, and aborts.
func truncate(w http.ResponseWriter, reply response) {
	w.Header().Set("Content-Length", strconv.Itoa(len(reply.body)))
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body[:len(reply.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset closes the connection. SetLinger(0) makes TCP send RST instead of FIN.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or ServeHTTP was called without a server
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
