package astro

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// exchange sends one request and reads its answer. The caller's context distinguishes the timeout of this request from
// the end of the whole run.
func (c *Client) exchange(
	caller, limited context.Context, r request, target string, decode func(io.Reader) error,
) error {
	var sent atomic.Bool
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	request, err := http.NewRequestWithContext(limited, r.method, target, bytes.NewReader(r.body))
	if err != nil {
		return fmt.Errorf("making the request: %w", unwrapURL(err))
	}
	c.setHeaders(request, r.body != nil)

	start := time.Now()
	answer, err := c.http.Do(request)
	if err != nil {
		c.requested(request, 0, start)
		return c.networkError(caller, err, sent.Load())
	}
	defer answer.Body.Close()
	defer func() { c.requested(request, answer.StatusCode, start) }()
	c.hostIsKnown()

	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return c.statusError(answer)
	}
	return c.decode(caller, answer, decode)
}

func (c *Client) decode(caller context.Context, answer *http.Response, decode func(io.Reader) error) error {
	body := &body{reader: io.LimitReader(answer.Body, maxBody+1)}
	switch err := decode(body); {
	case err == nil:
		// The rest is read so that the connection can be used again.
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
		return nil
	case body.size > maxBody:
		return &BrokenError{Reason: fmt.Sprintf("an answer of more than %d MiB", maxBody>>20)}
	case body.err != nil:
		return c.networkError(caller, body.err, true)
	default:
		return c.broken(answer, body, err)
	}
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

// maxStart is how much of a body is kept to look at if it is not what was expected.
const maxStart = 8 << 10

// body distinguishes a body that was cut off from one that is not valid.
type body struct {
	reader io.Reader
	size   int64
	start  []byte
	err    error // what cut it off
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.reader.Read(p)
	b.size += int64(n)
	b.start = append(b.start, p[:min(n, maxStart-len(b.start))]...)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}
