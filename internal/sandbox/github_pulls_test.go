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
	synctest.Test(t, func(t *testing.T) { // synctest starts in the year 2000
		g := newTestGitHub(GitHubOptions{})
		g.AddPullRequest(PullRequest{
			Number: 9, Title: "From a fork", HeadRepo: "mona/airflow", HeadSHA: "h", MergeCommitSHA: "m", Merged: true,
		})
		g.AddPullRequest(PullRequest{Number: 10})
		read := func(number string) pull {
			return decode[pull](t, send(g, "GET", "/repos/"+testRepo+"/pulls/"+number, "").Body.String())
		}

		branch := read("7")
		equal(t, "branch", []any{branch.State, *branch.Merged, branch.MergedAt, branch.MergeCommitSHA, branch.HTMLURL},
			[]any{"open", false, (*string)(nil), (*string)(nil), "https://github.example/example/airflow/pull/7"})
		equal(t, "head and base", *branch.Head.Repo, *branch.Base.Repo)
		equal(t, "head", []any{branch.Head.SHA, branch.Head.Repo.FullName, branch.Head.Repo.Fork},
			[]any{"head7", testRepo, false})

		fork := read("9")
		equal(t, "fork", []any{fork.State, *fork.Merged, *fork.MergedAt, *fork.MergeCommitSHA, fork.Title},
			[]any{"closed", true, "2000-01-01T00:00:00Z", "m", "From a fork"})
		equal(t, "head of the fork", []any{fork.Head.Repo.FullName, fork.Head.Repo.Fork, fork.Base.Repo.FullName},
			[]any{"mona/airflow", true, testRepo})
		equal(t, "IDs differ", fork.Head.Repo.ID != fork.Base.Repo.ID, true)

		deleted := read("10")
		equal(t, "deleted fork", []any{deleted.State, *deleted.Merged, deleted.Head.Repo == nil}, []any{"open", false, true})
	})
}

func TestPullsOfCommit(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	g.AddPullRequest(PullRequest{Number: 12, Merged: true, MergeCommitSHA: "m12", Commits: []string{"m12", "both"}})
	g.AddPullRequest(PullRequest{Number: 11, Merged: true, MergeCommitSHA: "m11", Commits: []string{"both"}})
	g.AddPullRequest(PullRequest{Number: 13, Commits: []string{"late"}, VisibleAfter: 2})
	for _, tt := range []struct {
		name, sha string
		status    int
		want      []int
	}{
		{"one", "m12", 200, []int{12}},
		{"several, by number", "both", 200, []int{11, 12}},
		{"merge commit that is not in Commits", "m11", 200, []int{}},
		{"not visible yet", "late", 200, []int{}},
		{"still not visible", "late", 200, []int{}},
		{"visible", "late", 200, []int{13}},
		{"still visible", "late", 200, []int{13}},
		{"unknown", "0123", 422, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := send(g, "GET", "/api/v3/repos/"+testRepo+"/commits/"+tt.sha+"/pulls", "")
			equal(t, "status", w.Code, tt.status)
			if tt.status != 200 {
				equal(t, "message", decode[gitHubError](t, w.Body.String()).Message, "No commit found for SHA: "+tt.sha)
				return
			}
			numbers := []int{}
			for _, pull := range decode[[]map[string]json.RawMessage](t, w.Body.String()) {
				numbers = append(numbers, decode[int](t, string(pull["number"])))
				if _, ok := pull["merged"]; ok {
					t.Error("lists must not contain merged")
				}
			}
			equal(t, "numbers", numbers, tt.want)
		})
	}
	w := send(g, "GET", "/api/v3/repos/"+testRepo+"/commits/both/pulls?per_page=1", "")
	equal(t, "pages", rels(w.Header().Get("Link")), map[string]string{"next": "2", "last": "2"})
}
