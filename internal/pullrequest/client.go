package pullrequest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

const (
	// requestTimeout is the limit for one request.
	requestTimeout = 10 * time.Second
	// secondaryWait is how long to wait after a secondary rate limit without a time (GitHub's advice).
	secondaryWait = time.Minute
)

// Config is what a [Client] needs.
type Config struct {
	API        string // root of the REST API, as https://api.github.com
	GraphQL    string // address of GraphQL, as https://api.github.com/graphql
	Repository string // as owner/name
	Token      string
	UserAgent  string

	// Retrying is called before each wait for another attempt.
	Retrying func(doing string, w retry.Wait)
}

// Client speaks to GitHub about the pull requests of one repository.
type Client struct {
	config      Config
	github      *github.Client
	owner, name string
	searched    time.Time // when our comment was searched for
	us          account   // the token's, once that is known
}

// New returns a Client. It sends nothing yet.
func New(config Config) (*Client, error) {
	owner, name, ok := strings.Cut(config.Repository, "/")
	if !ok || owner == "" || name == "" {
		return nil, fmt.Errorf("%q is not a repository", config.Repository)
	}
	base, err := url.Parse(strings.TrimRight(config.API, "/") + "/")
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("%q is not the address of an API", config.API)
	}
	client := github.NewClient(&http.Client{CheckRedirect: stayOnHost}).WithAuthToken(config.Token)
	// Not WithEnterpriseURLs, which would extend the address: the runner's address already is the root.
	client.BaseURL = base
	client.UserAgent = config.UserAgent
	return &Client{config: config, github: client, owner: owner, name: name}, nil
}

// stayOnHost follows the redirect of a renamed repository, but takes the token to no other host.
func stayOnHost(request *http.Request, via []*http.Request) error {
	if request.URL.Host != via[0].URL.Host || request.URL.Scheme != via[0].URL.Scheme || len(via) >= 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// try sends a request until it succeeds or no further attempt fits. The request must be safe to repeat.
func try[T any](ctx context.Context, c *Client, doing string, request func(ctx context.Context) (T, error)) (T, error) {
	backoff := retry.NewBackoff(retry.Config{Notify: func(w retry.Wait) { c.config.Retrying(doing, w) }})
	result, err := retry.Do(ctx, backoff, func(ctx context.Context) (T, error) { return once(ctx, request) })
	if err != nil {
		return result, fmt.Errorf("%s: %w", doing, err)
	}
	return result, nil
}

// once sends a request and marks a failure that is worth another attempt.
func once[T any](ctx context.Context, request func(ctx context.Context) (T, error)) (T, error) {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	result, err := request(limited)
	if err == nil || ctx.Err() != nil {
		return result, err
	}
	return result, classify(err)
}

// classify marks an error that is worth another attempt.
func classify(err error) error {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.Is(err, github.ErrPathForbidden) || retry.IsUntrusted(err):
		return err
	case errors.As(err, &limit):
		return retry.Retryable(err, max(0, time.Until(limit.Rate.Reset.Time)))
	case errors.As(err, &secondary):
		if secondary.RetryAfter != nil {
			return retry.Retryable(err, *secondary.RetryAfter)
		}
		return retry.Retryable(err, secondaryWait)
	case errors.As(err, &answer):
		if !retry.IsRetryableStatus(answer.Response.StatusCode) {
			return err
		}
		return retry.Retryable(err, retry.ParseRetryAfter(answer.Response.Header.Get("Retry-After"), time.Now()))
	}
	return retry.Retryable(err, 0)
}

// Status returns the HTTP status of the answer that an error is about, or 0 if there was no answer.
func Status(err error) int {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.As(err, &limit), errors.As(err, &secondary):
		return http.StatusTooManyRequests
	case errors.As(err, &answer):
		return answer.Response.StatusCode
	}
	return 0
}

// Reason says in a few words why a request failed, without the address that go-github puts before it.
func Reason(err error) string {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	var inURL *url.Error
	switch {
	case errors.As(err, &limit):
		return "rate limit reached until " + limit.Rate.Reset.UTC().Format(time.TimeOnly) + " UTC"
	case errors.As(err, &secondary):
		return "secondary rate limit reached"
	case errors.As(err, &answer):
		name := http.StatusText(answer.Response.StatusCode)
		text := fmt.Sprintf("%d %s", answer.Response.StatusCode, name)
		if answer.Message != "" && !strings.EqualFold(answer.Message, name) {
			text += ": " + answer.Message
		}
		return text
	case errors.As(err, &inURL):
		return inURL.Err.Error()
	}
	return err.Error()
}
