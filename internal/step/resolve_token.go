package step

import (
	"cmp"
	"context"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// resolveToken finds the API token that gets the role.
func (s *step) resolveToken(ctx context.Context, organization *astro.Organization) (astro.Token, []grant.Problem, error) {
	if s.in.tokenID != "" {
		return s.tokenByID(ctx, organization)
	}
	return s.tokenByName(ctx, organization)
}

func (s *step) tokenByID(ctx context.Context, organization *astro.Organization) (astro.Token, []grant.Problem, error) {
	token, err := s.awaitToken(ctx, s.in.tokenID, func(ctx context.Context) (astro.Token, error) {
		return organization.Token(ctx, s.in.tokenID)
	})
	switch {
	case isNotFound(err):
		return token, []grant.Problem{{
			Kind: grant.TokenNotFound,
			What: escape.Say("No API token has the ID %s.", s.in.tokenID),
			Hint: escape.Say("Check org-token-id and the Organization. If an earlier step has just made the API token, set wait to 30s."),
		}}, nil
	case err != nil:
		return token, nil, err
	case token.Scope != astro.ScopeOrganization:
		return token, []grant.Problem{wrongScope(escape.Say("The API token %s is no Organization API token (scope %s).", token.ID, token.Scope))}, nil
	}
	return token, nil, nil
}

// awaitToken reads an API token. One that is not known yet is looked for as long as the input wait says.
func (s *step) awaitToken(ctx context.Context, name string, read func(context.Context) (astro.Token, error)) (astro.Token, error) {
	var token astro.Token
	var err error
	ended := s.waitFor(ctx, "the API token "+name, func(ctx context.Context) (bool, error) {
		if token, err = read(ctx); isNotFound(err) {
			return false, nil
		}
		return true, err
	})
	return token, cmp.Or(ended, err)
}

// oldest is how old a read may be that says that everything stands already: something else may have been waited for since.
const oldest = 5 * time.Second

func recent(token astro.Token) bool { return time.Since(token.Answered) < oldest }

func (s *step) tokenByName(ctx context.Context, organization *astro.Organization) (astro.Token, []grant.Problem, error) {
	var all, matches []astro.Named
	err := s.waitFor(ctx, escape.Say("the API token %s", s.in.tokenName).String(), func(ctx context.Context) (bool, error) {
		var err error
		all, err = organization.Tokens(ctx, false)
		matches = named(all, s.in.tokenName)
		return len(matches) > 0, err
	})
	switch {
	case err != nil:
		return astro.Token{}, nil, err
	case len(matches) == 0:
		problem, err := s.tokenNotFound(ctx, organization, all)
		if err != nil {
			return astro.Token{}, nil, err
		}
		return astro.Token{}, []grant.Problem{problem}, nil
	case len(matches) > 1:
		return astro.Token{}, []grant.Problem{s.ambiguous(grant.TokenAmbiguous, "Organization API tokens", "org-token-id", s.in.tokenName, matches)}, nil
	case matches[0].Scope != "" && matches[0].Scope != astro.ScopeOrganization:
		return astro.Token{}, []grant.Problem{wrongScope(escape.Say("The API token %s is no Organization API token (scope %s).", s.in.tokenName, matches[0].Scope))}, nil
	}
	return astro.Token{Named: matches[0]}, nil, nil
}

// tokenNotFound looks whether a Workspace's or Deployment's token bears the name, and names what is near.
func (s *step) tokenNotFound(ctx context.Context, organization *astro.Organization, all []astro.Named) (grant.Problem, error) {
	everywhere, err := organization.Tokens(ctx, true)
	if err != nil {
		return grant.Problem{}, err
	}
	if others := named(everywhere, s.in.tokenName); len(others) > 0 {
		return wrongScope(escape.Say("%s is no Organization API token (scope %s).", s.in.tokenName, others[0].Scope)), nil
	}
	return s.notFound(grant.TokenNotFound, "Organization API token", s.in.tokenName, all), nil
}

func wrongScope(what escape.Sentence) grant.Problem {
	return grant.Problem{
		Kind: grant.WrongTokenScope,
		What: what,
		Hint: escape.Say("Only an Organization API token can be granted roles in Workspaces; a Workspace's or Deployment's belongs to that one alone. Make one for the Organization, or choose another."),
	}
}

// named returns those with just this name.
func named(all []astro.Named, name string) []astro.Named {
	var result []astro.Named
	for _, one := range all {
		if one.Name == name {
			result = append(result, one)
		}
	}
	return result
}

// notFound is the problem of a name that nothing has. It names what is near, unless strangers may read it.
func (s *step) notFound(kind grant.Kind, what, name string, all []astro.Named) grant.Problem {
	problem := grant.Problem{
		Kind: kind,
		What: escape.Say("No %s is called %s.", escape.Plain(what), name),
		Hint: escape.Say("Names count letter by letter. Check the name and the Organization. If an earlier step has just made it, set wait to 30s."),
	}
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	if near := grant.Near(name, names); len(near) > 0 && !s.public {
		problem.Hint = escape.Say("Did you mean %s? Names count letter by letter. If an earlier step has just made it, set wait to 30s.", near)
	}
	return problem
}

// ambiguous is the problem of a name that several have. It lists all of their IDs, unless strangers may read it.
func (s *step) ambiguous(kind grant.Kind, what, input, name string, matches []astro.Named) grant.Problem {
	problem := grant.Problem{
		Kind: kind,
		What: escape.Say("%s %s are called %s.", len(matches), escape.Plain(what), name),
		Hint: escape.Say("Give the ID of the right one as %s.", escape.Plain(input)),
	}
	if !s.public {
		var ids escape.Whole
		for _, match := range matches {
			ids = append(ids, match.ID)
		}
		problem.Hint = escape.Say("Give the ID of the right one as %s: %s.", escape.Plain(input), ids)
	}
	return problem
}
