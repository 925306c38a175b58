package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/sandbox"
)

// commentRow is what a comment says about one Workspace.
type commentRow struct {
	role, state string
	run         string // the run's ID and attempt
}

// commentRows returns the rows of a comment by Workspace.
func commentRows(t *testing.T, body string) map[string]commentRow {
	t.Helper()
	links := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\[(\d+)\]: https://\S+/runs/(\d+)/attempts/(\d+)$`).FindAllStringSubmatch(body, -1) {
		links[m[1]] = m[2] + "/" + m[3]
	}
	rows := map[string]commentRow{}
	line := regexp.MustCompile("(?m)^\\| `([^`|]+)` \\| ([^|]+) \\| \\[(\\w+)\\]\\[(\\d+)\\] \\|$")
	for _, m := range line.FindAllStringSubmatch(body, -1) {
		if _, ok := rows[m[1]]; ok {
			t.Errorf("two rows for %s:\n%s", m[1], body)
		}
		rows[m[1]] = commentRow{m[2], m[3], links[m[4]]}
	}
	return rows
}

// commentMatrix is a number of jobs that grant a role at the same time, each in a Workspace of its own, and share the
// comment.
type commentMatrix struct {
	gitHubWorld
	size int
}

func leg(i int) string { return fmt.Sprintf("Crowd %d", i) }

// serveMatrix serves both APIs with a latency each.
func serveMatrix(t *testing.T, size int, gitHub sandbox.GitHubOptions) commentMatrix {
	t.Helper()
	o := serveGitHubOn(t, newGitHub(gitHub), sandbox.Options{Latency: uniform(50*time.Millisecond, 50*time.Millisecond)}, nil)
	for i := range size {
		o.AddWorkspace(matrixWorkspace(i), leg(i))
	}
	return commentMatrix{o, size}
}

// job returns the inputs of a job of the matrix.
func (m commentMatrix) job(i int, pairs ...string) map[string]string {
	inputs := with(append([]string{
		"workspace", leg(i), "comment", "always", "matrix-size", fmt.Sprint(m.size), "matrix-index", fmt.Sprint(i),
	}, pairs...)...)
	return inputs
}

// runAll starts all jobs at the same time and returns their results.
func (m commentMatrix) runAll(t *testing.T, pairs ...string) []result {
	t.Helper()
	processes := make([]*process, m.size)
	for i := range processes {
		processes[i] = start(t, m.root, m.job(i, pairs...), m.options...)
	}
	results := make([]result, m.size)
	for i, p := range processes {
		results[i] = p.wait()
		results[i].is(t, "status", "granted")
	}
	return results
}

// writes returns how many requests to GitHub create, change or delete something.
func (o gitHubWorld) writes() int {
	return o.sent(http.MethodPost) + o.sent(http.MethodPatch) + o.sent(http.MethodDelete)
}

// check checks that there is one comment with a row for each job, unless the job has warned that its row may be missing, or
// another one that it may have removed rows. It returns how many have.
func (m commentMatrix) check(t *testing.T, results []result) (warned int) {
	t.Helper()
	rows, isLate := commentRows(t, m.only(t)), false
	for _, r := range results {
		equal(t, "exit code", r.code, 0)
		for _, warning := range r.named("warning") {
			isLate = isLate || strings.Contains(warning.message, "may have been overwritten")
		}
	}
	for i, r := range results {
		want := commentRow{"none → `WORKSPACE_OPERATOR`", "done", "1658821493/1"}
		if len(r.named("warning")) > 0 {
			warned++
			continue
		}
		if row, ok := rows[leg(i)]; row != want && (ok || !isLate) {
			t.Errorf("%s: %+v", leg(i), row)
		}
		contains(t, "comment-url", r.outputs["comment-url"], "#issuecomment-")
	}
	contains(t, "the comment", m.only(t), fmt.Sprintf("### ✅ Astro Workspace grant: %d granted", len(rows)))
	return warned
}

// TestCommentOfMatrix has 1, 10 and 50 jobs. All of their rows are in one comment. On a busy machine, some of many jobs may
// not be able to write: fifty come close to GitHub's limit for writes.
func TestCommentOfMatrix(t *testing.T) {
	for _, size := range []int{1, 10, 50} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			if size > 1 && testing.Short() {
				t.Skip("skipped in short mode")
			}
			t.Parallel()
			m := serveMatrix(t, size, sandbox.GitHubOptions{Latency: uniform(100*time.Millisecond, 100*time.Millisecond)})
			began := time.Now()
			warned := m.check(t, m.runAll(t, "settle", "1s"))
			if size == 1 {
				equal(t, "jobs that warned", warned, 0)
				equal(t, "requests of a single job", len(m.github.Requests()), 3)
			}
			t.Logf("%d jobs: %d requests to GitHub, of which %d write, in %v; %d warned", size, len(m.github.Requests()),
				m.writes(), time.Since(began).Round(time.Second), warned)
		})
	}
}

// TestCommentOfMatrixWithFaults has GitHub fail, lose answers and limit the rate. Each job's row is there, or a warning
// says that it may not be.
func TestCommentOfMatrixWithFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	const size = 20
	faults := []sandbox.Fault{
		{Status: http.StatusBadGateway},
		{Status: http.StatusServiceUnavailable, After: true},
		{Reset: true, After: true},
		sandbox.GitHubSecondaryRateLimit(http.StatusForbidden, 2*time.Second),
	}
	var n atomic.Int64
	m := serveMatrix(t, size, sandbox.GitHubOptions{
		Latency: uniform(100*time.Millisecond, 100*time.Millisecond),
		Fault: func(_ int, r *http.Request) sandbox.Fault {
			i := int(n.Add(1))
			if r.Method == http.MethodDelete || i%5 != 0 {
				return sandbox.Fault{}
			}
			return faults[i/5%len(faults)]
		},
	})
	t.Logf("%d of %d jobs warned", m.check(t, m.runAll(t)), size)
}

// TestCommentOfTwoWorkflows has two workflows for one pull request, and a second step. (The package pullrequest tests that
// they can run at the same time.)
func TestCommentOfTwoWorkflows(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	workflow := func(name string, id int) option {
		return func(s *setup) { s.env["GITHUB_WORKFLOW"] = name; runID(id)(s) }
	}
	o.run(t, with("workspace", "Production"), workflow("deploy", 10))
	o.run(t, with("workspace", "Staging"), workflow("access", 11))
	o.run(t, with("workspace", "Sandbox"), workflow("access", 11), env("GITHUB_ACTION", "__self_2"))
	equal(t, "rows", commentRows(t, o.only(t)), map[string]commentRow{
		"Production": {"none → `WORKSPACE_OPERATOR`", "done", "10/1"},
		"Staging":    {"`WORKSPACE_AUTHOR` → `WORKSPACE_OPERATOR`", "done", "11/1"},
		"Sandbox":    {"none → `WORKSPACE_OPERATOR`", "done", "11/1"},
	})
}

// TestCommentOfSeveralTokens has a matrix whose jobs have different API tokens and roles: each API token has a comment.
func TestCommentOfSeveralTokens(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	for i, job := range []struct{ token, role, workspace string }{
		{"CI Deployer", "WORKSPACE_MEMBER", "Production"},
		{"CI Deployer", "WORKSPACE_OWNER", "Staging"},
		{"Provisioner", "WORKSPACE_MEMBER", "Production"},
	} {
		o.run(t, with("org-token-name", job.token, "role", job.role, "workspace", job.workspace,
			"matrix-size", "3", "matrix-index", fmt.Sprint(i)))
	}
	comments := o.github.Comments(number)
	equal(t, "comments", len(comments), 2)
	equal(t, "rows of the first", commentRows(t, comments[0].Body), map[string]commentRow{
		"Production": {"none → `WORKSPACE_MEMBER`", "done", "1658821493/1"},
		"Staging": {
			"`WORKSPACE_AUTHOR` → `WORKSPACE_OWNER` ⚠️ **full control of the Workspace**", "done", "1658821493/1",
		},
	})
	equal(t, "rows of the second", len(commentRows(t, comments[1].Body)), 1)
}

// TestCommentOfRerunLeg has one job of a matrix fail, and succeed when it is run again. The other's row stays.
func TestCommentOfRerunLeg(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.run(t, with("workspace", "Production", "matrix-size", "2", "matrix-index", "0"))
	o.run(t, with("workspace", "Later", "matrix-size", "2", "matrix-index", "1")).is(t, "error", "workspace-not-found")
	contains(t, "the comment", o.only(t), "failed: workspace-not-found (1 granted, 1 failed)", "**What to do:**",
		"`Later`", "❌ `WORKSPACE_OPERATOR` failed: workspace-not-found")
	o.AddWorkspace("clworkspacelater000000001", "Later")
	o.run(t, with("workspace", "Later", "matrix-size", "2", "matrix-index", "1"), env("GITHUB_RUN_ATTEMPT", "2"))
	equal(t, "rows", commentRows(t, o.only(t)), map[string]commentRow{
		"Production": {"none → `WORKSPACE_OPERATOR`", "done", "1658821493/1"},
		"Later":      {"none → `WORKSPACE_OPERATOR`", "done", "1658821493/2"},
	})
	lacks(t, "the comment", o.only(t), "What to do")
}

// TestCommentOfSmallerMatrix has rows of a plan that a newer run no longer plans.
func TestCommentOfSmallerMatrix(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	for i, workspace := range []string{"Production", "Staging", "Sandbox"} {
		o.run(t, with("workspace", workspace, "dry-run", "true", "matrix-size", "3", "matrix-index", fmt.Sprint(i)))
	}
	contains(t, "the plan", o.only(t), "plan: 2 to grant, 1 to update")
	// The second job has another Workspace now, and there is no third one.
	o.run(t, with("workspace", "Production", "dry-run", "true", "matrix-size", "2", "matrix-index", "0"), runID(1658821494))
	o.run(t, with("workspace", "Sandbox", "dry-run", "true", "matrix-size", "2", "matrix-index", "1"), runID(1658821494))
	contains(t, "the plan", o.only(t), "plan: 2 to grant")
	lacks(t, "the plan", o.only(t), "Staging")
}

// TestCommentAfterDuplicates has what a canceled job has left: a second comment with a row of its own.
func TestCommentAfterDuplicates(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.run(t, with("workspace", "Production"), runID(1))
	other := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	other.run(t, with("workspace", "Staging"), runID(1))
	o.github.AddComment(number, bot, other.only(t))

	o.run(t, with("workspace", "Sandbox"), runID(2))
	rows := commentRows(t, o.only(t))
	equal(t, "runs", []string{rows["Production"].run, rows["Staging"].run, rows["Sandbox"].run}, []string{"1/1", "1/1", "2/1"})
}

// TestCommentDeleted deletes the comment between the look-up and the grant. It is made anew.
func TestCommentDeleted(t *testing.T) {
	t.Parallel()
	var o gitHubWorld
	o = serveGitHub(t, sandbox.GitHubOptions{}, onNth(1, writeRoles, func(*sandbox.Astro) sandbox.Fault {
		o.github.DeleteComment(3_000_000_001)
		return sandbox.Fault{}
	}), nil)
	o.run(t, with("dry-run", "true"))
	r := o.run(t, with())
	r.is(t, "comment-id", "3000000002")
	contains(t, "the comment", o.only(t), "grant: 1 granted")
}

// TestCommentEditedByHand has somebody change the hidden table. The run replaces it by what it knows.
func TestCommentEditedByHand(t *testing.T) {
	t.Parallel()
	first := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	first.run(t, with("workspace", "Production"))
	for name, edit := range map[string]func(string) string{
		"cut":     func(table string) string { return table[:len(table)-8] },
		"changed": func(table string) string { return table[:60] + "AAAA" + table[64:] },
		"empty":   func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := regexp.MustCompile(`"table":"([^"]+)"`).FindStringSubmatch(first.only(t))[1]
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			o.github.AddComment(number, bot, strings.Replace(first.only(t), table, edit(table), 1))
			o.run(t, with("workspace", "Sandbox"), runID(1658821494))
			equal(t, "rows", commentRows(t, o.only(t)), map[string]commentRow{
				"Sandbox": {"none → `WORKSPACE_OPERATOR`", "done", "1658821494/1"},
			})
		})
	}
}

// TestCommentOfEarlierVersion has a comment of an earlier version of the action. Its key depends on the Workspaces.
func TestCommentOfEarlierVersion(t *testing.T) {
	t.Parallel()
	const state = `<!-- astro-workspace-grant {"about":"%s","run":%d,"attempt":1,"status":"%s","dryRun":%t,"roles":"%s","text":"x"} -->`
	key := report.Hash(sandbox.DemoOrganizationID, "CI Deployer", "", "Staging")
	roles := report.Hash(deployer, "WORKSPACE_AUTHOR", deployer, staging, "WORKSPACE_AUTHOR")
	for _, tt := range []struct {
		name   string
		state  string
		edited bool
	}{
		{"a plan", fmt.Sprintf(state, key, 1, "updated", true, "x"), true},
		{"a failure", fmt.Sprintf(state, key, 1, "failed", false, roles), true},
		{"the same roles", fmt.Sprintf(state, key, 1, "updated", false, roles), false},
		{"other roles", fmt.Sprintf(state, key, 1, "updated", false, "x"), true},
		{"a newer run", fmt.Sprintf(state, key, 1658821494, "updated", true, "x"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			before := "### 🔎 Astro Workspace grant\n\n" + tt.state + "\n"
			o.github.AddComment(number, bot, before)
			o.run(t, with("workspace", "Staging", "role", "WORKSPACE_AUTHOR", "comment", "changed"))
			equal(t, "edited", o.only(t) != before, tt.edited)
		})
	}
}

// TestCommentOfLaterFailure has a grant, and then a newer run that fails before it knows anything.
func TestCommentOfLaterFailure(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	o := serveGitHub(t, sandbox.GitHubOptions{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if fails.Load() {
			return apiError(http.StatusForbidden, "no")
		}
		return sandbox.Fault{}
	}, nil)
	o.run(t, with(), runID(1))
	fails.Store(true)
	o.run(t, with(), runID(2))
	contains(t, "the comment", o.only(t), "failed: forbidden (1 failed)", "**What to do:**", "❌ `WORKSPACE_OPERATOR` failed: forbidden")
	fails.Store(false)
	o.run(t, with("role", "WORKSPACE_OWNER"), runID(3)).is(t, "status", "updated")
	lacks(t, "the comment", o.only(t), "failed", "What to do")
}

// TestCommentOfReusableWorkflow calls one workflow twice: its jobs have the same names in the same run.
func TestCommentOfReusableWorkflow(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.run(t, with("workspace", "Production", "dry-run", "true"))
	o.run(t, with("workspace", "Nowhere", "dry-run", "true"))
	o.run(t, with("workspace", "Sandbox", "dry-run", "true"))
	contains(t, "the comment", o.only(t), "failed: workspace-not-found (2 to grant, 1 failed)", "What to do")
}

// TestCommentKeepsFailures has a job fail in several ways, and then another job of a newer run succeed.
func TestCommentKeepsFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		inputs []string
		fault  sandbox.Fault
		title  string
	}{
		{"not found", []string{"workspace", "Production\nNowhere"}, sandbox.Fault{}, "failed: workspace-not-found (1 updated, 2 failed)"},
		{"refused by a limit", []string{"max-role", "WORKSPACE_MEMBER"}, sandbox.Fault{}, "failed: policy (1 to update, 1 updated)"},
		{"API token refused", nil, sandbox.Fault{Status: http.StatusUnauthorized}, "failed: unauthorized (1 updated, 1 failed)"},
		{"invalid input", []string{"role", "KING"}, sandbox.Fault{}, "failed: invalid-input (1 granted, 1 updated)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var fails atomic.Bool
			o := serveGitHub(t, sandbox.GitHubOptions{}, func(*sandbox.Astro, *http.Request) sandbox.Fault {
				if fails.Load() {
					return tt.fault
				}
				return sandbox.Fault{}
			}, nil)
			o.run(t, with(), runID(10))
			fails.Store(true)
			r := o.run(t, with(append([]string{"role", "WORKSPACE_OWNER"}, tt.inputs...)...), runID(11))
			equal(t, "exit code", r.code, 1)
			fails.Store(false)
			o.run(t, with("workspace", "Staging"), runID(12), env("GITHUB_JOB", "other")).is(t, "status", "updated")
			contains(t, "the comment", o.only(t), tt.title, "What to do")
		})
	}
}

// TestCommentOfExclusivePlan has a file applied, and then a plan of an exclusive one that revokes some of that.
func TestCommentOfExclusivePlan(t *testing.T) {
	t.Parallel()
	o := serveMerged(t, noFile, sandbox.Options{}, nil)
	const file = "exclusive: true\ngrants:\n  - {org-token-name: CI Deployer, role: WORKSPACE_OPERATOR, workspaces: [%s]}\n"
	o.run(t, applyInputs("comment", "always"), checkout(fmt.Sprintf(file, "Production, Staging, Sandbox")), runID(30))
	next := checkout(fmt.Sprintf(file, "Production"))
	o.run(t, applyInputs("comment", "always", "dry-run", "true"), next, runID(31)).is(t, "revoked", "2")
	contains(t, "the plan", o.only(t), "plan: 2 to revoke; done: 1 granted", "Not listed in the file")
	o.run(t, applyInputs("comment", "always", "apply", "check"), next, runID(32)).is(t, "error", "drift")
	contains(t, "the check", o.only(t), "check: drift (2 to revoke, 1 granted)")
}

// TestCommentOfEarlierVersionWithOthers has a comment of an earlier version, and a newer one with the row of another run.
func TestCommentOfEarlierVersionWithOthers(t *testing.T) {
	t.Parallel()
	const state = `<!-- astro-workspace-grant {"about":"%s","run":1,"attempt":1,"status":"updated","dryRun":false,"roles":"%s","text":"x"} -->`
	key := report.Hash(sandbox.DemoOrganizationID, "CI Deployer", "", "Staging")
	roles := report.Hash(deployer, "WORKSPACE_AUTHOR", deployer, staging, "WORKSPACE_AUTHOR")
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.github.AddComment(number, bot, "### old\n\n"+fmt.Sprintf(state, key, roles)+"\n")
	o.run(t, with("workspace", "Production"), runID(20))
	o.run(t, with("workspace", "Staging", "role", "WORKSPACE_AUTHOR"), runID(21))
	equal(t, "row of the other run", commentRows(t, o.only(t))["Production"].run, "20/1")
}

// TestCommentOfHugeFile has more grants than the comment has space for. The title counts all of them.
func TestCommentOfHugeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	o := serveMerged(t, noFile, sandbox.Options{}, nil)
	text := o.bigFile(2000)
	r := o.run(t, fileInputs("comment", "always"), checkout(text), event("pull_request", pullOf("opened", repo, "main", false)))
	r.is(t, "granted", "2000")
	contains(t, "the comment", o.only(t), "plan: 2000 to grant", "The comment is full", "more; the job summaries list them.")
}
