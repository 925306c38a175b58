package sandbox

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCommentResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // synctest starts in the year 2000
		g := newTestGitHub(GitHubOptions{})
		const repo = "http://sandbox.test/api/v3/repos/" + testRepo
		want := func(updated, body string) string {
			return `{"id":3000000001,"url":"` + repo + `/issues/comments/3000000001",` +
				`"html_url":"https://github.example/example/airflow/pull/7#issuecomment-3000000001",` +
				`"issue_url":"` + repo + `/issues/7","user":{"login":"github-actions[bot]","id":41898282,"type":"Bot",` +
				`"html_url":"https://github.example/github-actions","site_admin":false},` +
				`"created_at":"2000-01-01T00:00:00Z","updated_at":"` + updated + `",` +
				`"author_association":"NONE","body":"` + body + `"}`
		}
		equal(t, "read", send(g, "GET", commentPath, "").Body.String(), want("2000-01-01T00:00:00Z", "first"))
		time.Sleep(time.Minute)
		w := send(g, "PATCH", commentPath, `{"body":"<b> & ünï"}`)
		equal(t, "status", w.Code, 200)
		equal(t, "edited", w.Body.String(), want("2000-01-01T00:01:00Z", "<b> & ünï"))
		equal(t, "list", send(g, "GET", commentsPath, "").Body.String(), "["+w.Body.String()+"]")
		c := g.Comments(7)[0]
		equal(t, "stored", []any{c.Body, c.Number, c.Author, c.UpdatedAt.Sub(c.CreatedAt)},
			[]any{"<b> & ünï", 7, bot, time.Minute})
	})
}

func TestCreateComment(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	w := send(g, "POST", commentsPath, `{"body":"on the pull request"}`, withToken(humanToken))
	equal(t, "status", w.Code, 201)
	c := decode[wireComment](t, w.Body.String())
	equal(t, "comment", []any{c.ID, c.Body, c.User.Login, c.User.ID, c.User.Type},
		[]any{int64(3000000002), "on the pull request", "mona", int64(42), "User"})
	equal(t, "Location", w.Header().Get("Location"), c.URL)

	w = send(g, "POST", "/repos/"+testRepo+"/issues/8/comments", `{"body":"on another"}`)
	equal(t, "another pull request", decode[wireComment](t, w.Body.String()).HTMLURL,
		"https://github.example/example/airflow/pull/8#issuecomment-3000000003")
	equal(t, "numbers", []int{len(g.Comments(7)), len(g.Comments(8))}, []int{2, 1})
}

func TestCommentBodies(t *testing.T) {
	const long = "Body is too long (maximum is 65536 characters)"
	for _, tt := range []struct {
		name, body string
		status     int // 0: accepted
		message    string
		field      string
	}{
		{"plain", `{"body":"x"}`, 0, "", ""},
		{"at the limit", `{"body":"` + strings.Repeat("x", 65536) + `"}`, 0, "", ""},
		{"characters, not bytes", `{"body":"` + strings.Repeat("🚀", 65536) + `"}`, 0, "", ""},
		{"above the limit", `{"body":"` + strings.Repeat("x", 65537) + `"}`, 422, "Validation Failed", long},
		{"empty", `{"body":""}`, 422, "Validation Failed", "Body cannot be blank"},
		{"blank", `{"body":" \n"}`, 422, "Validation Failed", "Body cannot be blank"},
		{"null", `{"body":null}`, 422, "null is not a string", ""},
		{"number", `{"body":1}`, 422, "1 is not a string", ""},
		{"missing", `{}`, 422, `"body" wasn't supplied`, ""},
		{"unknown key", `{"body":"x","id":1}`, 422, `"id" is not a permitted key`, ""},
		{"not an object", `"x"`, 400, "Problems parsing JSON", ""},
		{"not JSON", `body=x`, 400, "Problems parsing JSON", ""},
		{"invalid UTF-8", "{\"body\":\"\xff\"}", 400, "Problems parsing JSON", ""},
		{"no body", ``, 400, "Problems parsing JSON", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for method, path := range map[string]string{"POST": commentsPath, "PATCH": commentPath} {
				g := newTestGitHub(GitHubOptions{})
				w := send(g, method, path, tt.body, withHeader("Content-Type", "application/json"))
				if tt.status == 0 {
					equal(t, method, w.Code, map[string]int{"POST": 201, "PATCH": 200}[method])
					continue
				}
				equal(t, method, w.Code, tt.status)
				got := decode[gitHubError](t, w.Body.String())
				if !strings.Contains(got.Message, tt.message) {
					t.Errorf("message %q does not contain %q", got.Message, tt.message)
				}
				if tt.field != "" {
					equal(t, "errors", got.Errors, []gitHubFieldError{{"IssueComment", "unprocessable", "data", tt.field}})
				}
				equal(t, "comments", []any{len(g.Comments(7)), g.Comments(7)[0].Body}, []any{1, "first"})
			}
		})
	}
}

func TestReplacedPullRequestKeepsComments(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	g.AddPullRequest(PullRequest{Number: 7, Merged: true})
	equal(t, "comments", len(g.Comments(7)), 1)
}

func TestDeleteComment(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	equal(t, "by another account", send(g, "DELETE", commentPath, "", withToken(humanToken)).Code, 403)
	equal(t, "by its author", send(g, "DELETE", commentPath, "").Code, 204)
	equal(t, "again", send(g, "DELETE", commentPath, "").Code, 404)
	equal(t, "comments", len(g.Comments(7)), 0)
	send(g, "POST", commentsPath, `{"body":"x"}`)
	equal(t, "ID of the next one", g.Comments(7)[0].ID, int64(firstComment+1)) // IDs are never used again
}
