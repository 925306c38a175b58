package sandbox

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A gitHubCall is one request to GitHub's API. The checks fill it in.
type gitHubCall struct {
	*exchange
	root  string // prefix of the path: /api/v3 or empty
	path  string // the path after root, escaped
	actor actor
	args  []string // the parts of the path that match the route's wildcards
	do    func(*GitHub, *gitHubCall) (response, *gitHubError)
}

func (c *gitHubCall) authenticated() bool { return c.actor.Login != "" }

// respond checks and handles one request atomically.
func (g *GitHub) respond(e *exchange) response {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &gitHubCall{exchange: e}
	rateLimit, apiErr := g.limit.count(e.record.Start)
	for _, check := range []func(*gitHubCall) *gitHubError{
		checkUserAgent, checkMedia, checkVersion, g.authenticate, g.findRoute, checkContent, g.checkWrite, g.countWrite,
	} {
		if apiErr == nil {
			apiErr = check(c)
		}
	}
	var reply response
	if apiErr == nil {
		reply, apiErr = c.do(g, c)
	}
	if apiErr != nil {
		reply = apiErr.response()
	}
	maps.Copy(reply.header, rateLimit)
	reply.header.Set("X-GitHub-Request-Id", requestID(e.n))
	return reply
}

func (g *GitHub) findRoute(c *gitHubCall) *gitHubError {
	path := c.URL.EscapedPath()
	if c.Method == http.MethodPost && (path == "/api/graphql" || path == "/graphql") {
		c.do = (*GitHub).graphql
		return nil
	}
	if rest, ok := strings.CutPrefix(path, "/api/v3/"); ok {
		c.root, path = "/api/v3", "/"+rest
	}
	c.path = path
	if c.Method == http.MethodGet && path == "/user" {
		c.do = (*GitHub).readUser
		return nil
	}
	path, ok := g.insideRepository(path)
	if !ok || !c.authenticated() { // GitHub hides private repositories from anonymous clients
		return gitHubErrorf(http.StatusNotFound, "Not Found")
	}
	for _, r := range []struct {
		method, pattern string
		do              func(*GitHub, *gitHubCall) (response, *gitHubError)
	}{
		{http.MethodGet, "", (*GitHub).readRepository},
		{http.MethodGet, "/pulls/*", (*GitHub).readPull},
		{http.MethodGet, "/commits/*/pulls", (*GitHub).listPullsOfCommit},
		{http.MethodGet, "/issues/comments/*", (*GitHub).readComment},
		{http.MethodPatch, "/issues/comments/*", (*GitHub).editComment},
		{http.MethodDelete, "/issues/comments/*", (*GitHub).deleteComment},
		{http.MethodGet, "/issues/*/comments", (*GitHub).listComments},
		{http.MethodPost, "/issues/*/comments", (*GitHub).createComment},
		{http.MethodGet, "/contents/**", (*GitHub).readContents},
		{http.MethodGet, "/branches/**", (*GitHub).readBranch},
	} {
		if args, ok := match(r.pattern, path); ok && r.method == c.Method {
			c.args, c.do = args, r.do
			return nil
		}
	}
	return gitHubErrorf(http.StatusNotFound, "Not Found")
}

// insideRepository returns the rest of a path after the repository, given by its name in any case or by its
// ID.
func (g *GitHub) insideRepository(path string) (string, bool) {
	owner, name, _ := strings.Cut(g.repository, "/")
	s := strings.Split(path, "/") // s[0] is empty
	n := 0
	switch {
	case len(s) >= 4 && s[1] == "repos" && strings.EqualFold(s[2], owner) && strings.EqualFold(s[3], name):
		n = 4
	case len(s) >= 3 && s[1] == "repositories" && s[2] == strconv.FormatInt(repositoryID(g.repository), 10):
		n = 3
	default:
		return "", false
	}
	return strings.Join(append([]string{""}, s[n:]...), "/"), true
}

// match returns the parts of a path that match the wildcards of a pattern: * matches one segment, ** the rest.
// Neither matches the empty string.
func match(pattern, path string) (args []string, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, w := range want {
		switch {
		case i >= len(have):
			return nil, false
		case w == "**":
			args = append(args, strings.Join(have[i:], "/"))
			have = have[:i+1]
		case w == "*":
			args = append(args, have[i])
		case w != have[i]:
			return nil, false
		}
	}
	for i, a := range args {
		unescaped, err := url.PathUnescape(a)
		if err != nil {
			return nil, false
		}
		args[i] = unescaped
	}
	return args, len(want) == len(have) && !slices.Contains(args, "")
}
