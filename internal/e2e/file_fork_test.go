package e2e

import (
	"regexp"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestFileFromFork is triggered by a pull request from a fork that is not allowed. Its file is not even read.
func TestFileFromFork(t *testing.T) {
	t.Parallel()
	opened := pullOf("opened", forkRepo, "main", false)
	for _, tt := range []struct {
		name, text     string
		event, payload string
		inputs         map[string]string
	}{
		{"plan", aFile, "pull_request", opened, fileInputs()},
		{"plan with secrets", aFile, "pull_request_target", opened, fileInputs()},
		{"always", aFile, "pull_request", opened, applyInputs()},
		{"dry run", aFile, "pull_request", opened, fileInputs("dry-run", "true")},
		{"dry run, always", aFile, "pull_request_target", opened, applyInputs("dry-run", "true")},
		{"invalid file", "grants: [{role: MONARCH}]\n", "pull_request", opened, fileInputs()},
		{"invalid file, dry run", "MONARCH: [", "pull_request", opened, fileInputs("dry-run", "true")},
		{"file does not exist", aFile, "pull_request", opened, fileInputs("grants-file", "none.yml")},
		{
			"invalid inputs as well", aFile, "pull_request", opened,
			fileInputs("apply", "sometimes", "allow-fork", "yes"),
		},
		{"closed", aFile, "pull_request", pullOf("closed", forkRepo, "main", false), fileInputs()},
		{"workflow run", aFile, "workflow_run", workflowRun(forkRepo), fileInputs("dry-run", "true")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs, event(tt.event, tt.payload), checkout(tt.text))
			r.failed(t, "untrusted-fork", "fork", "Apply the file when the pull request is merged", "allow-fork: true")
			r.is(t, "applied", "false", "changed", "false", "grants", "[]")
			lacks(t, "log and summary", r.log+r.summary, "CI Deployer", "MONARCH", "does not exist")
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestFileFromAllowedFork plans the file, whatever the other inputs are. Strangers can read the plan, so it contains no
// names and IDs but those in their file.
func TestFileFromAllowedFork(t *testing.T) {
	t.Parallel()
	one := func(token, workspace string) string {
		return "grants: [{org-token-name: " + token + ", role: WORKSPACE_OWNER, workspaces: [" + workspace + "]}]\n"
	}
	for _, tt := range []struct {
		name, text, kind string
		inputs           map[string]string
		hook             hook
	}{
		{"auto", aFile, "", fileInputs(), nil},
		{"always", aFile, "", applyInputs(), nil},
		{"dry run", aFile, "", fileInputs("dry-run", "true"), nil},
		{"lowered", strings.Replace(one("CI Deployer", "Staging"), "OWNER", "MEMBER", 1), "", fileInputs(), nil},
		{
			"by ID", strings.Replace(one(deployer, production+", "+staging), "token-name", "token-id", 1), "",
			fileInputs(), nil,
		},
		{"similar token name", one("CI Deplyoer", "Production"), "token-not-found", fileInputs(), nil},
		{"similar Workspace name", one("CI Deployer", "Prodcution"), "workspace-not-found", fileInputs(), nil},
		{"ambiguous", one("Nightly Reports", "Analytics"), "token-ambiguous", fileInputs(), nil},
		{"wrong scope", one("Team Data CI", "Production"), "wrong-token-scope", fileInputs(), nil},
		{
			"refused", one("CI Deployer", "Production"), "forbidden", fileInputs(),
			always(readToken, apiError(403, "internal words")),
		},
		{
			"retried", one("CI Deployer", "Production"), "", fileInputs(),
			nth(1, readToken, apiError(503, "internal words")),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveMerged(t, tt.text, sandbox.Options{}, tt.hook)
			tt.inputs["allow-fork"], tt.inputs["comment"] = "true", "always"
			r := o.run(t, tt.inputs, event("pull_request_target", pullOf("opened", forkRepo, "main", false)),
				env("RUNNER_DEBUG", "1"))
			r.is(t, "error", tt.kind, "applied", "false", "attempts", "0")
			equal(t, "writes", o.count(writeRoles), 0)
			_, log, _ := strings.Cut(r.log, "\n") // after the mask
			shown := log + r.summary + o.only(t)
			for _, known := range regexp.MustCompile(`\w[\w ]*\w`).FindAllString(tt.text, -1) {
				shown = strings.ReplaceAll(shown, known, "(given)")
			}
			lacks(t, "what strangers can read", shown, demoSecrets...)
			if tt.kind == "" && tt.inputs["dry-run"] == "" {
				contains(t, "summary", r.summary, "from a fork and is not merged")
			}
		})
	}
}

// TestFileOnIssueComment is triggered by a comment on a pull request. The payload does not say whether that comes from
// a fork.
func TestFileOnIssueComment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, head, kind string }{
		{"branch", repository, ""},
		{"fork", "stranger/airline", "untrusted-fork"},
		{"fork that is gone", "", "untrusted-fork"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveMerged(t, aFile, sandbox.Options{}, nil)
			o.github.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: tt.head, HeadSHA: headSHA})
			r := o.run(t, fileInputs("dry-run", "true"),
				event("issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`))
			r.is(t, "error", tt.kind, "applied", "false")
			equal(t, "requests to Astro", len(o.calls()) > 0, tt.kind == "")
		})
	}
}
