package sandbox

import (
	"fmt"
	"net"
	"net/http"
)

// Listen serves the handler on a free port of this machine's loopback until stop is called, and returns the address of
// its root.
func Listen(handler http.Handler) (root string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	return "http://" + listener.Addr().String(), serve(listener, handler), nil
}
