package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// runID makes it this run of the workflow.
func runID(id int) option { return env("GITHUB_RUN_ID", fmt.Sprint(id)) }

// TestCommentOfAFile follows a file from its first plan to what was done, in one comment whatever it says.
func TestCommentOfAFile(t *testing.T) {
	t.Parallel()
	o := landed(t, notThere, sandbox.Options{}, nil)
	pull := event("pull_request", pullOf("synchronize", repo, "main", false))
	always := func(pairs ...string) map[string]string { return filed(append(pairs, "comment", "always")...) }

	mistaken := strings.Replace(aFile, "role: none", "role:", 1)
	o.run(t, always(), pull, checkout(mistaken), runID(100))
	contains(t, "the comment on a mistake", o.only(t), "### ❌ Astro grants file failed: invalid-input", "role is empty", "runs/100/")

	first := strings.Replace(aFile, "OPERATOR", "OWNER", 1)
	o.run(t, always(), pull, checkout(first), runID(101))
	contains(t, "the plan", o.only(t), "### 🔎 Astro grants file, plan: would be 1 granted, 1 updated, 1 revoked", "planned only", "**owner**", "**revoked**", "1 unchanged.", "runs/101/")

	o.run(t, always(), pull, checkout(aFile), runID(102))
	contains(t, "the second plan", o.only(t), "plan: would be 1 granted", "`WORKSPACE_OPERATOR`", "runs/102/")
	lacks(t, "the second plan", o.only(t), "**owner**")

	edits := o.sent(http.MethodPatch)
	o.run(t, always(), pull, checkout(aFile), runID(103))
	equal(t, "edits by a plan that is the same", o.sent(http.MethodPatch), edits)

	o.github.SetFile("main", grantsPath, aFile)
	r := o.run(t, always(), checkout(aFile), runID(104))
	r.is(t, "applied", "true", "pull-request", "7", "comment-id", "3000000001")
	done := o.only(t)
	contains(t, "what was done", done, "### ✅ Astro grants file applied: 1 granted, 1 updated, 1 revoked", "runs/104/")
	lacks(t, "what was done", done, "planned")

	o.run(t, always(), checkout(aFile), runID(105)).is(t, "status", "unchanged", "applied", "true")
	equal(t, "the comment after nothing was left to do", o.only(t), done)

	o.run(t, always(), pull, checkout(first), runID(103)).is(t, "status", "updated", "applied", "false")
	equal(t, "the comment after an older run's plan", o.only(t), done)

	o.run(t, always("grants-file", "./"+grantsPath), pull, checkout(first), runID(106))
	contains(t, "the next plan", o.only(t), "plan: would be 2 updated", "runs/106/")
}

// TestCommentsOfTwoFiles keeps one for each.
func TestCommentsOfTwoFiles(t *testing.T) {
	t.Parallel()
	o := landed(t, aFile, sandbox.Options{}, nil)
	other := func(s *setup) { s.write("other.yml", "grants: []") }
	for range 2 {
		o.run(t, filed("comment", "always"))
		o.run(t, filed("comment", "always", "grants-file", "other.yml"), other)
	}
	comments := o.github.Comments(number)
	equal(t, "comments", len(comments), 2)
	contains(t, "the first", comments[0].Body, "File `"+grantsPath+"`", "applied: 1 granted")
	contains(t, "the second", comments[1].Body, "File `other.yml`", "nothing would change")
}

func TestWhenToCommentOnAFile(t *testing.T) {
	t.Parallel()
	const same = "grants: [{org-token-name: CI Deployer, role: WORKSPACE_AUTHOR, workspaces: [Staging]}]"
	for _, tt := range []struct {
		name, mode, text string
		comments         int
	}{
		{"never", "never", aFile, 0},
		{"always, unchanged", "always", same, 1},
		{"changed, unchanged", "changed", same, 0},
		{"changed, changed", "changed", aFile, 1},
		{"changed, mistake", "changed", "grants:", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := landed(t, tt.text, sandbox.Options{}, nil)
			o.run(t, filed("comment", tt.mode))
			equal(t, "comments", len(o.github.Comments(number)), tt.comments)
		})
	}
}

// TestLimitOfCommentsOnFiles plans and makes a thousand grants: the comment is cut, and says how many more there are.
func TestLimitOfCommentsOnFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("not in the short form")
	}
	t.Parallel()
	o := landed(t, notThere, sandbox.Options{}, nil)
	text := o.bigFile(1000)
	o.github.SetFile("main", grantsPath, text)
	plan := o.run(t, filed("comment", "always"), checkout(text), event("pull_request", pullOf("opened", repo, "main", false)), runID(1))
	plan.is(t, "granted", "1000", "applied", "false")
	for _, title := range []string{"plan: would be 1000 granted", "applied: 1000 granted"} {
		body := o.only(t)
		contains(t, "the comment", body, title, "more changes; the job summary or the report file has them all", "actions/runs/")
		if len(body) > 65536 {
			t.Errorf("%d bytes", len(body))
		}
		shown, more := strings.Count(body, "**owner**"), 0
		_, rest, _ := strings.Cut(body, "… and ")
		_, _ = fmt.Sscan(rest, &more)
		equal(t, "shown and counted", shown+more, 1000)
		r := o.run(t, filed("comment", "always"), checkout(text), runID(2))
		r.is(t, "applied", "true")
	}
}
