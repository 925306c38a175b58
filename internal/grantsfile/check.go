package grantsfile

import (
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// The keys of a grants file.
const (
	keyExclusive  = "exclusive"
	keyGrants     = "grants"
	keyName       = "org-token-name"
	keyID         = "org-token-id"
	keyRole       = "role"
	keyWorkspaces = "workspaces"
	keyUntil      = "until"
	keyReason     = "reason"
)

// checker reads the grants from a document, and collects the problems of its content.
type checker struct {
	*source
	now      time.Time
	problems []grant.Problem
}

// check reads the grants from a document. A line that only looks like YAML has misleading problems: it is explained
// instead.
func check(s *source, root *yaml.Node, now time.Time) (Grants, []grant.Problem) {
	c := &checker{source: s, now: now}
	var grants Grants
	for _, entry := range c.entries(valueAt(root, place{1, 1}), &grants) {
		grants.Wanted = append(grants.Wanted, c.grant(entry)...)
	}
	var suspicious []grant.Problem
	seen := map[int]bool{0: true}
	for _, p := range c.problems {
		if line := p.At.Line; !seen[line] {
			seen[line] = true
			if found, ok := s.first(line, line, "", suspiciousRules()); ok {
				suspicious = append(suspicious, found)
			}
		}
	}
	if len(suspicious) > 0 {
		return Grants{}, suspicious
	}
	return grants, c.problems
}

func (c *checker) addProblem(at place, what, hint message.Text) {
	c.problems = append(c.problems, c.problem(at, what, hint))
}

// wrongType reports that a value does not have the type that it must have.
func (c *checker) wrongType(v value, what message.Text, must message.Trusted, hint message.Text) {
	mapping := v.node.Kind == yaml.MappingNode
	switch {
	case mapping && c.at(v.at) == '{' && c.at(place{v.at.line, v.at.column + 1}) == '{':
		what, hint := placeholder()
		c.addProblem(v.at, what, hint)
	case mapping && must == aString && c.at(v.at) != '{':
		c.addProblem(v.at, message.New("Text with a colon must be in quotes."),
			message.New("Put it in quotes, as in \"Production: EU\"."))
	case v.typeOf() == nothing:
		c.addProblem(v.at, message.New("%s must not be empty.", what), c.orQuotes(v, hint))
	default:
		c.addProblem(v.at, message.New("%s must be %s, but is %s.", what, must, v.typeOf()), hint)
	}
}

// orQuotes adds to the hint about an empty value that it may be a name that starts with #.
func (c *checker) orQuotes(v value, hint message.Text) message.Text {
	if !isMissing(v.node) || v.at.line > len(c.lines) {
		return hint
	}
	rest := strings.TrimLeft(string(c.lines[v.at.line-1][v.node.Column-1:]), " \t")
	if v.node.Line == v.at.line && strings.HasPrefix(rest, "#") {
		return message.New("# starts a comment. If it is the start of a name, put the name in quotes.")
	}
	return hint
}

// entries returns the entries of the list grants, and reads the other keys of the file.
func (c *checker) entries(root value, g *Grants) []value {
	if root.node.Kind != yaml.MappingNode {
		c.wrongType(root, message.New("The file"), aMapping,
			message.New("Start it with the line grants: and put the list under it."))
		return nil
	}
	fields := c.fields(root, keyExclusive, keyGrants)
	c.exclusive(fields, g)
	grants, ok := fields.values[keyGrants]
	if !ok {
		if !fields.meant[keyGrants] {
			c.addProblem(place{}, message.New("%s is required.", keyGrants),
				message.New("A file without grants is grants: []"))
		}
		return nil
	}
	return c.list(grants, keyGrants,
		message.New("Put the grants under it, each starting with -. A file without grants is grants: []"))
}

// list returns the entries of a list.
func (c *checker) list(v value, key string, hint message.Text) []value {
	if v.node.Kind != yaml.SequenceNode {
		c.wrongType(v, message.New("%s", key), aList, hint)
		return nil
	}
	var entries []value
	for _, entry := range v.node.Content {
		// A missing entry is right after its "-".
		entries = append(entries, valueAt(entry, place{entry.Line, entry.Column - 1}))
	}
	return entries
}

// grant reads an entry. It returns nothing if the API token or the role has a problem.
func (c *checker) grant(entry value) []grant.Wanted {
	if entry.node.Kind != yaml.MappingNode {
		c.wrongType(entry, message.New("A grant"), aMapping,
			message.New("Give it a role, workspaces, and org-token-name or org-token-id."))
		return nil
	}
	fields := c.fields(entry, keyName, keyID, keyRole, keyWorkspaces, keyUntil, keyReason)
	var w grant.Wanted
	named := c.token(fields, &w)
	role := c.role(fields, &w)
	c.reason(fields, &w)
	c.until(fields, &w)
	var wanted []grant.Wanted
	for _, workspace := range c.workspaces(fields) {
		w.WorkspaceGiven, w.WorkspaceAt = workspace.name, c.position(workspace.at)
		wanted = append(wanted, w)
	}
	if !named || !role {
		return nil
	}
	return wanted
}

func (c *checker) token(fields fields, w *grant.Wanted) bool {
	name, hasName := fields.values[keyName]
	id, hasID := fields.values[keyID]
	okName, okID := !hasName, !hasID
	if hasName {
		w.TokenName, okName = c.name(name, message.New("The token name"))
		w.TokenAt = c.position(name.at)
	}
	if hasID {
		w.TokenID, okID = c.id(id)
		w.TokenAt = c.position(id.at)
	}
	switch {
	case hasName && hasID:
		first, second := fields.keys[keyName], fields.keys[keyID]
		if first.after(second) {
			first, second = second, first
		}
		c.addProblem(second, message.New("Both %s and %s are set, the first in line %s.", keyName, keyID, first.line),
			message.New("Keep one of the two."))
		return false
	case !hasName && !hasID && !fields.meant[keyName] && !fields.meant[keyID]:
		c.addProblem(fields.at, message.New("%s or %s is required.", keyName, keyID),
			message.New("Name the Organization API token that gets the role."))
	}
	return okName && okID && hasName != hasID
}

// name reads the name of a token or Workspace.
func (c *checker) name(v value, what message.Text) (string, bool) {
	name, ok := c.text(v, what)
	switch {
	case !ok:
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		c.addProblem(v.at,
			message.New("%s %s must not contain a tab, a line break or another control character.", what, brief(name)),
			message.New("Write it on one line, without | or >."))
		return "", false
	case strings.TrimSpace(name) != name:
		c.addProblem(v.at, message.New("%s %s must not start or end with white space.", what, brief(name)),
			message.New("Delete the white space."))
		return "", false
	}
	return name, ok
}

// text reads a string that is not empty.
func (c *checker) text(v value, what message.Text) (string, bool) {
	text, ok := v.text()
	switch is := v.typeOf(); {
	case ok && text != "":
		return text, true
	case ok:
		c.addProblem(v.at, message.New("%s must not be empty.", what), message.New("Enter a value."))
	case is == nothing:
		c.wrongType(v, what, aString, message.New("Enter a value."))
	case is == aNumber || is == aBoolean:
		c.addProblem(v.at, message.New("%s must be a string, but YAML reads it as %s.", what, is),
			message.New("Put it in quotes."))
	default:
		c.wrongType(v, what, aString, message.New("Enter one. For several tokens, write an entry for each."))
	}
	return "", false
}

func (c *checker) id(v value) (string, bool) {
	id, ok := c.text(v, message.New("The token ID"))
	if ok && !astro.IsID(id) {
		c.addProblem(v.at, message.New("%s is not a valid ID.", brief(id)),
			message.New("An ID has only letters, digits, - and _. For a name, use org-token-name."))
		return "", false
	}
	return id, ok
}

// workspace is a Workspace as the file gives it.
type workspace struct {
	name string
	at   place
}

// workspaces reads the Workspaces of a grant, without repetitions.
func (c *checker) workspaces(fields fields) []workspace {
	v, ok := fields.values[keyWorkspaces]
	byName := message.New("List the Workspaces, by ID or exact name.")
	if !ok {
		if !fields.meant[keyWorkspaces] {
			c.addProblem(fields.at, message.New("%s is required.", keyWorkspaces), byName)
		}
		return nil
	}
	entries := c.list(v, keyWorkspaces,
		message.New("Write a list, as in workspaces: [Production, Staging], also for one Workspace."))
	if v.node.Kind == yaml.SequenceNode && len(entries) == 0 {
		c.addProblem(v.at, message.New("%s must not be empty.", keyWorkspaces), byName)
	}
	var found []workspace
	seen := map[string]bool{}
	for _, entry := range entries {
		name, ok := c.name(entry, message.New("The Workspace name"))
		if ok && !seen[name] {
			found = append(found, workspace{name, entry.at})
		}
		seen[name] = true
	}
	return found
}
