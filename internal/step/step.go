// Package step is one run of the action, from the environment that a runner gives it to its exit code. The order of events is
// read in [Run].
package step

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"astro-workspace-grant/internal/access"
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/runner"
)

// Environment is what a run is given.
type Environment struct {
	Getenv  func(string) string
	Out     io.Writer // the log
	Version string
}

// step is a run underway.
type step struct {
	runner  *runner.Runner
	version string
	in      inputs
	claims  astro.Claims
	public  bool // strangers may read what this run tells
	// Why it is not known whether a fork's pull request triggered the run, which is taken for one then; else empty.
	forkUnknown string
	trigger     pullrequest.Trigger
	file        access.File
	content     []byte // of the grants file
	client      *astro.Client
	report      report.Report
}

// Run makes the grant that the environment asks for and tells its result. It returns the exit code: 0 if the grant
// stands (in a dry run: could be made), else 1. When ctx ends it stops at once and tells what is known.
func Run(ctx context.Context, env Environment) int {
	s := &step{runner: runner.New(env.Getenv, env.Out), version: env.Version}
	s.runner.Secret(s.runner.Input("api-token"))
	s.runner.Secret(s.runner.Env("ASTRO_API_TOKEN"))
	s.runner.Secret(githubToken(s.runner))

	in, problems := readInputs(s.runner)
	s.in = in
	s.claims = astro.ReadClaims(in.apiToken)
	s.report = report.Report{
		DryRun: in.dryRun, TokenGiven: cmp.Or(in.tokenName, in.tokenID), TokenID: in.tokenID, TokenName: in.tokenName,
		OrganizationID: in.organization, Role: in.role,
	}
	if in.file != "" {
		s.report.File = &report.File{Path: in.file}
	}
	fork := s.fromFork(ctx)
	switch {
	case ctx.Err() != nil:
		problems = []grant.Problem{s.explain(ctx.Err())}
	case fork && !in.allowFork && (in.file != "" || !in.dryRun):
		problems = []grant.Problem{s.untrustedFork()}
	case in.file != "":
		problems = append(problems, s.readFile()...)
	}
	if s.forkUnknown != "" && len(problems) == 0 {
		s.runner.Warning("Pull request not read", escape.Say("It is taken for one from a fork: GitHub failed: %s. %s", s.forkUnknown, s.forkCure()).String())
	}
	thread := s.findThread(ctx)
	switch {
	case len(problems) > 0:
	case in.file != "":
		problems = s.grantFile(ctx)
	default:
		problems = s.grant(ctx)
	}
	s.fail(problems)
	code := s.tell()
	s.comment(ctx, thread)
	return code
}

// fromFork reports whether an unmerged pull request from a fork triggered the run. Then strangers may read it.
func (s *step) fromFork(ctx context.Context) bool {
	event := s.runner.Env("GITHUB_EVENT_NAME")
	// A payload that cannot be read is taken for a fork's where it matters.
	payload, _ := s.runner.Event()
	s.trigger = pullrequest.ReadTrigger(event, payload)
	s.public = pullrequest.FromFork(event, payload)
	if number, ok := pullrequest.OnIssue(event, payload); ok {
		s.public = s.readFork(ctx, number)
	}
	s.report.Public = s.public
	return s.public
}

func (s *step) untrustedFork() grant.Problem {
	problem := grant.Problem{
		Kind: grant.UntrustedFork,
		What: escape.Say("This run was triggered by a pull request from a fork that is not merged: its author could grant themselves access."),
		Hint: escape.Say("Make the grant on merge, or plan it here with dry-run: true. If you trust every fork with this grant, set allow-fork: true."),
	}
	if s.forkUnknown != "" {
		problem.What = escape.Say("Whether this run was triggered by a pull request from a fork could not be read, so it is taken for one: GitHub failed: %s.", s.forkUnknown)
		problem.Hint = s.forkCure()
		return problem
	}
	if s.in.file != "" {
		problem.Hint = escape.Say("Apply the file on merge. To plan what a fork's file says, set allow-fork: true: then its author learns which API tokens and Workspaces there are.")
	}
	return problem
}

// forkCure says what to do where it is not known whether a fork's pull request triggered the run.
func (s *step) forkCure() escape.Sentence {
	if s.in.githubToken == "" {
		return escape.Say("%s", escape.Plain(giveGitHubToken))
	}
	return escape.Say("Give the job these permissions: pull-requests: read. Or run it again later.")
}

// grant resolves the names, writes and verifies, and leaves what became of it in the report.
func (s *step) grant(ctx context.Context) []grant.Problem {
	s.warnBeforeEnd()
	ctx, cancel := context.WithTimeout(ctx, s.in.timeout)
	defer cancel()
	s.client = s.newClient(nil)

	var found resolved
	var problems []grant.Problem
	s.runner.Group("Finding the API token and the Workspaces", func() {
		found, problems = s.resolve(ctx)
		s.take(found)
		if len(problems) == 0 {
			s.logFound(found)
		}
	})
	if len(problems) > 0 {
		return problems
	}
	s.runner.Group("Granting the role", func() {
		problems = s.write(ctx, found)
	})
	return problems
}

// take takes what was found into the report. That may be a part of it.
func (s *step) take(found resolved) {
	if found.token.ID != "" {
		s.report.TokenID, s.report.TokenName = found.token.ID, found.token.Name
	}
	for _, w := range found.workspaces {
		s.report.Grants = append(s.report.Grants, report.Grant{
			TokenGiven: s.report.TokenGiven, TokenID: s.report.TokenID, TokenName: s.report.TokenName,
			Given: w.given, WorkspaceID: w.ID, WorkspaceName: w.Name, Role: s.in.role, Error: w.problem,
		})
	}
}

func (s *step) logFound(found resolved) {
	if s.public {
		s.runner.Infof("Found the API token and the Workspaces.")
		return
	}
	s.runner.Infof("API token %s in Organization %s", escape.Say("%s (%s)", found.token.Name, found.token.ID), s.report.OrganizationID)
	for _, w := range found.workspaces {
		s.runner.Infof("Workspace %s", escape.Say("%s (%s)", w.Name, w.ID))
	}
}

func (s *step) newClient(pace func(context.Context) error) *astro.Client {
	return astro.New(astro.Config{
		URL:      s.in.apiURL,
		Token:    s.in.apiToken,
		Version:  s.version,
		Pace:     pace,
		Retrying: s.retrying,
		Requested: func(method, path string, status int, took time.Duration) {
			if s.public {
				path = "(path not told to strangers)"
			}
			s.runner.Debugf("%s %s: %d in %v", method, path, status, took.Round(time.Millisecond))
		},
	})
}

func (s *step) retrying(what string, w retry.Wait) {
	s.logRetry(what, s.reason(w.Err), w)
}

// logRetry tells of a wait for another try: what failed, why, and for how long.
func (s *step) logRetry(what, reason string, w retry.Wait) {
	last := ""
	if w.Last {
		last = ", the last that fits into the time"
	}
	s.runner.Infof("Try %d of %s failed: %s. Next try in %v%s.", w.Try, what, reason, w.For.Round(time.Millisecond), last)
}

// write runs the protocol and takes its result into the report.
func (s *step) write(ctx context.Context, found resolved) []grant.Problem {
	targets := make([]grant.Target, len(found.workspaces))
	for i, w := range found.workspaces {
		targets[i] = grant.Target{WorkspaceID: w.ID, Role: s.in.role}
	}
	granter := &grant.Granter{
		API:    &tokenAPI{Organization: found.organization, step: s, name: escape.Say("%s", s.report.TokenGiven).String()},
		Settle: s.in.settle, DryRun: s.in.dryRun, Gate: s.client.Gate(), Log: s.runner.Infof, Retrying: s.retrying,
	}
	if !recent(found.token) {
		found.token = astro.Token{Named: found.token.Named}
	}
	result, err := granter.Grant(ctx, found.token, targets)
	s.report.Attempts, s.report.MayStand = result.Attempts, result.MayStand
	for i, change := range result.Changes {
		g := &s.report.Grants[i]
		g.Previous, g.Status, g.At, g.RequestID = change.Previous, change.Status, time.Now(), result.RequestID
	}
	if err == nil || result.MayStand {
		s.warnLowered()
		s.warnOwnToken(found.token.ID, result.Changes)
	}
	if err != nil {
		return []grant.Problem{s.explain(err)}
	}
	return nil
}

// soon is how long before the API token's end every run warns.
const soon = 7 * 24 * time.Hour

func (s *step) warnBeforeEnd() {
	ends := s.claims.Expires
	if left := time.Until(ends); !ends.IsZero() && left > 0 && left < soon {
		s.runner.Warning("API token ends soon", escape.Say("The API token in api-token ends at %s. Put a new one into its secret before.",
			escape.Plain(ends.UTC().Format(time.RFC3339))).String())
	}
}

// warnOwnToken warns of a change to the very API token that makes it.
func (s *step) warnOwnToken(id string, changes []grant.Change) {
	isChange := func(c grant.Change) bool { return c.Status != grant.Unchanged }
	if id != "" && id == s.claims.TokenID && slices.ContainsFunc(changes, isChange) {
		s.runner.Warning("API token changes itself", "The API token in api-token is the one whose roles change.")
	}
}

func (s *step) warnLowered() {
	for _, g := range s.report.Grants {
		if g.Role.Lowers(g.Previous) && g.Status != "" && (g.Status != grant.Failed || g.MayStand) {
			whose := escape.Sentence{}
			if s.report.File != nil {
				whose = escape.Say(" of the API token %s", g.TokenGiven)
			}
			s.runner.Warning("Role lowered", escape.Say("The role%s in Workspace %s goes from %s down to %s.",
				whose, g.Given, escape.Plain(g.Previous), escape.Plain(g.Role)).String())
		}
	}
}
