package action

import (
	"context"
	"strconv"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/pullrequest"
)

// event is what triggered the run.
type event struct {
	name    string
	payload []byte
	trigger pullrequest.Trigger

	// public is set if strangers can read what the run reports: an unmerged pull request from a fork triggered it.
	public bool
	// unknown says why it is unknown whether a fork triggered the run. Then public is set.
	unknown message.Text
	cure    string // what to do about that; may be empty
	// unreadable says why the event cannot be read. It is empty outside of a workflow run, where there is none.
	unreadable message.Text
}

// readEvent reads the event. One that cannot be read counts as coming from a fork where that matters.
func (a *action) readEvent(ctx context.Context) event {
	name := a.runner.Env("GITHUB_EVENT_NAME")
	payload, err := a.runner.Event()
	if err == nil {
		err = pullrequest.CheckEvent(name, payload)
	}
	if err != nil && name != "" {
		_, onIssue := pullrequest.OnIssue(name, nil)
		return event{
			name: name, public: onIssue || pullrequest.FromFork(name, nil),
			unreadable: message.New("the event %s cannot be read: %s", name, message.Trusted(err.Error())),
		}
	}
	e := event{
		name:    name,
		payload: payload,
		trigger: pullrequest.ReadTrigger(name, payload),
		public:  pullrequest.FromFork(name, payload),
	}
	if number, ok := pullrequest.OnIssue(name, payload); ok {
		e.readPullRequest(ctx, a, number)
	}
	return e
}

// readPullRequest reads whether the pull request that was commented on comes from a fork and is not merged.
func (e *event) readPullRequest(ctx context.Context, a *action, number int) {
	ctx, cancel := context.WithTimeout(ctx, githubTimeout)
	defer cancel()
	client, err := a.newGitHub()
	if err == nil {
		var found pullrequest.Found
		if found, e.public, err = client.Read(ctx, number); err == nil {
			e.trigger.Head = found.Head
			return
		}
	}
	e.public, e.unknown, e.cure = true, gitHubFailure(err), pullrequest.Cure(err)
}

// checkFork returns the problem that a run for an unmerged pull request from a fork must not grant anything. A grants
// file from a fork is not even planned unless that is allowed, as its author would learn which names exist.
func (a *action) checkFork() *grant.Problem {
	in := a.in
	if !a.event.public || in.AllowFork || in.GrantsFile == "" && in.DryRun {
		if !a.event.unknown.IsEmpty() {
			a.runner.Warning("Pull request not read",
				message.New("The run is treated as one from a fork: %s. %s", a.event.unknown, a.forkHint()).String())
		}
		return nil
	}
	problem := &grant.Problem{
		Kind: grant.UntrustedFork,
		What: message.New(
			"This run was triggered by an unmerged pull request from a fork. Its author could grant themselves access.",
		),
		Hint: message.New(
			"Make the grant when the pull request is merged, or plan it here with dry-run: true. If you trust every fork with " +
				"this grant, set allow-fork: true.",
		),
	}
	switch {
	case !a.event.unreadable.IsEmpty():
		problem = a.unreadableEvent()
	case !a.event.unknown.IsEmpty():
		problem.What = message.New(
			"It is unknown whether this run was triggered by a pull request from a fork, so it is treated as one: %s.",
			a.event.unknown,
		)
		problem.Hint = a.forkHint()
	case in.GrantsFile != "":
		problem.Hint = message.New(
			"Apply the file when the pull request is merged. To plan a file from a fork, set allow-fork: true. " +
				"Its author then learns which API tokens and Workspaces exist.",
		)
	}
	return problem
}

// unreadableEvent is the problem that the event, on which a decision depends, cannot be read.
func (a *action) unreadableEvent() *grant.Problem {
	return &grant.Problem{
		Kind: grant.InvalidInput,
		What: message.New("It is unknown what triggered the run: %s.", a.event.unreadable),
		Hint: message.New("The runner writes the event to the file that GITHUB_EVENT_PATH names. Check the runner, and that no " +
			"step has changed the file."),
	}
}

// forkHint says what to do if it is unknown whether a fork triggered the run.
func (a *action) forkHint() message.Text {
	if a.in.GitHubToken == "" {
		return message.New("%s", message.Trusted(setGitHubToken))
	}
	if a.event.cure != "" {
		return message.New("%s", message.Trusted(a.event.cure))
	}
	return message.New("Give the job the permission pull-requests: read, or run it again later.")
}

// pullRequest returns the number of the pull request, as far as the inputs and the event say; else 0.
func (a *action) pullRequest() int {
	if a.in.PullRequest != 0 {
		return a.in.PullRequest
	}
	return a.event.trigger.Number
}

func (a *action) number(variable string) int64 {
	n, _ := strconv.ParseInt(a.runner.Env(variable), 10, 64)
	return n
}
