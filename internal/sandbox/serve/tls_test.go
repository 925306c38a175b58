package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// trusting returns a client that trusts this authority alone.
func trusting(t *testing.T, authority string) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(authority)) {
		t.Fatalf("no certificate: %q", authority)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestListenTLS(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for _, address := range []string{"127.0.0.1:0", "127.0.0.2:0", "[::1]:0"} { // no name: that would ask a resolver
		t.Run(address, func(t *testing.T) {
			if listener, err := net.Listen("tcp", address); err != nil {
				t.Skipf("the machine has no such address: %v", err)
			} else {
				_ = listener.Close()
			}
			root, authority, stop, err := listenTLS(address, handler)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(stop)
			client := trusting(t, authority)
			response, err := client.Get(root)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			equal(t, "status", response.StatusCode, http.StatusTeapot)
			equal(t, "protocol", response.Proto, "HTTP/1.1")

			if _, err := trusting(t, string(anotherAuthority(t))).Get(root); !errors.As(err, new(x509.UnknownAuthorityError)) {
				t.Errorf("a client that trusts another authority: %v", err)
			}
			stop()
			// Another program may have its port by now, but not its certificate.
			if _, err := client.Get(root); err == nil {
				t.Error("it answers after its end")
			}
		})
	}
}

func anotherAuthority(t *testing.T) []byte {
	t.Helper()
	_, authority, err := certify(net.IPv4(127, 0, 0, 1), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return []byte(authority)
}

func TestListenTLSRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, address := range []string{"", ":0", "0.0.0.0:0", "[::]:0", "127.0.0.1", taken.Addr().String(), "127.0.0.1:65536"} {
		if root, _, _, err := listenTLS(address, http.NotFoundHandler()); err == nil || !strings.HasPrefix(err.Error(), "starting the sandbox: ") {
			t.Errorf("%q: serves at %q, error %v", address, root, err)
		}
	}
}

func TestCertificateNames(t *testing.T) {
	now := time.Now()
	made, _, err := certify(net.IPv4(172, 17, 0, 1), now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(made.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"172.17.0.1", "127.0.0.1", "::1", "localhost"} {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if leaf.VerifyHostname("172.17.0.2") == nil || leaf.IsCA {
		t.Errorf("it vouches for too much: %v, authority: %v", leaf.IPAddresses, leaf.IsCA)
	}
	equal(t, "valid", leaf.NotBefore.Before(now) && leaf.NotAfter.After(now.Add(24*time.Hour)), true)
}
