package sandbox

import (
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// checkUserAgent is stricter than GitHub: it also rejects the default User-Agent of Go.
func checkUserAgent(c *gitHubCall) *gitHubError {
	if agent := c.UserAgent(); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		return gitHubErrorf(http.StatusForbidden, "Request forbidden by administrative rules. "+
			"Please make sure your request has a User-Agent header")
	}
	return nil
}

// jsonMediaTypes matches the media types that select plain JSON. Others, such as diffs and rendered HTML, are
// not implemented.
var jsonMediaTypes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*/\*|application/(\*|json|vnd\.github(\.v3|\.[a-z-]+-preview)?(\+json)?))$`)
})

func checkMedia(c *gitHubCall) *gitHubError {
	accept := strings.Join(c.Header.Values("Accept"), ",")
	if accept == "" {
		return nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		media, _, err := mime.ParseMediaType(part)
		if err == nil && jsonMediaTypes().MatchString(media) {
			return nil
		}
	}
	return gitHubErrorf(http.StatusUnsupportedMediaType,
		"Unsupported 'Accept' header: '%s'. Must accept 'application/json'.", accept)
}

func checkVersion(c *gitHubCall) *gitHubError {
	for _, version := range c.Header.Values("X-GitHub-Api-Version") {
		if version != "2022-11-28" {
			return gitHubErrorf(http.StatusBadRequest, "The version %q is not supported, only 2022-11-28", version)
		}
	}
	return nil
}

// authenticate sets the actor. Requests without a token are anonymous. A token outside of the Authorization
// header is an error, since URLs and comments are not secret.
func (g *GitHub) authenticate(c *gitHubCall) *gitHubError {
	for token := range g.tokens {
		if where := leakedIn(c.exchange, token); where != "" {
			return gitHubErrorf(http.StatusBadRequest, "The token does not belong in the %s", where)
		}
	}
	given := c.Header.Values("Authorization")
	if len(given) == 0 {
		return nil
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	actor, ok := g.tokens[token]
	if !ok || len(given) > 1 || !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return gitHubErrorf(http.StatusUnauthorized, "Bad credentials")
	}
	c.actor = actor
	return nil
}

// checkContent is stricter than GitHub, which accepts any Content-Type and a body in a GET request.
func checkContent(c *gitHubCall) *gitHubError {
	bare := c.Method == http.MethodGet || c.Method == http.MethodDelete
	switch {
	case len(c.body) > maxBody:
		return gitHubErrorf(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes", maxBody)
	case bare && len(c.body) > 0:
		return gitHubErrorf(http.StatusBadRequest, "A %s request must not have a body", c.Method)
	case bare:
		return nil
	}
	if media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || media != jsonType {
		return gitHubErrorf(http.StatusUnsupportedMediaType, "The Content-Type must be %s", jsonType)
	}
	return nil
}

// checkWrite runs before the pull request or comment is looked up, as on GitHub.
func (g *GitHub) checkWrite(c *gitHubCall) *gitHubError {
	if c.Method != http.MethodGet && !strings.HasSuffix(c.URL.Path, "/graphql") && !c.actor.write {
		return gitHubErrorf(http.StatusForbidden, "Resource not accessible by integration")
	}
	return nil
}
