package message

import (
	"fmt"
	"strconv"
	"strings"
)

// A Text is a message for people. Its words are ours; its values may come from anybody. The zero Text is empty.
type Text struct {
	format string
	values []any
}

// New returns a Text. The format is a constant of ours: plain words on one line, without Markdown. Its only verb is %s,
// once for each value:
//
//   - a string is untrusted and is quoted (in the log) or set as code (in Markdown),
//   - a [Trusted] is shown as it is,
//   - a Text is inserted,
//   - a slice of one of these is a list, cut after ten items. An [All] is never cut.
func New(format string, values ...any) Text {
	return Text{format: format, values: values}
}

// Trusted is a value that is known to be harmless, such as a number, a duration or the name of a role.
type Trusted string

// All is a list of untrusted values that is shown in full, however long it is.
type All []string

// IsEmpty reports whether there is nothing to show.
func (t Text) IsEmpty() bool { return t.format == "" }

// String returns the message as one line for the log, with its values quoted.
func (t Text) String() string {
	return Line(t.render(quote, func(words string) string { return words }))
}

// Markdown returns the message with its values as code.
func (t Text) Markdown() string {
	return t.render(Code, escapeWords)
}

func quote(value string) string { return `"` + Line(value) + `"` }

// escapeWords keeps our own words from being read as markup. An underscore inside a word, as in the name of a role, is
// no markup.
func escapeWords(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*[]<>#|~&@$", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (t Text) render(untrusted, trusted func(string) string) string {
	args := make([]any, len(t.values))
	for i, v := range t.values {
		switch v := v.(type) {
		case Trusted:
			args[i] = trusted(Line(string(v)))
		case int:
			args[i] = strconv.Itoa(v)
		case Text:
			args[i] = v.render(untrusted, trusted)
		case []Text:
			args[i] = list(v, mostItems, func(t Text) string { return t.render(untrusted, trusted) })
		case []string:
			args[i] = list(v, mostItems, untrusted)
		case All:
			args[i] = list(v, len(v), untrusted)
		default:
			args[i] = untrusted(fmt.Sprint(v))
		}
	}
	return fmt.Sprintf(trusted(t.format), args...)
}

// mostItems is how many items of a list are shown: a list of a thousand would bury the sentence.
const mostItems = 10

func list[T any](items []T, most int, show func(T) string) string {
	var b strings.Builder
	for i, item := range items {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(items)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show(item))
	}
	return b.String()
}
