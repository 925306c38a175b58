package e2e

import (
	"regexp"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestFileOfAFork has a pull request from a fork that nobody has agreed to. Its file is not even read.
func TestFileOfAFork(t *testing.T) {
	t.Parallel()
	opened := pullOf("opened", theirs, "main", false)
	for _, tt := range []struct {
		name, text     string
		event, payload string
		inputs         map[string]string
	}{
		{"plan", aFile, "pull_request", opened, filed()},
		{"plan with secrets", aFile, "pull_request_target", opened, filed()},
		{"always", aFile, "pull_request", opened, applied()},
		{"dry run", aFile, "pull_request", opened, filed("dry-run", "true")},
		{"dry run, always", aFile, "pull_request_target", opened, applied("dry-run", "true")},
		{"invalid file", "grants: [{role: MONARCH}]\n", "pull_request", opened, filed()},
		{"invalid file, dry run", "MONARCH: [", "pull_request", opened, filed("dry-run", "true")},
		{"no file", aFile, "pull_request", opened, filed("grants-file", "none.yml")},
		{"invalid inputs, too", aFile, "pull_request", opened, filed("apply", "sometimes", "allow-fork", "yes")},
		{"closed", aFile, "pull_request", pullOf("closed", theirs, "main", false), filed()},
		{"workflow run", aFile, "workflow_run", workflowRun(theirs), filed("dry-run", "true")},
		{"payload that is no JSON", aFile, "pull_request", `{`, filed("dry-run", "true")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs, event(tt.event, tt.payload), checkout(tt.text))
			r.failed(t, "untrusted-fork", "fork", "Apply the file on merge", "allow-fork: true")
			r.is(t, "applied", "false", "changed", "false", "grants", "[]")
			lacks(t, "log and summary", r.log+r.summary, "CI Deployer", "MONARCH", "There is no file")
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestFileOfAForkThatIsAllowed plans it, whatever else is said. Strangers can read that: it tells what their file names and no more.
func TestFileOfAForkThatIsAllowed(t *testing.T) {
	t.Parallel()
	one := func(token, workspace string) string {
		return "grants: [{org-token-name: " + token + ", role: WORKSPACE_OWNER, workspaces: [" + workspace + "]}]\n"
	}
	for _, tt := range []struct {
		name, text, kind string
		inputs           map[string]string
		hook             hook
	}{
		{"auto", aFile, "", filed(), nil},
		{"always", aFile, "", applied(), nil},
		{"dry run", aFile, "", filed("dry-run", "true"), nil},
		{"lowered", strings.Replace(one("CI Deployer", "Staging"), "OWNER", "MEMBER", 1), "", filed(), nil},
		{"by ID", strings.Replace(one(deployer, production+", "+staging), "token-name", "token-id", 1), "", filed(), nil},
		{"near names", one("CI Deplyoer", "Production"), "token-not-found", filed(), nil},
		{"near Workspaces", one("CI Deployer", "Prodcution"), "workspace-not-found", filed(), nil},
		{"ambiguous", one("Nightly Reports", "Analytics"), "token-ambiguous", filed(), nil},
		{"wrong scope", one("Team Data CI", "Production"), "wrong-token-scope", filed(), nil},
		{"refused", one("CI Deployer", "Production"), "forbidden", filed(), always(readToken, apiError(403, "internal words"))},
		{"tried again", one("CI Deployer", "Production"), "", filed(), nth(1, readToken, apiError(503, "internal words"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := landed(t, tt.text, sandbox.Options{}, tt.hook)
			tt.inputs["allow-fork"], tt.inputs["comment"] = "true", "always"
			r := o.run(t, tt.inputs, event("pull_request_target", pullOf("opened", theirs, "main", false)), env("RUNNER_DEBUG", "1"))
			r.is(t, "error", tt.kind, "applied", "false", "attempts", "0")
			equal(t, "writes", o.count(writeRoles), 0)
			_, log, _ := strings.Cut(r.log, "\n") // after the mask
			told := log + r.summary + o.only(t)
			for _, known := range regexp.MustCompile(`\w[\w ]*\w`).FindAllString(tt.text, -1) {
				told = strings.ReplaceAll(told, known, "(given)")
			}
			lacks(t, "what strangers read", told, secretOfDemo...)
			if tt.kind == "" && tt.inputs["dry-run"] == "" {
				contains(t, "summary", r.summary, "from a fork and is not merged")
			}
		})
	}
}

// TestFileOnAComment has a comment on a pull request, whose payload does not tell where that comes from.
func TestFileOnAComment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, head, kind string }{
		{"branch", repository, ""}, {"fork", "stranger/airline", "untrusted-fork"}, {"fork that is gone", "", "untrusted-fork"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := landed(t, aFile, sandbox.Options{}, nil)
			o.github.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: tt.head, HeadSHA: headSHA})
			r := o.run(t, filed("dry-run", "true"), event("issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`))
			r.is(t, "error", tt.kind, "applied", "false")
			equal(t, "is Astro asked", len(o.calls()) > 0, tt.kind == "")
		})
	}
}
