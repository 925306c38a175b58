package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

const (
	ours   = `{"id":1,"full_name":"example/airline"}`
	theirs = `{"id":2,"full_name":"stranger/airline"}`
)

// pullRequest is the payload of an event of a pull request; more is further members of it.
func pullRequest(head, more string) string {
	return fmt.Sprintf(`{"pull_request":{"number":7,"head":{"repo":%s},"base":{"repo":%s}%s},"repository":%s}`, head, ours, more, ours)
}

func workflowRun(head string) string {
	return fmt.Sprintf(`{"workflow_run":{"head_repository":%s},"repository":%s}`, head, ours)
}

func TestForks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		event   string
		payload string
		inputs  map[string]string
		allowed bool
		writes  int
	}{
		{"fork", "pull_request", pullRequest(theirs, ""), with(), false, 0},
		{"fork, not merged", "pull_request", pullRequest(theirs, `,"merged":false,"merged_at":null`), with(), false, 0},
		{"fork with secrets", "pull_request_target", pullRequest(theirs, ""), with(), false, 0},
		{"review of a fork", "pull_request_review", pullRequest(theirs, ""), with(), false, 0},
		{"fork that is gone", "pull_request_target", pullRequest("null", ""), with(), false, 0},
		{"fork, merged", "pull_request", pullRequest(theirs, `,"merged":true`), with(), true, 1},
		{"fork, merged at a time", "pull_request_target", pullRequest(theirs, `,"merged_at":"2026-08-01T12:00:00Z"`), with(), true, 1},
		{"fork that is gone, merged", "pull_request", pullRequest("null", `,"merged":true`), with(), true, 1},
		{"branch", "pull_request", pullRequest(ours, ""), with(), true, 1},
		{"branch, other case", "pull_request", pullRequest(`{"full_name":"Example/Airline"}`, ""), with(), true, 1},
		{"fork's name says ours", "pull_request", pullRequest(`{"id":2,"full_name":"example/airline"}`, ""), with(), false, 0},
		{"workflow run of a fork", "workflow_run", workflowRun(theirs), with(), false, 0},
		{"workflow run of nobody", "workflow_run", workflowRun("null"), with(), false, 0},
		{"workflow run of ours", "workflow_run", workflowRun(ours), with(), true, 1},
		{"push", "push", `{}`, with(), true, 1},
		{"payload that is no JSON", "pull_request", `{"pull_request":`, with(), false, 0},
		{"payload that is empty", "pull_request_target", ``, with(), false, 0},
		{"payload of another event", "pull_request", workflowRun(ours), with(), false, 0},
		{"unreadable push", "push", `?`, with(), true, 1},
		{"dry run", "pull_request", pullRequest(theirs, ""), with("dry-run", "true"), true, 0},
		{"allowed", "pull_request_target", pullRequest(theirs, ""), with("allow-fork", "TRUE"), true, 1},
		{"not quite allowed", "pull_request_target", pullRequest(theirs, ""), with("allow-fork", "yes", "role", "?"), false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs, event(tt.event, tt.payload))
			equal(t, "writes", w.count(writeRoles), tt.writes)
			if tt.allowed {
				r.is(t, "status", "granted")
				return
			}
			r.failed(t, "untrusted-fork", "fork", "dry-run: true", "allow-fork: true")
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestNoPayload has an event of a pull request whose payload is nowhere.
func TestNoPayload(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]option{
		"no file":     env("GITHUB_EVENT_PATH", filepath.Join(t.TempDir(), "nothing.json")),
		"no variable": unset("GITHUB_EVENT_PATH"),
		"a folder":    env("GITHUB_EVENT_PATH", t.TempDir()),
	} {
		for _, trigger := range []string{"pull_request", "pull_request_target", "workflow_run"} {
			t.Run(name+"/"+trigger, func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nil)
				run(t, w.root, with(), event(trigger, ""), how).failed(t, "untrusted-fork")
				equal(t, "requests", w.calls(), nil)
			})
		}
	}
}

// secretOfDemo are the names and IDs in the demo, and words of its API, that a stranger must not learn: each run of
// TestStrangers may tell those it was given.
var secretOfDemo = []string{
	sandbox.DemoOrganizationID, "Example Airlines", deployer, "CI Deployer", production, "Production", staging, "Staging",
	analytics, analytics2, "Nightly Reports", "cltokennightlyreports", teamData, "Team Data", "clworkspace", "cltoken", "Sandbox",
	"Data Science", "(request ID", "5a4db0c5-", "11111111-2222", "internal words", "login.invalid",
}

// TestStrangers runs for a fork where that is allowed. The log and the summary are public, and so is the report file once it is an
// artifact: they tell no names or IDs but those that the workflow, which is public too, has given.
func TestStrangers(t *testing.T) {
	t.Parallel()
	// Nobody looks up the host: a redirect is not followed.
	redirect := sandbox.Fault{Status: 302, Header: http.Header{"Location": {"https://login.invalid/" + sandbox.DemoOrganizationID}}}
	for _, tt := range []struct {
		name   string
		kind   string
		inputs map[string]string
		hook   hook
	}{
		{"granted", "", with(), nil},
		{"granted in a request with an ID", "", with(), nth(1, writeRoles, sandbox.Fault{After: true, Body: `{"requestId":"5a4db0c5-1"}`})},
		{"granted by ID", "", with("org-token-name", "", "org-token-id", deployer, "workspace", production), nil},
		{"lowered", "", with("workspace", staging, "role", "WORKSPACE_MEMBER"), nil},
		{"dry run", "", with("dry-run", "true", "workspace", "Staging\n"+production), nil},
		{"unchanged", "", with("workspace", "Staging", "role", "WORKSPACE_AUTHOR"), nil},
		{"tried again", "", with(), nth(1, readToken, apiError(503, "internal words"))},
		{"near names", "token-not-found", with("org-token-name", "CI Deplyoer"), nil},
		{"near Workspaces", "workspace-not-found", with("workspace", "Prodcution"), nil},
		{"ambiguous token", "token-ambiguous", with("org-token-name", "Nightly Reports"), nil},
		{"ambiguous Workspace", "workspace-ambiguous", with("workspace", "Analytics"), nil},
		{"wrong scope", "wrong-token-scope", with("org-token-name", "Team Data CI"), nil},
		{"wrong scope by ID", "wrong-token-scope", with("org-token-name", "", "org-token-id", teamData), nil},
		{"refused", "forbidden", with(), always(writeRoles, apiError(403, "internal words"))},
		{"bad request", "rejected", with("org-token-name", "", "org-token-id", deployer), always(writeRoles, apiError(400, "internal words"))},
		{"redirected", "rejected", with(), always(listTokens, redirect)},
		{"unavailable", "unavailable", with("timeout", shortly), always(listWorkspaces, apiError(500, "internal words"))},
		{"somebody's role", "conflict", with("workspace", production), onNth(1, lookAgain, func(a *sandbox.Astro) sandbox.Fault {
			a.Update(deployer, without(production))
			a.Update(deployer, plus(entry("WORKSPACE", production, "WORKSPACE_OWNER")))
			return sandbox.Fault{}
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, tt.hook)
			tt.inputs["allow-fork"] = "true"
			tt.inputs["report-file"] = "report.json"
			p := start(t, w.root, tt.inputs, checkout(""), event("pull_request_target", pullRequest(theirs, "")), env("RUNNER_DEBUG", "1"))
			r := p.wait()
			r.is(t, "error", tt.kind)
			mask, log, _ := strings.Cut(r.log, "\n")
			contains(t, "first line", mask, "::add-mask::")
			given := strings.Join([]string{tt.inputs["org-token-name"], tt.inputs["org-token-id"], tt.inputs["workspace"]}, "\n")
			told := log + r.summary + p.reportText(t)
			for known := range strings.SplitSeq(given, "\n") {
				if known != "" {
					told = strings.ReplaceAll(told, known, "(given)")
				}
			}
			lacks(t, "what strangers read", told, secretOfDemo...)
		})
	}
}

func TestUnknownOrganizationForStrangers(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgofthesecret000000001", sandbox.DemoTokenID, sandbox.Token{}.EndAt)
	w := demo(t, sandbox.Options{APIToken: other}, nil)
	r := run(t, w.root, with("api-token", other, "dry-run", "true"), event("pull_request", pullRequest(theirs, "")))
	r.failed(t, "organization-unclear")
	lacks(t, "what strangers read", r.log+r.summary, "clorgofthesecret")
}
