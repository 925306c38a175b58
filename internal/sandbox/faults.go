package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is what goes wrong with one request. The zero Fault is none.
//
// With a Status, a Body, Reset or Hang the request has no effect unless After is set. Truncate, Delay and
// Header alone leave the request its effect and the API's own answer.
type Fault struct {
	After    bool          // the request takes effect first, and its answer is lost
	Status   int           // answer this status; with a Body, 0 stands for 200
	Header   http.Header   // set these headers on whatever is answered
	Body     string        // answer this body, as it is
	Reset    bool          // cut the connection without an answer
	Truncate bool          // announce the whole answer, send half of it, then cut the connection
	Hang     bool          // do not answer until the client goes away
	Delay    time.Duration // wait this long as well, before the effect, or with After between it and the answer
}

// replaces reports whether the API's own answer is not what the client gets.
func (f Fault) replaces() bool { return f.Status != 0 || f.Body != "" || f.Reset || f.Hang }

func (f Fault) any() bool {
	return f.replaces() || f.After || f.Truncate || f.Delay > 0 || len(f.Header) > 0
}

// disguise turns the API's answer into the one that the client gets.
func (f Fault) disguise(reply answer) answer {
	if f.replaces() {
		reply = answer{status: http.StatusOK, body: []byte(f.Body)}
		if f.Status != 0 {
			reply.status = f.Status
		}
	}
	if reply.header == nil {
		reply.header = make(http.Header)
	}
	for name, values := range f.Header { // in place of the API's own, however it is spelt
		reply.header[http.CanonicalHeaderKey(name)] = values
	}
	return reply
}

// truncate sends all headers and half of the body.
func truncate(w http.ResponseWriter, reply answer) {
	w.Header().Set("Content-Length", strconv.Itoa(len(reply.body)))
	w.WriteHeader(reply.status)
	_, _ = w.Write(reply.body[:len(reply.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset cuts the connection. Without lingering, TCP sends a reset in place of an orderly end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or no connection at all
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
