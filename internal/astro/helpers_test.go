package astro

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/grant"
)

const (
	root   = "https://astro.test/v1"
	bearer = "eyJhbGciOi.eyJwZXJtaXNz.c2lnbmF0dXJl"
	org    = "clorganization00000000001"
	id     = "cltoken000000000000000001"

	aToken = `{"id":"` + id + `","name":"CI","scope":"ORGANIZATION","updatedAt":"2026-08-01T00:00:00Z",` +
		`"roles":[` + memberRole + `]}`

	memberRole = `{"entityType":"ORGANIZATION","entityId":"` + org + `","role":"ORGANIZATION_MEMBER"}`
)

// server answers in memory. Like a network, it reports to the client that there was a connection.
type server func(r *http.Request) (*http.Response, error)

func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return s(r)
}

// unreachable is a server that no connection reaches.
type unreachable struct{ err error }

func (u unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, u.err }

func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

// script answers one request per step, and further ones by the last step. It counts the requests.
func script(steps ...server) (server, *int) {
	requests := 0
	return func(r *http.Request) (*http.Response, error) {
		step := steps[min(requests, len(steps)-1)]
		requests++
		return step(r)
	}, &requests
}

func answers(status int, body string, headers ...string) server {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, headers...), nil }
}

func fails(err error) server {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// untilDone is the end of a body that comes no sooner than the end of the request's context.
func untilDone(r *http.Request) error {
	<-r.Context().Done()
	return r.Context().Err()
}

// reader is a body that does anything when it is read.
type reader func(p []byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }

// cutOff answers with a body that ends with an error.
func cutOff(start string, end func(r *http.Request) error) server {
	return func(r *http.Request) (*http.Response, error) {
		rest := reader(func([]byte) (int, error) { return 0, end(r) })
		return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(start), rest))}, nil
	}
}

func newClient(transport http.RoundTripper) *Client {
	return New(Config{URL: root, Token: bearer, Version: "1.2.3", Transport: transport})
}

// timed runs f in virtual time, with a context that ends after timeout.
func timed(t *testing.T, timeout time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		f(t, ctx)
	})
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func within(t *testing.T, what string, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%s took %v, want %v to %v", what, got, least, most)
	}
}

func entriesOf(t *testing.T, roles string) []grant.Entry {
	t.Helper()
	var entries []grant.Entry
	if err := json.Unmarshal([]byte(roles), &entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

// echo replaces each "§" of the fuzzer with the API token.
func echo(s string) string { return strings.ReplaceAll(s, "§", bearer) }

func keepsSecret(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, bearer) {
			t.Errorf("contains the API token: %s", text)
		}
	}
}
