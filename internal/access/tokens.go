package access

import (
	"strings"

	"github.com/goccy/go-yaml/token"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
)

// tokens goes through the tokens of a file before the parser sees them. It follows the structure as far as that is needed for
// its depth, by the same columns that the parser goes by.
type tokens struct {
	all      token.Tokens // without comments
	open     []level      // the innermost last
	missing  int
	done     bool // nothing more can be told of what follows
	problems []Problem
}

// checkTokens finds what a grants file must not have, though YAML does, and what would keep the parser busy.
func checkTokens(all token.Tokens) []Problem {
	t := &tokens{all: all}
	for i, tk := range all {
		if t.refuse(i); t.done {
			break
		}
		switch tk.Type {
		case token.SequenceStartType:
			t.push(tk, level{kind: flowList})
		case token.MappingStartType:
			t.push(tk, level{kind: flowMapping})
		case token.SequenceEndType, token.MappingEndType:
			t.endEntry(i)
			if t.inFlow() { // else the parser says so
				t.open = t.open[:len(t.open)-1]
			}
		case token.CollectEntryType:
			t.endEntry(i)
		case token.SequenceEntryType:
			t.entry(i)
		case token.MappingValueType:
			t.key(i)
		}
	}
	return t.problems
}

func (t *tokens) add(tk *token.Token, what, hint escape.Sentence) {
	t.problems = append(t.problems, problemAt(tk, what, hint))
}

// stop ends the matter: what follows is not looked at.
func (t *tokens) stop(tk *token.Token, what, hint escape.Sentence) {
	t.add(tk, what, hint)
	t.done = true
}

// refuse refuses what the format does without, and what may be misread.
func (t *tokens) refuse(i int) {
	tk := t.all[i]
	plainly := escape.Say("Write everything out: the file shall say what it does to whoever reviews it.")
	switch tk.Type {
	case token.AnchorType:
		t.add(tk, escape.Say("Anchors (&) are not supported."), plainly)
	case token.AliasType:
		t.add(tk, escape.Say("Aliases (*) are not supported."), plainly)
	case token.MergeKeyType:
		t.add(tk, escape.Say("Merge keys (<<) are not supported."), plainly)
	case token.TagType:
		t.add(tk, escape.Say("Tags (!) are not supported."), escape.Say("Take it out; a text that starts with ! must stand in quotes."))
	case token.DirectiveType:
		t.add(tk, escape.Say("Directives (%s) are not supported.", escape.Plain("%")), escape.Say("Take the line out."))
	case token.MappingKeyType:
		t.add(tk, escape.Say("Keys that are marked with ? are not supported."), escape.Say("Write it as in role: none."))
	case token.DocumentHeaderType:
		if i > 0 && t.all[0].Type != token.DirectiveType {
			t.secondDocument(tk)
		}
	case token.DocumentEndType:
		if i+1 < len(t.all) {
			t.secondDocument(t.all[i+1])
		}
	case token.StringType:
		if i > 0 && (t.all[i-1].Type == token.LiteralType || t.all[i-1].Type == token.FoldedType) {
			break
		}
		// go-yaml drops a tab inside of a text that is not quoted: another name would be left.
		if strings.Contains(strings.TrimSpace(tk.Origin), "\t") {
			t.add(tk, escape.Say("A tab stands in this text."), escape.Say("Use spaces, or put the text in quotes."))
		}
	}
	if astro.JWT().MatchString(tk.Value) { // one that only shows once escapes and line breaks are resolved
		what, hint := holdsToken()
		t.add(tk, what, hint)
	}
}

func (t *tokens) secondDocument(tk *token.Token) {
	t.stop(tk, escape.Say("A second document starts here."), escape.Say("Write one list of grants, or two files."))
}
