package e2e

import (
	"regexp"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
	"astro-workspace-grant/internal/step"
)

// shell starts the program from a shell with nothing but a command line.
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
		{"version in full", []string{"--version"}, 0, []string{"astro-workspace-grant "}},
		{"unknown flag", []string{"-owner"}, 2, []string{"-owner"}},
		{"flag without a value", []string{"-role"}, 2, []string{"-role"}},
		{"no secret on a command line", []string{"-api-token", "x"}, 2, []string{"-api-token"}},
		{"an argument", []string{"Production"}, 2, []string{`"Production"`, "-help"}},
		{"nothing given", nil, 1, []string{"error: Invalid input: Input api-token", "Input role", "Input workspace", "error=invalid-input"}},
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
	for _, input := range step.Inputs() {
		equal(t, "the flag "+input.Name, regexp.MustCompile(`(?m)^  -`+input.Name+`\b`).MatchString(r.log), !input.Secret)
		if input.Default != "" {
			contains(t, "help", r.log, "(default "+input.Default+")")
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
		{"as it is", []string{"-sandbox"}, []string{"Granted: WORKSPACE_OPERATOR", "Updated: WORKSPACE_OPERATOR", "status=granted", `workspace-name=Production\nStaging`, "| Workspace |"}},
		{"with inputs", []string{"-sandbox", "-org-token-name", "Provisioner", "-role", "WORKSPACE_OWNER", "-workspace", "Data Science", "-settle", "0s"}, []string{"Granted: WORKSPACE_OWNER", "token-name=Provisioner"}},
		{"dry run", []string{"-sandbox", "-dry-run", "-org-token-name", "Provisioner", "-role", "WORKSPACE_OWNER", "-workspace", "Data Science"}, []string{"Dry run, would be granted", "attempts=0"}},
		{"with faults", []string{"-faults"}, []string{"status=granted"}},
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

// TestSandboxFails shows a failure as a user would meet it.
func TestSandboxFails(t *testing.T) {
	t.Parallel()
	r := shell(t, "-sandbox", "-org-token-name", "CI Deployer", "-role", "WORKSPACE_OWNER", "-workspace", "Analytics")
	equal(t, "exit code", r.code, 1)
	contains(t, "output", r.log, "error: Workspace ambiguous:", analytics, analytics2, "status=failed", "error=workspace-ambiguous")
}

func TestGrantFromATerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	before := w.Roles(deployer)
	r := run(t, w.root, with(), terminal)
	equal(t, "exit code", r.code, 0)
	w.holds(t, deployer, production, "WORKSPACE_OPERATOR", before)
	for _, output := range grantOutputs {
		contains(t, "the terminal", r.log, "\n"+output+"=")
	}
	contains(t, "the terminal", r.log, "── Outputs\nstatus=granted\nchanged=true\n", "── Job summary\n### ", "| `Production`")
}

// TestHostileNamesOnATerminal has no line that looks like an output of ours.
func TestHostileNamesOnATerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clhostileworkspace0000001", "x\nstatus=unchanged\r\x1b[2Kerror=")
	r := run(t, w.root, with("workspace", "clhostileworkspace0000001"), terminal)
	equal(t, "lines of status", strings.Count(r.log, "\nstatus="), 1)
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
	equal(t, "without it", run(t, w.root, with()).named("debug"), nil)
}
