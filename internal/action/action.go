// Package action runs the action once, from the environment that the runner sets up to the exit code. [Run] shows the
// order of events.
package action

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/resolve"
	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/runner"
)

// Environment is what a run depends on.
type Environment struct {
	Getenv  func(string) string
	Out     io.Writer // the log
	Version string
	Verbose bool // in a terminal: print the outputs and the job summary as well
}

// action is one run. Once its inputs and its event have been read, it does not change.
type action struct {
	runner  *runner.Runner
	version string
	in      input.Inputs
	event   event
	explain explain.Explainer
}

// Run makes the grants that the environment asks for and reports the result. It returns the exit code: 0 if all
// wanted roles are kept (in a dry run: if they could be granted), otherwise 1. When ctx ends, it stops and reports
// what is known.
func Run(ctx context.Context, env Environment) int {
	r := runner.New(env.Getenv, env.Out)
	r.Verbose = env.Verbose
	in, problems := input.Read(r)
	a := &action{runner: r, version: env.Version, in: in}
	a.event = a.readEvent(ctx)
	a.explain = explain.Explainer{
		Timeout: in.Timeout, Wait: in.Wait, APIURL: in.APIURL, Expires: in.Claims.Expires, DryRun: in.DryRun,
		Redact: a.event.public,
	}
	wanted, problems := a.wanted(ctx, append(problems, a.checkFiles()...))
	comment := a.findComment(ctx)
	result := a.grant(ctx, wanted, problems)
	code := max(result.Publish(r), a.writeReportFile(&result, a.pullRequest()))
	a.comment(ctx, comment, &result)
	return code
}

// wanted returns what the inputs or the grants file ask for, with all problems so far. A run that must not grant
// anything has only that problem.
func (a *action) wanted(ctx context.Context, problems []grant.Problem) (wanted, []grant.Problem) {
	if ctx.Err() != nil {
		return wanted{}, []grant.Problem{a.explain.Error(ctx.Err())}
	}
	if problem := a.checkFork(); problem != nil {
		return wanted{}, []grant.Problem{*problem}
	}
	if a.in.GrantsFile == "" {
		return wanted{grants: a.in.Wanted()}, problems
	}
	file, inFile := a.readFile()
	return file, append(problems, inFile...)
}

// grant resolves what is wanted, plans and applies it.
func (a *action) grant(ctx context.Context, w wanted, problems []grant.Problem) report.Result {
	in := a.in
	result := report.Result{
		File: in.GrantsFile, DryRun: in.DryRun, Redact: a.event.public,
		OrganizationID: in.Organization, OrganizationGiven: in.Organization,
		TokenGiven: cmp.Or(in.TokenName, in.TokenID), Role: in.Role,
		Token: grant.Resource{ID: in.TokenID, Name: in.TokenName},
	}
	if len(problems) == 0 {
		a.warnBeforeExpiry()
		ctx, cancel := context.WithTimeout(ctx, in.Timeout)
		defer cancel()
		problems = a.decideAndApply(ctx, w, &result)
	}
	result.AddProblems(problems)
	return result
}

func (a *action) decideAndApply(ctx context.Context, w wanted, result *report.Result) []grant.Problem {
	if in := a.in; in.GrantsFile != "" {
		reason, problem := a.whyPlanOnly(ctx, w.files)
		if problem != nil {
			return []grant.Problem{*problem}
		}
		result.DryRun, result.Reason = !reason.IsEmpty(), reason
		result.Exclusive, result.Check = w.exclusive, in.Apply == input.Check
		planning := *a
		planning.explain.DryRun = result.DryRun
		a = &planning
		a.logDecision(reason)
		if len(w.grants) == 0 {
			a.runner.Infof("The file contains no grants.")
		}
		a.warnEnding(w.grants)
		if result.DryRun {
			result.Removed = a.removed(ctx, w)
		}
	}
	client := a.newClient(w.grants, result.DryRun)
	problems := a.resolveAndApply(ctx, client, w, result)
	organization := client.Organization(result.OrganizationID)
	return resolve.ExplainForbidden(ctx, organization, a.in.Claims.TokenID, a.explain, problems)
}

func (a *action) resolveAndApply(
	ctx context.Context, client *astro.Client, w wanted, result *report.Result,
) []grant.Problem {
	var found resolve.Result
	limits := a.policy(w.exclusive)
	problems := a.inGroup("Looking up the API tokens and the Workspaces", func() (problems []grant.Problem) {
		found, limits.Protected, problems = a.resolve(ctx, client, w.grants, result)
		return problems
	})
	if len(problems) > 0 {
		return problems
	}
	if result.DryRun || limits.NeedsPlan(found.Outcomes) {
		problems = a.inGroup("Planning the roles", func() []grant.Problem {
			return a.plan(ctx, client, &found, limits, result)
		})
	}
	if !result.DryRun {
		problems = a.inGroup("Granting the roles", func() []grant.Problem {
			result.Applied = true
			return a.apply(ctx, client, found, result, false)
		})
	}
	a.warnOwnToken(result.Outcomes)
	a.warnLowered(result)
	return problems
}

func (a *action) inGroup(title string, phase func() []grant.Problem) (problems []grant.Problem) {
	a.runner.Group(title, func() { problems = phase() })
	return problems
}

// resolve finds the Organization, the API tokens and the Workspaces.
func (a *action) resolve(
	ctx context.Context, client *astro.Client, wanted []grant.Wanted, result *report.Result,
) (found resolve.Result, protected []grant.Resource, problems []grant.Problem) {
	id, problems := resolve.Organization(ctx, client, a.in.Organization, a.in.Claims, a.explain)
	if len(problems) > 0 {
		return found, nil, problems
	}
	result.OrganizationID = id
	if len(wanted) == 0 && !result.Check {
		return found, nil, nil
	}
	resolver := a.resolver(client, id)
	resolver.Everything = result.Check || result.Exclusive
	var unprotected []grant.Problem
	_ = resolve.Parallel(ctx,
		func(ctx context.Context) error {
			found, problems = resolver.Resolve(ctx, wanted)
			return nil
		},
		func(ctx context.Context) error {
			protected, unprotected = resolver.Protected(ctx, a.in.ProtectedWorkspaces)
			return nil
		})
	problems = grant.MergeProblems(problems, unprotected)
	result.Outcomes = found.Outcomes
	if a.in.GrantsFile == "" {
		for _, token := range found.Tokens {
			result.Token = token.Resource
		}
	}
	if len(problems) == 0 && len(wanted) > 0 {
		a.logResolved(id, found.Outcomes)
	}
	return found, protected, problems
}

func (a *action) resolver(client *astro.Client, organizationID string) *resolve.Resolver {
	workspaceInput := message.Trusted("workspace")
	if a.in.GrantsFile != "" {
		workspaceInput = "the entry of workspaces"
	}
	return &resolve.Resolver{
		Organization: client.Organization(organizationID), OrganizationID: organizationID,
		Explain: a.explain, Log: a.runner.Infof, WorkspaceInput: workspaceInput,
	}
}

func (a *action) logResolved(organizationID string, outcomes []grant.Outcome) {
	if a.event.public {
		a.runner.Infof("Found the API tokens and the Workspaces.")
		return
	}
	tokens, workspaces := map[grant.Resource]bool{}, map[grant.Resource]bool{}
	for _, o := range outcomes {
		tokens[o.Token], workspaces[o.Workspace] = true, true
	}
	a.runner.Infof("Organization %s", organizationID)
	if len(tokens) > 1 {
		a.runner.Infof("Found %d API tokens and %d Workspaces.", len(tokens), len(workspaces))
		return
	}
	a.runner.Infof("API token %s", message.New("%s (%s)", outcomes[0].Token.Name, outcomes[0].Token.ID))
	for _, o := range outcomes {
		a.runner.Infof("Workspace %s", message.New("%s (%s)", o.Workspace.Name, o.Workspace.ID))
	}
}

// newClient returns a client of the Astro API. One API token takes so few requests that they are not spaced.
func (a *action) newClient(wanted []grant.Wanted, dryRun bool) *astro.Client {
	config := a.clientConfig()
	isAnother := func(w grant.Wanted) bool { return w.TokenGiven() != wanted[0].TokenGiven() }
	if slices.ContainsFunc(wanted, isAnother) {
		config.Pacing = astro.ReadsAndWrites
		if dryRun {
			config.Pacing = astro.Reads
		}
	}
	return astro.New(config)
}

func (a *action) clientConfig() astro.Config {
	return astro.Config{
		URL: a.in.APIURL, Token: a.in.APIToken, Version: a.version,
		Retrying: a.logRetry,
		Requested: func(method, path string, status int, took time.Duration) {
			if a.event.public {
				path = "(path hidden)"
			}
			a.runner.LogRequest(method, path, status, took)
		},
	}
}

func (a *action) logRetry(doing string, w retry.Wait) {
	a.runner.LogRetry(doing, a.explain.Reason(w.Err), w)
}

// expiryWarning is how long before the API token expires every run warns.
const expiryWarning = 7 * 24 * time.Hour

func (a *action) warnBeforeExpiry() {
	expires := a.in.Claims.Expires
	if left := time.Until(expires); !expires.IsZero() && left > 0 && left < expiryWarning {
		a.runner.Warning(
			"API token expires soon",
			message.New("The API token in api-token expires at %s. Replace it in its secret before then.",
				message.Trusted(expires.UTC().Format(time.RFC3339))).String(),
		)
	}
}
