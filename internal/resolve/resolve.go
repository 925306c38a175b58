// Package resolve finds what wanted grants name: the Organization, the API tokens and the Workspaces.
package resolve

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/retry"
)

// A Resolver resolves the names of one run.
type Resolver struct {
	Organization   *astro.Organization
	OrganizationID string
	Explain        explain.Explainer
	Log            func(format string, values ...any)

	// WorkspaceInput names the input, or the key of a grants file, that a hint refers to.
	WorkspaceInput message.Trusted

	// Everything is set if all API tokens with their roles and all Workspaces are to be listed.
	Everything bool
}

// Result is what was resolved.
type Result struct {
	// Outcomes holds a resolved outcome for each API token and Workspace, in the order of first mention. If there are
	// problems, it also holds what could not be resolved.
	Outcomes []grant.Outcome
	// Tokens holds the API tokens by ID: with their roles where they are known already, else no more than ID and name.
	Tokens map[string]grant.Token

	// Listed and Workspaces hold everything, if that was asked for. Workspaces are by ID.
	Listed     []grant.Token
	Workspaces map[string]grant.Resource
}

// Resolve finds the API tokens and the Workspaces at the same time.
func (r *Resolver) Resolve(ctx context.Context, wanted []grant.Wanted) (Result, []grant.Problem) {
	var tokens tokens
	var workspaces workspaces
	err := Parallel(ctx,
		func(ctx context.Context) (err error) {
			tokens, err = r.findTokens(ctx, wanted)
			return err
		},
		func(ctx context.Context) (err error) {
			workspaces, err = r.findWorkspaces(ctx, wanted)
			return err
		})
	if err == nil {
		err = r.findLeftovers(ctx, wanted, tokens, &workspaces)
	}
	result := Result{Tokens: map[string]grant.Token{}, Listed: tokens.listed, Workspaces: map[string]grant.Resource{}}
	for _, w := range workspaces.listed {
		result.Workspaces[w.ID] = w
	}
	for _, token := range tokens.found {
		result.Tokens[token.ID] = token
	}
	outcomes, contradictions := pair(wanted, tokens, workspaces)
	result.Outcomes = outcomes
	problems := grant.MergeProblems(tokens.problems, workspaces.problems, contradictions)
	if err != nil {
		problems = grant.MergeProblems(problems, []grant.Problem{r.Explain.LookUp(err, r.OrganizationID)})
	}
	return result, problems
}

// Protected finds the Workspaces that the input protected-workspaces names.
func (r *Resolver) Protected(ctx context.Context, given []string) ([]grant.Resource, []grant.Problem) {
	if len(given) == 0 {
		return nil, nil
	}
	resolver := *r
	resolver.WorkspaceInput, resolver.Everything, resolver.Explain.Wait = "protected-workspaces", false, 0
	wanted := make([]grant.Wanted, len(given))
	for i, name := range given {
		wanted[i].WorkspaceGiven = name
	}
	workspaces, err := resolver.findWorkspaces(ctx, wanted)
	if err != nil {
		return nil, []grant.Problem{r.Explain.LookUp(err, r.OrganizationID)}
	}
	return slices.Collect(maps.Values(workspaces.found)), workspaces.problems
}

// pair combines what was found for each wanted grant. Two that turn out to be of the same API token and Workspace are
// one, or a problem if their roles differ.
func pair(wanted []grant.Wanted, tokens tokens, workspaces workspaces) ([]grant.Outcome, []grant.Problem) {
	var outcomes []grant.Outcome
	var problems []grant.Problem
	first := map[[2]string]int{} // indexes of outcomes
	for _, w := range wanted {
		outcome := grant.Outcome{Wanted: w}
		outcome.Token = tokens.found[refOf(w)].Resource
		outcome.Workspace = workspaces.found[w.WorkspaceGiven]
		outcome.Error = cmp.Or(workspaces.kinds[w.WorkspaceGiven], tokens.kinds[refOf(w)])
		key := [2]string{outcome.Token.ID, outcome.Workspace.ID}
		if key[0] == "" || key[1] == "" { // compared as given: a name and an ID are different then
			key = [2]string{fmt.Sprint(refOf(w)), " " + w.WorkspaceGiven}
		}
		i, repeated := first[key]
		switch {
		case !repeated:
			first[key] = len(outcomes)
			outcomes = append(outcomes, outcome)
		case outcomes[i].Ended:
			outcomes[i] = outcome
		case outcomes[i].Contradicts(w):
			problems = append(problems, contradiction(outcomes[i].Wanted, w))
		}
	}
	return outcomes, problems
}

func contradiction(before, w grant.Wanted) grant.Problem {
	return grant.Problem{
		Kind: grant.InvalidInput,
		What: message.New(
			"The API token %s gets the role %s in Workspace %s here, but %s gives the same API token the role %s in "+
				"the same Workspace.",
			w.TokenGiven(),
			message.Trusted(w.Role),
			w.WorkspaceGiven,
			before.WorkspaceAt.From(w.WorkspaceAt),
			message.Trusted(before.Role),
		),
		Hint: message.New("Keep one of the two lines."),
		At:   w.WorkspaceAt,
	}
}

// Parallel calls functions at the same time. The first error ends the others and is returned.
func Parallel(ctx context.Context, functions ...func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var first error
	var group sync.WaitGroup
	for _, function := range functions {
		group.Go(func() {
			if err := function(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
				cancel()
			}
		})
	}
	group.Wait()
	return first
}

// waitFor calls look until it succeeds or the input wait is over.
func (r *Resolver) waitFor(
	ctx context.Context,
	what string,
	look func(ctx context.Context) (found bool, err error),
) error {
	start := time.Now()
	for {
		found, err := look(ctx)
		if found || err != nil {
			return err
		}
		elapsed := time.Since(start)
		if elapsed >= r.Explain.Wait {
			return nil
		}
		pause := retry.PollPause(elapsed, r.Explain.Wait)
		r.Log("Not found yet: %s. Looking again in %v.", what, pause.Round(time.Millisecond))
		if err := retry.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}
