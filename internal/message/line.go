// Package message makes untrusted text (inputs, API answers, the event) safe to show: in the log, where GitHub's runner
// executes anything that looks like a workflow command, and in Markdown.
//
// Build every message for people as a [Text], which separates our words from untrusted values.
package message

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line of printable text that the runner does not take for a command. Invisible characters (line
// breaks, control and format characters, variation selectors) become Go escapes.
//
// The runner looks for "::" after any white space at the start of a line and for "##[" anywhere in it (actions/runner,
// ActionCommand.cs). Both searches use .NET's culture, which ignores invisible characters, so none of those may remain
// between the two.
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

// visible reports whether r is printable and not one of the marks that Unicode lets renderers and collations ignore.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Lines applies [Line] to each line of a text.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Line(line)
	}
	return strings.Join(lines, "\n")
}

// Code returns Markdown that shows s literally, as code. Nothing in it acts as markup, a link, a mention or the end of
// a table cell.
//
// Plain words become a code span. A code span cannot hold everything: renderers disagree about a "|" inside one in a
// table. Anything else becomes an HTML code element in which every character but letters, digits and spaces is a
// numeric reference. CommonMark never reads those as markup, and GitHub's filters for mentions, issues and commits skip
// them. GitHub's extension for e-mail addresses reads decoded text, so an empty comment follows each "@".
func Code(s string) string {
	if plain(s) {
		return "`" + s + "`"
	}
	if s == "" {
		return "<code>&#32;</code>"
	}
	return "<code>" + Inside(s) + "</code>"
}

// Inside returns how s appears inside a [Code] that is not plain. A search for secrets in Markdown must look for this
// form as well.
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

// plain reports whether a code span can hold s as it is: words of letters, digits and a few marks, separated by single
// spaces.
func plain(s string) bool {
	other := func(c rune) bool {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		return !alphanumeric && !strings.ContainsRune("_./- ", c)
	}
	return s != "" && !strings.ContainsFunc(s, other) && strings.Join(strings.Fields(s), " ") == s
}
