package astro

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/retry"
)

func TestRequestedIsCalled(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(fails(errReset), answers(503, ""), answers(200, aToken))
		client := newClient(transport)
		var requests []string
		client.config.Requested = func(method, path string, status int, _ time.Duration) {
			path = strings.TrimPrefix(path, "/v1/organizations/"+org+"/tokens/")
			requests = append(requests, fmt.Sprint(method, " ", path, " ", status))
		}
		if _, err := client.Organization(org).Token(ctx, id, retry.Read); err != nil {
			t.Fatal(err)
		}
		equal(t, "requests", requests, []string{"GET " + id + " 0", "GET " + id + " 503", "GET " + id + " 200"})
	})
}

func TestEndlessAnswer(t *testing.T) {
	letters := reader(func(p []byte) (int, error) {
		for i := range p {
			p[i] = 'a'
		}
		return len(p), nil
	})
	transport, requests := script(func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"x":"`), letters)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(body)}, nil
	})
	_, err := newClient(transport).Organization(org).Token(t.Context(), id, retry.Read)
	var broken *BrokenError
	if !errors.As(err, &broken) || broken.Reason != "an answer of more than 32 MiB" || *requests != 1 {
		t.Errorf("%d requests, %v", *requests, err)
	}
}

// TestConnection uses real connections, for TLS and proxies.
func TestConnection(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	proxy := func(status int) func(*http.Transport) {
		refuse := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
		refuses := httptest.NewServer(http.HandlerFunc(refuse))
		t.Cleanup(refuses.Close)
		at, _ := url.Parse(refuses.URL)
		return func(transport *http.Transport) { transport.Proxy = http.ProxyURL(at) }
	}
	// Any real port may be in use, so it is the dialer that refuses.
	refused := func(transport *http.Transport) {
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
	}
	isTLS := func(n *NetworkError, _ *Error) bool { return n != nil && n.TLS && !n.Sent }
	isNetwork := func(n *NetworkError, _ *Error) bool { return n != nil && !n.TLS && !n.Sent }
	isProxy := func(status int) func(*NetworkError, *Error) bool {
		return func(_ *NetworkError, s *Error) bool { return s != nil && s.Status == status && s.Proxy }
	}
	for _, tt := range []struct {
		name, url string
		set       func(*http.Transport)
		retryable bool
		check     func(network *NetworkError, status *Error) bool
	}{
		{"unknown certificate", secure.URL, nil, false, isTLS},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), nil, false, isTLS},
		{"connection refused", "http://astro.test", refused, true, isNetwork},
		{"proxy requires a password", "https://astro.test", proxy(407), false, isProxy(407)},
		{"proxy fails", "https://astro.test", proxy(503), true, isProxy(503)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			transport := newTransport()
			transport.Proxy = nil
			defer transport.CloseIdleConnections()
			if tt.set != nil {
				tt.set(transport)
			}
			client := New(Config{URL: tt.url, Token: bearer, Transport: transport})
			_, err := client.Organization(org).SetRoles(t.Context(), id, nil, time.Time{})
			var network *NetworkError
			var status *Error
			errors.As(err, &network)
			errors.As(err, &status)
			applied, retryable := maybeApplied(err), retry.IsRetryable(err)
			if !tt.check(network, status) || applied || retryable != tt.retryable {
				t.Errorf("maybe applied %t, retryable %t: %#v %v", applied, retryable, network, err)
			}
		})
	}
}
