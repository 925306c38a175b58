package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// contentsFault returns options with a fault for the first n requests to GitHub for the content of a file, or for all
// of them if n is 0.
func contentsFault(n int, fault sandbox.Fault) sandbox.GitHubOptions {
	seen := 0
	return sandbox.GitHubOptions{Fault: func(_ int, r *http.Request) sandbox.Fault {
		if strings.Contains(r.URL.Path, "/contents/") {
			if seen++; seen <= n || n == 0 {
				return fault
			}
		}
		return sandbox.Fault{}
	}}
}

// TestDefaultBranchNotRead has runs that would apply the file, but cannot read it on the default branch. They fail and
// send nothing to Astro. A run that only plans does not need to read it.
func TestDefaultBranchNotRead(t *testing.T) {
	t.Parallel()
	refused := sandbox.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}
	nowhere := env("GITHUB_API_URL", "http://"+closedPort(t))
	const contentsRead = "the permission contents: read"
	for _, tt := range []struct {
		name   string
		github sandbox.GitHubOptions
		how    option
		inputs map[string]string
		kind   string // empty if the file is applied
		words  []string
	}{
		{
			"refused", contentsFault(0, refused), nil, fileInputs(), "forbidden",
			[]string{"403", "not accessible", contentsRead},
		},
		{
			"no token",
			sandbox.GitHubOptions{},
			env("INPUT_GITHUB-TOKEN", ""), fileInputs(), "forbidden",
			[]string{"no token for GitHub", contentsRead},
		},
		{
			"invalid token",
			sandbox.GitHubOptions{},
			env("INPUT_GITHUB-TOKEN", "ghs_revoked"), fileInputs(), "forbidden",
			[]string{"401", contentsRead, "Leave github-token out"},
		},
		{
			"always 503", contentsFault(0, sandbox.Fault{Status: 503}), nil, fileInputs("timeout", shortTimeout),
			"unavailable",
			[]string{"503", "Run it again"},
		},
		{"503 twice", contentsFault(2, sandbox.Fault{Status: 503}), nil, fileInputs(), "", nil},
		{"reset once", contentsFault(1, sandbox.Fault{Reset: true}), nil, fileInputs(), "", nil},
		{
			"repository not visible",
			sandbox.GitHubOptions{},
			env("GITHUB_REPOSITORY", "example/other"), fileInputs(),
			"forbidden",
			[]string{"404", contentsRead},
		},
		{
			"unreachable",
			sandbox.GitHubOptions{},
			nowhere, fileInputs("timeout", shortTimeout), "unavailable",
			[]string{"connection refused", "Run it again"},
		},
		{"unreachable, default branch unknown", sandbox.GitHubOptions{}, func(s *setup) {
			nowhere(s)
			event("schedule", `{}`)(s)
		}, fileInputs("timeout", shortTimeout), "unavailable", []string{"connection refused", "Run it again"}},
		{"unreachable, always", sandbox.GitHubOptions{}, nowhere, applyInputs(), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveMergedOn(t, tt.github, aFile, sandbox.Options{}, nil)
			if tt.how == nil {
				tt.how = func(*setup) {}
			}
			r := o.run(t, tt.inputs, tt.how)
			if tt.kind == "" {
				r.is(t, "error", "", "applied", "true", "status", "granted")
				return
			}
			r.failed(t, tt.kind, append(tt.words, "could not be compared with the default branch")...)
			r.is(t, "applied", "false", "changed", "false")
			equal(t, "requests to Astro", o.calls(), nil)
			contains(t, "summary", r.summary, "### ❌ Astro grants file failed: "+tt.kind)

			plan := o.run(t, fileInputs(), tt.how, event("pull_request", pullOf("opened", repo, "main", false)))
			plan.is(t, "error", "", "applied", "false", "status", "granted")
		})
	}
}

// TestFileFromTerminal plans the file unless apply is always.
func TestFileFromTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		writes int
		words  []string
	}{
		{
			"auto", fileInputs(), 0,
			[]string{"\napplied=false\n", "this is not a workflow run", "Use -apply always", "plan: 1 to grant"},
		},
		{"always", applyInputs(), 2, []string{"\napplied=true\n", "Astro grants file: 1 granted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs, checkout(aFile), terminal, args("-v"))
			equal(t, "exit code", r.code, 0)
			contains(t, "the terminal", r.log,
				append(tt.words, "\nstatus=granted\n", "\nrevoked=1\n", "\nunchanged=1\n")...)
			equal(t, "writes", w.count(writeRoles), tt.writes)
		})
	}
}

// TestFileProblemsInTerminal prints the position before the problem, as compilers do.
func TestFileProblemsInTerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, fileInputs(), checkout("grants:\n  - {}\n"), terminal, args("-v"))
	equal(t, "exit code", r.code, 1)
	contains(t, "the terminal", r.log, "error: "+at(2, 5)+`: Invalid input: "role" is required.`,
		"\nerror=invalid-input\n")
}

// TestFileInSandbox runs the example in README.
func TestFileInSandbox(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../.github/examples/grants.yml")
	if err != nil {
		t.Fatal(err)
	}
	for apply, title := range map[string]string{
		"auto":   "Astro grants file, plan: 3 to grant, 1 to update, 1 to revoke",
		"always": "Astro grants file: 3 granted, 1 updated, 1 revoked",
	} {
		t.Run(apply, func(t *testing.T) {
			t.Parallel()
			r := launch(newSetup(t, nil, []option{
				checkout(string(example)), terminal, args("-sandbox", "-v", "-grants-file", grantsPath, "-apply", apply,
					"-settle", "0s"),
			})).wait()
			equal(t, "exit code", r.code, 0)
			contains(t, "the terminal", r.log, title, "| API token | Workspace | Role |")
		})
	}
}
