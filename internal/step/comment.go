package step

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/runner"
)

const (
	// githubLimit is what GitHub may take after the grant: the step does not wait for a comment for longer.
	githubLimit = 30 * time.Second
	// commentLimit leaves room for the footer and the marker in what GitHub takes: 65,536 characters.
	commentLimit = 60 << 10
)

// thread is the pull request with our earlier comment. Both are looked for while the grant is made.
type thread struct {
	client *pullrequest.Client
	about  string
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the rest is set

	found   pullrequest.Found
	earlier *pullrequest.Comment
	err     error
}

// findThread starts to look for the pull request and the earlier comment. It returns nil where no comment is asked for.
func (s *step) findThread(ctx context.Context) *thread {
	if s.in.comment == pullrequest.Never {
		return nil
	}
	t := &thread{about: s.about(), done: make(chan struct{})}
	ctx, stop := context.WithTimeout(ctx, max(s.in.timeout, 0)+githubLimit)
	ctx, t.cancel = context.WithCancelCause(ctx)
	go func() {
		defer stop()
		defer close(t.done)
		if t.client, t.err = s.newGitHub(); t.err == nil {
			t.err = t.look(ctx, s.in.pullRequest, s.trigger)
		}
	}()
	return t
}

// about is a hash of what the comment is about: the API token and the Workspaces as they were given, or the path of the
// grants file, whatever it says. Not of the workflow: the plan and the grant share one comment.
func (s *step) about() string {
	organization := cmp.Or(s.in.organization, s.claims.OrganizationID)
	if s.in.file != "" {
		return pullrequest.Hash("file", organization, s.in.file)
	}
	return pullrequest.Hash(append([]string{organization, s.in.tokenName, s.in.tokenID}, s.in.workspaces...)...)
}

func (t *thread) look(ctx context.Context, number int, trigger pullrequest.Trigger) (err error) {
	if number != 0 && number != trigger.Number {
		trigger = pullrequest.Trigger{Number: number}
	}
	if t.found, err = t.client.Find(ctx, trigger); err != nil || t.found.Number == 0 {
		return err
	}
	if t.found.Head == "" {
		// What the comment names is worth a request, but not the comment.
		if found, _, err := t.client.Read(ctx, t.found.Number); err == nil {
			t.found.Head = found.Head
		}
	}
	t.earlier, err = t.client.Lookup(ctx, t.found.Number, t.about)
	return err
}

var errNoGitHubToken = errors.New("there is no token for GitHub")

// giveGitHubToken is the cure for errNoGitHubToken.
const giveGitHubToken = "Leave github-token out, for the workflow's own token, or pass one from a secret. Off a runner it is the variable GITHUB_TOKEN."

func (s *step) newGitHub() (*pullrequest.Client, error) {
	if s.in.githubToken == "" {
		return nil, errNoGitHubToken
	}
	return pullrequest.New(pullrequest.Config{
		API:        cmp.Or(s.runner.Env("GITHUB_API_URL"), "https://api.github.com"),
		GraphQL:    cmp.Or(s.runner.Env("GITHUB_GRAPHQL_URL"), "https://api.github.com/graphql"),
		Repository: s.runner.Env("GITHUB_REPOSITORY"),
		Token:      s.in.githubToken,
		UserAgent:  "astro-workspace-grant/" + s.version,
		Retrying: func(what string, w retry.Wait) {
			s.logRetry(what, pullrequest.Reason(w.Err), w)
		},
	})
}

// readFork reads whether the pull request that a comment was made on comes from a fork and is not merged. One that cannot
// be read is taken for such a one.
func (s *step) readFork(ctx context.Context, number int) bool {
	ctx, cancel := context.WithTimeout(ctx, githubLimit)
	defer cancel()
	client, err := s.newGitHub()
	if err == nil {
		var fork bool
		var found pullrequest.Found
		if found, fork, err = client.Read(ctx, number); err == nil {
			s.trigger.Head = found.Head
			return fork
		}
	}
	s.forkUnknown = pullrequest.Reason(err)
	return true
}

// comment says the result on the pull request. Whatever goes wrong with that is a warning: the grant is made or not.
func (s *step) comment(ctx context.Context, t *thread) {
	if t == nil {
		s.tellPullRequest(s.pullRequest(), nil)
		return
	}
	defer t.cancel(nil)
	if ctx.Err() != nil {
		s.tellPullRequest(s.pullRequest(), nil)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, githubLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() { t.cancel(ctx.Err()) })()
	<-t.done
	said, err := t.earlier, t.err
	switch {
	case err == nil && t.found.Number == 0:
		s.runner.Notice("No pull request", fmt.Sprintf("No pull request belongs to this run (event %s): nothing to comment on.", s.runner.Env("GITHUB_EVENT_NAME")))
		return
	case err == nil:
		said, err = t.client.Say(ctx, t.found.Number, s.in.comment, t.earlier, s.runner.RedactMarkdown(s.commentText(t.found)), s.telling(t.about))
	}
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		s.warnGitHub("No comment on the pull request", err)
	}
	s.tellPullRequest(cmp.Or(t.found.Number, s.pullRequest()), said)
}

// telling is what a later run has to know of what this one says.
func (s *step) telling(about string) pullrequest.Telling {
	roles := []string{s.report.TokenID, string(s.report.Role)}
	for _, g := range s.report.Grants {
		roles = append(roles, g.TokenID, g.WorkspaceID, string(g.Role))
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(s.runner.Env(name), 10, 64)
		return n
	}
	return pullrequest.Telling{
		About: about, Run: number("GITHUB_RUN_ID"), Attempt: number("GITHUB_RUN_ATTEMPT"), Status: s.report.Status(), DryRun: s.report.DryRun,
		Roles: pullrequest.Hash(roles...), Text: pullrequest.Hash(s.report.Markdown(commentLimit)),
	}
}

var sha = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{40,64}$`) })

// commentText is the report with the run's link and the pull request's head commit.
func (s *step) commentText(found pullrequest.Found) string {
	var footer []string
	if id := s.runner.Env("GITHUB_RUN_ID"); id != "" {
		link := fmt.Sprintf("%s/%s/actions/runs/%s", s.runner.Env("GITHUB_SERVER_URL"), s.runner.Env("GITHUB_REPOSITORY"), id)
		if attempt := s.runner.Env("GITHUB_RUN_ATTEMPT"); attempt != "" {
			link += "/attempts/" + attempt
		}
		footer = append(footer, "[Workflow run]("+link+")")
	}
	if sha().MatchString(found.Head) {
		footer = append(footer, "commit "+found.Head)
	}
	return s.report.Markdown(commentLimit) + "\n<sub>" + strings.Join(footer, " · ") + "</sub>\n"
}

// tellPullRequest sets the outputs that are known only now.
func (s *step) tellPullRequest(number int, comment *pullrequest.Comment) {
	if number == 0 {
		return
	}
	if err := s.runner.Outputs(commentOutputs(number, comment)); err != nil {
		s.runner.Warning("Outputs not set", err.Error()+noOutputs)
	}
	// Of a push it is known only now.
	if number != s.pullRequest() {
		s.trigger.Number = number
		if err := s.writeReportFile(); err != nil {
			s.runner.Warning("Report file without the pull request", err.Error())
		}
	}
}

// pullRequest is the pull request's number as far as inputs and event tell; else 0.
func (s *step) pullRequest() int { return cmp.Or(s.in.pullRequest, s.trigger.Number) }

func commentOutputs(number int, comment *pullrequest.Comment) []runner.Output {
	id, url := "", ""
	if comment != nil {
		id, url = strconv.FormatInt(comment.ID, 10), comment.URL
	}
	return []runner.Output{
		{Name: "comment-id", Value: id},
		{Name: "comment-url", Value: url},
		{Name: "pull-request", Value: strconv.Itoa(number)},
	}
}

// warnGitHub says that GitHub failed, why, and what to do about it.
func (s *step) warnGitHub(title string, err error) {
	cure := "The next run brings it up to date."
	switch status := pullrequest.Status(err); {
	case errors.Is(err, errNoGitHubToken):
		cure = giveGitHubToken
	case status == http.StatusForbidden:
		cure = "Give the job these permissions: pull-requests: write. A run from a fork or of Dependabot gets a token that can only read."
	case status == http.StatusUnauthorized:
		cure = "Check the secret behind github-token: the token was revoked, or has ended."
	case status == http.StatusNotFound:
		cure = "Check the number of the pull request, and that the token may read this repository: permissions: pull-requests: write."
	}
	s.runner.Warning(title, fmt.Sprintf("GitHub failed: %s. %s", pullrequest.Reason(err), cure))
}
