package e2e

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// hostile is a name that tries to inject workflow commands, step outputs and Markdown.
const hostile = "x\n::set-output name=changed::true\r\n ::error title=Forged::no\n##[add-mask]x ##[set-output name=status]granted\r" +
	"::stop-commands::t\n\u2028::debug::d\n_GitHubActionsFileCommandDelimeter_\nstatus=granted\nchanged<<E\ntrue\nE\n" +
	"| a | b |\n| --- | --- |\n<img src=x onerror=alert(1)> <!-- @octocat #1 [l](https://evil.invalid) **b** `c` \u202Eoverride \x00 $x$ %0A::error::x"

// TestHostileNames has such names for the token, the Workspace and the previous role. Besides the checks of every run,
// the outputs must contain the names unchanged.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clhostileworkspace0000001", "W"+hostile)
	role, err := json.Marshal("R" + hostile)
	if err != nil {
		t.Fatal(err)
	}
	w.AddToken(sandbox.Token{ID: "clhostiletoken00000000001", Name: "T" + hostile, Roles: []string{
		entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"),
		`{"entityType":"WORKSPACE","entityId":"clhostileworkspace0000001","role":` + string(role) + `}`,
	}})
	for name, inputs := range map[string]map[string]string{
		"by ID":   with("org-token-name", "", "org-token-id", "clhostiletoken00000000001", "dry-run", "true"),
		"by name": with("org-token-name", "T"+strings.ReplaceAll(hostile, "\x00", "")),
	} {
		inputs["workspace"] = "Production\nclhostileworkspace0000001\nStaging"
		if name == "by name" {
			// An environment variable cannot contain NUL, so this name matches no token.
			inputs["dry-run"] = "true"
		}
		r := run(t, w.root, inputs, env("RUNNER_DEBUG", "1"))
		if name == "by name" {
			r.failed(t, "token-not-found")
			equal(t, "token-name", r.outputs["token-name"], inputs["org-token-name"])
			lacks(t, "summary", r.summary, "\n| a", "<img", "@octocat", "**b**", "](", "<!-- ", "\x00")
			continue
		}
		flat := strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(hostile)
		r.is(t, "status", "granted", "token-name", "T"+hostile,
			"workspace-name", "Production\nW"+flat+"\nStaging", "previous-role", "\nR"+flat+"\n")
		var grants []struct{ TokenName, WorkspaceName, PreviousRole string }
		if err := json.Unmarshal([]byte(r.outputs["grants"]), &grants); err != nil {
			t.Fatal(err)
		}
		equal(t, "grant", grants[1], struct{ TokenName, WorkspaceName, PreviousRole string }{"T" + hostile, "W" + hostile, "R" + hostile})
		equal(t, "errors", r.named("error"), nil)
		equal(t, "rows", len(r.rows()), 2+3)
		lacks(t, "summary", r.summary, "\n| a", "<img", "@octocat", "**b**", "](", "<!-- ", "\x00")
		contains(t, "the rendered summary", html.UnescapeString(r.summary), "<img src=x onerror=alert(1)>")
	}
}

// TestHostileResponses has such text in error responses of the API, both retried and final.
func TestHostileResponses(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	body := `{"message":` + string(text) + `,"requestId":` + string(text) + `,"fieldErrors":[{"field":` + string(text) + `}]}`
	// The host is never resolved, because redirects are not followed.
	redirect := sandbox.Fault{Status: 302, Header: map[string][]string{
		"Location": {"https://x/ ##[set-output name=changed]true"},
	}}
	for _, tt := range []struct {
		name string
		hook hook
		kind string
	}{
		{"retried", nth(1, listTokens, sandbox.Fault{Status: 503, Body: body}), ""},
		{"final", always(writeRoles, sandbox.Fault{Status: 400, Body: body}), "rejected"},
		{"until the timeout", always(readToken, sandbox.Fault{Status: 500, Body: body}), "unavailable"},
		{"redirect", always(listTokens, redirect), "rejected"},
		{"not JSON", nth(1, listTokens, sandbox.Fault{Body: "::error::x\n##[error]y"}), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, tt.hook)
			r := run(t, w.root, with("timeout", shortTimeout), env("RUNNER_DEBUG", "1"))
			r.is(t, "error", tt.kind, "token-name", "CI Deployer")
			equal(t, "at most one error", len(r.named("error")) <= 1, true)
			lacks(t, "summary", r.summary, "\n| a", "<img", "@octocat", "**b**", "](")
		})
	}
}

// TestHostileInputs passes untrusted text as each input, as a workflow does that uses a branch name.
func TestHostileInputs(t *testing.T) {
	t.Parallel()
	given := strings.ReplaceAll(hostile, "\x00", "")
	for _, input := range []string{"org-token-name", "org-token-id", "role", "workspace", "organization", "api-url", "dry-run", "timeout", "wait", "settle", "allow-fork"} {
		t.Run(input, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			inputs := with(input, given)
			if input == "org-token-id" {
				inputs["org-token-name"] = ""
			}
			r := run(t, w.root, inputs)
			equal(t, "exit code", r.code, 1)
			lacks(t, "summary", r.summary, "\n| a", "<img", "@octocat", "**b**", "](")
			for _, e := range r.named("error") {
				if e.title == "Forged" {
					t.Error("the log contains a forged error")
				}
			}
		})
	}
}
