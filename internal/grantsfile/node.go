package grantsfile

import (
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// value is a value of the file and its place. If the value is missing, the place is that of its key or "-".
type value struct {
	node *yaml.Node
	at   place
}

func valueAt(node *yaml.Node, key place) value {
	if isMissing(node) {
		return value{node, key}
	}
	return value{node, place{node.Line, node.Column}}
}

// The types of a value, with an article.
const (
	nothing  message.Trusted = "empty"
	aBoolean message.Trusted = "a boolean"
	aNumber  message.Trusted = "a number"
	aString  message.Trusted = "a string"
	aList    message.Trusted = "a list"
	aMapping message.Trusted = "a mapping"
)

// number matches a number: those of the YAML 1.2 core schema, and those that several parsers read besides (binary,
// and with _). go.yaml.in/yaml/v3 resolves some by YAML 1.1, so its tags do not count.
var number = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?([0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|\.[0-9]+([eE][-+]?[0-9]+)?|\.(inf|Inf|INF)|` +
		`0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|0[0-7_]*|[1-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$|^\.(nan|NaN|NAN)$`)
})

func (v value) typeOf() message.Trusted {
	switch {
	case v.node.Kind == yaml.SequenceNode:
		return aList
	case v.node.Kind == yaml.MappingNode:
		return aMapping
	case v.node.Style != 0: // in quotes, or a block
		return aString
	}
	switch v.node.Value {
	case "", "~", "null", "Null", "NULL":
		return nothing
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return aBoolean
	}
	if number().MatchString(v.node.Value) {
		return aNumber
	}
	return aString
}

// text returns the text of a string.
func (v value) text() (string, bool) {
	if v.typeOf() != aString {
		return "", false
	}
	return v.node.Value, true
}

// fields are the values of a mapping by key.
type fields struct {
	at     place // of the mapping
	values map[string]value
	keys   map[string]place
	meant  map[string]bool // keys that a misspelled key probably stands for: not reported as missing too
}

// fields reads a mapping that may have the known keys.
func (c *checker) fields(v value, known ...string) fields {
	f := fields{at: v.at, values: map[string]value{}, keys: map[string]place{}, meant: map[string]bool{}}
	for i := 0; i < len(v.node.Content); i += 2 {
		node := v.node.Content[i]
		key, at := node.Value, place{node.Line, node.Column}
		if node.Kind != yaml.ScalarNode {
			c.addProblem(at, message.New("A key must be a string, but is %s.", value{node, at}.typeOf()), allowed(known))
			continue
		}
		if first, twice := f.keys[key]; twice {
			c.addProblem(at, message.New("The key %s is already set in line %s.", brief(key), first.line),
				message.New("Keep one of the two."))
			continue
		}
		f.keys[key] = at
		if !slices.Contains(known, key) {
			c.unknownKey(at, key, known, f.meant)
			continue
		}
		f.values[key] = valueAt(v.node.Content[i+1], at)
	}
	return f
}

func (c *checker) unknownKey(at place, key string, known []string, meant map[string]bool) {
	hint := allowed(known)
	if near := grant.Near(key, known); len(near) > 0 {
		meant[near[0]] = true
		hint = message.New("Did you mean %s? %s", message.Trusted(near[0]), hint)
	}
	c.addProblem(at, message.New("%s is not a valid key.", brief(key)), hint)
}

func allowed(keys []string) message.Text {
	var list []message.Text
	for _, key := range keys {
		list = append(list, message.New("%s", message.Trusted(key)))
	}
	return message.New("Allowed here: %s.", list)
}
