package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// runID sets the ID of the workflow run.
func runID(id int) option { return env("GITHUB_RUN_ID", fmt.Sprint(id)) }

// TestFileComment follows a file from a mistake and its first plan to the grant. There is only ever one comment.
func TestFileComment(t *testing.T) {
	t.Parallel()
	o := serveMerged(t, noFile, sandbox.Options{}, nil)
	pull := event("pull_request", pullOf("synchronize", repo, "main", false))
	always := func(pairs ...string) map[string]string { return fileInputs(append(pairs, "comment", "always")...) }

	invalid := strings.Replace(aFile, "role: none", "role:", 1)
	o.run(t, always(), pull, checkout(invalid), runID(100))
	contains(t, "the comment on a mistake", o.only(t), "### ❌ Astro grants file failed: invalid-input", "`role` is required",
		"runs/100/")

	first := strings.Replace(aFile, "OPERATOR", "OWNER", 1)
	o.run(t, always(), pull, checkout(first), runID(101))
	contains(t, "the plan", o.only(t), "### 🔎 Astro grants file, plan: 1 to grant, 1 to update, 1 to revoke",
		"planned only", "**full control of the Workspace**", "**access revoked**", "<summary>1 unchanged</summary>",
		"runs/101/")

	o.run(t, always(), pull, checkout(aFile), runID(102))
	contains(t, "the second plan", o.only(t), "plan: 1 to grant", "`WORKSPACE_OPERATOR`", "runs/102/")
	lacks(t, "the second plan", o.only(t), "**full control of the Workspace**")

	edits := o.sent(http.MethodPatch)
	o.run(t, always(), pull, checkout(aFile), runID(103))
	equal(t, "edits by an identical plan", o.sent(http.MethodPatch), edits)

	o.github.SetFile("main", grantsPath, aFile)
	r := o.run(t, always(), checkout(aFile), runID(104))
	r.is(t, "applied", "true", "pull-request", "7", "comment-id", "3000000001")
	done := o.only(t)
	contains(t, "the result", done, "### ✅ Astro grants file: 1 granted, 1 updated, 1 revoked", "runs/104/")
	lacks(t, "the result", done, "planned")

	o.run(t, always(), checkout(aFile), runID(105)).is(t, "status", "unchanged", "applied", "true")
	equal(t, "the comment after a run without changes", o.only(t), done)

	o.run(t, always(), pull, checkout(first), runID(103)).is(t, "status", "updated", "applied", "false")
	equal(t, "the comment after an older run's plan", o.only(t), done)

	o.run(t, always("grants-file", "./"+grantsPath), pull, checkout(first), runID(106))
	contains(t, "the next plan", o.only(t), "plan: 2 to update", "runs/106/")
}

// TestCommentsOfTwoFiles has two files, each with its own comment.
func TestCommentsOfTwoFiles(t *testing.T) {
	t.Parallel()
	o := serveMerged(t, aFile, sandbox.Options{}, nil)
	other := func(s *setup) { s.write("other.yml", "grants: []") }
	for range 2 {
		o.run(t, fileInputs("comment", "always"))
		o.run(t, fileInputs("comment", "always", "grants-file", "other.yml"), other)
	}
	comments := o.github.Comments(number)
	equal(t, "comments", len(comments), 2)
	contains(t, "the first", comments[0].Body, "File `"+grantsPath+"`", "Astro grants file: 1 granted")
	contains(t, "the second", comments[1].Body, "File `other.yml`", "plan: no changes")
}

func TestFileCommentMode(t *testing.T) {
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
		{"changed, invalid file", "changed", "grants:", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveMerged(t, tt.text, sandbox.Options{}, nil)
			o.run(t, fileInputs("comment", tt.mode))
			equal(t, "comments", len(o.github.Comments(number)), tt.comments)
		})
	}
}

// TestFileCommentSizeLimit plans and makes a thousand grants: the comment is cut, and says how many more there are.
func TestFileCommentSizeLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	o := serveMerged(t, noFile, sandbox.Options{}, nil)
	text := o.bigFile(1000)
	o.github.SetFile("main", grantsPath, text)
	plan := o.run(t, fileInputs("comment", "always"), checkout(text),
		event("pull_request", pullOf("opened", repo, "main", false)), runID(1))
	plan.is(t, "granted", "1000", "applied", "false")
	for _, title := range []string{"plan: 1000 to grant", "Astro grants file: 1000 granted"} {
		body := o.only(t)
		contains(t, "the comment", body, title, "more; the job summaries list them.",
			"actions/runs/")
		if len(body) > 65536 {
			t.Errorf("the comment has %d bytes", len(body))
		}
		shown, more := strings.Count(body, "**full control of the Workspace**"), 0
		_, rest, _ := strings.Cut(body, "… and ")
		_, _ = fmt.Sscan(rest, &more)
		equal(t, "changes shown and left out", shown+more, 1000)
		r := o.run(t, fileInputs("comment", "always"), checkout(text), runID(2))
		r.is(t, "applied", "true")
	}
}
