package resolve

import (
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// mostSuggested is for how many unknown names similar ones are looked for. A run with the wrong Organization has
// nothing but unknown names, and the log shows ten problems.
const mostSuggested = 10

// notFound is the problem of an unknown name. It suggests similar names, unless strangers can read it.
func (r *Resolver) notFound(kind grant.Kind, what message.Trusted, name string, known []grant.Resource) grant.Problem {
	problem := grant.Problem{
		Kind: kind,
		What: message.New("%s %s was not found.", what, name),
		Hint: r.Explain.MayBeNew("Names must match exactly, including case. Check the name and the Organization."),
	}
	if r.Explain.Redact {
		return problem
	}
	var names []string
	for _, resource := range known {
		names = append(names, resource.Name)
	}
	if near := grant.Near(name, names); len(near) > 0 {
		problem.Hint = message.New(
			"Did you mean %s? %s",
			near,
			r.Explain.MayBeNew("Names must match exactly, including case."),
		)
	}
	return problem
}

// ambiguous is the problem of a name that several have. It lists all IDs, unless strangers can read it.
func (r *Resolver) ambiguous(
	kind grant.Kind,
	what, input message.Trusted,
	name string,
	matches []grant.Resource,
) grant.Problem {
	problem := grant.Problem{
		Kind: kind,
		What: message.New("%s %s have the name %s.", len(matches), what, name),
		Hint: message.New("Set %s to the ID of the right one.", input),
	}
	if r.Explain.Redact {
		return problem
	}
	var ids message.All
	for _, match := range matches {
		ids = append(ids, match.ID)
	}
	problem.Hint = message.New("Set %s to the ID of the right one: %s.", input, ids)
	return problem
}

func wrongScope(given, scope string) grant.Problem {
	return grant.Problem{
		Kind: grant.WrongTokenScope,
		What: message.New("The API token %s is not an Organization API token (scope %s).", given, scope),
		Hint: message.New(
			"Only an Organization API token can have roles in several Workspaces. Create one, or choose another.",
		),
	}
}

func isOrganizationToken(token grant.Resource) bool {
	return token.Scope == "" || token.Scope == astro.ScopeOrganization
}
