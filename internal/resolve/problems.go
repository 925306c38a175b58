package resolve

import (
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// mostSuggested is for how many unknown names similar ones are looked for. A run with the wrong Organization has
// nothing but unknown names, and the log shows ten problems.
const mostSuggested = 10

// search is a name that was not found, and what is known.
type search struct {
	kind    grant.Kind
	what    message.Trusted
	given   string
	known   []grant.Resource
	idInput message.Trusted // the input that takes an ID
	canSee  bool            // there are any such things
	things  message.Trusted // their plural
	several message.Text    // what to do if it was meant as several
}

// notFound is the problem of an unknown name. It suggests similar names, unless strangers can read it.
func (r *Resolver) notFound(s search) grant.Problem {
	problem := grant.Problem{
		Kind: s.kind,
		What: message.New("%s %s was not found.", s.what, s.given),
		Hint: r.Explain.MayBeNew("Names must match exactly, including case. Check the name and the Organization."),
	}
	switch {
	case !s.canSee:
		problem.Hint = message.New("The API shows no %s at all. Check the Organization, and that the API token in api-token has the "+
			"Organization Owner role: one with less may see none.", s.things)
		return problem
	case r.Explain.Redact:
		return problem
	}
	var names []string
	var same []message.Text
	for _, resource := range s.known {
		names = append(names, resource.Name)
		if difference := grant.Difference(s.given, resource.Name); difference != "" {
			same = append(same, message.New("%s %s (its ID is %s)", resource.Name, message.Trusted(difference), resource.ID))
		}
	}
	switch near := grant.Near(s.given, names); {
	case len(same) > 0:
		problem.Hint = message.New("There is a name that looks the same: %s. Set %s to the ID.", same, s.idInput)
	case len(near) > 0:
		problem.Hint = message.New("Did you mean %s? %s", near, r.Explain.MayBeNew("Names must match exactly, including case."))
	}
	if !s.several.IsEmpty() {
		problem.Hint = message.New("%s %s", problem.Hint, s.several)
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
