package astro

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"astro-workspace-grant/internal/retry"
)

// ErrTooLate is returned for a write that could not leave in time and was not sent.
var ErrTooLate = errors.New("the write could not leave in time")

// OpError says what was being done when an error came. All errors of the calls are wrapped in one.
type OpError struct {
	Doing string // as "reading the API token"
	Err   error
}

func (e *OpError) Error() string { return e.Doing + ": " + e.Err.Error() }

func (e *OpError) Unwrap() error { return e.Err }

// Error is an answer that is no success: of the API, or of a proxy in front of it.
type Error struct {
	Status    int    // of HTTP
	Message   string // the API's own, the API token taken out; empty where the answer was not the API's
	RequestID string // the API's, for its support; may be empty
	Location  string // where a redirect leads
	Proxy     bool   // the answer came from the proxy that the environment names

	asked time.Duration
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// TooMany reports whether the answer was "too many requests".
func (e *Error) TooMany() bool { return e.Status == http.StatusTooManyRequests }

// NetworkError tells that no whole answer came.
type NetworkError struct {
	Sent        bool // the request may have reached the server
	TLS         bool // the two ends do not agree on TLS, or the certificate is not trusted
	UnknownHost bool // no address is known for the host name
	Err         error
}

func (e *NetworkError) Error() string { return e.Err.Error() }

func (e *NetworkError) Unwrap() error { return e.Err }

// BrokenError is an answer that is not what the API promises.
type BrokenError struct{ Reason string }

func (e *BrokenError) Error() string { return "not a valid answer: " + e.Reason }

// MaybeDone reports whether a write that failed with err may have taken effect: its answer was lost, could not be
// read, or came from a server that failed underway. Any answer that is not worth another try is a refusal.
func MaybeDone(err error) bool {
	var status *Error
	if errors.As(err, &status) {
		return status.Status >= 500 && retry.Status(status.Status) && !status.Proxy
	}
	var network *NetworkError
	if errors.As(err, &network) {
		return network.Sent
	}
	var broken *BrokenError
	return errors.As(err, &broken)
}

func (c *Client) statusError(answer *http.Response) error {
	result := &Error{Status: answer.StatusCode, Location: c.redact(answer.Header.Get("Location")), asked: asked(answer)}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	var told map[string]any
	if json.Unmarshal(body, &told) == nil {
		result.Message = c.redact(inWords(told["message"]))
		result.RequestID = cut(c.redact(inWords(told["requestId"])), 100)
		if fields := inWords(told["fieldErrors"]); fields != "" {
			result.Message += " " + c.redact(fields)
		}
		result.Message = cut(result.Message, 1000)
	}
	if retry.Status(answer.StatusCode) {
		return retry.Again(result, result.asked)
	}
	return result
}

// inWords returns a string as it is, and anything else as JSON: what an error says of itself has any type.
func inWords(value any) string {
	if text, ok := value.(string); ok || value == nil {
		return text
	}
	text, _ := json.Marshal(value) // it was decoded from JSON
	return string(text)
}

// redact takes the API token out of what a server says, before anything cuts the text: half a secret is one too.
func (c *Client) redact(s string) string {
	return strings.ReplaceAll(s, c.config.Token, "***")
}

func (c *Client) redactNamed(n *Named) {
	n.ID, n.Name, n.Scope = c.redact(n.ID), c.redact(n.Name), c.redact(n.Scope)
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

func asked(answer *http.Response) time.Duration {
	return retry.After(answer.Header.Get("Retry-After"), time.Now())
}

func (c *Client) networkError(caller context.Context, err error, sent bool) error {
	if caller.Err() != nil {
		return &NetworkError{Sent: sent, Err: caller.Err()}
	}
	var proxy *Error
	if errors.As(err, &proxy) {
		if retry.Status(proxy.Status) {
			return retry.Again(proxy, proxy.asked)
		}
		return proxy
	}
	result := &NetworkError{Sent: sent, Err: unwrapURL(err)}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		result.Err = fmt.Errorf("no answer within %v", requestLimit)
	case retry.Untrusted(err):
		result.TLS = true
		result.Sent = false
		return result
	case isUnknownHost(err):
		result.UnknownHost = true
		if c.unknownFor() > unknownHostLimit {
			return result
		}
	}
	return retry.Again(result, 0)
}

// unwrapURL drops the URL from an error of net/http: the names in its query are untrusted, and whoever reads the error knows what was asked.
func unwrapURL(err error) error {
	var inURL *url.Error
	if errors.As(err, &inURL) {
		return inURL.Err
	}
	return err
}

func isUnknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// unknownFor returns how long the host name has been unknown.
func (c *Client) unknownFor() time.Duration {
	c.unknownHost.Lock()
	defer c.unknownHost.Unlock()
	if c.unknownHost.since.IsZero() {
		c.unknownHost.since = time.Now()
	}
	return time.Since(c.unknownHost.since)
}

func (c *Client) knownHost() {
	c.unknownHost.Lock()
	defer c.unknownHost.Unlock()
	c.unknownHost.since = time.Time{}
}

// oneOrganizationRole reports whether exactly one entry is the Organization's own.
func oneOrganizationRole(entries []Entry) bool {
	isOrganization := func(e Entry) bool { return e.EntityType == "ORGANIZATION" }
	first := slices.IndexFunc(entries, isOrganization)
	return first >= 0 && !slices.ContainsFunc(entries[first+1:], isOrganization)
}
