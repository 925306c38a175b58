package e2e

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestWhetherToApply has every event in which a file is applied, and those in which it is only planned: then the run says why.
func TestWhetherToApply(t *testing.T) {
	t.Parallel()
	const (
		byHand = `{"repository":` + repo + `}`
		newer  = "grants: []\n" // what is on main by now
	)
	branch := func(name string) option { return env("GITHUB_REF", "refs/heads/"+name) }
	on := func(name, payload string, more ...option) []option { return append(more, event(name, payload)) }
	for _, tt := range []struct {
		name   string
		how    []option
		inputs map[string]string
		main   string // the file on main
		why    string // it is only planned; empty: it is applied
	}{
		{"push to main", on("push", pushOf("main")), filed(), aFile, ""},
		{"push to main of an old file", on("push", pushOf("main")), filed(), newer, "not the one at the head of `main`"},
		{"push to main that has no such file by now", on("push", pushOf("main")), filed(), notThere, "not the one at the head of `main`"},
		{"push to main, one byte off", on("push", pushOf("main")), filed(), aFile + "\n", "not the one at the head"},
		{"push to a branch", on("push", pushOf("next"), branch("next")), filed(), aFile, "default branch only"},
		{"push of a tag", on("push", strings.Replace(pushOf("main"), "heads/main", "tags/main", 1), env("GITHUB_REF", "refs/tags/main")), filed(), aFile, "default branch only"},
		{"push that deletes main", on("push", strings.Replace(pushOf("main"), "{", `{"deleted":true,`, 1)), filed(), aFile, "default branch only"},
		{"path by another way", on("push", pushOf("main")), filed("grants-file", "./.github/../.github/grants.yml"), aFile, ""},
		{"schedule", on("schedule", `{"schedule":"0 5 * * *"}`), filed(), aFile, ""},
		{"schedule of an old file", on("schedule", `{"schedule":"0 5 * * *"}`), filed(), newer, "not the one at the head"},
		{"schedule, another default branch", on("schedule", `{}`, branch("develop")), filed(), aFile, "default branch only"},
		{"by hand", on("workflow_dispatch", byHand), filed(), aFile, ""},
		{"by hand on a branch", on("workflow_dispatch", byHand, branch("next")), filed(), aFile, "default branch only"},
		{"pull request", on("pull_request", pullOf("opened", repo, "main", false)), filed(), aFile, "This is the event `pull_request`"},
		{"pull request merged", on("pull_request", pullOf("closed", repo, "main", true)), filed(), aFile, ""},
		{"pull request merged, seen from its base", on("pull_request_target", pullOf("closed", repo, "main", true)), filed(), aFile, ""},
		{"pull request of a fork merged", on("pull_request_target", pullOf("closed", theirs, "main", true)), filed(), aFile, ""},
		{"pull request merged, old by now", on("pull_request", pullOf("closed", repo, "main", true)), filed(), newer, "not the one at the head"},
		{"pull request merged into a branch", on("pull_request", pullOf("closed", repo, "next", true)), filed(), aFile, "default branch only"},
		{"pull request closed", on("pull_request", pullOf("closed", repo, "main", false)), filed(), aFile, "default branch only"},
		{"label on a merged one", on("pull_request", pullOf("labeled", repo, "main", true)), filed(), aFile, "default branch only"},
		{"merge queue", on("merge_group", byHand), filed(), aFile, "default branch only"},
		{"comment on it", on("issue_comment", `{"issue":{"number":7}}`), filed(), aFile, "default branch only"},
		{"payload that is no JSON", on("push", `{"ref":`), filed(), aFile, "default branch only"},
		{"no payload", on("push", "", unset("GITHUB_EVENT_PATH")), filed(), aFile, "default branch only"},
		{"always, pull request", on("pull_request", pullOf("opened", repo, "main", false)), applied(), aFile, ""},
		{"always, old file", on("push", pushOf("main")), applied(), newer, ""},
		{"dry run", on("push", pushOf("main")), filed("dry-run", "true"), aFile, "dry-run is true"},
		{"always, dry run", on("push", pushOf("main")), applied("dry-run", "true"), aFile, "dry-run is true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := landed(t, tt.main, sandbox.Options{}, nil)
			r := o.run(t, tt.inputs, append([]option{checkout(aFile)}, tt.how...)...)
			equal(t, "exit code", r.code, 0)
			r.is(t, "status", "granted", "changed", "true")
			r.counts(t, 1, 1, 1, 1, 0)
			if tt.why == "" {
				r.is(t, "applied", "true", "attempts", "2")
				contains(t, "summary", r.summary, "### ✅ Astro grants file applied: 1 granted, 1 updated, 1 revoked")
				lacks(t, "summary", r.summary, "planned")
				return
			}
			r.is(t, "applied", "false", "attempts", "0")
			equal(t, "writes", o.count(writeRoles), 0)
			contains(t, "summary", r.summary, "### 🔎 Astro grants file, plan: would be 1 granted, 1 updated, 1 revoked", "planned only", tt.why)
			contains(t, "log", r.log, "planned only")
		})
	}
}
