package access

import (
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
)

// The keys of a grants file.
const (
	keyGrants     = "grants"
	keyName       = "org-token-name"
	keyID         = "org-token-id"
	keyRole       = "role"
	keyWorkspaces = "workspaces"
)

// checker says what a file asks for, and gathers what is wrong with that.
type checker struct {
	problems []Problem
}

// check checks what a file says.
func check(body ast.Node) (File, []Problem) {
	c := &checker{}
	var file File
	for _, entry := range c.entries(valueAt(body, place{1, 1})) {
		if g, ok := c.grant(entry); ok {
			file.Grants = append(file.Grants, g)
		}
	}
	c.checkConflicts(file.Grants)
	return file, c.problems
}

func (c *checker) wrong(at place, what, hint escape.Sentence) {
	c.problems = append(c.problems, Problem{Line: at.line, Column: at.column, What: what, Hint: hint})
}

// wrongType notes that a value is not what it must be.
func (c *checker) wrongType(v value, what, must escape.Plain, hint escape.Sentence) {
	if v.typeOf() == nothing {
		c.wrong(v.at, escape.Say("%s is empty.", what), hint)
		return
	}
	c.wrong(v.at, escape.Say("%s is %s, not %s.", what, v.typeOf(), must), hint)
}

// entries returns the entries of the list grants.
func (c *checker) entries(body value) []value {
	top, ok := body.node.(*ast.MappingNode)
	if !ok {
		c.wrongType(body, "The file", "a mapping", escape.Say("Start it with the line grants: and put the list under it."))
		return nil
	}
	fields := c.fields(body, top, keyGrants)
	given, ok := fields.given[keyGrants]
	if !ok {
		if !fields.meant[keyGrants] {
			c.wrong(place{}, escape.Say("The key grants is missing."), escape.Say("Without any grant the file is grants: []"))
		}
		return nil
	}
	return c.list(given, "The value of grants", escape.Say("Put the grants under it, each with -. Without any it is grants: []"))
}

// list returns the entries of a list.
func (c *checker) list(v value, what escape.Plain, hint escape.Sentence) []value {
	node, ok := v.node.(*ast.SequenceNode)
	if !ok {
		c.wrongType(v, what, "a list", hint)
		return nil
	}
	var entries []value
	for i, entry := range node.Values {
		at := v.at
		if dash := node.Entries[i].Start; dash != nil {
			at = placeOf(dash)
		}
		entries = append(entries, valueAt(entry, at))
	}
	return entries
}

// grant reads an entry. It reports whether the entry can be compared with others.
func (c *checker) grant(entry value) (Grant, bool) {
	m, ok := entry.node.(*ast.MappingNode)
	if !ok {
		c.wrongType(entry, "A grant", "a mapping", escape.Say("Give it a role, workspaces, and org-token-name or org-token-id."))
		return Grant{}, false
	}
	fields := c.fields(entry, m, keyName, keyID, keyRole, keyWorkspaces)
	var g Grant
	named := c.token(fields, &g)
	role := c.role(fields, &g)
	c.workspaces(fields, &g)
	return g, named && role
}

func (c *checker) token(fields fields, g *Grant) bool {
	name, hasName := fields.given[keyName]
	id, hasID := fields.given[keyID]
	okName, okID := !hasName, !hasID
	if hasName {
		g.TokenName, okName = c.name(name, "The token's name")
		g.Line, g.Column = name.at.line, name.at.column
	}
	if hasID {
		g.TokenID, okID = c.id(id)
		g.Line, g.Column = id.at.line, id.at.column
	}
	switch {
	case hasName && hasID:
		first, second := fields.keys[keyName], fields.keys[keyID]
		if first.after(second) {
			first, second = second, first
		}
		c.wrong(second, escape.Say("Both org-token-name and org-token-id are given; the first in line %s.", first.line), escape.Say("Give one of the two."))
		return false
	case !hasName && !hasID && !fields.meant[keyName] && !fields.meant[keyID]:
		c.wrong(fields.at, escape.Say("Neither org-token-name nor org-token-id is given."), escape.Say("Name the Organization API token that gets the role, or give its ID."))
	}
	return okName && okID && hasName != hasID
}

// name reads a name, of a token or a Workspace, as it is.
func (c *checker) name(v value, what escape.Plain) (string, bool) {
	name, ok := c.text(v, what, escape.Say("Give one name; for several tokens write an entry for each."))
	switch {
	case !ok:
	// go-yaml keeps a line break in a quoted text of a file with the line breaks of Windows, where YAML has a space.
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		c.wrong(v.at, escape.Say("%s %s has a line break or another control character in it.", what, brief(name)), escape.Say("Write it on one line, without | or >."))
		return "", false
	case strings.TrimSpace(name) != name:
		c.wrong(v.at, escape.Say("%s %s has white space around it.", what, brief(name)), escape.Say("Take the white space out."))
		return "", false
	}
	return name, ok
}

// text reads a string that is not empty. The hint says what to do about a list or mapping.
func (c *checker) text(v value, what escape.Plain, hint escape.Sentence) (string, bool) {
	text, ok := v.text()
	switch is := v.typeOf(); {
	case ok && text != "":
		return text, true
	case ok || is == nothing:
		c.wrong(v.at, escape.Say("%s is empty.", what), escape.Say("Give it, or take the line out."))
	case is == aNumber || is == aBoolean:
		c.wrong(v.at, escape.Say("%s is %s to YAML, not a string.", what, is), escape.Say("Put it in quotes."))
	default:
		c.wrongType(v, what, aString, hint)
	}
	return "", false
}

func (c *checker) id(v value) (string, bool) {
	id, ok := c.text(v, "The token's ID", escape.Say("Give one ID; for several tokens write an entry for each."))
	if ok && !astro.IsID(id) {
		c.wrong(v.at, escape.Say("%s is no ID.", brief(id)), escape.Say("An ID has letters, digits, - and _ only; it looks like clxxxxxxxxxxxxxxxxxxxxxxx. A name goes into org-token-name."))
		return "", false
	}
	return id, ok
}

func (c *checker) workspaces(fields fields, g *Grant) {
	v, ok := fields.given[keyWorkspaces]
	if !ok {
		if !fields.meant[keyWorkspaces] {
			c.wrong(fields.at, escape.Say("The key workspaces is missing."), escape.Say("List the Workspaces, by ID or exact name."))
		}
		return
	}
	entries := c.list(v, "The value of workspaces", escape.Say("Write a list, as in workspaces: [Production, Staging]; one Workspace is a list of one."))
	if node, ok := v.node.(*ast.SequenceNode); ok && len(node.Values) == 0 {
		c.wrong(v.at, escape.Say("The list workspaces is empty."), escape.Say("List the Workspaces, by ID or exact name."))
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		name, ok := c.name(entry, "The Workspace's name")
		if ok && !seen[name] {
			g.Workspaces = append(g.Workspaces, Workspace{Name: name, Line: entry.at.line, Column: entry.at.column})
		}
		seen[name] = true
	}
}
