package escape

import (
	"fmt"
	"strconv"
	"strings"
)

// A Sentence is a text for people, whose words are ours and whose values may be anybody's. The zero Sentence is empty.
type Sentence struct {
	format string
	values []any
}

// Say returns a Sentence. The format is ours, in plain words: no Markdown, one line. Its verbs are %s only, one for each value: a
// string stands for a value that is quoted where it is shown, a [Plain] for words of ours, a Sentence for itself, and a
// slice of one of these for a list.
func Say(format string, values ...any) Sentence {
	return Sentence{format: format, values: values}
}

// Plain is a value that is known to be harmless (a number, a duration, a role's name) and shown without quotes.
type Plain string

// Whole is a list of values that is told to its end, however long it is.
type Whole []string

// Empty reports whether there is nothing to say.
func (s Sentence) Empty() bool { return s.format == "" }

// String returns the sentence as one line for the log, its values quoted.
func (s Sentence) String() string {
	return Line(s.render(func(v string) string { return `"` + Line(v) + `"` }, func(words string) string { return words }))
}

// Markdown returns the sentence with its values as code.
func (s Sentence) Markdown() string {
	return s.render(Code, words)
}

// words keeps our own words from being markup. (An underscore inside a word, as in a role's name, is none.)
func words(s string) string {
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

func (s Sentence) render(value, words func(string) string) string {
	args := make([]any, len(s.values))
	for i, v := range s.values {
		switch v := v.(type) {
		case Plain:
			args[i] = words(Line(string(v)))
		case int:
			args[i] = strconv.Itoa(v)
		case Sentence:
			args[i] = v.render(value, words)
		case []Sentence:
			args[i] = list(v, most, func(s Sentence) string { return s.render(value, words) })
		case []string:
			args[i] = list(v, most, value)
		case Whole:
			args[i] = list(v, len(v), value)
		default:
			args[i] = value(fmt.Sprint(v))
		}
	}
	return fmt.Sprintf(words(s.format), args...)
}

// most is how many values of a list are told; a list of a thousand would bury the sentence.
const most = 10

func list[T any](values []T, most int, show func(T) string) string {
	var b strings.Builder
	for i, v := range values {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(values)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show(v))
	}
	return b.String()
}
