package e2e

import (
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

func TestInvalidInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		words  []string
	}{
		{"no API token", with("api-token", ""), []string{"api-token", "ASTRO_API_TOKEN", "fork", "Dependabot"}},
		{"API token with a line break", with("api-token", "one\ntwo"), []string{"api-token", "line break"}},
		{"no name and no ID", with("org-token-name", " "), []string{"org-token-name", "org-token-id"}},
		{"both name and ID", with("org-token-id", deployer), []string{"org-token-name", "both"}},
		{"invalid token ID", with("org-token-name", "", "org-token-id", "../../x"), []string{"org-token-id", "../../x"}},
		{"no role", with("role", ""), []string{"role is required", "WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER"}},
		{"role without its prefix", with("role", "OPERATOR"), []string{
			"role", `"OPERATOR"`, "Did you mean WORKSPACE_OPERATOR?", "WORKSPACE_OWNER",
		}},
		{"misspelled role", with("role", "WORKSPACE_OPERATR"), []string{"Did you mean WORKSPACE_OPERATOR?"}},
		{
			"role that cannot be granted", with("role", "WORKSPACE_ACCESSOR"),
			[]string{"WORKSPACE_ACCESSOR", "WORKSPACE_MEMBER"},
		},
		{"no Workspace", with("workspace", "\n \n"), []string{"workspace is required"}},
		{"Organization is not an ID", with("organization", "Example Airlines"), []string{"organization", "Example Airlines"}},
		{"HTTP without TLS", with("api-url", "http://api.astronomer.io/v1"), []string{"api-url", "https"}},
		{"not a URL", with("api-url", "astronomer"), []string{"api-url", "astronomer"}},
		{"password in the URL", with("api-url", "https://me:pass@api.astronomer.io/v1"), []string{"api-url"}},
		{"invalid boolean", with("dry-run", "yes"), []string{"dry-run", `"yes"`, "true or false"}},
		{"invalid duration", with("timeout", "5"), []string{"timeout", `"5"`, "5m"}},
		{"zero timeout", with("timeout", "0s", "wait", "0s"), []string{"timeout", "must be longer than 0s"}},
		{"negative wait", with("wait", "-1s"), []string{"wait", "negative"}},
		{"settle as long as timeout", with("timeout", "2s", "settle", "2s"), []string{"settle", "(2s) must be shorter than timeout (2s)"}},
		{"wait longer than timeout", with("timeout", "2s", "wait", "1m"), []string{"wait", "(1m0s) must be shorter than timeout (2s)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs)
			equal(t, "exit code", r.code, 1)
			r.failed(t, "invalid-input", tt.words...)
			r.is(t, "status", "failed", "changed", "false", "attempts", "0")
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestAllInputsInvalid reports all problems together.
func TestAllInputsInvalid(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, map[string]string{
		"org-token-name": "x", "org-token-id": "?", "role": "king", "workspace": "", "organization": "a b", "api-url": "ftp://x",
		"dry-run": "1", "timeout": "never", "settle": "soon", "wait": "-1s", "allow-fork": "no",
	})
	r.is(t, "error", "invalid-input")
	equal(t, "errors", len(r.named("error")), 10)
	for _, input := range []string{"org-token-name", "org-token-id", "role", "workspace", "organization", "api-url", "dry-run", "timeout", "settle", "wait", "allow-fork"} {
		contains(t, "summary", r.summary, "> "+input+" ")
	}
	equal(t, "requests", w.calls(), nil)
}

// TestPastedAPIToken has an API token in the wrong input. The input is rejected, and the token is not printed.
func TestPastedAPIToken(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgsomeoneelse000000001", "cltokensomeoneelse0000001", sandbox.Token{}.EndAt)
	for _, input := range []string{"org-token-name", "org-token-id", "workspace", "organization", "role", "timeout", "dry-run", "api-url"} {
		for name, secret := range map[string]string{"own": apiToken, "other": other} {
			t.Run(input+" "+name, func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nil)
				inputs := with(input, "x "+secret)
				if input == "org-token-id" {
					inputs["org-token-name"] = ""
				}
				r := run(t, w.root, inputs)
				r.is(t, "error", "invalid-input")
				contains(t, "log", r.log, input+" contains an API token")
				r.hides(t, secret)
				equal(t, "requests", w.calls(), nil)
			})
		}
	}
}
