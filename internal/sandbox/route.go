package sandbox

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxURL is about what common proxies accept.
const maxURL = 16 << 10

// A call is one request to the Astro API. The checks fill it in.
type call struct {
	*exchange
	segments []string // of the path, after /organizations
	route    route
	query    query
}

// A route is an endpoint of the API.
type route struct {
	method     string
	parameters []string
	do         func(*Astro, *call) ([]byte, *astroError)
}

// respond checks and handles one request atomically.
func (a *Astro) respond(e *exchange) response {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &call{exchange: e}
	for _, check := range []func(*call) *astroError{
		a.checkLimits, a.checkToken, checkPath, checkMethod, checkClient, checkBody, checkQuery, a.checkOrganization,
	} {
		if apiErr := check(c); apiErr != nil {
			return apiErr.response(requestID(c.n))
		}
	}
	body, apiErr := c.route.do(a, c)
	if apiErr != nil {
		return apiErr.response(requestID(c.n))
	}
	return response{http.StatusOK, http.Header{"Content-Type": {jsonType}}, body}
}

func (a *Astro) checkLimits(c *call) *astroError {
	switch {
	case len(c.URL.RequestURI()) > maxURL:
		return astroErrorf(http.StatusRequestURITooLong, "The URL is longer than %d bytes", maxURL)
	case len(c.body) > maxBody:
		return astroErrorf(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes", maxBody)
	case c.overLimit:
		return astroErrorf(http.StatusTooManyRequests, "rate limit exceeded")
	}
	return nil
}

// checkToken lets the API token in, and out of the one header where it belongs it must not be: URLs and
// bodies end up in logs.
func (a *Astro) checkToken(c *call) *astroError {
	token := a.options.APIToken
	if given := c.Header.Values("Authorization"); token == "" || len(given) != 1 || given[0] != "Bearer "+token {
		return astroErrorf(http.StatusUnauthorized, "Unauthorized: the API token is missing, invalid or expired")
	}
	if where := leakedIn(c.exchange, token); where != "" {
		return astroErrorf(http.StatusBadRequest, "The API token does not belong in the %s", where)
	}
	return nil
}

// leakedIn names the part of the request, other than the Authorization header, that contains the token.
func leakedIn(e *exchange, token string) string {
	decoded, _ := url.QueryUnescape(e.URL.RequestURI())
	if strings.Contains(e.URL.RequestURI(), token) || strings.Contains(decoded, token) {
		return "URL"
	}
	if bytes.Contains(e.body, []byte(token)) {
		return "body"
	}
	for name, values := range e.Header {
		if name != "Authorization" && strings.Contains(strings.Join(values, "\n"), token) {
			return "header " + name
		}
	}
	return ""
}

// checkPath finds the route.
func checkPath(c *call) *astroError {
	notFound := astroErrorf(http.StatusNotFound, "Not found: %s", c.URL.Path)
	path := strings.Split(c.URL.EscapedPath(), "/")
	if slices.Contains(path, "v1beta1") {
		return astroErrorf(http.StatusGone, "v1beta1 is no longer available, use v1")
	}
	root := slices.Index(path, "organizations")
	if root < 1 || path[root-1] != "v1" {
		return notFound
	}
	path = path[root+1:]
	c.segments = path
	switch {
	case len(path) == 0:
		c.route = route{http.MethodGet, []string{"limit", "offset"}, (*Astro).listOrganizations}
	case len(path) == 2 && path[1] == "tokens":
		c.route = route{http.MethodGet, []string{"limit", "offset", "includeOnlyOrganizationTokens"}, (*Astro).listTokens}
	case len(path) == 3 && path[1] == "tokens":
		c.route = route{http.MethodGet, nil, (*Astro).readToken}
	case len(path) == 4 && path[1] == "tokens" && path[3] == "roles":
		c.route = route{http.MethodPost, nil, (*Astro).writeRoles}
	case len(path) == 2 && path[1] == "workspaces":
		c.route = route{http.MethodGet, []string{"limit", "offset", "names", "workspaceIds"}, (*Astro).listWorkspaces}
	case len(path) == 3 && path[1] == "workspaces":
		c.route = route{http.MethodGet, nil, (*Astro).readWorkspace}
	default:
		return notFound
	}
	return nil
}

func checkMethod(c *call) *astroError {
	if c.Method == c.route.method {
		return nil
	}
	apiErr := astroErrorf(http.StatusMethodNotAllowed, "%s is not allowed, only %s", c.Method, c.route.method)
	apiErr.allow = c.route.method
	return apiErr
}

// checkClient is stricter than the API: clients must send a version and their own name.
func checkClient(c *call) *astroError {
	if c.Header.Get("X-API-Version") != "1.0" {
		return invalid("X-API-Version", "must be 1.0")
	}
	if agent := c.UserAgent(); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		return invalid("User-Agent", "must name the client")
	}
	if name := c.Header.Get("x-astro-client-identifier"); name == "" || name == "astro-cli" {
		return invalid("x-astro-client-identifier", "must be the client's own name")
	}
	return nil
}

func checkBody(c *call) *astroError {
	if c.Method == http.MethodGet {
		if len(c.body) > 0 {
			return invalid("body", "must be empty in a GET")
		}
		return nil
	}
	if media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || media != jsonType {
		return astroErrorf(http.StatusUnsupportedMediaType, "The Content-Type must be %s", jsonType)
	}
	return nil
}

func (a *Astro) checkOrganization(c *call) *astroError {
	if len(c.segments) == 0 {
		return nil // the list of Organizations
	}
	for i, o := range a.organizations {
		switch {
		case o.id != c.segments[0]:
		case i > 0:
			return astroErrorf(http.StatusForbidden, "Forbidden: the API token does not belong to this organization")
		default:
			return nil
		}
	}
	return astroErrorf(http.StatusNotFound, "Organization not found: %s", c.segments[0])
}
