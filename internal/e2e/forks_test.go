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
	baseRepo = `{"id":1,"full_name":"example/airline"}`
	forkRepo = `{"id":2,"full_name":"stranger/airline"}`
)

// pullRequest returns the payload of a pull request event, with more members if given.
func pullRequest(head, more string) string {
	return fmt.Sprintf(`{"pull_request":{"number":7,"head":{"repo":%s},"base":{"repo":%s}%s},"repository":%s}`,
		head, baseRepo, more, baseRepo)
}

func workflowRun(head string) string {
	return fmt.Sprintf(`{"workflow_run":{"head_repository":%s},"repository":%s}`, head, baseRepo)
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
		{"fork", "pull_request", pullRequest(forkRepo, ""), with(), false, 0},
		{"fork, not merged", "pull_request", pullRequest(forkRepo, `,"merged":false,"merged_at":null`), with(), false, 0},
		{"fork with secrets", "pull_request_target", pullRequest(forkRepo, ""), with(), false, 0},
		{"review of a fork", "pull_request_review", pullRequest(forkRepo, ""), with(), false, 0},
		{"deleted fork", "pull_request_target", pullRequest("null", ""), with(), false, 0},
		{"fork, merged", "pull_request", pullRequest(forkRepo, `,"merged":true`), with(), true, 1},
		{
			"fork, with merged_at", "pull_request_target",
			pullRequest(forkRepo, `,"merged_at":"2026-08-01T12:00:00Z"`), with(), true, 1,
		},
		{"deleted fork, merged", "pull_request", pullRequest("null", `,"merged":true`), with(), true, 1},
		{"branch", "pull_request", pullRequest(baseRepo, ""), with(), true, 1},
		{"branch, other case", "pull_request", pullRequest(`{"full_name":"Example/Airline"}`, ""), with(), true, 1},
		{
			"fork with the name of the base repository", "pull_request",
			pullRequest(`{"id":2,"full_name":"example/airline"}`, ""), with(), false, 0,
		},
		{"workflow run of a fork", "workflow_run", workflowRun(forkRepo), with(), false, 0},
		{"workflow run without a repository", "workflow_run", workflowRun("null"), with(), false, 0},
		{"workflow run of the base repository", "workflow_run", workflowRun(baseRepo), with(), true, 1},
		{"push", "push", `{}`, with(), true, 1},
		{"byte order mark", "pull_request", "\ufeff" + pullRequest(baseRepo, ""), with(), true, 1},
		{"unreadable push", "push", `?`, with(), true, 1},
		{"dry run", "pull_request", pullRequest(forkRepo, ""), with("dry-run", "true"), true, 0},
		{"allowed", "pull_request_target", pullRequest(forkRepo, ""), with("allow-fork", "TRUE"), true, 1},
		{
			"invalid allow-fork", "pull_request_target", pullRequest(forkRepo, ""),
			with("allow-fork", "yes", "role", "?"), false, 0,
		},
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

// TestUnreadablePayload has an event from a pull request whose payload does not describe one. The run does not take it for
// a fork, which would advise to switch off the guard.
func TestUnreadablePayload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, event, payload, why string }{
		{"not JSON", "pull_request", `{"pull_request":`, "not the JSON of an event"},
		{"empty", "pull_request_target", ``, "not the JSON of an event"},
		{"empty object", "pull_request", `{}`, "contains no pull request"},
		{"of another event", "pull_request", workflowRun(baseRepo), "contains no pull request"},
		{"no workflow run", "workflow_run", `{}`, "contains no workflow run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, with(), event(tt.event, tt.payload))
			r.failed(t, "invalid-input", "cannot be read", tt.why, "GITHUB_EVENT_PATH")
			lacks(t, "log", r.log, "allow-fork")
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestMissingPayload has an event from a pull request without a readable payload.
func TestMissingPayload(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]option{
		"missing file":   env("GITHUB_EVENT_PATH", filepath.Join(t.TempDir(), "nothing.json")),
		"variable unset": unset("GITHUB_EVENT_PATH"),
		"directory":      env("GITHUB_EVENT_PATH", t.TempDir()),
	} {
		for _, trigger := range []string{"pull_request", "pull_request_target", "workflow_run"} {
			t.Run(name+"/"+trigger, func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nil)
				run(t, w.root, with(), event(trigger, ""), how).failed(t, "invalid-input", "cannot be read", "GITHUB_EVENT_PATH")
				equal(t, "requests", w.calls(), nil)
			})
		}
	}
}

// demoSecrets lists names, IDs and texts of the demo and its API that must not become public. A run of
// TestPublicOutput may print only those that its inputs contain.
var demoSecrets = []string{
	sandbox.DemoOrganizationID, "Example Airlines", deployer, "CI Deployer", production, "Production", staging, "Staging",
	analytics, analytics2, "Nightly Reports", "cltokennightlyreports", teamData, "Team Data", "clworkspace", "cltoken", "Sandbox",
	"Data Science", "(request ID", "5a4db0c5-", "11111111-2222", "internal words", "login.invalid",
}

// TestPublicOutput runs for a fork that allow-fork allows. The log and the summary are public, and so is the report
// file once it is an artifact. They must contain no names or IDs except those in the workflow, which is public too.
func TestPublicOutput(t *testing.T) {
	t.Parallel()
	// The host is never resolved, because redirects are not followed.
	withID := sandbox.Fault{After: true, Body: `{"requestId":"5a4db0c5-1"}`}
	redirect := sandbox.Fault{Status: 302, Header: http.Header{"Location": {"https://login.invalid/" + sandbox.DemoOrganizationID}}}
	for _, tt := range []struct {
		name   string
		kind   string
		inputs map[string]string
		hook   hook
	}{
		{"granted", "", with(), nil},
		{"granted with a request ID", "", with(), nth(1, writeRoles, withID)},
		{"granted by ID", "", with("org-token-name", "", "org-token-id", deployer, "workspace", production), nil},
		{"fewer permissions", "", with("workspace", staging, "role", "WORKSPACE_MEMBER"), nil},
		{"dry run", "", with("dry-run", "true", "workspace", "Staging\n"+production), nil},
		{"unchanged", "", with("workspace", "Staging", "role", "WORKSPACE_AUTHOR"), nil},
		{"retried", "", with(), nth(1, readToken, apiError(503, "internal words"))},
		{"similar token name", "token-not-found", with("org-token-name", "CI Deplyoer"), nil},
		{"similar Workspace name", "workspace-not-found", with("workspace", "Prodcution"), nil},
		{"ambiguous token", "token-ambiguous", with("org-token-name", "Nightly Reports"), nil},
		{"ambiguous Workspace", "workspace-ambiguous", with("workspace", "Analytics"), nil},
		{"wrong scope", "wrong-token-scope", with("org-token-name", "Team Data CI"), nil},
		{"wrong scope by ID", "wrong-token-scope", with("org-token-name", "", "org-token-id", teamData), nil},
		{"write forbidden", "forbidden", with(), always(writeRoles, apiError(403, "internal words"))},
		{"bad request", "rejected", with("org-token-name", "", "org-token-id", deployer), always(writeRoles, apiError(400, "internal words"))},
		{"redirected", "rejected", with(), always(listTokens, redirect)},
		{"API down", "unavailable", with("timeout", shortTimeout), always(listWorkspaces, apiError(500, "internal words"))},
		{"conflict", "conflict", with("workspace", production), onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
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
			p := start(t, w.root, tt.inputs, checkout(""),
				event("pull_request_target", pullRequest(forkRepo, "")), env("RUNNER_DEBUG", "1"))
			r := p.wait()
			r.is(t, "error", tt.kind)
			mask, log, _ := strings.Cut(r.log, "\n")
			contains(t, "first line", mask, "::add-mask::")
			given := strings.Join([]string{tt.inputs["org-token-name"], tt.inputs["org-token-id"], tt.inputs["workspace"]}, "\n")
			public := log + r.summary + p.reportText(t)
			for known := range strings.SplitSeq(given, "\n") {
				if known != "" {
					public = strings.ReplaceAll(public, known, "(given)")
				}
			}
			lacks(t, "the public output", public, demoSecrets...)
		})
	}
}

func TestUnknownOrganizationInPublicOutput(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgofthesecret000000001", sandbox.DemoTokenID, sandbox.Token{}.EndAt)
	w := demo(t, sandbox.Options{APIToken: other}, nil)
	r := run(t, w.root, with("api-token", other, "dry-run", "true"), event("pull_request", pullRequest(forkRepo, "")))
	r.failed(t, "organization-unclear")
	lacks(t, "the public output", r.log+r.summary, "clorgofthesecret")
}
