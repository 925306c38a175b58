package access

import (
	"github.com/goccy/go-yaml/token"

	"astro-workspace-grant/internal/escape"
)

// What bounds the parser of go-yaml v1.19.2. It takes quadratic time over the depth, over the keys of one mapping (it calls
// itself for each) and over the missing values (it moves all that follows each); and every node gets a path of its own, with
// all keys above it. A grants file is 4 deep, has 3 keys in a mapping, none longer than 14 characters, and no value missing.
const (
	mostDepth   = 16
	mostKeys    = 100
	mostMissing = 100
	longestKey  = 40 // in bytes
)

// level is a list or mapping that is open.
type level struct {
	kind   kind
	column int // of a block: where its entries or keys start
	keys   int
}

type kind int

const (
	list    kind = iota // entries with "-"
	mapping             // keys without braces, outside of brackets
	flowList
	flowMapping
	pair // a mapping without braces inside of brackets, as in [a: b]
)

// innermost returns the level that a token stands in, or an empty block.
func (t *tokens) innermost() *level {
	if len(t.open) == 0 {
		return &level{}
	}
	return &t.open[len(t.open)-1]
}

func (t *tokens) inFlow() bool { return len(t.open) > 0 && t.innermost().kind >= flowList }

func (t *tokens) push(tk *token.Token, l level) {
	t.open = append(t.open, l)
	if len(t.open) > mostDepth {
		t.stop(tk, escape.Say("Lists and mappings are nested more than %s deep.", mostDepth), escape.Say("A grants file is a list of grants, each with a list of Workspaces."))
	}
}

// dedent closes the blocks that an entry ("-") or key in a column ends.
func (t *tokens) dedent(column int, isKey bool) {
	for len(t.open) > 0 {
		top := t.innermost()
		if top.column < column || top.column == column && (top.kind == mapping || !isKey) {
			return
		}
		t.open = t.open[:len(t.open)-1]
	}
}

// entry is a "-".
func (t *tokens) entry(i int) {
	tk := t.all[i]
	if t.inFlow() {
		t.stop(tk, escape.Say("An entry with - stands inside of brackets."), escape.Say("Separate entries by commas there."))
		return
	}
	t.dedent(tk.Position.Column, false)
	if top := t.innermost(); len(t.open) == 0 || top.kind != list || top.column != tk.Position.Column {
		t.push(tk, level{kind: list, column: tk.Position.Column})
	}
	t.countMissing(i, tk)
}

// key is the ":" after a key.
func (t *tokens) key(i int) {
	if i == 0 {
		return // the parser says so
	}
	key := t.all[i-1]
	if len(key.Value) > longestKey {
		t.stop(key, escape.Say("A key is too long to be one."), escape.Say("Put a name with a colon in quotes. The keys are grants and, in a grant, org-token-name, org-token-id, role and workspaces."))
		return
	}
	if i > 1 && (t.all[i-2].Type == token.LiteralType || t.all[i-2].Type == token.FoldedType) {
		t.stop(key, escape.Say("A block of text stands where a key must."), escape.Say("Indent the text more than its key."))
		return
	}
	t.glued(i)
	switch top := t.innermost(); {
	case t.inFlow() && top.kind == flowMapping && top.keys == 0:
		top.keys++
	case t.inFlow():
		t.push(key, level{kind: pair})
	default:
		t.blockKey(key)
	}
	t.countMissing(i, key)
}

// glued refuses what go-yaml reads as a key and its value and YAML as one string: {role:none}.
func (t *tokens) glued(i int) {
	if i+1 == len(t.all) || !t.inFlow() {
		return
	}
	key, colon, next := t.all[i-1], t.all[i], t.all[i+1]
	switch {
	case key.Type == token.SingleQuoteType || key.Type == token.DoubleQuoteType:
	case next.Type == token.CollectEntryType || next.Type == token.MappingEndType || next.Type == token.SequenceEndType:
	case next.Position.Line == colon.Position.Line && next.Position.Column == colon.Position.Column+1:
		t.add(colon, escape.Say("A space is missing after this colon."), escape.Say("Write it as in {role: none}."))
	}
}

func (t *tokens) blockKey(key *token.Token) {
	t.dedent(key.Position.Column, true)
	top := t.innermost()
	if len(t.open) == 0 || top.kind != mapping || top.column != key.Position.Column {
		t.push(key, level{kind: mapping, column: key.Position.Column, keys: 1})
		return
	}
	if top.keys++; top.keys > mostKeys {
		t.stop(key, escape.Say("A mapping has more than %s keys.", mostKeys), escape.Say("Start each grant with -."))
	}
}

// endEntry is a comma or the end of brackets or braces.
func (t *tokens) endEntry(i int) {
	for len(t.open) > 0 && t.innermost().kind == pair {
		t.open = t.open[:len(t.open)-1]
	}
	top := t.innermost()
	if before := t.all[max(0, i-1)].Type; top.kind == flowMapping && top.keys == 0 && before != token.MappingStartType && before != token.CollectEntryType {
		t.isMissing(t.all[i]) // a key alone, as in {a, b}
	}
	top.keys = 0
}

// countMissing counts the values that are missing after the ":" or "-" at i. What starts is the key or that "-".
func (t *tokens) countMissing(i int, start *token.Token) {
	if i+1 == len(t.all) {
		return
	}
	tk, next := t.all[i], t.all[i+1]
	switch next.Type {
	case token.CollectEntryType, token.MappingEndType, token.SequenceEndType:
		t.isMissing(start)
		return
	}
	column := start.Position.Column
	sameList := start != tk && next.Type == token.SequenceEntryType && next.Position.Column == column // under its key, not indented
	if next.Position.Line > tk.Position.Line && next.Position.Column <= column && !sameList {
		t.isMissing(start)
	}
}

func (t *tokens) isMissing(tk *token.Token) {
	if t.missing++; t.missing > mostMissing {
		t.stop(tk, escape.Say("More than %s values are missing; this is the next.", mostMissing), escape.Say("Give each key and each - a value."))
	}
}
