package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestEchoedAPIToken has a server that returns the API token in every possible place. Every run checks that the token
// is not printed; this test also checks for parts of it and for the replacement.
func TestEchoedAPIToken(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 900) + " " + apiToken // long texts are shortened near this position
	echo := `{"message":"refused ` + apiToken + ` ` + long + `","requestId":"` + apiToken + `","fieldErrors":{"token":"` + apiToken + `"}}`
	// The host is never resolved, because redirects are not followed.
	redirect := sandbox.Fault{Status: 302, Header: http.Header{"Location": {"https://x.invalid/?t=" + apiToken}}}
	for _, tt := range []struct {
		name   string
		hook   hook
		inputs map[string]string
	}{
		{"in a final response", always(listTokens, sandbox.Fault{Status: 403, Body: echo}), with()},
		{"in a retried response", nth(1, readToken, sandbox.Fault{Status: 503, Body: echo}), with()},
		{"in a failed write", nth(1, writeRoles, sandbox.Fault{Status: 400, Body: echo}), with()},
		{"in a redirect", always(listTokens, redirect), with()},
		{"in a body that is not JSON", nth(1, listTokens, sandbox.Fault{Body: apiToken}), with()},
		{"in the names", nil, with("org-token-name", "", "org-token-id", "clechotoken00000000000001", "workspace", "clechoworkspace0000000001\nProduction")},
		{"in a similar name", nil, with("org-token-name", "Echoo")},
		{"in a scope", nil, with("org-token-name", "Scoped")},
		{"in ambiguous IDs", nil, with("org-token-name", "Twice")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, tt.hook)
			organizationRole := entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")
			w.AddToken(sandbox.Token{ID: "clechotoken00000000000001", Name: "Echo " + apiToken, Roles: []string{
				organizationRole, entry("WORKSPACE", production, apiToken),
			}})
			w.AddToken(sandbox.Token{ID: "clscopedtoken000000000001", Name: "Scoped", Scope: apiToken})
			w.AddToken(sandbox.Token{ID: "cltwicetoken0000000000001", Name: "Twice"})
			w.AddToken(sandbox.Token{ID: apiToken, Name: "Twice"})
			w.AddWorkspace("clechoworkspace0000000001", "Echo "+apiToken)
			r := run(t, w.root, tt.inputs, env("RUNNER_DEBUG", "1"))
			// Parts of it must not be printed either, as they would be in a shortened text.
			_, log, _ := strings.Cut(r.log, "\n")
			for _, part := range strings.Split(apiToken, ".")[1:] {
				lacks(t, "log and summary", log+r.summary, part[:20], part[len(part)-20:])
			}
			if strings.Contains(tt.name, "names") {
				r.is(t, "status", "granted", "token-name", "Echo ***", "workspace-name", "Echo ***\nProduction", "previous-role", "\n***")
			}
		})
	}
}

// TestEchoedInMalformedHTTP has a server that sends the API token in place of the HTTP status code.
func TestEchoedInMalformedHTTP(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				request, err := http.ReadRequest(bufio.NewReader(conn))
				if err == nil {
					fmt.Fprintf(conn, "HTTP/1.1 %s\r\n\r\n", strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer "))
				}
			}()
		}
	}()
	r := run(t, "http://"+listener.Addr().String(), with("timeout", shortTimeout))
	r.failed(t, "unavailable", "malformed HTTP")
	_, log, _ := strings.Cut(r.log, "\n")
	part := strings.Split(apiToken, ".")[2]
	lacks(t, "log and summary", log+r.summary, part[:20], part[len(part)-20:])
}

// TestRequestHeaders checks that the API token is only in the Authorization header of requests, and that other headers
// identify this program.
func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	run(t, w.root, with()).is(t, "status", "granted")
	for _, r := range w.Requests() {
		equal(t, "Authorization", r.Header.Get("Authorization"), "Bearer "+apiToken)
		equal(t, "X-API-Version", r.Header.Get("X-API-Version"), "1.0")
		equal(t, "x-astro-client-identifier", r.Header.Get("X-Astro-Client-Identifier"), "astro-workspace-grant")
		contains(t, "User-Agent", r.Header.Get("User-Agent"), "astro-workspace-grant/")
		rest := r.Header.Clone()
		rest.Del("Authorization")
		lacks(t, "the rest of the request", fmt.Sprint(r.Path, r.Query, r.Body, rest), apiToken)
	}
}
