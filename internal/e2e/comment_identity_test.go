package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// person is the account of somebody's own token.
var person = sandbox.Account{Login: "octocat", ID: 583231}

// TestCommentWithoutGraphQL has a server without GraphQL, or one whose GraphQL does not work. The run finds out otherwise
// who it is, and updates its comment.
func TestCommentWithoutGraphQL(t *testing.T) {
	t.Parallel()
	html := http.Header{"Content-Type": {"text/html"}}
	for _, tt := range []struct {
		name    string
		us      sandbox.Account
		fault   sandbox.Fault // of GraphQL
		graphQL string        // if set, its address
		warning string        // empty: none
	}{
		{"not found", bot, sandbox.Fault{Status: 404}, "", "404 Not Found"},
		{"forbidden", bot, sandbox.Fault{Status: 403}, "", "403 Forbidden"},
		{"sign-in page", bot, sandbox.Fault{Status: 200, Header: html, Body: "<html>"}, "", `the answer is "text/html", not JSON`},
		{"error", bot, sandbox.Fault{Status: 200, Body: `{"errors":[{"message":"It is off."}]}`}, "", "It is off."},
		{"not found, a person's token", person, sandbox.Fault{Status: 404}, "", "404 Not Found"},
		{"at another host", bot, sandbox.Fault{}, "https://api.github.com/graphql", ""},
		{"at another host, a person's token", person, sandbox.Fault{}, "https://api.github.com/graphql", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			o := serveGitHub(t, sandbox.GitHubOptions{Fault: func(_ int, r *http.Request) sandbox.Fault {
				if !strings.HasSuffix(r.URL.Path, "/graphql") {
					return sandbox.Fault{}
				}
				asked++
				return tt.fault
			}}, nil, func(g *sandbox.GitHub) {
				g.AddToken(githubToken, tt.us, true)
				g.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: repository, HeadSHA: headSHA})
			})
			if tt.graphQL != "" {
				o.options = append(o.options, env("GITHUB_GRAPHQL_URL", tt.graphQL))
			}
			o.run(t, with("dry-run", "true"))
			r := o.run(t, with())
			contains(t, "the comment", o.only(t), "grant: 1 granted")
			warnings := r.named("warning")
			equal(t, "warnings", len(warnings) > 0, tt.warning != "")
			if tt.warning != "" {
				equal(t, "requests to GraphQL", asked, 1)
				contains(t, "the warning", warnings[0].message, "GraphQL failed: "+tt.warning)
			} else {
				equal(t, "requests to GraphQL", asked, 0)
			}
		})
	}
}

// TestCommentOnAnotherForge has no variable for GraphQL. The token goes to the server that is given, and nowhere else.
func TestCommentOnAnotherForge(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.options = append(o.options, unset("GITHUB_GRAPHQL_URL"))
	o.run(t, with("dry-run", "true"))
	r := o.run(t, with())
	equal(t, "warnings", len(r.named("warning")), 0)
	contains(t, "the comment", o.only(t), "grant: 1 granted")
}

// TestCommentUntrustedGitHub has a GitHub whose certificate is unknown.
func TestCommentUntrustedGitHub(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	root, _ := serveTLS(t, o.github, time.Now().AddDate(1, 0, 0))
	r := o.run(t, with(), env("GITHUB_API_URL", root+"/api/v3"), env("GITHUB_GRAPHQL_URL", root+"/api/graphql"))
	r.is(t, "status", "granted")
	equal(t, "warnings", len(r.named("warning")), 1)
	contains(t, "the warning", r.named("warning")[0].message, "certificate", "set the variable SSL_CERT_FILE")
	equal(t, "requests to GitHub", len(o.github.Requests()), 0)
}

// TestCommentRefused has GitHub refuse the comment for reasons of which the permission is none.
func TestCommentRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, message, hint string }{
		{"locked", "Unable to create comment because issue is locked.", "Unlock it"},
		{"SAML", "Resource protected by organization SAML enforcement.", "single sign-on"},
		{"archived", "Repository was archived so is read-only.", "The repository is archived"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, gitHubFault(0, http.MethodPost, sandbox.Fault{
				Status: 403, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"message":"` + tt.message + `"}`,
			}), nil, nil)
			r := o.run(t, with())
			r.is(t, "status", "granted")
			equal(t, "attempts", o.sent(http.MethodPost), 1)
			text := r.named("warning")[0].message
			contains(t, "the warning", text, strings.TrimSuffix(tt.message, "."), tt.hint)
			lacks(t, "the warning", text, "pull-requests: write")
		})
	}
}
