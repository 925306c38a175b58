package sandbox

import (
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// checkAgent is stricter than GitHub in that Go's own name does not do: it finds a client that forgets to say
// who it is.
func checkAgent(v *visit) *denial {
	if agent := v.UserAgent(); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		return deny(http.StatusForbidden, "Request forbidden by administrative rules. "+
			"Please make sure your request has a User-Agent header")
	}
	return nil
}

// accepted matches the media types that GitHub's plain JSON goes by. Others ask for something else, such as a
// diff or rendered HTML, which is not here.
var accepted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*/\*|application/(\*|json|vnd\.github(\.v3|\.[a-z-]+-preview)?(\+json)?))$`)
})

func checkMedia(v *visit) *denial {
	accept := strings.Join(v.Header.Values("Accept"), ",")
	if accept == "" {
		return nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		media, _, err := mime.ParseMediaType(part)
		if err == nil && accepted().MatchString(media) {
			return nil
		}
	}
	return deny(http.StatusUnsupportedMediaType,
		"Unsupported 'Accept' header: '%s'. Must accept 'application/json'.", accept)
}

func checkVersion(v *visit) *denial {
	for _, version := range v.Header.Values("X-GitHub-Api-Version") {
		if version != "2022-11-28" {
			return deny(http.StatusBadRequest, "The version %q is not supported, only 2022-11-28 is", version)
		}
	}
	return nil
}

// checkBearer finds out who asks. Nobody may ask, if only for what is public. A token anywhere but in the one
// header where it belongs is refused, as URLs and comments are there to be read.
func (g *GitHub) checkBearer(v *visit) *denial {
	for token := range g.tokens {
		if where := leak(v.arrival, token); where != "" {
			return deny(http.StatusBadRequest, "The token does not belong in the %s", where)
		}
	}
	given := v.Header.Values("Authorization")
	if len(given) == 0 {
		return nil
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	who, ok := g.tokens[token]
	if !ok || len(given) > 1 || !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return deny(http.StatusUnauthorized, "Bad credentials")
	}
	v.who = who
	return nil
}

// checkContent is stricter than GitHub, which takes any Content-Type, and a GET with a body.
func checkContent(v *visit) *denial {
	switch {
	case len(v.body) > maxBody:
		return deny(http.StatusRequestEntityTooLarge, "The body is longer than %d bytes", maxBody)
	case v.Method == http.MethodGet && len(v.body) > 0:
		return deny(http.StatusBadRequest, "A GET has no body")
	case v.Method == http.MethodGet:
		return nil
	}
	if media, _, err := mime.ParseMediaType(v.Header.Get("Content-Type")); err != nil || media != jsonType {
		return deny(http.StatusUnsupportedMediaType, "The Content-Type must be %s", jsonType)
	}
	return nil
}

// checkWrite comes before anything is looked up, as with GitHub.
func (g *GitHub) checkWrite(v *visit) *denial {
	if v.Method != http.MethodGet && !strings.HasSuffix(v.path, "/graphql") && !v.who.write {
		return deny(http.StatusForbidden, "Resource not accessible by integration")
	}
	return nil
}
