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
	"strings"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// OpError wraps every error of a call and says what was being done.
type OpError struct {
	Doing string // such as "reading the API token"
	Err   error
}

func (e *OpError) Error() string { return e.Doing + ": " + e.Err.Error() }

func (e *OpError) Unwrap() error { return e.Err }

// Error is an answer with a status of failure, from the API or from a proxy in front of it.
type Error struct {
	Status    int    // of HTTP
	Message   string // the API's message without the API token; empty if the answer was not the API's
	RequestID string // the API's ID of the request, for Astronomer's support; may be empty
	Location  string // the target of a redirect
	Proxy     bool   // the answer came from the proxy that the environment names
	Foreign   bool   // the answer does not have the form of the API's errors: another server may have sent it

	asked time.Duration
}

func (e *Error) Error() string {
	text := StatusText(e.Status)
	if e.Message != "" && !strings.EqualFold(e.Message, http.StatusText(e.Status)) {
		text += ": " + e.Message
	}
	return text
}

// StatusText returns a status with its name, such as "404 Not Found".
func StatusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// TooMany reports whether the answer was "too many requests".
func (e *Error) TooMany() bool { return e.Status == http.StatusTooManyRequests }

// FromServer reports whether the server reported the error, as opposed to no answer.
func (e *Error) FromServer() bool { return true }

// MaybeApplied reports whether a write with this answer may have taken effect: only if the server failed meanwhile. Any
// other answer is a refusal.
func (e *Error) MaybeApplied() bool {
	return e.Status >= 500 && retry.IsRetryableStatus(e.Status) && !e.Proxy
}

// RefersToUnknown reports whether a write with this answer may have been refused as it refers to something that the API
// does not know.
func (e *Error) RefersToUnknown() bool {
	return (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound) && !e.Proxy
}

// NetworkError reports that there was no complete answer.
type NetworkError struct {
	Sent        bool // the request may have reached the server
	TLS         bool // the two ends do not agree on TLS, or the certificate is not trusted
	UnknownHost bool // the host name has no address
	Err         error
}

func (e *NetworkError) Error() string { return e.Err.Error() }

func (e *NetworkError) Unwrap() error { return e.Err }

// MaybeApplied reports whether a write with this error may have taken effect.
func (e *NetworkError) MaybeApplied() bool { return e.Sent }

// plainDecodeError replaces an error about Go types by one about JSON.
func plainDecodeError(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	kind, _, _ := strings.Cut(wrong.Value, " ") // of a number, its digits follow
	return fmt.Errorf("a JSON %s where another type is expected", kind)
}

func (c *Client) statusError(answer *http.Response) error {
	result := &Error{Status: answer.StatusCode, Location: c.redact(answer.Header.Get("Location")), asked: asked(answer)}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	var members map[string]any
	if json.Unmarshal(body, &members) == nil {
		_, hasID := members["requestId"]
		_, hasStatus := members["statusCode"]
		result.Foreign = !hasID && !hasStatus
		result.Message = c.redact(inWords(members["message"]))
		result.RequestID = cut(c.redact(inWords(members["requestId"])), 100)
		if fields := inWords(members["fieldErrors"]); fields != "" {
			result.Message += " " + c.redact(fields)
		}
		result.Message = cut(result.Message, 1000)
	} else {
		result.Foreign = true
		if title := c.title(string(body)); title != StatusText(result.Status) {
			result.Message = title
		}
	}
	if retry.IsRetryableStatus(answer.StatusCode) {
		return retry.Retryable(result, result.asked)
	}
	return result
}

// inWords returns a string as it is and anything else as JSON: the members of an error can have any type.
func inWords(value any) string {
	if text, ok := value.(string); ok || value == nil {
		return text
	}
	text, _ := json.Marshal(value) // it was decoded from JSON
	return string(text)
}

// redact removes the API token from text of the server. This comes before any cut: half a secret is a secret too.
func (c *Client) redact(s string) string {
	return strings.ReplaceAll(s, c.config.Token, "***")
}

func (c *Client) redactResource(r *grant.Resource) {
	r.ID, r.Name, r.Scope = c.redact(r.ID), c.redact(r.Name), c.redact(r.Scope)
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

func asked(answer *http.Response) time.Duration {
	return retry.ParseRetryAfter(answer.Header.Get("Retry-After"), time.Now())
}

func (c *Client) networkError(caller context.Context, err error, sent bool) error {
	if caller.Err() != nil {
		return &NetworkError{Sent: sent, Err: caller.Err()}
	}
	var proxy *Error
	if errors.As(err, &proxy) {
		if retry.IsRetryableStatus(proxy.Status) {
			return retry.Retryable(proxy, proxy.asked)
		}
		return proxy
	}
	result := &NetworkError{Sent: sent, Err: unwrapURL(err)}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		result.Err = fmt.Errorf("no answer within %v", requestTimeout)
	case retry.IsUntrusted(err):
		result.TLS = true
		result.Sent = false
		return result
	case isUnknownHost(err):
		result.UnknownHost = true
		if c.unknownFor() > unknownHostTimeout {
			return result
		}
	}
	return retry.Retryable(result, 0)
}

// unwrapURL removes the URL from an error of net/http: its query contains untrusted names.
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

func (c *Client) hostIsKnown() {
	c.unknownHost.Lock()
	defer c.unknownHost.Unlock()
	c.unknownHost.since = time.Time{}
}
