package grantsfile

import (
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// role reads the role. A role that is missing or empty is an error, never a revocation.
func (c *checker) role(fields fields, w *grant.Wanted) bool {
	v, ok := fields.values[keyRole]
	if !ok {
		if !fields.meant[keyRole] {
			c.addProblem(fields.at, message.New("%s is required.", keyRole), roleHint(""))
		}
		return false
	}
	text, isText := v.text()
	role, err := grant.ParseRole(text)
	switch {
	case err == nil:
		w.Role = role
		return true
	case text == "" && (isText || v.typeOf() == nothing):
		c.addProblem(v.at, message.New("%s is required.", keyRole), roleHint(""))
	case !isText:
		c.wrongType(v, message.New("%s", keyRole), aString, roleHint(""))
	default:
		c.addProblem(v.at, message.New("%s is not a role that can be granted.", brief(text)), roleHint(text))
	}
	return false
}

// roleHint lists the roles, and suggests the one that text probably stands for.
func roleHint(text string) message.Text {
	_, err := grant.ParseRole(text)
	hint := err.Error()
	return message.New("%s.", message.Trusted(strings.ToUpper(hint[:1])+hint[1:]))
}

// conflicts finds API tokens that have two roles in one Workspace. It compares names and IDs as they are in the
// files: what only turns out to be the same in Astro must be compared again there.
func conflicts(wanted []grant.Wanted) []grant.Problem {
	type pair struct{ name, id, workspace string }
	var problems []grant.Problem
	first := map[pair]grant.Wanted{}
	for _, w := range wanted {
		key := pair{w.TokenName, w.TokenID, w.WorkspaceGiven}
		before, repeated := first[key]
		switch {
		case !repeated || before.Ended:
			first[key] = w
		case !before.Contradicts(w):
		default:
			problems = append(problems, grant.Problem{
				Kind: grant.InvalidInput,
				What: message.New("The API token %s has two roles in the Workspace %s: %s here, and %s in %s.",
					brief(w.TokenGiven()), brief(w.WorkspaceGiven), message.Trusted(w.Role), message.Trusted(before.Role),
					before.WorkspaceAt.From(w.WorkspaceAt)),
				Hint: message.New("Keep one of the two."),
				At:   w.WorkspaceAt,
			})
		}
	}
	return problems
}
