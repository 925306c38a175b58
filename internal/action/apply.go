package action

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/resolve"
	"astro-workspace-grant/internal/retry"
)

var errRefused = errors.New("the API token was refused")

// apply plans the roles of all API tokens at the same time and, unless it is a dry run, applies them. One API token that
// fails does not stop the others, unless the API refuses the one that makes the grants.
func (a *action) apply(
	ctx context.Context,
	client *astro.Client,
	found resolve.Result,
	result *report.Result,
	dryRun bool,
) []grant.Problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var problems []grant.Problem
	var group sync.WaitGroup
	var jobs []job
	for _, indexes := range grant.ByToken(found.Outcomes) {
		jobs = append(jobs, a.newJob(client, found, indexes, result, dryRun))
	}
	for _, job := range jobs {
		group.Go(func() {
			applied, err := job.granter.Grant(ctx, job.base, job.wanted)
			mu.Lock()
			defer mu.Unlock()
			if applied.Outcomes != nil {
				found.Tokens[job.base.ID] = applied.Base
				a.warnIfEnding(applied)
			}
			problem := a.record(ctx, job, applied, err, result)
			if problem != nil {
				problems = append(problems, *problem)
			}
			if problem != nil && problem.Kind == grant.Unauthorized {
				cancel(errRefused)
			}
		})
	}
	group.Wait()
	return grant.MergeProblems(problems)
}

// job is the work for one API token.
type job struct {
	granter *grant.Granter
	base    grant.Token // an earlier read, or no more than its ID
	wanted  []grant.Outcome
	indexes []int  // in the result
	name    string // as the run may show it
	api     *tokenAPI
}

func (a *action) newJob(
	client *astro.Client, found resolve.Result, indexes []int, result *report.Result, dryRun bool,
) job {
	j := job{indexes: indexes}
	for _, i := range indexes {
		j.wanted = append(j.wanted, found.Outcomes[i])
	}
	first := j.wanted[0]
	name := first.Token.Name
	if a.event.public {
		name = first.TokenGiven()
	}
	j.name = message.New("%s", name).String()
	j.base = found.Tokens[first.Token.ID]
	if !isBase(j.base, j.wanted) {
		j.base = grant.Token{Resource: first.Token}
	}
	j.api = &tokenAPI{
		organization: client.Organization(result.OrganizationID),
		resolver:     a.resolver(client, result.OrganizationID),
		name:         name,
	}
	log, whose := a.runner.Infof, ""
	if len(indexes) < len(found.Outcomes) { // several API tokens: their lines would mix
		whose = " of " + j.name
		log = func(format string, values ...any) { a.runner.Debugf("%s: %s", j.name, fmt.Sprintf(format, values...)) }
	}
	j.granter = &grant.Granter{
		API: j.api, Settle: a.in.Settle, Wait: a.in.Wait, DryRun: dryRun, Limiter: client.Limiter(),
		WaitForTurn: func(ctx context.Context) error {
			j.api.nextReadHasTurn = true
			return client.Limiter().Wait(ctx, retry.Write)
		},
		Log:      log,
		Retrying: func(doing string, w retry.Wait) { a.logRetry(doing+whose, w) },
	}
	return j
}

// maxReadAge is how old a read may be that shows that nothing has to change: the run may have waited for something else
// since.
const maxReadAge = 5 * time.Second

// isBase reports whether an earlier read can be the base of a plan: it was made by ID, or a list shows that nothing
// has to change, and it is recent.
func isBase(token grant.Token, wanted []grant.Outcome) bool {
	byID := !token.Sent.IsZero()
	return token.Roles != nil && time.Since(token.Answered) < maxReadAge && (byID || grant.Matches(token.Roles, wanted))
}

// tokenAPI is the part of the API that concerns one API token. It implements [grant.API].
type tokenAPI struct {
	organization    *astro.Organization
	resolver        *resolve.Resolver
	name            string
	nextReadHasTurn bool // it came with the turn of the write
}

// Token reads the API token. A list can contain one that a read by its ID does not show yet.
func (t *tokenAPI) Token(ctx context.Context, id string) (grant.Token, error) {
	return t.resolver.AwaitToken(ctx, t.name, func(ctx context.Context) (grant.Token, error) {
		kind := retry.Read
		if t.nextReadHasTurn {
			kind, t.nextReadHasTurn = retry.Reserved, false
		}
		return t.organization.Token(ctx, id, kind)
	})
}

func (t *tokenAPI) SetRoles(ctx context.Context, id string, entries []grant.Entry, before time.Time) (string, error) {
	return t.organization.SetRoles(ctx, id, entries, before)
}

// record adds the outcomes of one API token to the result. It returns the problem, if there is one to report.
func (a *action) record(
	ctx context.Context,
	j job,
	applied grant.Result,
	err error,
	result *report.Result,
) *grant.Problem {
	result.Attempts += applied.Attempts
	result.Unverified = result.Unverified || applied.Unverified
	outcomes := applied.Outcomes
	if outcomes == nil {
		outcomes = j.wanted
	}
	problem := a.problem(ctx, j, err)
	for i := range outcomes {
		o := &outcomes[i]
		o.At, o.RequestID, o.Unverified = time.Now(), applied.RequestID, applied.Unverified
		// With a grants file, a role that was as wanted before is reported as such whatever happened to the others.
		if problem != nil && (a.in.GrantsFile == "" || o.Status != grant.Unchanged) {
			o.Status, o.Error = grant.Failed, problem.Kind
		}
		result.Outcomes[j.indexes[i]] = *o
	}
	if len(outcomes) < len(result.Outcomes) { // several API tokens: this is their progress
		summary := report.Summary(outcomes, j.granter.DryRun)
		if problem != nil {
			summary += " (" + string(problem.Kind) + ")"
		}
		a.runner.Infof("%s: %s", j.name, summary)
	}
	if errors.Is(context.Cause(ctx), errRefused) {
		return nil // the refusal is reported once
	}
	return problem
}

func (a *action) problem(ctx context.Context, j job, err error) *grant.Problem {
	if err == nil {
		return nil
	}
	var refused *grant.RefusedError
	if errors.As(err, &refused) {
		refused.Gone = j.api.resolver.Gone(ctx, refused.Sent)
	}
	problem := a.explain.Error(err)
	if errors.Is(context.Cause(ctx), errRefused) {
		problem.Kind = grant.Unauthorized
	} else if a.in.GrantsFile != "" && problem.Kind != grant.Canceled { // a cancellation is the same for all
		problem.What = message.New("API token %s: %s", j.wanted[0].TokenGiven(), problem.What)
	}
	return &problem
}

// warnOwnToken warns about a change to the API token that makes the change.
func (a *action) warnOwnToken(outcomes []grant.Outcome) {
	id := a.in.Claims.TokenID
	for _, o := range outcomes {
		if id != "" && o.Token.ID == id && o.Status != grant.Unchanged && (o.Status != grant.Failed || o.Unverified) {
			a.runner.Warning("API token changes itself", "The API token in api-token is the one whose roles change.")
			return
		}
	}
}

// warnIfEnding warns about an API token that gets a role and cannot use it, or not for long.
func (a *action) warnIfEnding(applied grant.Result) {
	ends := applied.Base.EndAt
	getsRole := func(o grant.Outcome) bool { return o.Status == grant.Granted || o.Status == grant.Updated }
	i := slices.IndexFunc(applied.Outcomes, getsRole)
	if ends.IsZero() || i < 0 || time.Until(ends) > expiryWarning || a.event.public {
		return
	}
	verb := message.Trusted("expires")
	if time.Now().After(ends) {
		verb = "expired"
	}
	a.runner.Warning("API token expires", message.New("The API token %s gets a role, but it %s at %s. Rotate it, or create a new one.",
		applied.Outcomes[i].TokenGiven(), verb, message.Trusted(ends.UTC().Format(time.RFC3339))).String())
}

func (a *action) warnLowered(result *report.Result) {
	for _, o := range result.Outcomes {
		applied := o.Status == grant.Updated || o.Status == grant.Failed && o.Unverified
		if !applied || !o.Role.Lowers(o.Previous) {
			continue
		}
		whose := message.Text{}
		if result.File != "" {
			whose = message.New(" of the API token %s", o.TokenGiven())
		}
		a.runner.Warning(
			"Role lowered",
			message.New("The role%s in Workspace %s changes from %s to %s, which has fewer permissions.",
				whose, o.WorkspaceGiven, message.Trusted(o.Previous), message.Trusted(o.Role)).String(),
		)
	}
}
