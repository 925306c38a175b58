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

// closedPort returns a local address that refuses every connection until the test ends. The port is bound, so that no
// other process can use it, but it is not listening.
func closedPort(t testing.TB) string {
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

// outage is a TLS server that can become unavailable or change its certificate during a test. Its listener stays open
// for the whole test, so that no other process can take its port.
type outage struct {
	net.Listener

	mu   sync.Mutex
	own  *tls.Certificate // nil: connections are closed immediately
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

// Accept returns TLS connections with the current certificate. Without a certificate it closes all connections.
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

// setCertificate closes all connections and sets the certificate of new ones. With nil, new connections are closed too.
func (o *outage) setCertificate(own *tls.Certificate) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.own = own
	for _, conn := range o.open {
		_ = conn.Close()
	}
	o.open = nil
}
