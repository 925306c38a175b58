package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
)

// nobody returns an address of this machine that refuses every connection until the test ends. The port is bound, so
// that nobody else gets it, but nothing listens there.
func nobody(t testing.TB) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(socket)
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	address, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", address.(*syscall.SockaddrInet4).Port)
}

// outage is a server over TLS that can go away, or change its certificate, while it serves. Its one listener stays
// open for the whole test, so that its port cannot become another's.
type outage struct {
	net.Listener

	mu   sync.Mutex
	own  *tls.Certificate // nil: each connection is closed at once
	open []net.Conn
}

func newOutage(t *testing.T, handler http.Handler, own *tls.Certificate) *outage {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &outage{Listener: listener, own: own}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(o)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return o
}

func (o *outage) root() string { return "https://" + o.Addr().String() }

// Accept returns connections that speak TLS with the present certificate. Without one it closes them, and returns
// none.
func (o *outage) Accept() (net.Conn, error) {
	for {
		conn, err := o.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if secured := o.secure(conn); secured != nil {
			return secured, nil
		}
		_ = conn.Close()
	}
}

func (o *outage) secure(conn net.Conn) net.Conn {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.own == nil {
		return nil
	}
	o.open = append(o.open, conn)
	return tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*o.own}})
}

// become cuts all connections, and meets new ones with this certificate; with nil it refuses them.
func (o *outage) become(own *tls.Certificate) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.own = own
	for _, conn := range o.open {
		_ = conn.Close()
	}
	o.open = nil
}
