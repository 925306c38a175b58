package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// companyHost is a host name that only the proxy of a test can connect to.
const companyHost = "astro.company.invalid"

// certificate creates a self-signed certificate for this machine and companyHost, and also returns it as PEM.
func certificate(t *testing.T, expires time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: expires.AddDate(-1, 0, 0), NotAfter: expires,
		IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4zero}, DNSNames: []string{companyHost},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text)
}

// serveTLS serves an API over TLS until the test ends, and returns its root URL and its certificate as PEM.
func serveTLS(t *testing.T, handler http.Handler, expires time.Time) (root, certificatePEM string) {
	t.Helper()
	own, text := certificate(t, expires)
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{own}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are expected
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, text
}

// trustCertificate sets SSL_CERT_FILE to a file with the certificate.
func trustCertificate(text string) option {
	return func(s *setup) { s.env["SSL_CERT_FILE"] = s.write("ca.pem", text) }
}

func TestTLS(t *testing.T) {
	t.Parallel()
	valid, expired := time.Now().AddDate(0, 1, 0), time.Now().AddDate(0, 0, -1)
	for _, tt := range []struct {
		name    string
		expires time.Time
		trust   bool
		host    string // used instead of 127.0.0.1; must not need DNS
		words   []string
	}{
		{"unknown authority", valid, false, "", []string{"unknown authority", "SSL_CERT_FILE"}},
		{"known authority", valid, true, "", nil},
		{"expired", expired, true, "", []string{"expired", "is not trusted"}},
		{"wrong host name", valid, true, "localhost", []string{"localhost", "is not trusted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			root, text := serveTLS(t, w.Astro, tt.expires)
			var options []option
			if tt.trust {
				options = append(options, trustCertificate(text))
			}
			if tt.host != "" {
				_, port, err := net.SplitHostPort(root[len("https://"):])
				if err != nil {
					t.Fatal(err)
				}
				root = "https://" + net.JoinHostPort(tt.host, port)
			}
			r := run(t, root, with(), options...)
			if tt.words == nil {
				r.is(t, "status", "granted")
				return
			}
			r.failed(t, "unavailable", tt.words...)
			equal(t, "requests", w.calls(), nil)
			if r.took > maxFailFast {
				t.Errorf("retried a permanent error for %v", r.took)
			}
		})
	}
}

// TestPlainServerOnHTTPS has an https URL of a server without TLS.
func TestPlainServerOnHTTPS(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, "https"+w.root[len("http"):], with())
	r.failed(t, "unavailable", "HTTP response to HTTPS client", "api-url")
	equal(t, "requests", w.calls(), nil)
}

// TestRedirects checks that redirects to another host, which would receive the API token, are not followed.
func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, what := range []string{listTokens, writeRoles} {
			t.Run(http.StatusText(status)+" at "+what, func(t *testing.T) {
				t.Parallel()
				elsewhere := demo(t, sandbox.Options{}, nil)
				w := demo(t, sandbox.Options{}, always(what, sandbox.Fault{
					Status: status, Header: http.Header{"Location": {elsewhere.root + "/v1/organizations"}},
				}))
				r := run(t, w.root, with())
				r.failed(t, "rejected", elsewhere.root, "api-url")
				r.is(t, "changed", "false")
				equal(t, "requests elsewhere", elsewhere.calls(), nil)
			})
		}
	}
}
