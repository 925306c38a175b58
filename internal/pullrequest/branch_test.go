package pullrequest

import (
	"strings"
	"testing"
)

func TestLanding(t *testing.T) {
	const (
		main = "refs/heads/main"
		repo = `"repository":{"id":1,"default_branch":"main"}`
		none = `"repository":{"id":1}`
	)
	closed := func(base, merged, repository string) string {
		return `{"action":"closed","pull_request":{"number":7,"merged":` + merged + `,"base":{"ref":"` + base + `"}},` + repository + `}`
	}
	type landing struct {
		branch        string
		landed, known bool
	}
	no := landing{"", false, true}
	for _, tt := range []struct {
		name, event, ref, payload string
		want                      landing
	}{
		{"push to main", "push", main, `{` + repo + `}`, landing{"main", true, true}},
		{"push to a branch", "push", "refs/heads/next", `{` + repo + `}`, landing{"next", false, true}},
		{"push to a branch with a slash", "push", "refs/heads/release/1", `{"repository":{"default_branch":"release/1"}}`, landing{"release/1", true, true}},
		{"push, default branch untold", "push", main, `{` + none + `}`, landing{"main", true, false}},
		{"push that deletes", "push", main, `{"deleted":true,` + repo + `}`, no},
		{"push that does not", "push", main, `{"deleted":false,` + repo + `}`, landing{"main", true, true}},
		{"push of a tag", "push", "refs/tags/main", `{` + repo + `}`, no},
		{"push of a tag, default branch untold", "push", "refs/tags/v1", `{` + none + `}`, no},
		{"push to a name in another case", "push", "refs/heads/Main", `{` + repo + `}`, landing{"Main", false, true}},
		{"push to no name", "push", "refs/heads/", `{` + none + `}`, no},
		{"push without a ref", "push", "", `{` + none + `}`, no},
		{"schedule", "schedule", main, `{"schedule":"0 5 * * *"}`, landing{"main", true, false}},
		{"schedule that tells", "schedule", main, `{` + repo + `}`, landing{"main", true, true}},
		{"by hand", "workflow_dispatch", main, `{` + repo + `}`, landing{"main", true, true}},
		{"by hand on a branch", "workflow_dispatch", "refs/heads/next", `{` + repo + `}`, landing{"next", false, true}},
		{"by hand on a tag", "workflow_dispatch", "refs/tags/v1", `{` + repo + `}`, no},
		{"merged", "pull_request", "refs/pull/7/merge", closed("main", "true", repo), landing{"main", true, true}},
		{"merged, with secrets", "pull_request_target", main, closed("main", "true", repo), landing{"main", true, true}},
		{"merged, default branch untold", "pull_request", "refs/pull/7/merge", closed("main", "true", none), landing{"main", true, false}},
		{"merged into a branch", "pull_request", main, closed("next", "true", repo), landing{"next", false, true}},
		{"closed", "pull_request", main, closed("main", "false", repo), no},
		{"closed, merged untold", "pull_request", main, closed("main", "null", repo), no},
		{"opened", "pull_request", main, strings.Replace(closed("main", "false", repo), "closed", "opened", 1), no},
		{"labeled after the merge", "pull_request", main, strings.Replace(closed("main", "true", repo), "closed", "labeled", 1), no},
		{"pull request without a base", "pull_request", main, `{"action":"closed","pull_request":{"merged":true},` + none + `}`, no},
		{"pull request without one", "pull_request", main, `{"action":"closed",` + repo + `}`, no},
		{"a merged one in the payload of a push", "push", "refs/heads/next", closed("main", "true", repo), landing{"next", false, true}},
		{"workflow run", "workflow_run", main, `{` + repo + `}`, no},
		{"dispatch by API", "repository_dispatch", main, `{` + repo + `}`, no},
		{"merge queue", "merge_group", "refs/heads/gh-readonly-queue/main/pr-7-abc", `{` + repo + `}`, no},
		{"comment", "issue_comment", main, `{` + repo + `}`, no},
		{"no event", "", main, `{` + repo + `}`, no},
		{"no payload", "push", main, ``, no},
		{"no JSON", "push", main, `<html>`, no},
		{"another type", "push", main, `{"deleted":"no",` + repo + `}`, no},
		{"null", "push", main, `null`, landing{"main", true, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got landing
			got.branch, got.landed, got.known = Landing(tt.event, tt.ref, []byte(tt.payload))
			if got != tt.want {
				t.Errorf("%+v, not %+v", got, tt.want)
			}
		})
	}
}

// TestBlob has what git hash-object says.
func TestBlob(t *testing.T) {
	for _, tt := range []struct{ name, content, want string }{
		{"nothing", "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"},
		{"a line", "hello world\n", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"},
		{"line breaks of Windows", "grants: []\r\n", "48c05952f5f9316d30e99c46bdc00430cdef7d0a"},
		{"not ASCII", "grants:\n  - org-token-name: Größe\n", "849aa175b046e6feb4459f39fc1110928d40cce2"},
		{"a MiB", strings.Repeat("x", 1<<20), "fc26db1cf2fd25ac90dbf93eef0ebb92b51e8850"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := blob([]byte(tt.content)); got != tt.want {
				t.Errorf("%s, not %s", got, tt.want)
			}
		})
	}
}
