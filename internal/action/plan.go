package action

import (
	"context"
	"slices"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/policy"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/resolve"
)

// defaultMaxRevocations limits an exclusive grants file: a file that has lost most of its lines must not revoke the rest.
const defaultMaxRevocations = 10

// policy returns the limits of the run, but for the protected Workspaces.
func (a *action) policy(exclusive bool) policy.Policy {
	p := policy.Policy{MaxRole: a.in.MaxRole, MaxRevocations: a.in.MaxRevocations}
	if exclusive && p.MaxRevocations < 0 {
		p.MaxRevocations, p.IsDefault = defaultMaxRevocations, true
	}
	return p
}

// plan plans the roles of all API tokens, with what an exclusive grants file revokes, and checks the whole plan. One that
// is incomplete or refused is not applied: the run becomes one that only plans.
func (a *action) plan(
	ctx context.Context,
	client *astro.Client,
	found *resolve.Result,
	limits policy.Policy,
	result *report.Result,
) []grant.Problem {
	problems := a.apply(ctx, client, *found, result, true)
	a.addUnlisted(*found, result)
	if len(problems) == 0 {
		problems = limits.Check(result.Outcomes)
	}
	if len(problems) == 0 && result.Check {
		problems = a.checkDrift(result)
	}
	if len(problems) > 0 && !result.DryRun {
		result.DryRun, result.Reason = true, message.New("the plan cannot be applied.")
	}
	found.Outcomes = slices.Clone(result.Outcomes)
	return problems
}

// addUnlisted adds the roles that the grants file does not list. An exclusive file revokes those of the API tokens that it
// names; otherwise they are shown only by a check. Strangers must not learn of them.
func (a *action) addUnlisted(found resolve.Result, result *report.Result) {
	if a.event.public || !result.Exclusive && !result.Check {
		return
	}
	named := map[string]bool{}
	for _, indexes := range grant.ByToken(result.Outcomes) {
		var outcomes []grant.Outcome
		for _, i := range indexes {
			outcomes = append(outcomes, result.Outcomes[i])
		}
		first := outcomes[0]
		named[first.Token.ID] = true
		unlisted := grant.Unlisted(found.Tokens[first.Token.ID], outcomes)
		for i := range unlisted {
			o := &unlisted[i]
			o.TokenName, o.TokenID, o.TokenAt, o.WorkspaceAt = first.TokenName, first.TokenID, first.TokenAt, first.TokenAt
		}
		if unlisted = withNames(unlisted, found.Workspaces); result.Exclusive {
			result.Outcomes = append(result.Outcomes, unlisted...)
		} else {
			result.Unlisted = append(result.Unlisted, unlisted...)
		}
	}
	unknown := 0
	for _, token := range found.Listed {
		switch {
		case !result.Check || named[token.ID]:
		case token.Roles == nil:
			unknown++
		default:
			result.Unlisted = append(result.Unlisted, withNames(grant.Unlisted(token, nil), found.Workspaces)...)
		}
	}
	if unknown > 0 {
		a.runner.Infof("The list of API tokens shows no roles for %d that the file does not name: they are not compared.", unknown)
	}
}

// withNames adds the names of the Workspaces that are known.
func withNames(outcomes []grant.Outcome, known map[string]grant.Resource) []grant.Outcome {
	for i := range outcomes {
		if w, ok := known[outcomes[i].Workspace.ID]; ok {
			outcomes[i].Workspace = w
		}
	}
	return outcomes
}

// checkDrift compares the grants file with Astro.
func (a *action) checkDrift(result *report.Result) []grant.Problem {
	differ := len(result.Outcomes) - result.Count(grant.Unchanged)
	result.Drift = differ > 0
	if !result.Drift {
		return nil
	}
	return []grant.Problem{{
		Kind: grant.Drift,
		What: message.New("Roles in Astro that differ from the grants file: %s.", differ),
		Hint: message.New("Apply the file, or change it to match Astro. The job summary lists the differences."),
	}}
}

// endingSoon is how long before a grant ends every run warns.
const endingSoon = 7 * 24 * time.Hour

// warnEnding warns of grants that end soon or have ended.
func (a *action) warnEnding(wanted []grant.Wanted) {
	var soon, ended []message.Text
	seen := map[grant.Position]bool{}
	for _, w := range wanted {
		if w.Until.IsZero() || seen[w.TokenAt] {
			continue
		}
		seen[w.TokenAt] = true
		where := message.New("%s (until %s)",
			w.TokenAt.From(grant.Position{File: a.in.GrantsFile}), message.Trusted(w.Until.Format(time.DateOnly)))
		switch {
		case w.Ended:
			ended = append(ended, where)
		case time.Until(w.Until.AddDate(0, 0, 1)) < endingSoon:
			soon = append(soon, where)
		}
	}
	if len(soon) > 0 {
		a.runner.Warning("Grants end soon",
			message.New("In the grants file: %s. To keep the access, set a later date.", soon).String())
	}
	if len(ended) > 0 {
		a.runner.Warning("Grants have ended",
			message.New("In the grants file: %s. Their roles are revoked, unless another grant gives them. Delete these entries once that is done.", ended).String())
	}
}
