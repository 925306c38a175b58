package sandbox

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen serves the handler on a free port of the loopback address until stop is called. It returns the root
// URL.
func Listen(handler http.Handler) (root string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	return "http://" + listener.Addr().String(), Serve(listener, handler), nil
}

// Serve serves the handler until stop is called, which waits up to a second for requests to finish.
func Serve(listener net.Listener, handler http.Handler) (stop func()) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // always returns an error after Shutdown
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		_ = server.Close() // requests that did not finish in time
	}
}
