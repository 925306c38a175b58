package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A visit is one request of GitHub's API as the checks have read it.
type visit struct {
	*arrival
	root string   // what stands before the path: /api/v3, or nothing
	path string   // after the root, escaped
	who  holder   // the zero holder is nobody
	args []string // what stands in place of the route's stars
	do   func(*GitHub, *visit) (answer, *denial)
}

func (v *visit) known() bool { return v.who.Login != "" }

// respond is the effect of a request, in one step as others see it, and its answer.
func (g *GitHub) respond(arrived *arrival) answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := &visit{arrival: arrived}
	limits, denied := g.meter.count(arrived.record.Start)
	for _, check := range []func(*visit) *denial{
		checkAgent, checkMedia, checkVersion, g.checkBearer, g.findRoute, checkContent, g.checkWrite,
	} {
		if denied == nil {
			denied = check(v)
		}
	}
	var reply answer
	if denied == nil {
		reply, denied = v.do(g, v)
	}
	if denied != nil {
		reply = denied.answer()
	}
	for name, values := range limits {
		reply.header[name] = values
	}
	reply.header.Set("X-GitHub-Request-Id", requestID(arrived.n))
	return reply
}

// findRoute finds what a request is for.
func (g *GitHub) findRoute(v *visit) *denial {
	path := v.URL.EscapedPath()
	if under, ok := strings.CutPrefix(path, "/api/v3/"); ok {
		v.root, path = "/api/v3", "/"+under
	}
	v.path = path
	switch v.Method + " " + v.root + path {
	case "POST /api/graphql", "POST /graphql":
		v.do = (*GitHub).graphql
		return nil
	case "GET /user", "GET /api/v3/user":
		v.do = (*GitHub).readUser
		return nil
	}
	within, ok := g.within(path)
	if !ok || !v.known() { // what is private is not there for those who may not see it
		return deny(http.StatusNotFound, "Not Found")
	}
	for _, r := range []struct {
		method, pattern string
		do              func(*GitHub, *visit) (answer, *denial)
	}{
		{http.MethodGet, "", (*GitHub).readRepository},
		{http.MethodGet, "/pulls/*", (*GitHub).readPull},
		{http.MethodGet, "/commits/*/pulls", (*GitHub).listPullsOfCommit},
		{http.MethodGet, "/issues/comments/*", (*GitHub).readComment},
		{http.MethodPatch, "/issues/comments/*", (*GitHub).editComment},
		{http.MethodGet, "/issues/*/comments", (*GitHub).listComments},
		{http.MethodPost, "/issues/*/comments", (*GitHub).createComment},
		{http.MethodGet, "/contents/**", (*GitHub).readContents},
		{http.MethodGet, "/branches/**", (*GitHub).readBranch},
	} {
		if args, ok := match(r.pattern, within); ok && r.method == v.Method {
			v.args, v.do = args, r.do
			return nil
		}
	}
	return deny(http.StatusNotFound, "Not Found")
}

// within returns the part of a path that is within the repository, named in any case or by its ID.
func (g *GitHub) within(path string) (string, bool) {
	owner, name, _ := strings.Cut(g.repository, "/")
	s := strings.Split(path, "/") // the first one is empty
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

// match takes out of a path what the stars of a pattern stand for: one segment, or with two stars the rest.
// None of them may be empty.
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
