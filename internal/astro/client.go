// Package astro is a client of the Astro API v1, as far as a grant needs it: four reads and one write, typed and paged.
// Reads are retried until the context's deadline. The write is attempted once, as its caller must read again first.
//
// Errors are an [Error] (the API answered with a failure), a [NetworkError] (there was no complete answer) or a
// [BrokenError] (the answer is not what the API promises), wrapped in an [OpError].
package astro

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

const (
	// requestTimeout is the limit for one request, so that a server that hangs costs one attempt.
	requestTimeout = 10 * time.Second
	// maxInFlight is how many requests may be in flight: the lowest documented limit is 10 GETs a second.
	maxInFlight = 10
	// maxBody is the limit for an answer. A page of 1,000 tokens takes half a MiB; a token with 10,000 roles takes one.
	maxBody = 32 << 20
	// unknownHostTimeout is how long a host name may be unknown. A container's network can start late; a typo remains.
	unknownHostTimeout = 10 * time.Second

	identifier = "astro-workspace-grant"
)

// IsID reports whether s is a valid ID that can be part of a path: letters, digits, "-" and "_".
func IsID(s string) bool {
	other := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_')
	}
	return s != "" && !strings.ContainsFunc(s, other)
}

// Config configures a [Client].
type Config struct {
	URL       string            // the API's root, such as https://api.astronomer.io/v1
	Token     string            // the API token that makes the requests
	Version   string            // of this program
	Transport http.RoundTripper // nil: one that respects the proxy variables
	Pacing    Pacing

	// Retrying is called before each wait for another attempt.
	Retrying func(doing string, w retry.Wait)
	// Requested is called after each request; status is 0 if there was no answer.
	Requested func(method, path string, status int, took time.Duration)
}

// Client is a client of the Astro API. It is safe for concurrent use.
type Client struct {
	config  Config
	http    *http.Client
	limiter *retry.Limiter

	buffers buffers

	unknownHost struct {
		sync.Mutex
		since time.Time
	}
}

// New returns a Client. It sends nothing.
func New(config Config) *Client {
	transport := config.Transport
	if transport == nil {
		transport = newTransport()
	}
	return &Client{
		config: config,
		http: &http.Client{
			Transport: transport,
			// Redirects are not followed: they would take the API token to another address.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		limiter: retry.NewLimiter(config.Pacing.limits()),
	}
}

func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = maxInFlight
	refuse := func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode == http.StatusOK {
			return nil
		}
		return &Error{
			Status: answer.StatusCode, Message: "the proxy refused the connection", Proxy: true, asked: asked(answer),
		}
	}
	transport.OnProxyConnectResponse = refuse
	return transport
}

// Limiter returns the limiter that all requests pass.
func (c *Client) Limiter() *retry.Limiter { return c.limiter }

// request is a request to the API.
type request struct {
	method string
	path   []string // IDs and constants
	query  url.Values
	body   []byte
	kind   retry.Kind
	before time.Time // the time after which it must not be sent; zero: none
}

// read sends a GET until it succeeds and decode accepts its body, or no further attempt fits. It returns when the
// successful request was sent.
func (c *Client) read(ctx context.Context, doing string, r request, decode func(io.Reader) error) (time.Time, error) {
	notify := func(w retry.Wait) {
		if c.config.Retrying != nil {
			c.config.Retrying(doing, w)
		}
	}
	backoff := retry.NewBackoff(retry.Config{Limiter: c.limiter, Notify: notify})
	var broken brokenAnswers
	sent, err := retry.Do(ctx, backoff, func(ctx context.Context) (time.Time, error) {
		sent, err := c.once(ctx, r, decode)
		return sent, broken.check(err)
	})
	if err != nil {
		return sent, &OpError{Doing: doing, Err: err}
	}
	return sent, nil
}

// once sends one request when the limiter permits it. It returns when the request was sent.
func (c *Client) once(ctx context.Context, r request, decode func(io.Reader) error) (time.Time, error) {
	target, err := c.target(r)
	if err != nil {
		return time.Time{}, err
	}
	release, err := c.limiter.Acquire(ctx, r.kind)
	if err != nil {
		return time.Time{}, err
	}
	defer release()
	sent := time.Now()
	if !r.before.IsZero() && sent.After(r.before) {
		return time.Time{}, grant.ErrTooLate
	}
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return sent, c.exchange(ctx, limited, r, target, decode)
}

func (c *Client) target(r request) (string, error) {
	target := c.config.URL
	for _, part := range r.path {
		// An ID comes from an input, a claim or an answer: ".." in it would lead elsewhere.
		if !IsID(part) {
			return "", fmt.Errorf("%q is not a valid ID", part)
		}
		target += "/" + part
	}
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	return target, nil
}
