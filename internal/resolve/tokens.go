package resolve

import (
	"cmp"
	"context"
	"slices"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/retry"
)

// ref is an API token as it was given: by name or by ID.
type ref struct{ name, id string }

func refOf(w grant.Wanted) ref { return ref{w.TokenName, w.TokenID} }

// tokens is what was found for the given API tokens.
type tokens struct {
	found    map[ref]grant.Token
	kinds    map[ref]grant.Kind // of the problems
	problems []grant.Problem
	listed   []grant.Token // all, if they were listed
}

// tokensWith is the result for a single API token with a problem.
func tokensWith(w grant.Wanted, problem grant.Problem) tokens {
	return tokens{kinds: map[ref]grant.Kind{refOf(w): problem.Kind}, problems: []grant.Problem{problem}}
}

// findTokens finds the API tokens: a single ID by itself, anything else in the list, as the API cannot search by name.
func (r *Resolver) findTokens(ctx context.Context, wanted []grant.Wanted) (tokens, error) {
	var given []grant.Wanted // each API token once
	seen := map[ref]bool{}
	for _, w := range wanted {
		if !seen[refOf(w)] {
			seen[refOf(w)] = true
			given = append(given, w)
		}
	}
	if len(given) == 1 && given[0].TokenID != "" && !r.Everything {
		return r.findTokenByID(ctx, given[0])
	}
	// The roles of one API token are read by its ID, which is more recent than a list.
	list, err := r.listTokens(ctx, given, len(given) > 1 || r.Everything)
	if err != nil {
		return tokens{}, err
	}
	return r.chooseTokens(ctx, given, list)
}

func (r *Resolver) findTokenByID(ctx context.Context, w grant.Wanted) (tokens, error) {
	token, err := r.AwaitToken(ctx, w.TokenID, func(ctx context.Context) (grant.Token, error) {
		return r.Organization.Token(ctx, w.TokenID, retry.Read)
	})
	switch {
	case explain.IsNotFound(err) && !explain.IsForeign(err):
		return tokensWith(w, r.unknownID(w)), nil
	case err != nil:
		return tokens{}, err
	case !isOrganizationToken(token.Resource):
		return tokensWith(w, at(w.TokenAt, wrongScope(w.TokenID, token.Scope))), nil
	}
	return tokens{found: map[ref]grant.Token{refOf(w): token}}, nil
}

// AwaitToken reads an API token. One that is unknown so far is waited for as long as the input wait says.
func (r *Resolver) AwaitToken(
	ctx context.Context,
	name string,
	read func(context.Context) (grant.Token, error),
) (grant.Token, error) {
	var token grant.Token
	var err error
	ended := r.waitFor(ctx, message.New("the API token %s", name).String(), func(ctx context.Context) (bool, error) {
		if token, err = read(ctx); explain.IsNotFound(err) {
			return false, nil
		}
		return true, err
	})
	return token, cmp.Or(ended, err)
}

// tokenList is a list of Organization API tokens.
type tokenList struct {
	all   []grant.Token
	byRef map[ref][]grant.Token // only those that were given
}

// listTokens lists the Organization API tokens.
func (r *Resolver) listTokens(ctx context.Context, given []grant.Wanted, roles bool) (tokenList, error) {
	what := "an API token"
	if len(given) == 1 {
		what = message.New("the API token %s", given[0].TokenGiven()).String()
	}
	wanted := map[ref]bool{}
	for _, w := range given {
		wanted[refOf(w)] = true
	}
	var list tokenList
	err := r.waitFor(ctx, what, func(ctx context.Context) (_ bool, err error) {
		if list.all, err = r.Organization.Tokens(ctx, roles); err != nil {
			return false, err
		}
		list.byRef = map[ref][]grant.Token{}
		for i := range list.all {
			for _, key := range []ref{{id: list.all[i].ID}, {name: list.all[i].Name}} {
				if wanted[key] {
					list.byRef[key] = append(list.byRef[key], list.all[i])
				}
			}
		}
		isMissing := func(w grant.Wanted) bool { return len(list.byRef[refOf(w)]) == 0 }
		return !slices.ContainsFunc(given, isMissing), nil
	})
	return list, err
}

// chooseTokens takes the only API token that each name or ID has. None or several are a problem.
func (r *Resolver) chooseTokens(ctx context.Context, given []grant.Wanted, list tokenList) (tokens, error) {
	result := tokens{found: map[ref]grant.Token{}, kinds: map[ref]grant.Kind{}, listed: list.all}
	var everywhere []grant.Resource // with those of Workspaces and Deployments; nil: not read
	for _, w := range given {
		// Looking for similar names takes some time.
		if err := ctx.Err(); err != nil {
			return tokens{}, err
		}
		matches := list.byRef[refOf(w)]
		if len(matches) == 0 {
			if everywhere == nil {
				var err error
				if everywhere, err = r.Organization.AllTokens(ctx); err != nil {
					return tokens{}, err
				}
			}
			matches = newIn(everywhere, w)
		}
		if len(matches) == 1 && isOrganizationToken(matches[0].Resource) {
			result.found[refOf(w)] = matches[0]
			continue
		}
		known := list.all
		if len(result.problems) >= mostSuggested {
			known = nil
		}
		problem := at(w.TokenAt, r.tokenProblem(w, matches, known, everywhere))
		result.problems = append(result.problems, problem)
		result.kinds[refOf(w)] = problem.Kind
	}
	return result, nil
}

// isGiven reports whether an API token has the wanted ID or name.
func isGiven(w grant.Wanted, token grant.Resource) bool {
	return w.TokenID != "" && token.ID == w.TokenID || w.TokenName != "" && token.Name == w.TokenName
}

// newIn returns the Organization API tokens that a later list shows with a name or ID: they were created after the first one.
func newIn(later []grant.Resource, w grant.Wanted) (matches []grant.Token) {
	for _, token := range later {
		if isGiven(w, token) && token.Scope == astro.ScopeOrganization {
			matches = append(matches, grant.Token{Resource: token})
		}
	}
	return matches
}

func at(position grant.Position, problem grant.Problem) grant.Problem {
	problem.At = position
	return problem
}

// tokenProblem says why not exactly one Organization API token has a name or ID.
func (r *Resolver) tokenProblem(
	w grant.Wanted,
	matches, known []grant.Token,
	everywhere []grant.Resource,
) grant.Problem {
	switch {
	case len(matches) == 1:
		return wrongScope(w.TokenGiven(), matches[0].Scope)
	case len(matches) > 1:
		return r.ambiguous(
			grant.TokenAmbiguous,
			"Organization API tokens",
			"org-token-id",
			w.TokenGiven(),
			resourcesOf(matches),
		)
	}
	for _, other := range everywhere {
		if isGiven(w, other) && !isOrganizationToken(other) {
			return wrongScope(w.TokenGiven(), other.Scope)
		}
	}
	if w.TokenID != "" {
		return r.unknownID(w)
	}
	return r.notFound(search{
		kind: grant.TokenNotFound, what: "The Organization API token", given: w.TokenName, known: resourcesOf(known),
		idInput: "org-token-id", canSee: len(everywhere) > 0, things: "API tokens",
	})
}

func (r *Resolver) unknownID(w grant.Wanted) grant.Problem {
	return grant.Problem{
		Kind: grant.TokenNotFound,
		What: message.New("No API token has the ID %s.", w.TokenID),
		Hint: r.Explain.MayBeNew("Check org-token-id and the Organization."),
		At:   w.TokenAt,
	}
}

func resourcesOf(tokens []grant.Token) []grant.Resource {
	resources := make([]grant.Resource, len(tokens))
	for i, token := range tokens {
		resources[i] = token.Resource
	}
	return resources
}
