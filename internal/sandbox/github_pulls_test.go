package sandbox

import (
	"encoding/json"
	"testing"
	"testing/synctest"
)

func TestReadPull(t *testing.T) {
	type end struct {
		SHA  string
		Repo *struct {
			FullName string `json:"full_name"`
			ID       int64
			Fork     bool
		}
	}
	type pull struct {
		Number         int
		State, Title   string
		Merged         *bool
		MergedAt       *string `json:"merged_at"`
		MergeCommitSHA *string `json:"merge_commit_sha"`
		HTMLURL        string  `json:"html_url"`
		Head, Base     end
	}
	synctest.Test(t, func(t *testing.T) { // time starts with 2000
		g := newGitHub(GitHubOptions{})
		g.AddPullRequest(PullRequest{
			Number: 9, Title: "From a fork", HeadRepo: "mona/airflow", HeadSHA: "h", MergeCommitSHA: "m", Merged: true,
		})
		g.AddPullRequest(PullRequest{Number: 10, State: "closed"})
		read := func(number string) pull {
			return decode[pull](t, ask(g, "GET", "/repos/"+testRepo+"/pulls/"+number, "").Body.String())
		}

		own := read("7")
		equal(t, "own", []any{own.State, *own.Merged, own.MergedAt, own.MergeCommitSHA, own.HTMLURL},
			[]any{"open", false, (*string)(nil), (*string)(nil), "https://github.example/example/airflow/pull/7"})
		equal(t, "both ends of its own", *own.Head.Repo, *own.Base.Repo)
		equal(t, "own head", []any{own.Head.SHA, own.Head.Repo.FullName, own.Head.Repo.Fork}, []any{"head7", testRepo, false})

		fork := read("9")
		equal(t, "fork", []any{fork.State, *fork.Merged, *fork.MergedAt, *fork.MergeCommitSHA, fork.Title},
			[]any{"closed", true, "2000-01-01T00:00:00Z", "m", "From a fork"})
		equal(t, "fork's head", []any{fork.Head.Repo.FullName, fork.Head.Repo.Fork, fork.Base.Repo.FullName},
			[]any{"mona/airflow", true, testRepo})
		equal(t, "other IDs", fork.Head.Repo.ID != fork.Base.Repo.ID, true)

		gone := read("10")
		equal(t, "gone", []any{gone.State, *gone.Merged, gone.Head.Repo == nil}, []any{"closed", false, true})
	})
}

func TestPullsOfCommit(t *testing.T) {
	g := newGitHub(GitHubOptions{})
	g.AddPullRequest(PullRequest{Number: 12, Merged: true, MergeCommitSHA: "m12", Commits: []string{"m12", "both"}})
	g.AddPullRequest(PullRequest{Number: 11, Merged: true, MergeCommitSHA: "m11", Commits: []string{"both"}})
	g.AddPullRequest(PullRequest{Number: 13, Commits: []string{"late"}, VisibleAfter: 2})
	g.AddCommit("direct")
	for _, tt := range []struct {
		name, sha string
		status    int
		want      []int
	}{
		{"one", "m12", 200, []int{12}},
		{"several, by number", "both", 200, []int{11, 12}},
		{"not in the list though its merge commit", "m11", 200, []int{}},
		{"no pull request", "direct", 200, []int{}},
		{"trails", "late", 200, []int{}},
		{"still trails", "late", 200, []int{}},
		{"has come", "late", 200, []int{13}},
		{"stays", "late", 200, []int{13}},
		{"unknown", "0123", 422, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(g, "GET", "/api/v3/repos/"+testRepo+"/commits/"+tt.sha+"/pulls", "")
			equal(t, "status", w.Code, tt.status)
			if tt.status != 200 {
				equal(t, "message", decode[denial](t, w.Body.String()).Message, "No commit found for SHA: "+tt.sha)
				return
			}
			numbers := []int{}
			for _, pull := range decode[[]map[string]json.RawMessage](t, w.Body.String()) {
				numbers = append(numbers, decode[int](t, string(pull["number"])))
				if _, ok := pull["merged"]; ok {
					t.Error("a list has no merged")
				}
			}
			equal(t, "numbers", numbers, tt.want)
		})
	}
	w := ask(g, "GET", "/api/v3/repos/"+testRepo+"/commits/both/pulls?per_page=1", "")
	equal(t, "pages", rels(w.Header().Get("Link")), map[string]string{"next": "2", "last": "2"})
}
