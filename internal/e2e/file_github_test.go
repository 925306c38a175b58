package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// contentsFault is a fault for the first requests to GitHub for a file's content; for all of them where n is 0.
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

// TestGitHubCannotBeAsked has runs that would apply, but for what GitHub answers. They fail and send nothing to Astro; what
// only plans does not ask.
func TestGitHubCannotBeAsked(t *testing.T) {
	t.Parallel()
	refused := sandbox.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}
	nowhere := env("GITHUB_API_URL", "http://"+nobody(t))
	const contentsRead = "permissions: contents: read"
	for _, tt := range []struct {
		name   string
		github sandbox.GitHubOptions
		how    option
		inputs map[string]string
		kind   string // empty: it is applied
		words  []string
	}{
		{"refused", contentsFault(0, refused), nil, filed(), "forbidden", []string{"403", "not accessible", contentsRead}},
		{"no token", sandbox.GitHubOptions{}, env("INPUT_GITHUB-TOKEN", ""), filed(), "forbidden", []string{"no token for GitHub", contentsRead}},
		{"token that is none", sandbox.GitHubOptions{}, env("INPUT_GITHUB-TOKEN", "ghs_revoked"), filed(), "forbidden", []string{"401", contentsRead, "Leave github-token out"}},
		{"out of order", contentsFault(0, sandbox.Fault{Status: 503}), nil, filed("timeout", shortly), "unavailable", []string{"503", "Run it again"}},
		{"out of order for a while", contentsFault(2, sandbox.Fault{Status: 503}), nil, filed(), "", nil},
		{"cut for a while", contentsFault(1, sandbox.Fault{Reset: true}), nil, filed(), "", nil},
		{"not to be seen", sandbox.GitHubOptions{}, env("GITHUB_REPOSITORY", "example/other"), filed(), "forbidden", []string{"404", contentsRead}},
		{"unreachable", sandbox.GitHubOptions{}, nowhere, filed("timeout", shortly), "unavailable", []string{"connection refused", "Run it again"}},
		{"unreachable, in need of the default branch", sandbox.GitHubOptions{}, func(s *setup) {
			nowhere(s)
			event("schedule", `{}`)(s)
		}, filed("timeout", shortly), "unavailable", []string{"connection refused", "Run it again"}},
		{"unreachable, always", sandbox.GitHubOptions{}, nowhere, applied(), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := landedOn(t, tt.github, aFile, sandbox.Options{}, nil)
			if tt.how == nil {
				tt.how = func(*setup) {}
			}
			r := o.run(t, tt.inputs, tt.how)
			if tt.kind == "" {
				r.is(t, "error", "", "applied", "true", "status", "granted")
				return
			}
			r.failed(t, tt.kind, append(tt.words, "whether the grants file is the one of the default branch")...)
			r.is(t, "applied", "false", "changed", "false")
			equal(t, "requests to Astro", o.calls(), nil)
			contains(t, "summary", r.summary, "### ❌ Astro grants file failed: "+tt.kind)

			plan := o.run(t, filed(), tt.how, event("pull_request", pullOf("opened", repo, "main", false)))
			plan.is(t, "error", "", "applied", "false", "status", "granted")
		})
	}
}

// TestFileFromATerminal plans where nobody says otherwise.
func TestFileFromATerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		writes int
		words  []string
	}{
		{"auto", filed(), 0, []string{"\napplied=false\n", "no workflow run", "set apply to always", "plan: would be 1 granted"}},
		{"always", applied(), 2, []string{"\napplied=true\n", "applied: 1 granted"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, tt.inputs, checkout(aFile), terminal)
			equal(t, "exit code", r.code, 0)
			contains(t, "the terminal", r.log, append(tt.words, "\nstatus=granted\n", "\nrevoked=1\n", "\nunchanged=1\n")...)
			equal(t, "writes", w.count(writeRoles), tt.writes)
		})
	}
}

// TestMistakesOnATerminal has the place before the problem, as compilers do.
func TestMistakesOnATerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, filed(), checkout("grants:\n  - {}\n"), terminal)
	equal(t, "exit code", r.code, 1)
	contains(t, "the terminal", r.log, "error: "+at(2, 5)+": Invalid input: The role is missing.", "\nerror=invalid-input\n")
}

// TestFileInTheSandbox is what README has to try it with.
func TestFileInTheSandbox(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../.github/examples/grants.yml")
	if err != nil {
		t.Fatal(err)
	}
	for apply, words := range map[string]string{"auto": "plan: would be", "always": "applied:"} {
		t.Run(apply, func(t *testing.T) {
			t.Parallel()
			r := launch(newSetup(t, nil, []option{
				checkout(string(example)), terminal, args("-sandbox", "-grants-file", grantsPath, "-apply", apply, "-settle", "0s"),
			})).wait()
			equal(t, "exit code", r.code, 0)
			contains(t, "the terminal", r.log, words+" 3 granted, 1 updated, 1 revoked", "| API token | Workspace | Role |")
		})
	}
}
