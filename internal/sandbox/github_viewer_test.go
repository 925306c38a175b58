package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
)

func TestViewer(t *testing.T) {
	query := func(text string) string {
		body, _ := json.Marshal(map[string]any{"query": text})
		return string(body)
	}
	const both = "query { viewer { login databaseId } }"
	const botViewer = `{"data":{"viewer":{"databaseId":41898282,"login":"github-actions[bot]"}}}`
	const login = `{"data":{"viewer":{"login":"mona"}}}`
	hidden := Account{Login: "app[bot]", ID: 5, Type: "Bot", HideBot: true, HideDatabaseID: true}
	for _, tt := range []struct {
		name, body string
		edit       func(*http.Request)
		status     int
		want       string // empty: errors if the status is 200, a message otherwise
	}{
		{"bot", query(both), withToken(botToken), 200, botViewer},
		{"read-only token", query(both), withToken(readToken), 200, botViewer},
		{"person", query(both), withToken(humanToken), 200, `{"data":{"viewer":{"databaseId":42,"login":"mona"}}}`},
		{"hidden fields", query(both), withToken("hidden"), 200, `{"data":{"viewer":{"databaseId":null,"login":"app"}}}`},
		{"short form", query("{viewer{login}}"), withToken(humanToken), 200, login},
		{"named, multiple lines", query("query Q {\n  viewer {\n    login\n  }\n}\n"), withToken(humanToken), 200, login},
		{"variables", `{"query":"{viewer{login}}","variables":{}}`, withToken(humanToken), 200, login},
		{"unknown field", query("{viewer{login email}}"), withToken(botToken), 200, ""},
		{"no fields", query("{viewer{}}"), withToken(botToken), 200, ""},
		{"unsupported query", query("{repository{id}}"), withToken(botToken), 200, ""},
		{"mutation", query("mutation {viewer{login}}"), withToken(botToken), 200, ""},
		{"unclosed", query("{viewer{login}"), withToken(botToken), 200, ""},
		{"no query", `{}`, withToken(botToken), 400, ""},
		{"query is not a string", `{"query":{}}`, withToken(botToken), 400, ""},
		{"not JSON", `{viewer{login}}`, withToken(botToken), 400, ""},
		{"anonymous", query(both), withoutHeader("Authorization"), 401, ""},
		{"unknown token", query(both), withToken("x"), 401, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newTestGitHub(GitHubOptions{})
			g.AddToken("hidden", hidden, true)
			for _, path := range []string{"/api/graphql", "/graphql"} {
				w := send(g, "POST", path, tt.body, tt.edit)
				equal(t, "status", w.Code, tt.status)
				switch {
				case tt.want != "":
					equal(t, "response", w.Body.String(), tt.want)
				case tt.status == 200:
					equal(t, "errors", len(decode[struct{ Errors []gitHubError }](t, w.Body.String()).Errors), 1)
				default:
					equal(t, "message", decode[gitHubError](t, w.Body.String()).Message != "", true)
				}
			}
		})
	}
}

func TestGraphQLIsOutsideOfREST(t *testing.T) {
	for _, path := range []string{"/api/v3/graphql", "/api/v3/api/graphql"} {
		equal(t, path, send(newTestGitHub(GitHubOptions{}), "POST", path, `{"query":"{viewer{login}}"}`).Code, 404)
	}
	equal(t, "by GET", send(newTestGitHub(GitHubOptions{}), "GET", "/api/graphql", "").Code, 404)
}
