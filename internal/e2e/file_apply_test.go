package e2e

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestApplyDecision covers the events for which a file is applied, and those for which it is only planned: then the run
// reports why.
func TestApplyDecision(t *testing.T) {
	t.Parallel()
	const (
		manual = `{"repository":` + repo + `}`
		newer  = "grants: []\n" // what is on main in the meantime
	)
	branch := func(name string) option { return env("GITHUB_REF", "refs/heads/"+name) }
	on := func(name, payload string, more ...option) []option { return append(more, event(name, payload)) }
	for _, tt := range []struct {
		name   string
		how    []option
		inputs map[string]string
		main   string // the file on main
		why    string // it is only planned; empty if it is applied
	}{
		{"push to main", on("push", pushOf("main")), fileInputs(), aFile, ""},
		{"push to main, old file", on("push", pushOf("main")), fileInputs(), newer, "at the head of `main`"},
		{"push to main, file deleted since", on("push", pushOf("main")), fileInputs(), noFile, "at the head of `main`"},
		{
			"push to main, one byte differs", on("push", pushOf("main")), fileInputs(), aFile + "\n",
			"at the head of `main`",
		},
		{
			"push to a branch", on("push", pushOf("next"), branch("next")), fileInputs(), aFile,
			"only on the default branch",
		},
		{
			"push of a tag",
			on("push", strings.Replace(pushOf("main"), "heads/main", "tags/main", 1),
				env("GITHUB_REF", "refs/tags/main")),
			fileInputs(), aFile, "only on the default branch",
		},
		{
			"push that deletes main", on("push", strings.Replace(pushOf("main"), "{", `{"deleted":true,`, 1)),
			fileInputs(), aFile, "only on the default branch",
		},
		{
			"path with dots", on("push", pushOf("main")), fileInputs("grants-file", "./.github/../.github/grants.yml"),
			aFile, "",
		},
		{"schedule", on("schedule", `{"schedule":"0 5 * * *"}`), fileInputs(), aFile, ""},
		{
			"schedule, old file", on("schedule", `{"schedule":"0 5 * * *"}`), fileInputs(), newer,
			"at the head of `main`",
		},
		{
			"schedule, another default branch", on("schedule", `{}`, branch("develop")), fileInputs(), aFile,
			"only on the default branch",
		},
		{"manual", on("workflow_dispatch", manual), fileInputs(), aFile, ""},
		{
			"manual, on a branch", on("workflow_dispatch", manual, branch("next")), fileInputs(), aFile,
			"only on the default branch",
		},
		{
			"pull request", on("pull_request", pullOf("opened", repo, "main", false)), fileInputs(), aFile,
			"This is the event `pull_request`",
		},
		{"pull request merged", on("pull_request", pullOf("closed", repo, "main", true)), fileInputs(), aFile, ""},
		{
			"pull request merged, pull_request_target", on("pull_request_target", pullOf("closed", repo, "main", true)),
			fileInputs(), aFile, "",
		},
		{
			"pull request from a fork merged", on("pull_request_target", pullOf("closed", forkRepo, "main", true)),
			fileInputs(), aFile, "",
		},
		{
			"pull request merged, old file", on("pull_request", pullOf("closed", repo, "main", true)), fileInputs(),
			newer, "at the head of `main`",
		},
		{
			"pull request merged into a branch", on("pull_request", pullOf("closed", repo, "next", true)), fileInputs(),
			aFile, "only on the default branch",
		},
		{
			"pull request closed", on("pull_request", pullOf("closed", repo, "main", false)), fileInputs(), aFile,
			"only on the default branch",
		},
		{
			"label on a merged pull request", on("pull_request", pullOf("labeled", repo, "main", true)), fileInputs(),
			aFile, "only on the default branch",
		},
		{"merge queue", on("merge_group", manual), fileInputs(), aFile, "only on the default branch"},
		{
			"comment on the pull request", on("issue_comment", `{"issue":{"number":7}}`), fileInputs(), aFile,
			"only on the default branch",
		},
		{"no payload, always", on("push", "", unset("GITHUB_EVENT_PATH")), applyInputs(), aFile, ""},
		{"always, pull request", on("pull_request", pullOf("opened", repo, "main", false)), applyInputs(), aFile, ""},
		{"always, old file", on("push", pushOf("main")), applyInputs(), newer, ""},
		{"dry run", on("push", pushOf("main")), fileInputs("dry-run", "true"), aFile, "dry-run is true"},
		{"always, dry run", on("push", pushOf("main")), applyInputs("dry-run", "true"), aFile, "dry-run is true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveMerged(t, tt.main, sandbox.Options{}, nil)
			r := o.run(t, tt.inputs, append([]option{checkout(aFile)}, tt.how...)...)
			equal(t, "exit code", r.code, 0)
			r.is(t, "status", "granted", "changed", "true")
			r.counts(t, 1, 1, 1, 1, 0)
			if tt.why == "" {
				r.is(t, "applied", "true", "attempts", "2")
				contains(t, "summary", r.summary, "### ✅ Astro grants file: 1 granted, 1 updated, 1 revoked")
				lacks(t, "summary", r.summary, "planned")
				return
			}
			r.is(t, "applied", "false", "attempts", "0")
			equal(t, "writes", o.count(writeRoles), 0)
			contains(t, "summary", r.summary, "### 🔎 Astro grants file, plan: 1 to grant, 1 to update, 1 to revoke",
				"planned only", tt.why)
			contains(t, "log", r.log, "planned only")
		})
	}
}

// TestApplyWithoutEvent cannot know what triggered the run: it fails instead of planning.
func TestApplyWithoutEvent(t *testing.T) {
	t.Parallel()
	for name, how := range map[string][]option{
		"payload is not JSON": {event("push", `{"ref":`)},
		"no payload":          {event("push", ""), unset("GITHUB_EVENT_PATH")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serveMerged(t, aFile, sandbox.Options{}, nil)
			r := o.run(t, fileInputs(), append([]option{checkout(aFile)}, how...)...)
			r.failed(t, "invalid-input", "cannot be read")
			equal(t, "requests", o.calls(), nil)
		})
	}
}
