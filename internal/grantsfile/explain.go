package grantsfile

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// explain returns a syntax problem: where it is, what causes it, and what to do. The place of a fault is the first
// line that brings it about. Lines up to there that only look like YAML are the more likely cause.
func (s *source) explain(fault string) grant.Problem {
	line := 1 + sort.Search(len(s.lines)-1, func(i int) bool {
		_, got := load(s.text[:s.ends[i]])
		return got == fault
	})
	if p, ok := s.first(1, len(s.lines), fault, conflictRules()); ok {
		return p
	}
	if p, ok := s.first(1, line, fault, suspiciousRules()); ok {
		return p
	}
	above, content := s.above(line)
	if fault == severalDocuments || fault == expectedDocument && content == "..." {
		return s.problem(s.start(line), message.New("A second document starts here."),
			message.New("Write one list of grants, or use two files."))
	}
	if strings.Contains(fault, "',' or ") || strings.Contains(fault, "node content") {
		if p, ok := s.unclosed(line); ok {
			return p
		}
	}
	if p, ok := s.first(line, line, fault, faultRules()); ok {
		return p
	}
	if p, ok := s.first(1, line, fault, quoteRules()); ok {
		return p
	}
	if strings.Contains(fault, "mapping values") && s.start(line).column > above {
		return s.problem(s.start(line), message.New("This line is indented too far."), align())
	}
	if p, ok := s.first(line, line, fault, lastRules()); ok {
		return p
	}
	return s.problem(s.start(line), message.New("The file is not valid YAML here."),
		message.New("Check the indentation, brackets and quotes. Put names with special characters in quotes."))
}

// unclosed finds the bracket that is still open at the end of a line.
func (s *source) unclosed(line int) (grant.Problem, bool) {
	closed := 0
	for ; line > 0; line-- {
		text := []rune(hidden().ReplaceAllStringFunc(string(s.lines[line-1]), func(part string) string {
			return strings.Repeat(" ", utf8.RuneCountInString(part))
		}))
		for i, char := range slices.Backward(text) {
			switch {
			case char == ']' || char == '}':
				closed++
			case (char == '[' || char == '{') && closed > 0:
				closed--
			case char == '[' || char == '{':
				if p, ok := s.first(line, line, "", commentRules()); ok {
					return p, true
				}
				what, hint := notClosed()
				return s.problem(place{line, i + 1}, what, hint), true
			}
		}
	}
	return grant.Problem{}, false
}

// start is the place where the content of a line starts.
func (s *source) start(line int) place {
	text := string(s.lines[line-1])
	return place{line, 1 + len(text) - len(strings.TrimLeft(text, " \t"))}
}

// above returns the last line above this one that has content, and the column where that starts.
func (s *source) above(line int) (column int, content string) {
	for i := line - 2; i >= 0; i-- {
		text := strings.TrimRight(string(s.lines[i]), " \t")
		if content := strings.TrimLeft(text, " \t"); content != "" && content[0] != '#' {
			return 1 + len(text) - len(content), text
		}
	}
	return 0, ""
}

// first explains the first of some lines that one of the rules applies to.
func (s *source) first(from, to int, fault string, rules []rule) (grant.Problem, bool) {
	for line := from; line <= to; line++ {
		text := string(s.lines[line-1])
		for _, r := range rules {
			if !strings.Contains(fault, r.fault) {
				continue
			}
			if found := r.pattern.FindStringSubmatchIndex(text); found != nil {
				return s.problem(place{line, 1 + utf8.RuneCountInString(text[:found[2]])}, r.what, r.hint), true
			}
		}
	}
	return grant.Problem{}, false
}

func align() message.Text {
	return message.New("Indent it with spaces to the same column as the other lines of the same list or grant.")
}

// reserved explains a value that starts with a character that has a meaning in YAML.
func reserved(first rune) (what, hint message.Text) {
	const quote = "If it is part of a name, put the name in quotes. "
	switch first {
	case '&':
		return message.New("Anchors (&) are not supported."), message.New(quote + "Otherwise write everything out.")
	case '*':
		return message.New("Aliases (*) are not supported."), message.New(quote + "Otherwise write everything out.")
	case '!':
		return message.New("Tags (!) are not supported."), message.New(quote + "Otherwise delete the tag.")
	case '?':
		return message.New("Keys that are marked with ? are not supported."),
			message.New(quote + "Otherwise write the key as in role: none.")
	}
	return message.New("A value must not start with %s.", string(first)), message.New("Put it in quotes.")
}

func notClosed() (what, hint message.Text) {
	return message.New("The bracket that opens here is not closed."),
		message.New("Add the closing bracket. If the bracket is part of a name, put the name in quotes.")
}

func placeholder() (what, hint message.Text) {
	return message.New("{{ }} is a placeholder, which a grants file does not support."),
		message.New("Write the value itself. If the braces are part of a name, put the name in quotes.")
}
