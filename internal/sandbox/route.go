package sandbox

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxURL is what common proxies take.
const maxURL = 16 << 10

// A call is one request of the API as the checks have read it.
type call struct {
	*arrival
	segments []string // of the path, after /organizations
	route    route
	query    query
}

// A route is one request of the API: its method, the query parameters it knows, and what it does.
type route struct {
	method     string
	parameters []string
	do         func(*Astro, *call) ([]byte, *refusal)
}

// respond is the effect of a request, in one step as others see it, and its answer.
func (a *Astro) respond(arrived *arrival) answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := &call{arrival: arrived}
	for _, check := range []func(*call) *refusal{
		a.checkLimits, a.checkToken, checkPath, checkMethod, checkClient, checkBody, checkQuery, a.checkOrganization,
	} {
		if refused := check(c); refused != nil {
			return refused.answer(requestID(c.n))
		}
	}
	body, refused := c.route.do(a, c)
	if refused != nil {
		return refused.answer(requestID(c.n))
	}
	return answer{http.StatusOK, http.Header{"Content-Type": {jsonType}}, body}
}

func (a *Astro) checkLimits(c *call) *refusal {
	switch {
	case len(c.URL.RequestURI()) > maxURL:
		return refuse(http.StatusRequestURITooLong, "The URL is longer than %d bytes", maxURL)
	case len(c.body) > maxBody:
		return refuse(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes", maxBody)
	case c.overLimit:
		return refuse(http.StatusTooManyRequests, "rate limit exceeded")
	}
	return nil
}

// checkToken lets the API token in, and out of the one header where it belongs it must not be: URLs and
// bodies end up in logs.
func (a *Astro) checkToken(c *call) *refusal {
	token := a.options.APIToken
	if given := c.Header.Values("Authorization"); token == "" || len(given) != 1 || given[0] != "Bearer "+token {
		return refuse(http.StatusUnauthorized, "Unauthorized: the API token is missing, invalid or expired")
	}
	if where := leak(c.arrival, token); where != "" {
		return refuse(http.StatusBadRequest, "The API token does not belong in the %s", where)
	}
	return nil
}

// leak names a place of the request where a token stands though it must not.
func leak(c *arrival, token string) string {
	decoded, _ := url.QueryUnescape(c.URL.RequestURI())
	if strings.Contains(c.URL.RequestURI(), token) || strings.Contains(decoded, token) {
		return "URL"
	}
	if bytes.Contains(c.body, []byte(token)) {
		return "body"
	}
	for name, values := range c.Header {
		if name != "Authorization" && strings.Contains(strings.Join(values, "\n"), token) {
			return "header " + name
		}
	}
	return ""
}

// checkPath finds the route. What the page of the API does not list is not there.
func checkPath(c *call) *refusal {
	notFound := refuse(http.StatusNotFound, "Not found: %s", c.URL.Path)
	path := strings.Split(c.URL.EscapedPath(), "/")
	if slices.Contains(path, "v1beta1") {
		return refuse(http.StatusGone, "v1beta1 has ended, use v1")
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

func checkMethod(c *call) *refusal {
	if c.Method == c.route.method {
		return nil
	}
	refused := refuse(http.StatusMethodNotAllowed, "%s is not allowed here, only %s is", c.Method, c.route.method)
	refused.allow = c.route.method
	return refused
}

// checkClient is stricter than the API: it finds a client that forgets to say which version it speaks, and
// who it is.
func checkClient(c *call) *refusal {
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

func checkBody(c *call) *refusal {
	if c.Method == http.MethodGet {
		if len(c.body) > 0 {
			return invalid("body", "must be empty in a GET")
		}
		return nil
	}
	if media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || media != jsonType {
		return refuse(http.StatusUnsupportedMediaType, "The Content-Type must be %s", jsonType)
	}
	return nil
}

func (a *Astro) checkOrganization(c *call) *refusal {
	if len(c.segments) == 0 {
		return nil // the list of Organizations
	}
	for i, o := range a.organizations {
		switch {
		case o.id != c.segments[0]:
		case i > 0:
			return refuse(http.StatusForbidden, "Forbidden: the API token does not belong to this organization")
		default:
			return nil
		}
	}
	return refuse(http.StatusNotFound, "Organization not found: %s", c.segments[0])
}
