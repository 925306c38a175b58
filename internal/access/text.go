package access

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
)

// control are characters that YAML 1.2 does not allow in a file (production 1, c-printable).
var control = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^\t\n\r\x20-\x7e\x{85}\x{a0}-\x{fffd}\x{10000}-\x{10ffff}]`)
})

// mostInLine and mostEmpty bound what the lexer of go-yaml v1.19.2 takes quadratic time over: each tab in double quotes
// makes it look through the rest of the line, each "<" through those after it, and each empty line at the end of a block
// of text copies the block. A MiB of any of them takes minutes.
const (
	mostInLine = 100
	mostEmpty  = 100
)

// checkText checks the bytes of a file. It returns them as text for the lexer, without a byte order mark and with API tokens
// made illegible; where the lexer shall not see them, the text is empty.
func checkText(data []byte) (string, []Problem) {
	if len(data) > MaxSize {
		what, hint := tooLarge()
		return "", []Problem{{What: what, Hint: hint}}
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if bad := invalid(text); bad >= 0 {
		at := cursor{text: text}
		return "", []Problem{at.problem(bad, escape.Say("The file is not UTF-8."), escape.Say("Save it as UTF-8."))}
	}
	if strings.TrimSpace(text) == "" {
		return "", []Problem{empty()}
	}
	problems := append(checkLines(text), checkCharacters(text)...)
	if len(problems) > 0 {
		return "", append(problems, findTokens(text)...)
	}
	// Letters of the same number keep every column, and cannot mean anything.
	masked := astro.JWT().ReplaceAllStringFunc(text, func(token string) string { return strings.Repeat("x", len(token)) })
	if !strings.HasSuffix(masked, "\n") {
		masked += "\n" // the lexer drops a tag that the file ends with
	}
	return masked, findTokens(text)
}

func empty() Problem {
	return Problem{What: escape.Say("The file is empty."), Hint: escape.Say("It must have the key grants; without any grant that is grants: []")}
}

// invalid returns where text stops being UTF-8, or -1.
func invalid(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// findTokens finds API tokens wherever they stand, in comments too.
func findTokens(text string) []Problem {
	var problems []Problem
	at := cursor{text: text}
	for _, found := range astro.JWT().FindAllStringIndex(text, -1) {
		what, hint := holdsToken()
		problems = append(problems, at.problem(found[0], what, hint))
	}
	return problems
}

func holdsToken() (what, hint escape.Sentence) {
	return escape.Say("An API token stands in the file."),
		escape.Say("Take it out and revoke it: others can have read it. Name a token by its name or ID.")
}

func checkCharacters(text string) []Problem {
	found := control().FindStringIndex(text)
	if found == nil {
		return nil
	}
	at := cursor{text: text}
	return []Problem{at.problem(found[0], escape.Say("YAML does not allow the control character that stands here."), escape.Say("Take it out."))}
}

// checkLines finds what would keep the lexer busy.
func checkLines(text string) []Problem {
	at := cursor{text: text}
	var tabs, brackets, breaks int // in this line; since the last line that is not empty
	for i, r := range text {
		switch r {
		case '\n', '\r':
			tabs, brackets = 0, 0
			if r == '\n' || !strings.HasPrefix(text[i:], "\r\n") {
				breaks++
			}
		case ' ':
		case '\t':
			tabs++
		case '<':
			brackets++
			breaks = 0
		default:
			breaks = 0
		}
		switch {
		case tabs > mostInLine:
			return []Problem{at.problem(i, escape.Say("More than %s tabs stand in one line.", mostInLine), escape.Say("Use spaces."))}
		case brackets > mostInLine:
			return []Problem{at.problem(i, escape.Say("The character %s stands more than %s times in one line.", "<", mostInLine), escape.Say("Shorten the line."))}
		case breaks > mostEmpty:
			return []Problem{at.problem(i, escape.Say("More than %s empty lines follow each other.", mostEmpty), escape.Say("Take them out."))}
		}
	}
	return nil
}

// cursor goes through a text and counts lines and columns. It only goes forward.
type cursor struct {
	text         string
	offset       int
	line, column int // from 0
}

// problem is a problem at an offset.
func (c *cursor) problem(offset int, what, hint escape.Sentence) Problem {
	for i, r := range c.text[c.offset:offset] {
		switch {
		case r == '\r' && strings.HasPrefix(c.text[c.offset+i:], "\r\n"):
		case r == '\n' || r == '\r':
			c.line++
			c.column = 0
		default:
			c.column++
		}
	}
	c.offset = offset
	return Problem{Line: c.line + 1, Column: c.column + 1, What: what, Hint: hint}
}
