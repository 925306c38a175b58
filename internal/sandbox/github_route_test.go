package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestGitHubErrors(t *testing.T) {
	const repo = "/api/v3/repos/" + testRepo
	const good = `{"body":"x"}`
	anonymous := withoutHeader("Authorization")
	anotherToken := func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") }
	const forbidden = "Resource not accessible by integration"
	for _, tt := range []struct {
		name, method, path, body string
		edit                     func(*http.Request)
		status                   int
		message                  string
	}{
		{"no User-Agent", "GET", pullPath, "", withHeader("User-Agent", ""), 403, "User-Agent"},
		{"User-Agent of Go", "GET", pullPath, "", withHeader("User-Agent", "Go-http-client/1.1"), 403, "User-Agent"},
		{"HTML", "GET", pullPath, "", withHeader("Accept", "text/html"), 415, "Accept"},
		{"diff", "GET", pullPath, "", withHeader("Accept", "application/vnd.github.v3.diff"), 415, "Accept"},
		{"unsupported version", "GET", pullPath, "", withHeader("X-GitHub-Api-Version", "2021-01-01"), 400, "2021-01-01"},

		{"unknown token", "GET", pullPath, "", withToken("ghs_other"), 401, "Bad credentials"},
		{"empty token", "GET", pullPath, "", withHeader("Authorization", "Bearer "), 401, "Bad credentials"},
		{"unsupported scheme", "GET", pullPath, "", withHeader("Authorization", "Basic "+humanToken), 401, "Bad credentials"},
		{"two tokens", "GET", pullPath, "", anotherToken, 401, "Bad credentials"},
		{"unknown token, unknown repository", "GET", "/repos/a/b", "", withToken("ghs_other"), 401, "Bad credentials"},
		{"anonymous read", "GET", pullPath, "", anonymous, 404, "Not Found"},
		{"anonymous comment", "POST", commentsPath, good, anonymous, 404, "Not Found"},
		{"token in the URL", "GET", pullPath + "?access_token=" + humanToken, "", nil, 400, "in the URL"},
		{"token in the body", "POST", commentsPath, `{"body":"` + botToken + `"}`, nil, 400, "in the body"},
		{"token in another header", "GET", pullPath, "", withHeader("X-Trace", botToken), 400, "in the header X-Trace"},

		{"another repository", "GET", "/api/v3/repos/example/other/pulls/7", "", nil, 404, "Not Found"},
		{"another repository by ID", "GET", "/api/v3/repositories/1/pulls/7", "", nil, 404, "Not Found"},
		{"unknown root", "GET", "/api/v4/repos/" + testRepo + "/pulls/7", "", nil, 404, "Not Found"},
		{"root", "GET", "/api/v3/", "", nil, 404, "Not Found"},
		{"no repository name", "GET", "/api/v3/repos/example", "", nil, 404, "Not Found"},
		{"trailing slash", "GET", pullPath + "/", "", nil, 404, "Not Found"},
		{"double slash", "GET", repo + "//pulls/7", "", nil, 404, "Not Found"},
		{"unknown path", "GET", repo + "/tags", "", nil, 404, "Not Found"},
		{"known path with more segments", "GET", pullPath + "/files", "", nil, 404, "Not Found"},
		{"known path with fewer segments", "GET", repo + "/pulls", "", nil, 404, "Not Found"},
		{"unsupported method", "PUT", commentPath, "", nil, 404, "Not Found"},

		{"unknown pull request", "GET", repo + "/pulls/9", "", nil, 404, "Not Found"},
		{"not a number", "GET", repo + "/pulls/x", "", nil, 404, "Not Found"},
		{"list for an unknown pull request", "GET", repo + "/issues/9/comments", "", nil, 404, "Not Found"},
		{"comment on an unknown pull request", "POST", repo + "/issues/9/comments", good, nil, 404, "Not Found"},
		{"unknown comment", "GET", repo + "/issues/comments/9", "", nil, 404, "Not Found"},
		{"edit an unknown comment", "PATCH", repo + "/issues/comments/9", good, nil, 404, "Not Found"},

		{"read-only token comments", "POST", commentsPath, good, withToken(readToken), 403, forbidden},
		{"read-only token edits a comment", "PATCH", commentPath, good, withToken(readToken), 403, forbidden},
		{"read-only token, unknown number", "POST", repo + "/issues/9/comments", good, withToken(readToken), 403, forbidden},
		{"edit another account's comment", "PATCH", commentPath, good, withToken(humanToken), 403, "Must have admin rights"},

		{"GET with a body", "GET", pullPath, "{}", nil, 400, "must not have a body"},
		{"no Content-Type", "POST", commentsPath, good, withoutHeader("Content-Type"), 415, "application/json"},
		{"form", "POST", commentsPath, good, withHeader("Content-Type", "multipart/form-data"), 415, jsonType},
		{"long body", "POST", commentsPath, strings.Repeat(" ", maxBody+1), nil, 413, "longer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newTestGitHub(GitHubOptions{})
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			w := send(g, tt.method, tt.path, tt.body, tt.edit)
			equal(t, "status", w.Code, tt.status)
			equal(t, "type", w.Header().Get("Content-Type"), "application/json; charset=utf-8")
			got := decode[gitHubError](t, w.Body.String())
			if !strings.Contains(got.Message, tt.message) {
				t.Errorf("message %q does not contain %q", got.Message, tt.message)
			}
			equal(t, "has a documentation URL", got.DocumentationURL != "", true)
			equal(t, "remaining", w.Header().Get("X-RateLimit-Remaining"), "4999")
			equal(t, "comments", len(g.Comments(7)), 1)
			equal(t, "comment", g.Comments(7)[0].Body, "first")
		})
	}
}

func TestGitHubAcceptedRequests(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		edit       func(*http.Request)
	}{
		{"paths of GitHub Enterprise Server", pullPath, nil},
		{"paths of github.com", "/repos/" + testRepo + "/pulls/7", nil},
		{"repository in another case", "/api/v3/repos/Example/AirFlow/pulls/7", nil},
		{"unknown parameter", pullPath + "?x=1", nil},
		{"scheme token", pullPath, withHeader("Authorization", "token "+botToken)},
		{"scheme in lower case", pullPath, withHeader("Authorization", "bearer "+botToken)},
		{"read-only token", pullPath, withToken(readToken)},
		{"no API version", pullPath, withoutHeader("X-GitHub-Api-Version")},
		{"no Accept", pullPath, withoutHeader("Accept")},
		{"any media type", pullPath, withHeader("Accept", "*/*")},
		{"JSON among other media types", pullPath, withHeader("Accept", "text/html, application/json;q=0.9")},
		{"JSON of version 3", pullPath, withHeader("Accept", "application/vnd.github.v3+json")},
		{"preview", pullPath, withHeader("Accept", "application/vnd.github.squirrel-girl-preview")},
		{"preview with JSON", pullPath, withHeader("Accept", "application/vnd.github.groot-preview+json")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.edit == nil {
				tt.edit = func(*http.Request) {}
			}
			w := send(newTestGitHub(GitHubOptions{}), "GET", tt.path, "", tt.edit)
			equal(t, "status", w.Code, 200)
			equal(t, "number", decode[wirePull](t, w.Body.String()).Number, 7)
		})
	}
}
