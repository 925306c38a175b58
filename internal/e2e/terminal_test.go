package e2e

import (
	"regexp"
	"strings"
	"testing"

	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/sandbox"
)

// shell runs the program as from a shell, with only the given arguments.
func shell(t *testing.T, values ...string) result {
	t.Helper()
	return launch(newSetup(t, nil, []option{terminal, args(values...)})).wait()
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		args  []string
		code  int
		words []string
	}{
		{"version", []string{"-version"}, 0, []string{"astro-workspace-grant "}},
		{"version with two dashes", []string{"--version"}, 0, []string{"astro-workspace-grant "}},
		{"unknown flag", []string{"-owner"}, 2, []string{"unknown flag -owner; see -help\n"}},
		{"flag without a value", []string{"-role"}, 2, []string{"-role"}},
		{"secret on the command line", []string{"-api-token", "x"}, 2, []string{"-api-token"}},
		{"positional argument", []string{"Production"}, 2, []string{`"Production"`, "-help"}},
		{"no arguments", nil, 2, []string{"Set ASTRO_API_TOKEN", "-help", "-sandbox"}},
		{"no inputs", []string{"-v"}, 1, []string{
			"error: Invalid input: api-token is required", "role is required", "workspace is required", "error=invalid-input",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := shell(t, tt.args...)
			equal(t, "exit code", r.code, tt.code)
			contains(t, "output", r.log, tt.words...)
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	r := shell(t, "-help")
	equal(t, "exit code", r.code, 0)
	for _, in := range input.All() {
		equal(t, "the flag "+in.Name, regexp.MustCompile(`(?m)^  -`+in.Name+`\b`).MatchString(r.log), in.Usage != "")
		if in.Default != "" {
			contains(t, "help", r.log, "(default "+in.Default+")")
		}
	}
	contains(t, "help", r.log, "ASTRO_API_TOKEN", "-sandbox", "-faults", "-version")
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		args  []string
		words []string
	}{
		{"defaults", []string{"-sandbox", "-v"}, []string{
			"Granted: WORKSPACE_OPERATOR", "Updated: WORKSPACE_OPERATOR", "status=granted", "workspace-name=Production, Staging", "| Workspace |",
		}},
		{"with inputs", []string{"-sandbox", "-v", "-org-token-name", "Provisioner", "-role", "WORKSPACE_OWNER", "-workspace", "Data Science", "-settle", "0s"}, []string{"Granted: WORKSPACE_OWNER", "token-name=Provisioner"}},
		{"dry run", []string{"-sandbox", "-v", "-dry-run", "-org-token-name", "Provisioner", "-role", "WORKSPACE_OWNER", "-workspace", "Data Science"}, []string{"Would grant: WORKSPACE_OWNER", "attempts=0"}},
		{"with faults", []string{"-faults", "-v"}, []string{"status=granted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := shell(t, tt.args...)
			equal(t, "exit code", r.code, 0)
			contains(t, "output", r.log, tt.words...)
			contains(t, "output", r.log, "── Outputs", "── Job summary")
		})
	}
}

// TestReadableResult runs without -v. The output is a readable result, without step outputs or Markdown.
func TestReadableResult(t *testing.T) {
	t.Parallel()
	r := shell(t, "-sandbox", "-comment", "always")
	equal(t, "exit code", r.code, 0)
	contains(t, "output", r.log, "Granted: WORKSPACE_OPERATOR in Workspace \"Production\"", "Result: 1 granted, 1 updated\n",
		"Comment on pull request #7: ✅ Astro Workspace grant: 1 granted, 1 updated")
	lacks(t, "output", r.log, "status=", "| --- |", "<!--")
}

// TestSandboxFailure checks how a failure is shown to a user.
func TestSandboxFailure(t *testing.T) {
	t.Parallel()
	r := shell(t, "-sandbox", "-v", "-org-token-name", "CI Deployer", "-role", "WORKSPACE_OWNER", "-workspace", "Analytics")
	equal(t, "exit code", r.code, 1)
	contains(t, "output", r.log, "error: Workspace ambiguous:", analytics, analytics2, "status=failed", "error=workspace-ambiguous")
}

func TestGrantFromTerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	before := w.Roles(deployer)
	r := run(t, w.root, with(), terminal, args("-v"))
	equal(t, "exit code", r.code, 0)
	w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
	for _, output := range grantOutputs {
		contains(t, "the terminal", r.log, "\n"+output+"=")
	}
	contains(t, "the terminal", r.log, "── Outputs\nstatus=granted\nchanged=true\n", "── Job summary\n### ", "| `Production`")
}

// TestHostileNamesInTerminal checks that a name cannot forge a line that looks like a step output.
func TestHostileNamesInTerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clhostileworkspace0000001", "x\nstatus=unchanged\r\x1b[2Kerror=")
	r := run(t, w.root, with("workspace", "clhostileworkspace0000001"), terminal, args("-v"))
	equal(t, "status lines", strings.Count(r.log, "\nstatus="), 1)
	lacks(t, "the terminal", r.log, "\x1b", "\r")
}

func TestDebugLog(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nth(1, readToken, sandbox.Fault{Status: 503}))
	r := run(t, w.root, with(), env("RUNNER_DEBUG", "1"))
	r.is(t, "status", "granted")
	debug := r.named("debug")
	line := regexp.MustCompile(`^(GET|POST) /v1/organizations/\S+: (200|503) in [0-9.]+m?s$`)
	requests := 0
	for _, d := range debug {
		if line.MatchString(d.message) {
			requests++
		}
	}
	equal(t, "requests in the log", requests, len(w.calls()))
	equal(t, "debug messages without RUNNER_DEBUG", run(t, w.root, with()).named("debug"), nil)
}
