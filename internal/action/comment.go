package action

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/runner"
)

const (
	// githubTimeout is how long the step waits for GitHub before the grant, and how much longer than the grant a look-up may
	// take.
	githubTimeout = 30 * time.Second
	// maxComment leaves space for the hidden table within GitHub's limit of 65,536 characters.
	maxComment = 35 << 10
)

// commentTarget is the pull request to comment on, with our comments on it. They are looked up during the grant.
type commentTarget struct {
	client *pullrequest.Client
	keys   []string
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the fields below are set

	found pullrequest.Found
	ours  []pullrequest.Comment
	err   error
}

// findComment starts to look up the pull request and the earlier comment. It returns nil if no comment is wanted.
func (a *action) findComment(ctx context.Context) *commentTarget {
	if a.in.Comment == pullrequest.Never {
		return nil
	}
	t := &commentTarget{keys: a.commentKeys(), done: make(chan struct{})}
	ctx, stop := context.WithTimeout(ctx, max(a.in.Timeout, 0)+githubTimeout)
	ctx, t.cancel = context.WithCancelCause(ctx)
	go func() {
		defer stop()
		defer close(t.done)
		if t.client, t.err = a.newGitHub(); t.err == nil {
			t.err = t.lookUp(ctx, a.in.PullRequest, a.event.trigger, a.in.MatrixSize > 1)
		}
	}()
	return t
}

// commentKeys returns a hash of what the comment is about: the API token as given, or the path of the grants file. It does
// not depend on the workflow, as the plan and the grant share one comment. In earlier versions of the action, it depended
// on the Workspaces.
func (a *action) commentKeys() []string {
	organization := cmp.Or(a.in.Organization, a.in.Claims.OrganizationID)
	if a.in.GrantsFile != "" {
		return []string{report.Hash("file", organization, a.in.GrantsFile)}
	}
	return []string{
		report.Hash("token", organization, a.in.TokenName, a.in.TokenID),
		report.Hash(append([]string{organization, a.in.TokenName, a.in.TokenID}, a.in.Workspaces...)...),
	}
}

func (t *commentTarget) lookUp(
	ctx context.Context, number int, trigger pullrequest.Trigger, isMatrix bool,
) (err error) {
	if number != 0 && number != trigger.Number {
		trigger = pullrequest.Trigger{Number: number}
	}
	if t.found, err = t.client.Find(ctx, trigger); err != nil || t.found.Number == 0 {
		return err
	}
	if t.found.Head == "" {
		// The head commit is worth a request. If that fails, the comment is written without it.
		if found, _, err := t.client.Read(ctx, t.found.Number); err == nil {
			t.found.Head = found.Head
		}
	}
	if t.ours, err = t.client.FindComments(ctx, t.found.Number, t.keys); err == nil && isMatrix {
		// Other jobs will have created the comment. Then the time between reading and writing it must be short.
		err = t.client.Identify(ctx)
	}
	return err
}

var errNoGitHubToken = errors.New("there is no token for GitHub")

// gitHubFailure says why GitHub could not be used.
func gitHubFailure(err error) message.Text {
	if errors.Is(err, errNoGitHubToken) {
		return message.New("there is no token for GitHub")
	}
	return message.New("GitHub failed: %s", pullrequest.Reason(err))
}

// setGitHubToken is what to do about errNoGitHubToken.
const setGitHubToken = "Leave github-token out to use the workflow's own token, or pass one from a secret. Outside of a workflow, set the variable GITHUB_TOKEN."

func (a *action) newGitHub() (*pullrequest.Client, error) {
	switch {
	case a.in.BadProxy != "":
		return nil, fmt.Errorf("the variable %s is not a valid address of a proxy", a.in.BadProxy)
	case a.in.GitHubToken == "":
		return nil, errNoGitHubToken
	}
	return pullrequest.New(pullrequest.Config{
		API:        a.runner.Env("GITHUB_API_URL"),
		GraphQL:    a.runner.Env("GITHUB_GRAPHQL_URL"),
		Server:     a.runner.Env("GITHUB_SERVER_URL"),
		Repository: a.runner.Env("GITHUB_REPOSITORY"),
		Token:      a.in.GitHubToken,
		UserAgent:  "astro-workspace-grant/" + a.version,
		Retrying: func(doing string, w retry.Wait) {
			a.runner.LogRetry(doing, pullrequest.Reason(w.Err), w)
		},
		NoGraphQL: func(err error) {
			a.runner.Warning("GraphQL not usable", fmt.Sprintf("GitHub's GraphQL failed: %s. The action determines in another "+
				"way which account github-token belongs to. Check the variable GITHUB_GRAPHQL_URL.", pullrequest.Reason(err)))
		},
	})
}

// comment reports the result on the pull request. Any failure is a warning: the step's result is that of the grant.
func (a *action) comment(ctx context.Context, t *commentTarget, result *report.Result) {
	if t == nil {
		a.setCommentOutputs(a.pullRequest(), nil, result)
		return
	}
	defer t.cancel(nil)
	if ctx.Err() != nil {
		a.setCommentOutputs(a.pullRequest(), nil, result)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pullrequest.Budget(a.in.MatrixSize))
	defer cancel()
	defer context.AfterFunc(ctx, func() { t.cancel(ctx.Err()) })()
	<-t.done
	var written *pullrequest.Comment
	err := t.err
	switch {
	case err == nil && t.found.Number == 0:
		a.runner.Notice("No pull request",
			fmt.Sprintf("No pull request belongs to this run (event %s), so there is nothing to comment on.", a.event.name))
		return
	case err == nil:
		written, err = t.client.WriteComment(ctx, pullrequest.Post{
			Number: t.found.Number, Keys: t.keys, Run: a.number("GITHUB_RUN_ID"), Jobs: a.in.MatrixSize,
			Job:   a.in.MatrixIndex,
			Merge: a.merge(result, t.found.Head),
		}, t.ours)
	}
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		title := "No comment on the pull request"
		if written != nil {
			title = "Comment may be incomplete"
		}
		a.warnGitHub(title, err)
	}
	a.setCommentOutputs(cmp.Or(t.found.Number, a.pullRequest()), written, result)
}

// merge returns how to merge the result into what the comments on the pull request say.
func (a *action) merge(result *report.Result, head string) func(now []pullrequest.State) pullrequest.Draft {
	by := report.Writer{
		Run: a.number("GITHUB_RUN_ID"), Attempt: a.number("GITHUB_RUN_ATTEMPT"), Leg: a.in.MatrixIndex,
		Source: report.Hash(a.runner.Env("GITHUB_WORKFLOW"), a.runner.Env("GITHUB_JOB"), a.runner.Env("GITHUB_ACTION")),
	}
	own := result.Table(by).Redact(a.runner.Redact, a.runner.RedactMarkdown)
	own.About.Head = head
	always := a.in.Comment == pullrequest.Always
	return func(now []pullrequest.State) pullrequest.Draft {
		isOld := len(now) == 1 && now[0].Table == ""
		if isOld && isSaidBy(now[0], by, result) {
			return pullrequest.Draft{}
		}
		var earlier []report.Table
		for _, state := range now {
			table, _ := report.DecodeTable(state.Table) // one that was edited is replaced by an empty one
			earlier = append(earlier, table)
		}
		merged, changed := report.Merge(earlier, own, a.in.MatrixSize, always || isOld)
		if !changed && (len(now) > 0 || !always) {
			return pullrequest.Draft{}
		}
		return pullrequest.Draft{
			Text:   a.runner.RedactMarkdown(merged.Markdown(maxComment, a.runLink)),
			State:  pullrequest.State{Attempt: by.Attempt, Table: merged.Encode()},
			Needed: true,
		}
	}
}

// isSaidBy reports whether a comment that an earlier version of the action wrote stays as it is. It has no table.
func isSaidBy(old pullrequest.State, by report.Writer, result *report.Result) bool {
	if (report.Writer{Run: old.Run, Attempt: old.Attempt}).IsNewer(by) {
		return true
	}
	roles := []string{result.Token.ID, string(result.Role)}
	for _, o := range result.Outcomes {
		roles = append(roles, o.Token.ID, o.Workspace.ID, string(o.Role))
	}
	done := !old.DryRun && old.Status != grant.Failed
	return result.Status() == grant.Unchanged && done && old.Roles == report.Hash(roles...)
}

// runLink returns the address of a workflow run.
func (a *action) runLink(w report.Writer) string {
	link := fmt.Sprintf("%s/%s/actions/runs/%d", a.runner.Env("GITHUB_SERVER_URL"), a.runner.Env("GITHUB_REPOSITORY"), w.Run)
	if w.Attempt != 0 {
		link += fmt.Sprintf("/attempts/%d", w.Attempt)
	}
	return link
}

// setCommentOutputs sets the outputs that are known only after the comment.
func (a *action) setCommentOutputs(number int, comment *pullrequest.Comment, result *report.Result) {
	if number == 0 {
		return
	}
	if err := a.runner.Outputs(commentOutputs(number, comment)); err != nil {
		a.runner.Warning("Outputs not set", report.OutputsNotSet(err))
	}
	// After a push, the number is known only now.
	if number != a.pullRequest() {
		if err := a.tryReportFile(result, number); err != nil {
			a.runner.Warning("Report file without the pull request", err.Error())
		}
	}
}

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

// warnGitHub reports that GitHub failed, why, and what to do about it.
func (a *action) warnGitHub(title string, err error) {
	what, hint := "GitHub failed: "+pullrequest.Reason(err), "The next run updates it."
	switch status, cure := pullrequest.Status(err), pullrequest.Cure(err); {
	case errors.Is(err, errNoGitHubToken):
		what, hint = "There is no token for GitHub", setGitHubToken
	case cure != "":
		hint = cure
	case status == http.StatusUnauthorized:
		hint = "Check the secret behind github-token: the token was revoked or has expired."
	case status == http.StatusForbidden:
		hint = "Give the job the permission pull-requests: write. Runs from a fork or by Dependabot get a token that can only read."
	case status == http.StatusNotFound:
		hint = "Check the number of the pull request, and give the job the permission pull-requests: write."
	}
	a.runner.Warning(title, fmt.Sprintf("%s. %s", what, hint))
}
