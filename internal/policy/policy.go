// Package policy limits what a run may change. The limits come from the workflow, so the authors of a grants file cannot
// lift them.
package policy

import (
	"slices"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Policy holds the limits of a run.
type Policy struct {
	MaxRole        grant.Role       // the highest role to grant; empty: no limit
	MaxRevocations int              // how many roles may be revoked or lowered; negative: no limit
	IsDefault      bool             // MaxRevocations is the default for an exclusive grants file
	Protected      []grant.Resource // the Workspaces in which nothing may change
}

// NeedsPlan reports whether the whole plan must be known before anything is written.
func (p Policy) NeedsPlan(wanted []grant.Outcome) bool {
	return p.MaxRevocations >= 0 || len(p.Protected) > 0 || slices.ContainsFunc(wanted, p.isAbove)
}

// Check returns why a plan must not be applied.
func (p Policy) Check(plan []grant.Outcome) []grant.Problem {
	problems := append(p.checkRoles(plan), p.checkProtected(plan)...)
	return append(problems, p.checkRevocations(plan)...)
}

func (p Policy) isAbove(o grant.Outcome) bool { return p.MaxRole.Lowers(o.Role) }

// checkRoles returns one problem for each input or entry of a grants file.
func (p Policy) checkRoles(plan []grant.Outcome) []grant.Problem {
	var problems []grant.Problem
	seen := map[grant.Position]bool{}
	for _, o := range plan {
		if !p.isAbove(o) || seen[o.TokenAt] {
			continue
		}
		seen[o.TokenAt] = true
		problems = append(problems, grant.Problem{
			Kind: grant.Policy,
			What: message.New("The role %s for the API token %s is above %s, the highest role that this workflow may grant.",
				message.Trusted(o.Role), o.TokenGiven(), message.Trusted(p.MaxRole)),
			Hint: message.New("Request a lower role, or have the owner of the workflow raise max-role."),
			At:   o.TokenAt,
		})
	}
	return problems
}

func (p Policy) checkProtected(plan []grant.Outcome) []grant.Problem {
	var problems []grant.Problem
	for _, o := range plan {
		isIt := func(w grant.Resource) bool { return w.ID == o.Workspace.ID }
		if o.Status == grant.Unchanged || !slices.ContainsFunc(p.Protected, isIt) {
			continue
		}
		problems = append(problems, grant.Problem{
			Kind: grant.Policy,
			What: message.New("The role of the API token %s in the Workspace %s would change, but the Workspace is protected.",
				o.TokenGiven(), o.WorkspaceGiven),
			Hint: message.New("Leave the Workspace out, or have the owner of the workflow remove it from protected-workspaces."),
			At:   o.WorkspaceAt,
		})
	}
	return problems
}

func (p Policy) checkRevocations(plan []grant.Outcome) []grant.Problem {
	count := 0
	for _, o := range plan {
		if o.Status == grant.Revoked || o.Status == grant.Updated && o.Role.Lowers(o.Previous) {
			count++
		}
	}
	if p.MaxRevocations < 0 || count <= p.MaxRevocations {
		return nil
	}
	limit := message.New("max-revocations allows %s", p.MaxRevocations)
	if p.IsDefault {
		limit = message.New("the default for an exclusive grants file allows %s", p.MaxRevocations)
	}
	return []grant.Problem{{
		Kind: grant.Policy,
		What: message.New("The plan revokes or lowers %s roles, but %s. Nothing was changed.", count, limit),
		Hint: message.New("Check the plan. If all of that is intended, set max-revocations: %s in the workflow.", count),
	}}
}
