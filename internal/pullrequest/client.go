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
	// requestLimit is what one request may take.
	requestLimit = 10 * time.Second
	// secondaryWait is how long to wait after a secondary rate limit that does not say (GitHub's own advice).
	secondaryWait = time.Minute
)

// Config is what a [Client] needs.
type Config struct {
	API        string // root of the REST API, as https://api.github.com
	GraphQL    string // address of GraphQL, as https://api.github.com/graphql
	Repository string // as owner/name
	Token      string
	UserAgent  string

	// Retrying is told before each wait for another try; what is what failed.
	Retrying func(what string, w retry.Wait)
}

// Client speaks to GitHub about the pull requests of one repository.
type Client struct {
	config      Config
	github      *github.Client
	owner, name string
	looked      time.Time // when our comment was looked for
}

// New returns a Client. It sends nothing yet.
func New(config Config) (*Client, error) {
	owner, name, ok := strings.Cut(config.Repository, "/")
	if !ok || owner == "" || name == "" {
		return nil, fmt.Errorf("%q is no repository", config.Repository)
	}
	base, err := url.Parse(strings.TrimRight(config.API, "/") + "/")
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("%q is no address of an API", config.API)
	}
	client := github.NewClient(&http.Client{CheckRedirect: stayOnHost}).WithAuthToken(config.Token)
	// Not WithEnterpriseURLs: the runner's address is the root already, and that would add to it.
	client.BaseURL = base
	client.UserAgent = config.UserAgent
	return &Client{config: config, github: client, owner: owner, name: name}, nil
}

// stayOnHost follows a renamed repository, and takes the token to no other host.
func stayOnHost(request *http.Request, via []*http.Request) error {
	if request.URL.Host != via[0].URL.Host || request.URL.Scheme != via[0].URL.Scheme || len(via) >= 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

// try makes a request that may be repeated, until it succeeds or there is no time for another try.
func try[T any](ctx context.Context, c *Client, what string, request func(ctx context.Context) (T, error)) (T, error) {
	pauses := retry.NewPauses(retry.Config{Notify: func(w retry.Wait) { c.config.Retrying(what, w) }})
	result, err := retry.Do(ctx, pauses, func(ctx context.Context) (T, error) { return once(ctx, request) })
	if err != nil {
		return result, fmt.Errorf("%s: %w", what, err)
	}
	return result, nil
}

// once makes a request and marks a failure that is worth another try.
func once[T any](ctx context.Context, request func(ctx context.Context) (T, error)) (T, error) {
	limited, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	result, err := request(limited)
	if err == nil || ctx.Err() != nil {
		return result, err
	}
	return result, classify(err)
}

// classify marks an error that is worth another try.
func classify(err error) error {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.Is(err, github.ErrPathForbidden) || retry.Untrusted(err):
		return err
	case errors.As(err, &limit):
		return retry.Again(err, max(0, time.Until(limit.Rate.Reset.Time)))
	case errors.As(err, &secondary):
		if secondary.RetryAfter != nil {
			return retry.Again(err, *secondary.RetryAfter)
		}
		return retry.Again(err, secondaryWait)
	case errors.As(err, &answer):
		if !retry.Status(answer.Response.StatusCode) {
			return err
		}
		return retry.Again(err, retry.After(answer.Response.Header.Get("Retry-After"), time.Now()))
	}
	return retry.Again(err, 0)
}

// Status returns the HTTP status of the answer that an error stands for, 0 if none came.
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

// Reason returns in a few words why a request failed, without the address that go-github puts before it.
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
		text := fmt.Sprintf("%d %s", answer.Response.StatusCode, http.StatusText(answer.Response.StatusCode))
		if answer.Message != "" {
			text += ": " + answer.Message
		}
		return text
	case errors.As(err, &inURL):
		return inURL.Err.Error()
	}
	return err.Error()
}
