package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestGitHubRefusals(t *testing.T) {
	const repo = "/api/v3/repos/" + testRepo
	const good = `{"body":"x"}`
	nobody := without("Authorization")
	for _, tt := range []struct {
		name, method, path, body string
		edit                     func(*http.Request)
		status                   int
		message                  string
	}{
		{"no agent", "GET", pullPath, "", with("User-Agent", ""), 403, "User-Agent"},
		{"Go's agent", "GET", pullPath, "", with("User-Agent", "Go-http-client/1.1"), 403, "User-Agent"},
		{"HTML", "GET", pullPath, "", with("Accept", "text/html"), 415, "Accept"},
		{"a diff", "GET", pullPath, "", with("Accept", "application/vnd.github.v3.diff"), 415, "Accept"},
		{"another version", "GET", pullPath, "", with("X-GitHub-Api-Version", "2021-01-01"), 400, "2021-01-01"},

		{"unknown token", "GET", pullPath, "", as("ghs_other"), 401, "Bad credentials"},
		{"no token after the scheme", "GET", pullPath, "", with("Authorization", "Bearer "), 401, "Bad credentials"},
		{"another scheme", "GET", pullPath, "", with("Authorization", "Basic "+humanToken), 401, "Bad credentials"},
		{"two tokens", "GET", pullPath, "", func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }, 401, "Bad credentials"},
		{"unknown token, unknown repository", "GET", "/repos/a/b", "", as("ghs_other"), 401, "Bad credentials"},
		{"nobody reads", "GET", pullPath, "", nobody, 404, "Not Found"},
		{"nobody comments", "POST", threadPath, good, nobody, 404, "Not Found"},
		{"token in the URL", "GET", pullPath + "?access_token=" + humanToken, "", nil, 400, "in the URL"},
		{"token in a comment", "POST", threadPath, `{"body":"` + botToken + `"}`, nil, 400, "in the body"},
		{"token in another header", "GET", pullPath, "", with("X-Trace", botToken), 400, "in the header X-Trace"},

		{"another repository", "GET", "/api/v3/repos/example/other/pulls/7", "", nil, 404, "Not Found"},
		{"another repository by ID", "GET", "/api/v3/repositories/1/pulls/7", "", nil, 404, "Not Found"},
		{"another root", "GET", "/api/v4/repos/" + testRepo + "/pulls/7", "", nil, 404, "Not Found"},
		{"the root", "GET", "/api/v3/", "", nil, 404, "Not Found"},
		{"half a repository", "GET", "/api/v3/repos/example", "", nil, 404, "Not Found"},
		{"trailing slash", "GET", pullPath + "/", "", nil, 404, "Not Found"},
		{"double slash", "GET", repo + "//pulls/7", "", nil, 404, "Not Found"},
		{"unknown path", "GET", repo + "/tags", "", nil, 404, "Not Found"},
		{"more of a known path", "GET", pullPath + "/files", "", nil, 404, "Not Found"},
		{"less of a known path", "GET", repo + "/pulls", "", nil, 404, "Not Found"},
		{"another method", "DELETE", commentPath, "", nil, 404, "Not Found"},

		{"unknown pull request", "GET", repo + "/pulls/9", "", nil, 404, "Not Found"},
		{"an issue is no pull request", "GET", repo + "/pulls/8", "", nil, 404, "Not Found"},
		{"no number", "GET", repo + "/pulls/x", "", nil, 404, "Not Found"},
		{"unknown thread", "GET", repo + "/issues/9/comments", "", nil, 404, "Not Found"},
		{"comment on nothing", "POST", repo + "/issues/9/comments", good, nil, 404, "Not Found"},
		{"unknown comment", "GET", repo + "/issues/comments/9", "", nil, 404, "Not Found"},
		{"edit of an unknown comment", "PATCH", repo + "/issues/comments/9", good, nil, 404, "Not Found"},

		{"read-only token comments", "POST", threadPath, good, as(readToken), 403, "Resource not accessible by integration"},
		{"read-only token edits", "PATCH", commentPath, good, as(readToken), 403, "Resource not accessible by integration"},
		{"read-only token on nothing", "POST", repo + "/issues/9/comments", good, as(readToken), 403, "Resource not accessible"},
		{"edit of somebody else's", "PATCH", commentPath, good, as(humanToken), 403, "Must have admin rights"},

		{"GET with a body", "GET", pullPath, "{}", nil, 400, "no body"},
		{"no content type", "POST", threadPath, good, without("Content-Type"), 415, "application/json"},
		{"a form", "POST", threadPath, good, with("Content-Type", "application/x-www-form-urlencoded"), 415, "application/json"},
		{"long body", "POST", threadPath, strings.Repeat(" ", maxBody+1), nil, 413, "longer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGitHub(GitHubOptions{})
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			w := ask(g, tt.method, tt.path, tt.body, tt.edit)
			equal(t, "status", w.Code, tt.status)
			equal(t, "type", w.Header().Get("Content-Type"), "application/json; charset=utf-8")
			got := decode[denial](t, w.Body.String())
			if !strings.Contains(got.Message, tt.message) {
				t.Errorf("message %q does not tell of %q", got.Message, tt.message)
			}
			equal(t, "documented", got.DocumentationURL != "", true)
			equal(t, "remaining", w.Header().Get("X-RateLimit-Remaining"), "4999")
			equal(t, "comments", len(g.Comments(7)), 1)
			equal(t, "comment", g.Comments(7)[0].Body, "first")
		})
	}
}

func TestGitHubAccepts(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		edit       func(*http.Request)
	}{
		{"Enterprise's root", pullPath, nil},
		{"github.com's root", "/repos/" + testRepo + "/pulls/7", nil},
		{"another case", "/api/v3/repos/Example/AirFlow/pulls/7", nil},
		{"unknown parameter", pullPath + "?x=1", nil},
		{"token by its old scheme", pullPath, with("Authorization", "token "+botToken)},
		{"scheme in lower case", pullPath, with("Authorization", "bearer "+botToken)},
		{"read-only token", pullPath, as(readToken)},
		{"no version", pullPath, without("X-GitHub-Api-Version")},
		{"no type", pullPath, without("Accept")},
		{"any type", pullPath, with("Accept", "*/*")},
		{"JSON among others", pullPath, with("Accept", "text/html, application/json;q=0.9")},
		{"version 3", pullPath, with("Accept", "application/vnd.github.v3+json")},
		{"a preview", pullPath, with("Accept", "application/vnd.github.squirrel-girl-preview")},
		{"a preview in JSON", pullPath, with("Accept", "application/vnd.github.groot-preview+json")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			w := ask(newGitHub(GitHubOptions{}), "GET", tt.path, "", tt.edit)
			equal(t, "status", w.Code, 200)
			equal(t, "number", decode[wirePull](t, w.Body.String()).Number, 7)
		})
	}
}
