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
		{"API token in two lines", with("api-token", "one\ntwo"), []string{"api-token", "line break"}},
		{"no token", with("org-token-name", " "), []string{"org-token-name", "org-token-id"}},
		{"both name and ID", with("org-token-id", deployer), []string{"org-token-name", "both"}},
		{"token ID that is none", with("org-token-name", "", "org-token-id", "../../x"), []string{"org-token-id", "../../x"}},
		{"no role", with("role", ""), []string{"role", "empty", "WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER"}},
		{"short role", with("role", "OPERATOR"), []string{"role", `"OPERATOR"`, "Did you mean WORKSPACE_OPERATOR?", "WORKSPACE_OWNER"}},
		{"misspelt role", with("role", "WORKSPACE_OPERATR"), []string{"Did you mean WORKSPACE_OPERATOR?"}},
		{"role that is only read", with("role", "WORKSPACE_ACCESSOR"), []string{"WORKSPACE_ACCESSOR", "WORKSPACE_MEMBER"}},
		{"no Workspace", with("workspace", "\n \n"), []string{"workspace", "empty"}},
		{"Organization that is no ID", with("organization", "Example Airlines"), []string{"organization", "Example Airlines"}},
		{"plain http", with("api-url", "http://api.astronomer.io/v1"), []string{"api-url", "https"}},
		{"no address", with("api-url", "astronomer"), []string{"api-url", "astronomer"}},
		{"password in the address", with("api-url", "https://me:pass@api.astronomer.io/v1"), []string{"api-url"}},
		{"odd boolean", with("dry-run", "yes"), []string{"dry-run", `"yes"`, "true or false"}},
		{"odd duration", with("timeout", "5"), []string{"timeout", `"5"`, "5m"}},
		{"no time", with("timeout", "0s", "wait", "0s"), []string{"timeout", "positive"}},
		{"negative wait", with("wait", "-1s"), []string{"wait", "negative"}},
		{"settle as long as timeout", with("timeout", "2s", "settle", "2s"), []string{"settle", `less than the timeout of "2s"`}},
		{"wait longer than timeout", with("timeout", "2s", "wait", "1m"), []string{"wait", "less than the timeout"}},
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

// TestAllInputsWrong tells all problems at once.
func TestAllInputsWrong(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, map[string]string{
		"org-token-name": "x", "org-token-id": "?", "role": "king", "workspace": "", "organization": "a b", "api-url": "ftp://x",
		"dry-run": "1", "timeout": "never", "settle": "soon", "wait": "-1s", "allow-fork": "no",
	})
	r.is(t, "error", "invalid-input")
	equal(t, "errors", len(r.named("error")), 10)
	for _, input := range []string{"org-token-name", "org-token-id", "role", "workspace", "organization", "api-url", "dry-run", "timeout", "settle", "wait", "allow-fork"} {
		contains(t, "summary", r.summary, "Input "+input+":")
	}
	equal(t, "requests", w.calls(), nil)
}

// TestPastedAPIToken has an API token where it does not belong: it is refused, and not repeated.
func TestPastedAPIToken(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgsomeoneelse000000001", "cltokensomeoneelse0000001", sandbox.Token{}.EndAt)
	for _, input := range []string{"org-token-name", "org-token-id", "workspace", "organization", "role", "timeout", "dry-run", "api-url"} {
		for name, secret := range map[string]string{"its own": apiToken, "another": other} {
			t.Run(input+" "+name, func(t *testing.T) {
				t.Parallel()
				w := demo(t, sandbox.Options{}, nil)
				inputs := with(input, "x "+secret)
				if input == "org-token-id" {
					inputs["org-token-name"] = ""
				}
				r := run(t, w.root, inputs)
				r.is(t, "error", "invalid-input")
				contains(t, "log", r.log, "Input "+input+": an API token stands in it")
				r.hides(t, secret)
				equal(t, "requests", w.calls(), nil)
			})
		}
	}
}
