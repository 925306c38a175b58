package access

import (
	"regexp"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// place is a line and column, from 1.
type place struct{ line, column int }

func (p place) after(other place) bool {
	return p.line > other.line || p.line == other.line && p.column > other.column
}

func placeOf(tk *token.Token) place { return place{tk.Position.Line, tk.Position.Column} }

// value is a value of the file and where it stands; where it is missing, that is the place of its key or "-".
type value struct {
	node ast.Node
	at   place
}

func valueAt(node ast.Node, key place) value {
	switch node := node.(type) {
	case *ast.NullNode:
		if node.Token.Type == token.ImplicitNullType {
			return value{node, key}
		}
	case *ast.MappingNode: // its token is the first colon, unless it has braces
		if !node.IsFlowStyle && len(node.Values) > 0 {
			return value{node, placeOf(node.Values[0].Key.GetToken())}
		}
	}
	return value{node, placeOf(node.GetToken())}
}

// What a value can be, with its article.
const (
	nothing  escape.Plain = "empty"
	aBoolean escape.Plain = "a boolean"
	aNumber  escape.Plain = "a number"
	aString  escape.Plain = "a string"
	aList    escape.Plain = "a list"
	aMapping escape.Plain = "a mapping"
)

// typeOf is what a value is.
func (v value) typeOf() escape.Plain {
	switch node := v.node.(type) {
	case *ast.NullNode:
		return nothing
	case *ast.BoolNode:
		return aBoolean
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return aNumber
	case *ast.SequenceNode:
		return aList
	case *ast.MappingNode:
		return aMapping
	case *ast.StringNode:
		if node.Token.Type == token.StringType && number().MatchString(node.Value) {
			return aNumber
		}
	}
	return aString
}

// number is what YAML 1.2 reads as a number and go-yaml v1.19.2 does not: with an exponent, or too large for it.
var number = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|^[-+]?\.(inf|Inf|INF)$`)
})

// text returns what a string says.
func (v value) text() (string, bool) {
	if v.typeOf() != aString {
		return "", false
	}
	switch node := v.node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	}
	return "", false
}

// fields are the values of a mapping by key.
type fields struct {
	at    place // of the mapping
	given map[string]value
	keys  map[string]place
	meant map[string]bool // keys that another was probably meant to be: not missed once more
}

// fields reads a mapping that may have the known keys.
func (c *checker) fields(v value, m *ast.MappingNode, known ...string) fields {
	f := fields{at: v.at, given: map[string]value{}, keys: map[string]place{}, meant: map[string]bool{}}
	for _, entry := range m.Values {
		tk := entry.Key.GetToken()
		key, at := tk.Value, placeOf(tk)
		if first, twice := f.keys[key]; twice {
			c.wrong(at, escape.Say("The key %s is given twice; first in line %s.", brief(key), first.line), escape.Say("Keep one of the two."))
			continue
		}
		f.keys[key] = at
		if !isKnown(entry.Key, key, known) {
			c.unknownKey(at, key, known, f.meant)
			continue
		}
		f.given[key] = valueAt(entry.Value, at)
	}
	return f
}

func isKnown(node ast.MapKeyNode, key string, known []string) bool {
	if _, ok := node.(*ast.StringNode); !ok {
		return false
	}
	for _, name := range known {
		if key == name {
			return true
		}
	}
	return false
}

func (c *checker) unknownKey(at place, key string, known []string, meant map[string]bool) {
	hint := escape.Say("Allowed here: %s.", plain(known))
	if near := grant.Near(key, known); len(near) > 0 {
		meant[near[0]] = true
		hint = escape.Say("Did you mean %s? Allowed here: %s.", escape.Plain(near[0]), plain(known))
	}
	c.wrong(at, escape.Say("The key %s is unknown.", brief(key)), hint)
}

// plain is a list of words of ours.
func plain(words []string) []escape.Sentence {
	var list []escape.Sentence
	for _, word := range words {
		list = append(list, escape.Say("%s", escape.Plain(word)))
	}
	return list
}
