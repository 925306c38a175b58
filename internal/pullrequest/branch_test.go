package pullrequest

import (
	"strings"
	"testing"
)

func TestReadLanding(t *testing.T) {
	const (
		main = "refs/heads/main"
		repo = `"repository":{"id":1,"default_branch":"main"}`
		none = `"repository":{"id":1}`
	)
	closed := func(base, merged, repository string) string {
		pull := `{"number":7,"merged":` + merged + `,"base":{"ref":"` + base + `"}}`
		return `{"action":"closed","pull_request":` + pull + `,` + repository + `}`
	}
	no := Landing{Known: true}
	for _, tt := range []struct {
		name, event, ref, payload string
		want                      Landing
	}{
		{"push to main", "push", main, `{` + repo + `}`, Landing{"main", true, true}},
		{"push to a branch", "push", "refs/heads/next", `{` + repo + `}`, Landing{"next", false, true}},
		{
			"push to a branch with a slash", "push", "refs/heads/release/1",
			`{"repository":{"default_branch":"release/1"}}`,
			Landing{"release/1", true, true},
		},
		{"push, default branch not in the payload", "push", main, `{` + none + `}`, Landing{"main", true, false}},
		{"push that deletes the branch", "push", main, `{"deleted":true,` + repo + `}`, no},
		{"push that does not delete it", "push", main, `{"deleted":false,` + repo + `}`, Landing{"main", true, true}},
		{"push of a tag", "push", "refs/tags/main", `{` + repo + `}`, no},
		{"push of a tag, default branch not in the payload", "push", "refs/tags/v1", `{` + none + `}`, no},
		{"push to a name in another case", "push", "refs/heads/Main", `{` + repo + `}`, Landing{"Main", false, true}},
		{"push to an empty name", "push", "refs/heads/", `{` + none + `}`, no},
		{"push without a ref", "push", "", `{` + none + `}`, no},
		{"schedule", "schedule", main, `{"schedule":"0 5 * * *"}`, Landing{"main", true, false}},
		{"schedule, default branch in the payload", "schedule", main, `{` + repo + `}`, Landing{"main", true, true}},
		{"manual", "workflow_dispatch", main, `{` + repo + `}`, Landing{"main", true, true}},
		{"manual on a branch", "workflow_dispatch", "refs/heads/next", `{` + repo + `}`, Landing{"next", false, true}},
		{"manual on a tag", "workflow_dispatch", "refs/tags/v1", `{` + repo + `}`, no},
		{"merged", "pull_request", "refs/pull/7/merge", closed("main", "true", repo), Landing{"main", true, true}},
		{
			"merged, pull_request_target", "pull_request_target", main,
			closed("main", "true", repo),
			Landing{"main", true, true},
		},
		{
			"merged, default branch not in the payload", "pull_request", "refs/pull/7/merge",
			closed("main", "true", none),
			Landing{"main", true, false},
		},
		{"merged into a branch", "pull_request", main, closed("next", "true", repo), Landing{"next", false, true}},
		{"closed", "pull_request", main, closed("main", "false", repo), no},
		{"closed, merged is null", "pull_request", main, closed("main", "null", repo), no},
		{"opened", "pull_request", main, strings.Replace(closed("main", "false", repo), "closed", "opened", 1), no},
		{
			"labeled after the merge", "pull_request", main,
			strings.Replace(closed("main", "true", repo), "closed", "labeled", 1), no,
		},
		{
			"pull request without a base", "pull_request", main,
			`{"action":"closed","pull_request":{"merged":true},` + none + `}`, no,
		},
		{"pull_request without a pull request", "pull_request", main, `{"action":"closed",` + repo + `}`, no},
		{
			"merged pull request in the payload of a push", "push", "refs/heads/next",
			closed("main", "true", repo),
			Landing{"next", false, true},
		},
		{"workflow run", "workflow_run", main, `{` + repo + `}`, no},
		{"repository dispatch", "repository_dispatch", main, `{` + repo + `}`, no},
		{"merge queue", "merge_group", "refs/heads/gh-readonly-queue/main/pr-7-abc", `{` + repo + `}`, no},
		{"comment", "issue_comment", main, `{` + repo + `}`, no},
		{"no event", "", main, `{` + repo + `}`, no},
		{"no payload", "push", main, ``, no},
		{"invalid JSON", "push", main, `<html>`, no},
		{"member of another type", "push", main, `{"deleted":"no",` + repo + `}`, no},
		{"null", "push", main, `null`, Landing{"main", true, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ReadLanding(tt.event, tt.ref, []byte(tt.payload)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// The expected hashes are those that git hash-object prints.
func TestBlob(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"empty", "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{"a line", "hello world\n", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"},
		{"Windows line breaks", "grants: []\r\n", "48c05952f5f9316d30e99c46bdc00430cdef7d0a"},
		{"not ASCII", "grants:\n  - org-token-name: Größe\n", "849aa175b046e6feb4459f39fc1110928d40cce2"},
		{"a MiB", strings.Repeat("x", 1<<20), "fc26db1cf2fd25ac90dbf93eef0ebb92b51e8850"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := blob([]byte(tt.content)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
