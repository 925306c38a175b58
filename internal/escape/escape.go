// Package escape turns untrusted text (inputs, API answers, the event) into text that is safe to print:
// in the log, where GitHub's runner obeys what looks like a workflow command, and in Markdown.
//
// Build whatever people read with a [Sentence]: its words are ours, its values are anybody's.
package escape

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line of printable text that the runner takes for no command. What cannot be seen (line
// breaks, control and format characters, invisible marks) shows as a Go escape.
//
// The runner looks for "::" after any white space at the start of a line and for "##[" anywhere in it (actions/runner,
// ActionCommand.cs). Both searches follow .NET's culture, which passes over characters that nobody can see: so those
// must not survive between the characters either.
func Line(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		writeVisible(&b, r, s[i:i+size])
		i += size
	}
	line := strings.ReplaceAll(b.String(), "##[", `##\[`)
	if strings.HasPrefix(strings.TrimLeft(line, " "), "::") {
		return `\` + line
	}
	return line
}

func writeVisible(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case visible(r):
		b.WriteString(raw)
	case r > 0xffff:
		fmt.Fprintf(b, `\U%08x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// visible reports whether r shows as itself: printable, and not one of the marks that Unicode lets a
// renderer and a collation pass over.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Lines is Line for each line of a text of ours that may have several, joined by line feeds again.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Line(line)
	}
	return strings.Join(lines, "\n")
}

// Code returns Markdown that shows s literally, as code: no markup, no link, no mention, no end of a table cell.
//
// Plain words are a code span. That cannot hold everything: renderers disagree on a "|" in one that stands in a table.
// So the rest is the HTML element, each character but letters, digits and spaces as a numeric reference, which CommonMark
// never reads as markup and GitHub's filters for mentions, issues and commits pass over. GitHub's own extension still
// looks for e-mail addresses in text that has been decoded: the empty comment ends that text at the "@".
func Code(s string) string {
	if plain(s) {
		return "`" + s + "`"
	}
	if s == "" {
		return "<code>&#32;</code>"
	}
	return "<code>" + Inside(s) + "</code>"
}

// Inside returns what stands for s in a [Code] that is not plain: whoever looks for a secret in Markdown must look for this, too.
func Inside(s string) string {
	var b strings.Builder
	for _, r := range Line(s) {
		switch {
		case r == '@':
			b.WriteString("&#64;<!---->")
		case r == ' ' || r >= 0x80 || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

// plain reports whether s is text that a code span holds as it is: words of letters, digits and a few marks, one space between
// two of them.
func plain(s string) bool {
	other := func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_./- ", c))
	}
	return s != "" && !strings.ContainsFunc(s, other) && strings.Join(strings.Fields(s), " ") == s
}
