package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
)

func TestReadUser(t *testing.T) {
	for _, tt := range []struct {
		name   string
		edit   func(*http.Request)
		status int
	}{
		{"a person", as(humanToken), 200},
		{"a bot", as(botToken), 403},
		{"nobody", without("Authorization"), 401},
		{"unknown", as("x"), 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(newGitHub(GitHubOptions{}), "GET", "/api/v3/user", "", tt.edit)
			equal(t, "status", w.Code, tt.status)
			if tt.status == 200 {
				got := decode[wireUser](t, w.Body.String())
				equal(t, "user", []any{got.Login, got.ID, got.Type}, []any{"mona", int64(42), "User"})
			}
		})
	}
}

func TestViewer(t *testing.T) {
	query := func(text string) string {
		body, _ := json.Marshal(map[string]any{"query": text})
		return string(body)
	}
	const plain = "query { viewer { login databaseId } }"
	const botViewer = `{"data":{"viewer":{"databaseId":41898282,"login":"github-actions[bot]"}}}`
	hidden := Account{Login: "app[bot]", ID: 5, Type: "Bot", HideBot: true, HideDatabaseID: true}
	for _, tt := range []struct {
		name, body string
		edit       func(*http.Request)
		status     int
		want       string // empty: errors, or with another status a message
	}{
		{"a bot", query(plain), as(botToken), 200, botViewer},
		{"a token that only reads", query(plain), as(readToken), 200, botViewer},
		{"a person", query(plain), as(humanToken), 200, `{"data":{"viewer":{"databaseId":42,"login":"mona"}}}`},
		{"a bot that hides", query(plain), as("hidden"), 200, `{"data":{"viewer":{"databaseId":null,"login":"app"}}}`},
		{"short", query("{viewer{login}}"), as(humanToken), 200, `{"data":{"viewer":{"login":"mona"}}}`},
		{"named, on lines", query("query Who {\n  viewer {\n    databaseId\n  }\n}\n"), as(humanToken), 200, `{"data":{"viewer":{"databaseId":42}}}`},
		{"with variables", `{"query":"{viewer{login}}","variables":{}}`, as(humanToken), 200, `{"data":{"viewer":{"login":"mona"}}}`},
		{"another field", query("{viewer{login email}}"), as(botToken), 200, ""},
		{"no field", query("{viewer{}}"), as(botToken), 200, ""},
		{"another query", query("{repository{id}}"), as(botToken), 200, ""},
		{"a mutation", query("mutation {viewer{login}}"), as(botToken), 200, ""},
		{"unclosed", query("{viewer{login}"), as(botToken), 200, ""},
		{"no query", `{}`, as(botToken), 400, ""},
		{"a query that is no text", `{"query":{}}`, as(botToken), 400, ""},
		{"no JSON", `{viewer{login}}`, as(botToken), 400, ""},
		{"nobody", query(plain), without("Authorization"), 401, ""},
		{"unknown", query(plain), as("x"), 401, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGitHub(GitHubOptions{})
			g.AddToken("hidden", hidden, true)
			for _, path := range []string{"/api/graphql", "/graphql"} {
				w := ask(g, "POST", path, tt.body, tt.edit)
				equal(t, "status", w.Code, tt.status)
				switch {
				case tt.want != "":
					equal(t, "answer", w.Body.String(), tt.want)
				case tt.status == 200:
					equal(t, "errors", len(decode[struct{ Errors []denial }](t, w.Body.String()).Errors), 1)
				default:
					equal(t, "message", decode[denial](t, w.Body.String()).Message != "", true)
				}
			}
		})
	}
}

func TestGraphQLIsNotUnderREST(t *testing.T) {
	for _, path := range []string{"/api/v3/graphql", "/api/v3/api/graphql"} {
		equal(t, path, ask(newGitHub(GitHubOptions{}), "POST", path, `{"query":"{viewer{login}}"}`).Code, 404)
	}
	equal(t, "by GET", ask(newGitHub(GitHubOptions{}), "GET", "/api/graphql", "").Code, 404)
}
