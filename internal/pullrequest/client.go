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

// requestTimeout is the limit for one request.
const requestTimeout = 10 * time.Second

// Config is what a [Client] needs.
type Config struct {
	API        string // root of the REST API; by default https://api.github.com, or the one that belongs to GraphQL
	GraphQL    string // address of GraphQL; by default the one that belongs to the REST API, if there is one
	Server     string // address of the site; without any of the two above, only https://github.com has an API that is known
	Repository string // as owner/name
	Token      string
	UserAgent  string

	// Retrying is called before each wait for another attempt.
	Retrying func(doing string, w retry.Wait)
	// NoGraphQL is called if GraphQL failed and the account of the token has to be found out without it.
	NoGraphQL func(err error)
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
	if server := strings.TrimRight(config.Server, "/"); config.API+config.GraphQL == "" && server != "" && server != "https://github.com" {
		return nil, errors.New("the variable GITHUB_API_URL is not set")
	}
	config.API, config.GraphQL = addresses(config.API, config.GraphQL)
	base, err := url.Parse(strings.TrimRight(config.API, "/") + "/")
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("%q is not the address of an API", config.API)
	}
	if graphQL, err := url.Parse(config.GraphQL); err != nil || graphQL.Host != base.Host || graphQL.Scheme != base.Scheme {
		config.GraphQL = "" // the token goes to no other host
	}
	client := github.NewClient(&http.Client{CheckRedirect: stayOnHost}).WithAuthToken(config.Token)
	// Not WithEnterpriseURLs, which would extend the address: the runner's address already is the root.
	client.BaseURL = base
	client.UserAgent = config.UserAgent
	return &Client{config: config, github: client, owner: owner, name: name}, nil
}

// addresses returns the addresses of the REST API and of GraphQL. One that is not given follows from the other.
func addresses(api, graphQL string) (string, string) {
	const public, publicGraphQL = "https://api.github.com", "https://api.github.com/graphql"
	api, graphQL = strings.TrimRight(api, "/"), strings.TrimRight(graphQL, "/")
	enterprise, isEnterprise := strings.CutSuffix(api, "/api/v3")
	root, isGraphQLOfEnterprise := strings.CutSuffix(graphQL, "/api/graphql")
	switch {
	case api == "" && (graphQL == "" || graphQL == publicGraphQL):
		return public, publicGraphQL
	case api == "" && isGraphQLOfEnterprise:
		return root + "/api/v3", graphQL
	case api == "":
		return strings.TrimSuffix(graphQL, "/graphql"), graphQL // as at GHE.com: https://api.SUBDOMAIN.ghe.com/graphql
	case graphQL == "" && isEnterprise:
		return api, enterprise + "/api/graphql"
	case graphQL == "" && (api == public || strings.HasSuffix(api, ".ghe.com")):
		return api, api + "/graphql"
	}
	return api, graphQL
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
