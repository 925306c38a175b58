package access

import (
	"strings"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// role reads the role. That it is missing or empty is an error, never a revocation.
func (c *checker) role(fields fields, g *Grant) bool {
	v, ok := fields.given[keyRole]
	if !ok {
		if !fields.meant[keyRole] {
			c.wrong(fields.at, escape.Say("The role is missing."), roleHint(""))
		}
		return false
	}
	text, isText := v.text()
	role, err := grant.ParseRole(text)
	switch {
	case err == nil:
		g.Role = role
		return true
	case !isText:
		c.wrongType(v, "The role", aString, roleHint(""))
	case text == "":
		c.wrong(v.at, escape.Say("The role is empty."), roleHint(""))
	default:
		c.wrong(v.at, escape.Say("%s is no role that can be granted.", brief(text)), roleHint(text))
	}
	return false
}

// roleHint says which roles there are, and which one somebody who wrote text may have meant.
func roleHint(text string) escape.Sentence {
	_, err := grant.ParseRole(text)
	said := err.Error()
	return escape.Say("%s.", escape.Plain(strings.ToUpper(said[:1])+said[1:]))
}

// checkConflicts finds a token that shall have two roles in one Workspace. It compares names and IDs as they are given: what
// is only the same once it is looked up must be compared again then.
func (c *checker) checkConflicts(grants []Grant) {
	type pair struct{ name, id, workspace string }
	type first struct {
		role grant.Role
		line int
	}
	seen := map[pair]first{}
	for _, g := range grants {
		for _, w := range g.Workspaces {
			p := pair{g.TokenName, g.TokenID, w.Name}
			before, ok := seen[p]
			if !ok {
				seen[p] = first{g.Role, w.Line}
				continue
			}
			if before.role != g.Role {
				c.wrong(place{w.Line, w.Column}, escape.Say("The token %s shall have the role %s in the Workspace %s here, and %s in line %s.",
					brief(g.TokenName+g.TokenID), escape.Plain(g.Role), brief(w.Name), escape.Plain(before.role), before.line), escape.Say("Keep one of the two."))
			}
		}
	}
}
