package sandbox

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Listen serves the handler on a free port of this machine's loopback until stop is called, and returns the address of
// its root.
func Listen(handler http.Handler) (root string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // it always ends with the error that says so
	stop = func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		_ = server.Close() // what did not go within that second
	}
	return "http://" + listener.Addr().String(), stop, nil
}
