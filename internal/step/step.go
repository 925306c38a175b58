// Package step is one run of the action, from the environment that a runner gives it to its exit code. The order of events is
// read in [Run].
package step

import (
	"context"
	"io"
	"time"

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
	client  *astro.Client
	report  report.Report
}

// Run makes the grant that the environment asks for and tells its result. It returns the exit code: 0 if the grant
// stands (in a dry run: could be made), else 1. When ctx ends it stops at once and tells what is known.
func Run(ctx context.Context, env Environment) int {
	s := &step{runner: runner.New(env.Getenv, env.Out), version: env.Version}
	s.runner.Secret(s.runner.Input("api-token"))
	s.runner.Secret(s.runner.Env("ASTRO_API_TOKEN"))

	in, problems := readInputs(s.runner)
	s.in = in
	s.report = report.Report{DryRun: in.dryRun, TokenID: in.tokenID, TokenName: in.tokenName, OrganizationID: in.organization, Role: in.role}
	if fork := s.fromFork(); fork && !in.dryRun && !in.allowFork {
		problems = []grant.Problem{untrustedFork()}
	}
	if len(problems) == 0 {
		problems = s.grant(ctx)
	}
	s.fail(problems)
	return s.tell()
}

// fromFork reports whether an unmerged pull request from a fork triggered the run. Then strangers may read it.
func (s *step) fromFork() bool {
	// A payload that cannot be read is taken for a fork's where it matters.
	payload, _ := s.runner.Event()
	s.public = pullrequest.FromFork(s.runner.Env("GITHUB_EVENT_NAME"), payload)
	s.report.Public = s.public
	return s.public
}

func untrustedFork() grant.Problem {
	return grant.Problem{
		Kind: grant.UntrustedFork,
		What: escape.Say("This run was triggered by a pull request from a fork that is not merged: its author could grant themselves access."),
		Hint: escape.Say("Make the grant on merge, or plan it here with dry-run: true. If you trust every fork with this grant, set allow-fork: true."),
	}
}

// grant resolves the names, writes and verifies, and leaves what became of it in the report.
func (s *step) grant(ctx context.Context) []grant.Problem {
	s.claims = astro.ReadClaims(s.in.apiToken)
	s.warnBeforeEnd()
	ctx, cancel := context.WithTimeout(ctx, s.in.timeout)
	defer cancel()
	s.client = s.newClient()

	var found resolved
	var problems []grant.Problem
	s.runner.Group("Finding the API token and the Workspaces", func() {
		found, problems = s.resolve(ctx)
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

func (s *step) logFound(found resolved) {
	if s.public {
		s.runner.Infof("Found the API token and %d of %d Workspaces.", len(found.workspaces), len(s.in.workspaces))
		return
	}
	s.runner.Infof("API token %s in Organization %s", escape.Say("%s (%s)", found.token.Name, found.token.ID), s.report.OrganizationID)
	for _, w := range found.workspaces {
		s.runner.Infof("Workspace %s", escape.Say("%s (%s)", w.Name, w.ID))
	}
}

func (s *step) newClient() *astro.Client {
	return astro.New(astro.Config{
		URL:      s.in.apiURL,
		Token:    s.in.apiToken,
		Version:  s.version,
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
	reason := s.reason(w.Err)
	last := ""
	if w.Last {
		last = ", the last that fits into the timeout"
	}
	s.runner.Infof("Try %d of %s failed: %s. Next try in %v%s.", w.Try, what, reason, w.For.Round(time.Millisecond), last)
}

// write runs the protocol and takes its result into the report.
func (s *step) write(ctx context.Context, found resolved) []grant.Problem {
	s.report.TokenID, s.report.TokenName = found.token.ID, found.token.Name
	targets := make([]grant.Target, len(found.workspaces))
	for i, w := range found.workspaces {
		targets[i] = grant.Target{WorkspaceID: w.ID, Role: s.in.role}
		s.report.Grants = append(s.report.Grants, report.Grant{Given: w.given, WorkspaceID: w.ID, WorkspaceName: w.Name, Role: s.in.role})
	}
	granter := &grant.Granter{
		API: found.organization, Settle: s.in.settle, DryRun: s.in.dryRun, Gate: s.client.Gate(),
		Log: s.runner.Infof, Retrying: s.retrying,
	}
	result, err := granter.Grant(ctx, found.token, targets)
	s.report.Attempts, s.report.MayStand = result.Attempts, result.MayStand
	for i, change := range result.Changes {
		s.report.Grants[i].Previous, s.report.Grants[i].Status = change.Previous, change.Status
	}
	s.warnLowered()
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

func (s *step) warnLowered() {
	for _, g := range s.report.Grants {
		if g.Role.Lowers(g.Previous) && g.Status != "" {
			s.runner.Warning("Role lowered", escape.Say("The role in Workspace %s goes from %s down to %s.",
				g.Given, escape.Plain(g.Previous), escape.Plain(g.Role)).String())
		}
	}
}
