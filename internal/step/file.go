package step

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"astro-workspace-grant/internal/access"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/pullrequest"
)

// root is the checkout.
func (s *step) root() string { return cmp.Or(s.runner.Env("GITHUB_WORKSPACE"), ".") }

// readFile reads and checks the grants file. It sends nothing.
func (s *step) readFile() []grant.Problem {
	content, wrong := access.Read(s.root(), s.in.file)
	if len(wrong) == 0 {
		s.content = content
		s.file, wrong = access.Parse(content)
	}
	problems := make([]grant.Problem, len(wrong))
	for i, w := range wrong {
		problems[i] = grant.Problem{Kind: grant.InvalidInput, What: w.What, Hint: w.Hint, Line: w.Line, Column: w.Column}
		if w.Line == 0 {
			problems[i].What = escape.Say("Input grants-file: %s", w.What)
		}
	}
	return problems
}

// grantFile plans what the file says, and applies it where that is due.
func (s *step) grantFile(ctx context.Context) []grant.Problem {
	s.warnBeforeEnd()
	ctx, cancel := context.WithTimeout(ctx, s.in.timeout)
	defer cancel()

	var problems []grant.Problem
	s.runner.Group("Whether to apply the grants file", func() {
		problems = s.decide(ctx)
	})
	if len(problems) > 0 {
		return problems
	}
	limits := newLimits(s.report.File.Applied)
	s.client = s.newClient(limits.read)
	var jobs []*job
	s.runner.Group("Finding the API tokens and the Workspaces", func() {
		jobs, problems = s.resolveFile(ctx)
	})
	if len(problems) > 0 {
		return problems
	}
	s.runner.Group("Roles", func() {
		problems = s.grantJobs(ctx, jobs, limits)
	})
	return problems
}

// decide decides whether the file is applied, and says why not. A run that would apply and cannot find out whether it may,
// fails.
func (s *step) decide(ctx context.Context) []grant.Problem {
	why, problem := s.whyNot(ctx)
	if problem != nil {
		return []grant.Problem{*problem}
	}
	s.report.File.Applied, s.report.File.Why = why.Empty(), why
	s.report.DryRun = !why.Empty()
	if s.report.DryRun {
		s.runner.Infof("The file is planned only: %s", why)
	} else {
		s.runner.Infof("The file is applied.")
	}
	return nil
}

// whyNot says why the file is not applied; an empty sentence: it is.
func (s *step) whyNot(ctx context.Context) (escape.Sentence, *grant.Problem) {
	switch {
	case s.in.dryRun:
		return escape.Say("dry-run is true."), nil
	case s.public:
		return escape.Say("the pull request comes from a fork and is not merged."), nil
	case s.in.applyAlways:
		return escape.Sentence{}, nil
	case !s.runner.OnRunner():
		return escape.Say("this is no workflow run. To apply it from here, set apply to always."), nil
	}
	ctx, cancel := context.WithTimeout(ctx, githubLimit)
	defer cancel()
	// One that cannot be read tells of no landing.
	payload, _ := s.runner.Event()
	event := s.runner.Env("GITHUB_EVENT_NAME")
	branch, landed, known := pullrequest.Landing(event, s.runner.Env("GITHUB_REF"), payload)
	notLanded := escape.Say("with apply: auto it is applied on the default branch only, by a push, a schedule, by hand, or as a pull request is merged. This is the event %s.", event)
	if !landed {
		return notLanded, nil
	}
	client, err := s.newGitHub()
	if err == nil && !known {
		var main string
		if main, err = client.DefaultBranch(ctx); err == nil && main != branch {
			return notLanded, nil
		}
	}
	same := false
	if err == nil {
		same, err = client.SameAsOn(ctx, branch, s.in.file, s.content)
	}
	switch {
	case err != nil:
		return escape.Sentence{}, s.cannotAsk(err)
	case !same:
		return escape.Say("the file here is not the one at the head of %s (as %s). Where a later run applies that, nothing is missing; a run again of an old one must not put an old file back.", branch, s.in.file), nil
	}
	return escape.Sentence{}, nil
}

// cannotAsk is the problem that GitHub does not say whether the file is the default branch's.
func (s *step) cannotAsk(err error) *grant.Problem {
	problem := &grant.Problem{
		Kind: grant.Unavailable,
		What: escape.Say("GitHub was asked whether the grants file is the one of the default branch, and failed: %s.", pullrequest.Reason(err)),
		Hint: escape.Say("Run it again later."),
	}
	switch status := pullrequest.Status(err); {
	case errors.Is(err, context.Canceled):
		*problem = s.explain(err)
	case status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusNotFound || errors.Is(err, errNoGitHubToken):
		problem.Kind = grant.Forbidden
		problem.Hint = escape.Say("Give the job these permissions: contents: read. Leave github-token out, for the workflow's own token.")
	}
	return problem
}
