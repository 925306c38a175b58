// Package astro speaks the Astro API v1 as far as a grant needs it: four reads and one write, typed, paged, each read
// retried until the context's time is up. The write is tried once: whoever makes it must read again first.
//
// Errors are an [Error] (an answer that is no success), a [NetworkError] (no whole answer) or a [BrokenError] (an
// answer that is not what the API promises), wrapped by what was being done.
package astro

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"astro-workspace-grant/internal/retry"
)

const (
	// requestLimit is what one request may take: a server that hangs costs one try.
	requestLimit = 10 * time.Second
	// atOnce bounds the requests under way: the documented limit is 10 GETs a second.
	atOnce = 10
	// bodyLimit bounds an answer. A page of 1,000 tokens takes half a MiB; a token with 10,000 roles takes one.
	bodyLimit = 32 << 20
	// unknownHostLimit is how long a host name may be unknown: a container's network can be late, a typing error stays.
	unknownHostLimit = 10 * time.Second

	identifier = "astro-workspace-grant"
)

// IsID reports whether s has the form of an ID that may go into a path: letters, digits, "-" and "_".
func IsID(s string) bool {
	other := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_')
	}
	return s != "" && !strings.ContainsFunc(s, other)
}

// Config is what a [Client] needs.
type Config struct {
	URL       string            // the API's root, as https://api.astronomer.io/v1
	Token     string            // the API token that makes the requests
	Version   string            // of this program, told to the API
	Transport http.RoundTripper // nil: one that heeds the proxy variables

	// Pace is asked before each read for its turn; nil: they are not paced.
	Pace func(ctx context.Context) error
	// Retrying is told before each wait for another try; what is what failed.
	Retrying func(what string, w retry.Wait)
	// Requested is told after each request; status is 0 where none came.
	Requested func(method, path string, status int, took time.Duration)
}

// Client asks the Astro API. It is safe for use by several goroutines; a "too many requests" holds all of them back.
type Client struct {
	config Config
	http   *http.Client
	slots  chan struct{}
	gate   retry.Gate

	unknownHost struct {
		sync.Mutex
		since time.Time
	}
}

// New returns a Client. It sends nothing yet.
func New(config Config) *Client {
	transport := config.Transport
	if transport == nil {
		transport = newTransport()
	}
	return &Client{
		config: config,
		http: &http.Client{
			Transport: transport,
			// A redirect would take the API token to where nobody said it should go.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		slots: make(chan struct{}, atOnce),
	}
}

func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = atOnce
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode == http.StatusOK {
			return nil
		}
		return &Error{Status: answer.StatusCode, Message: "the proxy refused the connection", Proxy: true, asked: asked(answer)}
	}
	return transport
}

// Gate is the gate that every request passes.
func (c *Client) Gate() *retry.Gate { return &c.gate }

// read makes a GET until it succeeds and decode takes its body, or there is no time for another try. It returns when the
// request left that succeeded.
func (c *Client) read(ctx context.Context, what string, path []string, query url.Values, decode func(io.Reader) error) (time.Time, error) {
	pauses := retry.NewPauses(retry.Config{Gate: &c.gate, Notify: c.notify(what)})
	sent, err := retry.Do(ctx, pauses, func(ctx context.Context) (time.Time, error) {
		return c.once(ctx, http.MethodGet, path, query, nil, time.Time{}, decode)
	})
	if err != nil {
		return sent, &OpError{Doing: what, Err: err}
	}
	return sent, nil
}

func (c *Client) notify(what string) func(retry.Wait) {
	return func(w retry.Wait) {
		if c.config.Retrying != nil {
			c.config.Retrying(what, w)
		}
	}
}

// once makes one request. It waits for its turn first; where that comes after before (unless that is zero), it sends
// nothing and returns [ErrTooLate]. It returns when the request left.
func (c *Client) once(ctx context.Context, method string, path []string, query url.Values, body []byte, before time.Time, decode func(io.Reader) error) (time.Time, error) {
	target, err := c.target(path, query)
	if err != nil {
		return time.Time{}, err
	}
	if err := c.waitForTurn(ctx, method); err != nil {
		return time.Time{}, err
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
	sent := time.Now()
	if !before.IsZero() && sent.After(before) {
		return time.Time{}, ErrTooLate
	}
	limited, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	return sent, c.exchange(ctx, limited, method, target, body, decode)
}

// waitForTurn waits until the gate is open and, of a paced read, for its turn. It comes before the slot: who waits here must not
// keep others from leaving.
func (c *Client) waitForTurn(ctx context.Context, method string) error {
	if c.config.Pace == nil || method != http.MethodGet {
		return c.gate.Pass(ctx)
	}
	return c.gate.Turn(ctx, c.config.Pace)
}

func (c *Client) target(path []string, query url.Values) (string, error) {
	target := c.config.URL
	for _, part := range path {
		// An ID comes from an input, a claim or an answer: ".." in it would lead elsewhere.
		if !IsID(part) {
			return "", fmt.Errorf("%q is no ID", part)
		}
		target += "/" + part
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target, nil
}

// exchange sends one request and reads its answer. The caller's context tells a limit on this request from the end of
// the whole run.
func (c *Client) exchange(caller, limited context.Context, method, target string, body []byte, decode func(io.Reader) error) error {
	var sent atomic.Bool
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	request, err := http.NewRequestWithContext(limited, method, target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request: %w", unwrapURL(err))
	}
	c.setHeaders(request, body != nil)

	start := time.Now()
	answer, err := c.http.Do(request)
	if err != nil {
		c.requested(request, 0, start)
		return c.networkError(caller, err, sent.Load())
	}
	defer answer.Body.Close()
	defer func() { c.requested(request, answer.StatusCode, start) }()
	c.knownHost()

	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return c.statusError(answer)
	}
	limitedBody := &countingReader{reader: io.LimitReader(answer.Body, bodyLimit+1)}
	if err := decode(limitedBody); err != nil {
		if limitedBody.count > bodyLimit {
			return &BrokenError{Reason: fmt.Sprintf("an answer of more than %d MiB", bodyLimit>>20)}
		}
		if limitedBody.err != nil {
			return c.networkError(caller, limitedBody.err, true)
		}
		return retry.Again(&BrokenError{Reason: err.Error()}, 0)
	}
	// What is left is read so that the connection serves again.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	return nil
}

func (c *Client) setHeaders(request *http.Request, hasBody bool) {
	header := request.Header
	header.Set("Authorization", "Bearer "+c.config.Token)
	header.Set("Accept", "application/json")
	header.Set("X-API-Version", "1.0")
	header.Set("User-Agent", identifier+"/"+c.config.Version)
	header.Set("x-astro-client-identifier", identifier)
	header.Set("x-astro-client-version", c.config.Version)
	if hasBody {
		header.Set("Content-Type", "application/json")
	}
}

func (c *Client) requested(request *http.Request, status int, start time.Time) {
	if c.config.Requested != nil {
		c.config.Requested(request.Method, request.URL.Path, status, time.Since(start))
	}
}

// countingReader tells a body that ended badly from one whose text is bad.
type countingReader struct {
	reader io.Reader
	count  int64
	err    error // what ended the body, unless its regular end
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.reader.Read(p)
	r.count += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
