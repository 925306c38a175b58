package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// pushed returns the payload of a push to main.
func pushed(title string) string {
	return fmt.Sprintf(`{"ref":"refs/heads/main","after":%q,"head_commit":{"message":%q},"repository":%s}`, mergeSHA,
		title+"\n\nmore", baseRepo)
}

// finished returns the payload of a workflow run of an event for a commit, which lists pull requests.
func finished(event, sha, pulls string) string {
	run := fmt.Sprintf(`{"event":%q,"head_sha":%q,"head_repository":%s,"pull_requests":[%s]}`, event, sha, baseRepo, pulls)
	return fmt.Sprintf(`{"workflow_run":%s,"repository":%s}`, run, baseRepo)
}

// TestFindPullRequest covers every event that belongs to a pull request, and some that do not.
func TestFindPullRequest(t *testing.T) {
	merged := sandbox.PullRequest{
		Number: number, HeadRepo: repository, HeadSHA: headSHA, MergeCommitSHA: mergeSHA, Merged: true,
		Commits: []string{mergeSHA},
	}
	edit := func(change func(p *sandbox.PullRequest)) sandbox.PullRequest {
		p := merged
		change(&p)
		return p
	}
	open := edit(func(p *sandbox.PullRequest) { p.Merged, p.MergeCommitSHA, p.Commits = false, "", []string{headSHA} })
	for _, tt := range []struct {
		name    string
		event   string
		payload string
		pulls   []sandbox.PullRequest
		input   string // pull-request
		want    string // number; empty if there is none
	}{
		{"pull_request_target", "pull_request_target", pullRequest(baseRepo, ""), []sandbox.PullRequest{open}, "", "7"},
		{"review", "pull_request_review", pullRequest(baseRepo, ""), []sandbox.PullRequest{open}, "", "7"},
		{"review comment", "pull_request_review_comment", pullRequest(baseRepo, ""), []sandbox.PullRequest{open}, "", "7"},
		{
			"comment on the pull request", "issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`,
			[]sandbox.PullRequest{open},
			"", "7",
		},
		{"comment on an issue", "issue_comment", `{"issue":{"number":7}}`, []sandbox.PullRequest{open}, "", ""},
		{
			"workflow run that lists the pull request", "workflow_run",
			finished("pull_request", headSHA, `{"number":9,"base":{"repo":{"id":5}}},{"number":7,"base":{"repo":{"id":1}}}`),
			[]sandbox.PullRequest{open},
			"", "7",
		},
		{
			"workflow run of a push", "workflow_run",
			finished("push", mergeSHA, ""),
			[]sandbox.PullRequest{merged},
			"", "7",
		},
		{
			"workflow run of a push to the head branch", "workflow_run",
			finished("push", headSHA, ""),
			[]sandbox.PullRequest{open},
			"", "7",
		},
		{
			"workflow run, found by commit", "workflow_run",
			finished("pull_request", headSHA, ""),
			[]sandbox.PullRequest{open},
			"", "7",
		},
		{
			"merge queue", "merge_group",
			`{"merge_group":{"head_ref":"refs/heads/gh-readonly-queue/main/pr-7-` + mergeSHA + `"}}`,
			[]sandbox.PullRequest{open},
			"", "7",
		},
		{"push of the merge commit", "push", pushed("Merge pull request #7"), []sandbox.PullRequest{merged}, "", "7"},
		{
			"push of a rebase", "push", pushed("Let CI deploy"),
			[]sandbox.PullRequest{edit(func(p *sandbox.PullRequest) { p.MergeCommitSHA = headSHA })},
			"", "7",
		},
		{
			"commit in several, one of which it merged", "push", pushed("Let CI deploy"),
			[]sandbox.PullRequest{
				merged,
				{Number: 8, HeadRepo: repository, Merged: true, MergeCommitSHA: headSHA, Commits: []string{mergeSHA}},
			},
			"", "7",
		},
		{
			"commit in several that it did not merge", "push", pushed("Let CI deploy"), []sandbox.PullRequest{
				edit(func(p *sandbox.PullRequest) { p.MergeCommitSHA = headSHA }),
				{Number: 8, HeadRepo: repository, Merged: true, MergeCommitSHA: headSHA, Commits: []string{mergeSHA}},
			}, "", "",
		},
		{
			"push of a commit in an open pull request", "push", pushed("Let CI deploy"),
			[]sandbox.PullRequest{edit(func(p *sandbox.PullRequest) { p.Merged = false })},
			"", "",
		},
		{
			"push of a squash that is listed late", "push", pushed("Let CI deploy (#7)"),
			[]sandbox.PullRequest{edit(func(p *sandbox.PullRequest) { p.VisibleAfter = 2 })},
			"", "7",
		},
		{
			"push of a tag", "push", `{"ref":"refs/tags/v1","after":"` + mergeSHA + `"}`,
			[]sandbox.PullRequest{merged},
			"", "",
		},
		{"schedule", "schedule", `{}`, []sandbox.PullRequest{open}, "", ""},
		{"schedule, number in the input", "schedule", `{}`, []sandbox.PullRequest{open}, "7", "7"},
		{
			"input overrides event", "pull_request",
			strings.Replace(pullRequest(baseRepo, ""), `"number":7`, `"number":8`, 1),
			[]sandbox.PullRequest{open, {Number: 8, HeadRepo: repository}},
			"#7", "7",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, func(g *sandbox.GitHub) {
				g.AddToken(githubToken, bot, true)
				for _, p := range tt.pulls {
					g.AddPullRequest(p)
				}
			})
			r := o.run(t, with("pull-request", tt.input), event(tt.event, tt.payload))
			r.is(t, "status", "granted", "pull-request", tt.want)
			if tt.want == "" {
				equal(t, "comments", len(o.github.Comments(number)), 0)
				equal(t, "notices", len(r.named("notice")), 1)
				return
			}
			contains(t, "the comment", o.only(t), "1 granted")
		})
	}
}

// TestCommentOnForkPullRequest is triggered by a comment on a pull request. The payload does not say whether that comes
// from a fork.
func TestCommentOnForkPullRequest(t *testing.T) {
	fork := sandbox.PullRequest{Number: number, HeadRepo: "stranger/airline", HeadSHA: headSHA}
	for _, tt := range []struct {
		name    string
		pull    sandbox.PullRequest
		payload string
		token   string
		inputs  map[string]string
		kind    string
	}{
		{"fork", fork, "", "", with(), "untrusted-fork"},
		{"fork that is gone", sandbox.PullRequest{Number: number, HeadSHA: headSHA}, "", "", with(), "untrusted-fork"},
		{
			"fork, merged",
			sandbox.PullRequest{Number: number, HeadRepo: "stranger/airline", HeadSHA: headSHA, Merged: true},
			"", "", with(), "",
		},
		{"fork, dry run", fork, "", "", with("dry-run", "true"), ""},
		{"fork, allowed", fork, "", "", with("allow-fork", "true"), ""},
		{"branch", sandbox.PullRequest{Number: number, HeadRepo: repository, HeadSHA: headSHA}, "", "", with(), ""},
		{
			"not readable: does not exist", fork, `{"issue":{"number":99,"pull_request":{}}}`, "", with(),
			"untrusted-fork",
		},
		{"not readable: token refused", fork, "", "ghs_refused", with(), "untrusted-fork"},
		{"not readable: no token", fork, "", "", with("github-token", ""), "untrusted-fork"},
		{"payload not readable", fork, `{"issue":`, "", with(), "invalid-input"},
		{"comment on an issue", fork, `{"issue":{"number":7}}`, "", with(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, func(g *sandbox.GitHub) {
				g.AddToken(githubToken, bot, true)
				g.AddPullRequest(tt.pull)
			})
			if tt.payload == "" {
				tt.payload = `{"issue":{"number":7,"pull_request":{"url":"x"}}}`
			}
			if tt.token != "" {
				tt.inputs["github-token"] = tt.token
			}
			tt.inputs["comment"] = "never"
			r := o.run(t, tt.inputs, event("issue_comment", tt.payload))
			r.is(t, "error", tt.kind)
			unknown := strings.HasPrefix(tt.name, "not readable")
			equal(t, "reports that it is unknown", strings.Contains(r.log, "It is unknown whether"), unknown)
			equal(t, "hint about the token", strings.Contains(r.log, "Leave github-token out"),
				tt.name == "not readable: no token")
			if tt.kind != "" {
				equal(t, "requests to Astro", o.calls(), nil)
			}
		})
	}
}

// gitHubFault returns options with a fault for the nth request of a method to GitHub, or for all of them if n is 0.
func gitHubFault(n int, method string, fault sandbox.Fault) sandbox.GitHubOptions {
	seen := 0
	return sandbox.GitHubOptions{Fault: func(_ int, r *http.Request) sandbox.Fault {
		if r.Method == method && !strings.HasSuffix(r.URL.Path, "/graphql") {
			if seen++; seen == n || n == 0 {
				return fault
			}
		}
		return sandbox.Fault{}
	}}
}

// TestGitHubFailures covers the ways in which GitHub can fail. The grant succeeds, and there is either one comment or
// one warning that says what to do.
func TestGitHubFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		options  sandbox.GitHubOptions
		comments int
		hint     string
	}{
		{"comment: reset", gitHubFault(1, http.MethodPost, sandbox.Fault{Reset: true}), 1, ""},
		{"comment: response lost", gitHubFault(1, http.MethodPost, sandbox.Fault{Reset: true, After: true}), 1, ""},
		{"comment: created, then 502", gitHubFault(1, http.MethodPost, sandbox.Fault{Status: 502, After: true}), 1, ""},
		{"comment: created, response truncated", gitHubFault(1, http.MethodPost, sandbox.Fault{Truncate: true}), 1, ""},
		{"comment: 503", gitHubFault(1, http.MethodPost, sandbox.Fault{Status: 503}), 1, ""},
		{
			"comment: secondary rate limit",
			gitHubFault(1, http.MethodPost, sandbox.GitHubSecondaryRateLimit(403, time.Second)), 1, "",
		},
		{"comment: 429", gitHubFault(1, http.MethodPost, sandbox.GitHubSecondaryRateLimit(429, time.Second)), 1, ""},
		{
			"comment: 403",
			gitHubFault(0, http.MethodPost,
				sandbox.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}),
			0, "the permission pull-requests: write",
		},
		{
			"comment: rate limit for an hour",
			gitHubFault(0, http.MethodPost, sandbox.GitHubRateLimit(time.Now().Add(time.Hour))), 0, "rate limit",
		},
		{"comments: 500", gitHubFault(1, http.MethodGet, sandbox.Fault{Status: 500}), 1, ""},
		{"comments: not JSON", gitHubFault(1, http.MethodGet, sandbox.Fault{Body: "<html>"}), 1, ""},
		{
			"comments: 404",
			gitHubFault(0, http.MethodGet, sandbox.Fault{Status: 404, Body: `{"message":"Not Found"}`}), 0,
			"Check the number",
		},
		{
			"comments: always 502", gitHubFault(0, http.MethodGet, sandbox.Fault{Status: 502}), 0,
			"GitHub failed: 502 Bad Gateway",
		},
		{
			"comments: 401",
			gitHubFault(0, http.MethodGet, sandbox.Fault{Status: 401, Body: `{"message":"Bad credentials"}`}), 0,
			"Check the secret",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, tt.options, nil, nil)
			r := o.run(t, with())
			equal(t, "exit code", r.code, 0)
			r.is(t, "status", "granted", "pull-request", "7")
			equal(t, "comments", len(o.github.Comments(number)), tt.comments)
			warnings := r.named("warning")
			if tt.hint == "" {
				equal(t, "warnings", len(warnings), 0)
				return
			}
			if equal(t, "warnings", len(warnings), 1); len(warnings) == 1 {
				contains(t, "the warning", warnings[0].message, tt.hint)
			}
		})
	}
}

// TestReadOnlyToken uses the read-only token of a run from a fork.
func TestReadOnlyToken(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, func(g *sandbox.GitHub) {
		g.AddToken(githubToken, bot, false)
		g.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: "stranger/airline", HeadSHA: headSHA})
	})
	r := o.run(t, with("dry-run", "true"), event("pull_request", pullRequest(forkRepo, "")))
	r.is(t, "status", "granted")
	warnings := r.named("warning")
	if len(warnings) != 1 || !strings.Contains(warnings[0].message, "pull-requests: write") {
		t.Errorf("warnings %+v", warnings)
	}
}

// TestNoGitHub runs where GitHub cannot be used.
func TestNoGitHub(t *testing.T) {
	for name, how := range map[string]option{
		"no token":      env("INPUT_GITHUB-TOKEN", ""),
		"no repository": env("GITHUB_REPOSITORY", ""),
		"no address":    env("GITHUB_API_URL", "nowhere"), // not a URL, so no host to look up
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			r := o.run(t, with(), how)
			r.is(t, "status", "granted", "pull-request", "7")
			equal(t, "warnings", len(r.named("warning")), 1)
		})
	}
}

// TestCanceledWhileReadingPullRequest cancels a run before it is known whether the pull request comes from a fork.
func TestCanceledWhileReadingPullRequest(t *testing.T) {
	t.Parallel()
	requested := make(chan struct{})
	var once sync.Once
	root := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(requested) })
		<-r.Context().Done()
	}))
	w := demo(t, sandbox.Options{}, nil)
	p := start(t, w.root, with(), env("GITHUB_API_URL", root),
		event("issue_comment", `{"issue":{"number":7,"pull_request":{"url":"x"}}}`))
	<-requested
	if err := p.command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	r := p.wait()
	r.failed(t, "canceled", "canceled before it was finished")
	equal(t, "warnings", len(r.named("warning")), 0)
	equal(t, "requests to Astro", w.calls(), nil)
}
