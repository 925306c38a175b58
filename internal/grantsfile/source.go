package grantsfile

import (
	"errors"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// place is a line and column, from 1.
type place struct{ line, column int }

func (p place) after(other place) bool {
	return p.line > other.line || p.line == other.line && p.column > other.column
}

// source is the text of a file and its lines.
type source struct {
	path  string
	text  string
	lines [][]rune // without their line breaks
	ends  []int    // the offsets in text after each line and its line break
}

func newSource(path, text string) *source {
	s := &source{path: path, text: text}
	for start := 0; start < len(text); {
		length, next := len(text)-start, len(text)
		if i := strings.IndexAny(text[start:], "\r\n"); i >= 0 {
			length, next = i, start+i+1
			if strings.HasPrefix(text[start+i:], "\r\n") {
				next++
			}
		}
		s.lines = append(s.lines, []rune(text[start:start+length]))
		s.ends = append(s.ends, next)
		start = next
	}
	return s
}

func (s *source) position(p place) grant.Position {
	return grant.Position{File: s.path, Line: p.line, Column: p.column}
}

// placeOf returns the place of an offset in the text.
func (s *source) placeOf(offset int) place {
	line := sort.SearchInts(s.ends, offset+1)
	start := 0
	if line > 0 {
		start = s.ends[line-1]
	}
	return place{line + 1, 1 + utf8.RuneCountInString(s.text[start:offset])}
}

// at returns the character at a place, or 0 past the end of the line.
func (s *source) at(p place) rune {
	if p.line < 1 || p.line > len(s.lines) || p.column < 1 || p.column > len(s.lines[p.line-1]) {
		return 0
	}
	return s.lines[p.line-1][p.column-1]
}

// problem returns a problem at a place. go.yaml.in/yaml/v3 may put what is missing past the end of its line.
func (s *source) problem(p place, what, hint message.Text) grant.Problem {
	line := min(p.line, len(s.lines))
	if line == 0 {
		return ofFile(s.path, what, hint)
	}
	at := s.position(place{line, max(1, min(p.column, len(s.lines[line-1])))})
	return grant.Problem{Kind: grant.InvalidInput, What: what, Hint: hint, At: at}
}

// Faults of a file. The last one is an error of go.yaml.in/yaml/v3.
const (
	severalDocuments = "several documents"
	panicked         = "panic"
	expectedDocument = "did not find expected <document start>"
)

// load returns the root of the only document, which is nil if there is none. If there is a fault, it returns that: an
// error of go.yaml.in/yaml/v3 without its line, which is often another one.
func load(text string) (root *yaml.Node, fault string) {
	defer func() {
		if recover() != nil { // other people's code, and anyone's input
			root, fault = nil, panicked
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, ""
	case err != nil:
		return nil, withoutLine(err)
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
		return document.Content[0], ""
	case err != nil && withoutLine(err) == expectedDocument:
		return nil, expectedDocument
	}
	return nil, severalDocuments
}

func withoutLine(err error) string {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(message, "line ") {
		if _, rest, ok := strings.Cut(message, ": "); ok {
			return rest
		}
	}
	return message
}

// parse returns the root of the file, if its YAML is valid and has nothing that a grants file does without.
func (s *source) parse() (*yaml.Node, []grant.Problem) {
	root, fault := load(s.text)
	if fault != "" {
		return nil, []grant.Problem{s.explain(fault)}
	}
	if root == nil || isMissing(root) && root.Anchor == "" {
		return nil, []grant.Problem{s.empty()}
	}
	c := &checker{source: s}
	c.visit(root)
	return root, c.problems
}

// isMissing reports whether a value is not in the file at all, as in "role:".
func isMissing(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Style == 0 && node.Value == ""
}

// visit reports the YAML features that a grants file must not have, and API tokens.
func (c *checker) visit(node *yaml.Node) {
	p := place{node.Line, node.Column}
	switch first := c.at(p); {
	case node.Kind == yaml.AliasNode || node.Anchor != "" || node.Style&yaml.TaggedStyle != 0 || first == '!':
		what, hint := reserved(first)
		c.addProblem(p, what, hint)
	case astro.JWT().MatchString(node.Value): // visible only after escapes and line breaks are resolved
		what, hint := containsToken()
		c.addProblem(p, what, hint)
	}
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 {
			c.visitKey(child)
		}
		c.visit(child)
	}
}

func (c *checker) visitKey(key *yaml.Node) {
	p := place{key.Line, key.Column}
	if key.Value == "<<" && key.Style == 0 {
		c.addProblem(p, message.New("Merge keys (<<) are not supported."), message.New("Write everything out."))
	}
	mark := c.before(p)
	if c.at(mark) == '?' && strings.ContainsRune(" \t[{,\x00", c.at(place{mark.line, mark.column - 1})) {
		what, hint := reserved('?')
		c.addProblem(mark, what, hint)
	}
}

// before returns the place of the last character before p that is not white space.
func (c *checker) before(p place) place {
	for {
		p.column--
		for p.column < 1 {
			if p.line--; p.line < 1 {
				return p
			}
			p.column = len(c.lines[p.line-1])
		}
		if char := c.at(p); char != ' ' && char != '\t' {
			return p
		}
	}
}
