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
	"net/http/httptrace"
	"net/url"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/retry"
)

const (
	root   = "https://astro.test/v1"
	bearer = "eyJhbGciOi.eyJwZXJtaXNz.c2lnbmF0dXJl"
	org    = "clorganization00000000001"
	id     = "cltoken000000000000000001"

	aToken = `{"id":"` + id + `","name":"CI","scope":"ORGANIZATION","updatedAt":"2026-08-01T00:00:00Z","roles":[` + memberRole + `]}`

	memberRole = `{"entityType":"ORGANIZATION","entityId":"` + org + `","role":"ORGANIZATION_MEMBER"}`
)

// server answers in memory. It tells the client, as a network does, that a connection was there.
type server func(r *http.Request) (*http.Response, error)

func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return s(r)
}

// unreachable is a server to which there is no connection.
type unreachable struct{ err error }

func (u unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, u.err }

func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

// script answers one request after the other, and the last of it for ever.
func script(steps ...server) (server, *int) {
	requests := 0
	return func(r *http.Request) (*http.Response, error) {
		step := steps[min(requests, len(steps)-1)]
		requests++
		return step(r)
	}, &requests
}

func says(status int, body string, headers ...string) server {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, headers...), nil }
}

func fails(err error) server {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// reader is a body of whose end one can say anything.
type reader func(p []byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }

// cutOff answers with a body that ends as the function says.
func cutOff(start string, end func(r *http.Request) error) server {
	return func(r *http.Request) (*http.Response, error) {
		rest := reader(func([]byte) (int, error) { return 0, end(r) })
		return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(start), rest))}, nil
	}
}

func newClient(transport http.RoundTripper) *Client {
	return New(Config{URL: root, Token: bearer, Version: "1.2.3", Transport: transport})
}

// timed runs f in virtual time, under a context that ends after budget.
func timed(t *testing.T, budget time.Duration, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), budget)
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

func TestRequests(t *testing.T) {
	page := func(key string) string { return `{"` + key + `":[],"totalCount":0}` }
	for _, tt := range []struct {
		name, answer string
		call         func(ctx context.Context, c *Client) error
		method, path string
		query        url.Values
		body         string
	}{
		{
			"Organizations", page("organizations"),
			func(ctx context.Context, c *Client) error { _, err := c.Organizations(ctx); return err },
			"GET", "/v1/organizations",
			url.Values{"limit": {"1000"}, "offset": {"0"}},
			"",
		},
		{
			"tokens of the Organization", page("tokens"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Tokens(ctx, false)
				return err
			},
			"GET", "/v1/organizations/" + org + "/tokens",
			url.Values{"limit": {"1000"}, "offset": {"0"}, "includeOnlyOrganizationTokens": {"true"}},
			"",
		},
		{
			"all tokens", page("tokens"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Tokens(ctx, true)
				return err
			},
			"GET", "/v1/organizations/" + org + "/tokens",
			url.Values{"limit": {"1000"}, "offset": {"0"}},
			"",
		},
		{
			"Workspaces", page("workspaces"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Workspaces(ctx, []string{"a&b", "c d"}, []string{"e"})
				return err
			},
			"GET", "/v1/organizations/" + org + "/workspaces",
			url.Values{"limit": {"1000"}, "offset": {"0"}, "names": {"a&b", "c d"}, "workspaceIds": {"e"}},
			"",
		},
		{
			"one token", aToken,
			func(ctx context.Context, c *Client) error { _, err := c.Organization(org).Token(ctx, id); return err },
			"GET", "/v1/organizations/" + org + "/tokens/" + id,
			url.Values{},
			"",
		},
		{
			"roles", "{}",
			func(ctx context.Context, c *Client) error {
				entries := entriesOf(t, `[ {"entityType":"X", "a" : "<&>é\u00e9", "n":12345678901234567890.10},`+memberRole+`]`)
				_, err := c.Organization(org).SetRoles(ctx, id, append(entries, WorkspaceEntry("w1", "R")), time.Now().Add(time.Minute))
				return err
			},
			"POST", "/v1/organizations/" + org + "/tokens/" + id + "/roles",
			url.Values{},
			`{"roles":[{"entityType":"X", "a" : "<&>é\u00e9", "n":12345678901234567890.10},` + memberRole + `,{"entityType":"WORKSPACE","entityId":"w1","role":"R"}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got *http.Request
			var body []byte
			client := newClient(server(func(r *http.Request) (*http.Response, error) {
				got = r
				body, _ = io.ReadAll(r.Body)
				return answer(200, tt.answer), nil
			}))
			if err := tt.call(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			equal(t, "request", got.Method+" "+got.URL.Path, tt.method+" "+tt.path)
			equal(t, "query", got.URL.Query(), tt.query)
			equal(t, "body", string(body), tt.body)
			want := http.Header{
				"Authorization": {"Bearer " + bearer}, "Accept": {"application/json"}, "X-Api-Version": {"1.0"}, "User-Agent": {"astro-workspace-grant/1.2.3"},
				"X-Astro-Client-Identifier": {"astro-workspace-grant"}, "X-Astro-Client-Version": {"1.2.3"},
			}
			if tt.method == "POST" {
				want.Set("Content-Type", "application/json")
			}
			equal(t, "headers", got.Header, want)
		})
	}
}

func TestNoPathButOfIDs(t *testing.T) {
	client := newClient(fails(errors.New("a request left")))
	for _, bad := range []string{"", "..", "a/b", "a?b", "a%2fb", "a b", "é", "a\n"} {
		_, err := client.Organization(org).Token(t.Context(), bad)
		if err == nil || !strings.Contains(err.Error(), "is no ID") {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := client.Organization(bad).SetRoles(t.Context(), id, nil, time.Time{}); err == nil || !strings.Contains(err.Error(), "is no ID") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

var errReset = &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}

// What a read does after a first answer, and a write after the same.
func TestTries(t *testing.T) {
	type test struct {
		name      string
		first     server
		again     bool // a read is tried again
		maybeDone bool // a write may have taken effect
	}
	tests := []test{
		{"success", says(200, aToken), false, false},
		{"reset", fails(errReset), true, true},
		{"no answer", hangs, true, true},
		{"no JSON", says(200, "<html>"), true, true},
		{"empty", says(200, ""), true, true},
		{"cut off", cutOff(aToken[:30], func(*http.Request) error { return io.ErrUnexpectedEOF }), true, true},
		{"reset inside", cutOff(aToken[:30], func(*http.Request) error { return errReset }), true, true},
		{"hangs inside", cutOff(aToken[:30], func(r *http.Request) error { <-r.Context().Done(); return r.Context().Err() }), true, true},
	}
	for _, code := range []int{408, 409, 425, 429} {
		tests = append(tests, test{fmt.Sprint(code), says(code, ""), true, false})
	}
	for _, code := range []int{500, 502, 503, 504, 520} {
		tests = append(tests, test{fmt.Sprint(code), says(code, "<html>"), true, true})
	}
	for _, code := range []int{300, 302, 307, 400, 401, 403, 404, 407, 410, 422, 501, 505} {
		tests = append(tests, test{fmt.Sprint(code), says(code, "", "Location", "https://elsewhere.test"), false, false})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
				transport, requests := script(tt.first, says(200, aToken))
				_, err := newClient(transport).Organization(org).Token(ctx, id)
				succeeds := tt.again || tt.name == "success"
				if (err == nil) != succeeds || (*requests == 2) != tt.again {
					t.Errorf("read: %d requests, %v", *requests, err)
				}

				transport, requests = script(tt.first, says(200, "{}"))
				_, err = newClient(transport).Organization(org).SetRoles(ctx, id, nil, time.Now())
				if (err == nil) != (tt.name == "success") || *requests != 1 {
					t.Errorf("write: %d requests, %v", *requests, err)
				}
				if MaybeDone(err) != tt.maybeDone || retry.Worth(err) != tt.again {
					t.Errorf("write: maybe done %v, worth another try %v: %v", MaybeDone(err), retry.Worth(err), err)
				}
			})
		})
	}
}

func TestEachRequestHasItsLimit(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(hangs, cutOff("{", func(r *http.Request) error { <-r.Context().Done(); return r.Context().Err() }), says(200, aToken))
		client := newClient(transport)
		var told []retry.Wait
		client.config.Retrying = func(what string, w retry.Wait) {
			equal(t, "what failed", what, "reading the API token")
			told = append(told, w)
		}
		start := time.Now()
		token, err := client.Organization(org).Token(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "tries that failed", len(told), 2)
		for _, w := range told {
			equal(t, "reason", w.Err.Error(), "no answer within 10s")
		}
		within(t, "two tries that hang", time.Since(start)-told[0].For-told[1].For, 20*time.Second, 20*time.Second)
		equal(t, "time of the request that succeeded", token.Sent, time.Now())
	})
}

func TestSentAndAnswered(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		client := newClient(server(func(*http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return answer(200, aToken), nil
		}))
		start := time.Now()
		token, err := client.Organization(org).Token(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "sent", token.Sent, start)
		equal(t, "answered", token.Answered, start.Add(3*time.Second))
	})
}

func TestUnknownHost(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		dns := &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "astro.test", IsNotFound: true}}
		start := time.Now()
		_, err := newClient(unreachable{dns}).Organization(org).Token(ctx, id)
		var network *NetworkError
		if !errors.As(err, &network) || !network.UnknownHost || network.Sent || retry.Worth(err) {
			t.Fatalf("got %#v", err)
		}
		within(t, "giving up", time.Since(start), 10*time.Second, 33*time.Second)
	})
}

func TestUnknownHostIsForgottenOnceItIsKnown(t *testing.T) {
	timed(t, time.Hour, func(t *testing.T, ctx context.Context) {
		dns := fails(&net.DNSError{Err: "no such host", IsNotFound: true})
		transport, requests := script(dns, says(200, aToken), dns, says(200, aToken))
		organization := newClient(transport).Organization(org)
		for range 2 {
			if _, err := organization.Token(ctx, id); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
		equal(t, "requests", *requests, 4)
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	transport, requests := script(says(307, "", "Location", "https://elsewhere.test/?"+bearer), says(200, aToken))
	_, err := newClient(transport).Organization(org).Token(t.Context(), id)
	var status *Error
	if !errors.As(err, &status) || status.Status != 307 || status.Location != "https://elsewhere.test/?***" || *requests != 1 {
		t.Errorf("%d requests, %#v", *requests, status)
	}
}

func TestRetryAfterIsHeeded(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(says(503, "", "Retry-After", "20"), says(200, aToken))
		start := time.Now()
		if _, err := newClient(transport).Organization(org).Token(ctx, id); err != nil {
			t.Fatal(err)
		}
		within(t, "a read", time.Since(start), 20*time.Second, 21*time.Second)

		transport, requests := script(says(503, "", "Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)))
		start = time.Now()
		_, err := newClient(transport).Organization(org).Token(ctx, id)
		var exhausted *retry.ExhaustedError
		if !errors.As(err, &exhausted) || exhausted.Asked < 59*time.Minute || *requests != 1 || time.Since(start) != 0 {
			t.Errorf("after %v and %d requests: %v", time.Since(start), *requests, err)
		}
	})
}

func TestTooManyHoldsAllBack(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		var mu sync.Mutex
		var times []time.Duration
		client := newClient(server(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, time.Since(start))
			if len(times) == 1 {
				return answer(429, "", "Retry-After", "5"), nil
			}
			return answer(200, aToken), nil
		}))
		// Each leaves a tenth of a second after the one before.
		var drawn atomic.Int64
		client.gate.Random = func() float64 { return float64(drawn.Add(1)%10) / 10 }
		var readers sync.WaitGroup
		for i := range 6 {
			readers.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				if _, err := client.Organization(org).Token(ctx, id); err != nil {
					t.Error(err)
				}
			})
		}
		readers.Wait()
		if len(times) != 7 || times[1] < 5*time.Second {
			t.Errorf("requests left at %v", times)
		}
		if spread := times[6] - times[1]; spread < 400*time.Millisecond {
			t.Errorf("the held back left within %v", spread)
		}
		_, err := client.Organization(org).SetRoles(ctx, id, nil, time.Now())
		equal(t, "a write after it", err, nil)
	})
}

func TestTooLate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before time.Duration // from now
		busy   bool          // ten requests hang
		closed bool          // the gate
		want   error
	}{
		{"in time", 0, false, false, nil},
		{"too late already", -time.Nanosecond, false, false, ErrTooLate},
		{"no slot in time", 5 * time.Second, true, false, ErrTooLate},
		{"a slot in time", 15 * time.Second, true, false, nil},
		{"held back too long", 5 * time.Second, false, true, ErrTooLate},
		{"held back not too long", 20 * time.Second, false, true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				writes, readers, held := 0, 0, false
				if tt.busy {
					readers = atOnce
				}
				if tt.closed {
					readers = 1
				}
				client := newClient(server(func(r *http.Request) (*http.Response, error) {
					switch {
					case r.Method == "POST":
						writes++
						return answer(200, "{}"), nil
					case tt.closed && !held:
						held = true
						return answer(429, "", "Retry-After", "10"), nil
					}
					return hangs(r)
				}))
				organization := client.Organization(org)
				others, cancel := context.WithCancel(ctx)
				for range readers {
					go func() { _, _ = organization.Token(others, id) }()
				}
				synctest.Wait()
				_, err := organization.SetRoles(ctx, id, nil, time.Now().Add(tt.before))
				if !errors.Is(err, tt.want) || (writes == 1) != (tt.want == nil) || MaybeDone(err) {
					t.Errorf("%d writes, %v", writes, err)
				}
				cancel()
			})
		})
	}
}

func TestMaybeDone(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"success", nil, false},
		{"sent and lost", &NetworkError{Sent: true, Err: errReset}, true},
		{"not sent", &NetworkError{Err: errReset}, false},
		{"broken", &BrokenError{}, true},
		{"500", &Error{Status: 500}, true},
		{"501", &Error{Status: 501}, false},
		{"429", &Error{Status: 429}, false},
		{"400", &Error{Status: 400}, false},
		{"503 of the proxy on the way", &Error{Status: 503, Proxy: true}, false},
		{"wrapped", &OpError{Err: retry.Again(&Error{Status: 503}, 0)}, true},
		{"the context's", context.Canceled, false},
		{"too late", ErrTooLate, false},
	} {
		t.Run(tt.name, func(t *testing.T) { equal(t, "maybe done", MaybeDone(tt.err), tt.want) })
	}
}

func TestCancel(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := newClient(server(hangs)).Organization(org).SetRoles(ctx, id, nil, time.Time{})
		if !errors.Is(err, context.Canceled) || !MaybeDone(err) || time.Since(start) != time.Second {
			t.Errorf("a write, after %v: %v", time.Since(start), err)
		}
		_, err = newClient(server(hangs)).Organization(org).Token(ctx, id)
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("a read, after %v: %v", time.Since(start), err)
		}
	})
}

func TestRequestedIsTold(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		transport, _ := script(fails(errReset), says(503, ""), says(200, aToken))
		client := newClient(transport)
		var told []string
		client.config.Requested = func(method, path string, status int, _ time.Duration) {
			told = append(told, fmt.Sprint(method, " ", strings.TrimPrefix(path, "/v1/organizations/"+org), " ", status))
		}
		if _, err := client.Organization(org).Token(ctx, id); err != nil {
			t.Fatal(err)
		}
		equal(t, "told", told, []string{"GET /tokens/" + id + " 0", "GET /tokens/" + id + " 503", "GET /tokens/" + id + " 200"})
	})
}

func TestAnswerOfNoEnd(t *testing.T) {
	letters := reader(func(p []byte) (int, error) {
		for i := range p {
			p[i] = 'a'
		}
		return len(p), nil
	})
	transport, requests := script(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"x":"`), letters))}, nil
	})
	_, err := newClient(transport).Organization(org).Token(t.Context(), id)
	var broken *BrokenError
	if !errors.As(err, &broken) || broken.Reason != "an answer of more than 32 MiB" || *requests != 1 {
		t.Errorf("%d requests, %v", *requests, err)
	}
}

// Over a real connection, as only that has TLS and proxies.
func TestConnection(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	proxy := func(status int) func(*http.Transport) {
		refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(refuses.Close)
		at, _ := url.Parse(refuses.URL)
		return func(transport *http.Transport) { transport.Proxy = http.ProxyURL(at) }
	}
	// Whatever port a test gives as nobody's, somebody may listen there: it is the dialer that refuses.
	refused := func(transport *http.Transport) {
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
	}
	for _, tt := range []struct {
		name, url string
		set       func(*http.Transport)
		again     bool
		check     func(network *NetworkError, status *Error) bool
	}{
		{"certificate that nobody knows", secure.URL, nil, false, func(n *NetworkError, _ *Error) bool { return n != nil && n.TLS && !n.Sent }},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), nil, false, func(n *NetworkError, _ *Error) bool { return n != nil && n.TLS && !n.Sent }},
		{"nobody there", "http://astro.test", refused, true, func(n *NetworkError, _ *Error) bool { return n != nil && !n.TLS && !n.Sent }},
		{"proxy wants a password", "https://astro.test", proxy(407), false, func(_ *NetworkError, s *Error) bool { return s != nil && s.Status == 407 && s.Proxy }},
		{"proxy is not well", "https://astro.test", proxy(503), true, func(_ *NetworkError, s *Error) bool { return s != nil && s.Status == 503 && s.Proxy }},
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
			if !tt.check(network, status) || MaybeDone(err) || retry.Worth(err) != tt.again {
				t.Errorf("maybe done %v, worth another try %v: %#v %v", MaybeDone(err), retry.Worth(err), network, err)
			}
		})
	}
}

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		name               string
		total, size        int
		requests, together int
	}{
		{"none", 0, 10, 1, 1},
		{"one page", 7, 10, 1, 1},
		{"one full page", 10, 10, 1, 1},
		{"two pages", 11, 10, 2, 1},
		{"ten pages", 100, 10, 10, 9},
		{"many pages", 247, 10, 25, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				list := newList(tt.total, tt.size)
				all, err := newClient(server(list.serve)).Organization(org).Tokens(ctx, false)
				if err != nil {
					t.Fatal(err)
				}
				want := []Named{}
				for i := range tt.total {
					want = append(want, Named{ID: fmt.Sprint(i), Name: fmt.Sprint("n", i)})
				}
				equal(t, "tokens", all, want)
				equal(t, "requests", list.requests, tt.requests)
				equal(t, "at most at once", list.most, tt.together)
				equal(t, "during the first", list.duringFirst, 1)
			})
		})
	}
}

// pager serves a list, page by page, each in a second.
type pager struct {
	sync.Mutex
	total, size, requests, most, now, duringFirst int
	fail                                          map[int]server // by offset
}

func newList(total, size int) *pager { return &pager{total: total, size: size} }

func (l *pager) serve(r *http.Request) (*http.Response, error) {
	l.enter()
	ended := retry.Sleep(r.Context(), time.Second)
	l.Lock()
	defer l.Unlock()
	if l.requests == 1 {
		l.duringFirst = l.most
	}
	l.now--
	if ended != nil {
		return nil, ended
	}
	var offset int
	_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &offset)
	if fail := l.fail[offset]; fail != nil {
		return fail(r)
	}
	var items []string
	for i := offset; i < min(offset+l.size, l.total); i++ {
		items = append(items, fmt.Sprintf(`{"more":{"x":[1]},"id":"%d","name":"n%d"}`, i, i))
	}
	return answer(200, fmt.Sprintf(`{"limit":%d,"totalCount":%d,"tokens":[%s],"offset":%d}`, l.size, l.total, strings.Join(items, ","), offset)), nil
}

func (l *pager) enter() {
	l.Lock()
	defer l.Unlock()
	l.requests++
	l.now++
	l.most = max(l.most, l.now)
}

func TestTwoListsShareTheirSlots(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(300, 10)
		organization := newClient(server(list.serve)).Organization(org)
		var lists sync.WaitGroup
		for range 2 {
			lists.Go(func() {
				if _, err := organization.Tokens(ctx, false); err != nil {
					t.Error(err)
				}
			})
		}
		lists.Wait()
		equal(t, "at most at once", list.most, 10)
	})
}

func TestAFailedPageEndsTheList(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(1000, 10)
		list.fail = map[int]server{50: says(403, `{"message":"no"}`)}
		start := time.Now()
		_, err := newClient(server(list.serve)).Organization(org).Tokens(ctx, false)
		var status *Error
		if !errors.As(err, &status) || status.Status != 403 {
			t.Errorf("got %v", err)
		}
		within(t, "the list", time.Since(start), 2*time.Second, 2*time.Second)
		// Others whose answer came in the same moment may have gone on.
		if list.requests > 20 {
			t.Errorf("%d requests", list.requests)
		}
	})
}

func TestAPageIsTriedAgain(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(30, 10)
		broken := true
		list.fail = map[int]server{20: func(r *http.Request) (*http.Response, error) {
			if broken {
				broken = false
				return answer(502, "<html>"), nil
			}
			delete(list.fail, 20)
			return nil, errReset
		}}
		all, err := newClient(server(list.serve)).Organization(org).Tokens(ctx, false)
		equal(t, "error", err, nil)
		equal(t, "tokens", len(all), 30)
		equal(t, "requests", list.requests, 5)
	})
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       Error
		text       string
	}{
		{"of the API", `{"message":"No.","requestId":"r1","statusCode":403}`, Error{Message: "No.", RequestID: "r1"}, "403 Forbidden: No."},
		{"with fields", `{"message":"No.","fieldErrors":[{"a":"b"}]}`, Error{Message: `No. [{"a":"b"}]`}, `403 Forbidden: No. [{"a":"b"}]`},
		{"of a proxy", `<html>403</html>`, Error{}, "403 Forbidden"},
		{"empty", ``, Error{}, "403 Forbidden"},
		{"echo", `{"message":"Bearer ` + bearer + `","requestId":"` + bearer + `","fieldErrors":"` + bearer + `"}`, Error{Message: `Bearer *** ***`, RequestID: "***"}, `403 Forbidden: Bearer *** ***`},
		{"echo where it is cut", `{"message":"` + strings.Repeat("x", 990) + bearer + `"}`, Error{Message: strings.Repeat("x", 990) + "***"}, "403 Forbidden: " + strings.Repeat("x", 990) + "***"},
		{"long", `{"message":"` + strings.Repeat("é", 1001) + `","requestId":"` + strings.Repeat("é", 101) + `"}`, Error{Message: strings.Repeat("é", 1000) + "…", RequestID: strings.Repeat("é", 100) + "…"}, "403 Forbidden: " + strings.Repeat("é", 1000) + "…"},
		{"message of another type", `{"message":["No."],"requestId":"r1"}`, Error{Message: `["No."]`, RequestID: "r1"}, `403 Forbidden: ["No."]`},
		{"ID of another type", `{"message":"No.","requestId":5,"fieldErrors":{"a":null}}`, Error{Message: `No. {"a":null}`, RequestID: "5"}, `403 Forbidden: No. {"a":null}`},
		{"nothing in it", `{"message":null,"requestId":null,"fieldErrors":null}`, Error{}, "403 Forbidden"},
		{"a string", `"No."`, Error{}, "403 Forbidden"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Status = 403
			var got *Error
			_, err := newClient(says(403, tt.body)).Organizations(t.Context())
			if !errors.As(err, &got) {
				t.Fatal(err)
			}
			equal(t, "error", *got, tt.want)
			equal(t, "text", err.Error(), "reading the Organizations: "+tt.text)
		})
	}
}

func TestEchoInASuccess(t *testing.T) {
	client := newClient(says(200, `{"tokens":[{"id":"`+bearer+`","name":"a`+bearer+`","scope":"`+bearer+`"}],"totalCount":1}`))
	all, err := client.Organization(org).Tokens(t.Context(), false)
	equal(t, "error", err, nil)
	equal(t, "tokens", all, []Named{{ID: "***", Name: "a***", Scope: "***"}})

	entry := `{"entityType":"WORKSPACE","entityId":"w1","role":"` + bearer + `"}`
	client = newClient(says(200, strings.Replace(strings.Replace(aToken, "CI", bearer, 1), "[", "["+entry+",", 1)))
	token, err := client.Organization(org).Token(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "name", token.Name, "***")
	equal(t, "role", token.Roles[0].Role, "***")
	equal(t, "bytes to send back", string(token.Roles[0].raw), entry)
}

func TestURLStaysOutOfErrors(t *testing.T) {
	timed(t, 3*time.Second, func(t *testing.T, ctx context.Context) {
		_, err := newClient(fails(errReset)).Organization(org).Workspaces(ctx, []string{"hostile name"}, nil)
		if err == nil || strings.Contains(err.Error(), "hostile") || strings.Contains(err.Error(), root) {
			t.Errorf("got %v", err)
		}
	})
}

func TestEach(t *testing.T) {
	seen := map[int]bool{}
	var mu sync.Mutex
	err := each(t.Context(), 25, func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		seen[i] = true
		return nil
	})
	equal(t, "error", err, nil)
	equal(t, "calls", len(seen), 25)
	equal(t, "no call", each(t.Context(), 0, nil), nil)
}
