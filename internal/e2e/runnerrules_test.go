package e2e

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// command is a workflow command in a log.
type command struct {
	name, title, message string
	at                   string // file:line:column; empty: no file
}

// commands returns all commands that a runner may find in the log (actions/runner, ActionCommand.cs), including those
// with an unknown name.
func (r result) commands() []command {
	var found []command
	for _, line := range strings.FieldsFunc(r.log, func(c rune) bool { return c == '\n' || c == '\r' }) {
		if rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); ok {
			head, message, closed := strings.Cut(rest, "::")
			if closed {
				name, properties, _ := strings.Cut(head, " ")
				at := ""
				if file := property(properties, "file"); file != "" {
					at = file + ":" + property(properties, "line") + ":" + property(properties, "col")
				}
				found = append(found, command{name, property(properties, "title"), unescape(message), at})
				continue
			}
		}
		if _, rest, ok := strings.Cut(line, "##["); ok {
			found = append(found, command{name: "##[" + rest})
		}
	}
	return found
}

func property(properties, name string) string {
	for one := range strings.SplitSeq(properties, ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(one), name+"="); ok {
			return unescape(value)
		}
	}
	return ""
}

func unescape(s string) string {
	return strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",").Replace(s)
}

// named returns the commands with the given name.
func (r result) named(name string) []command {
	return slices.DeleteFunc(r.commands(), func(c command) bool { return c.name != name })
}

// readOutputs parses an output file as a runner does (actions/runner, FileCommandManager.cs). A repeated name fails the
// test, because it indicates a forged output.
func readOutputs(t testing.TB, text string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if lines[i] == "" {
			continue
		}
		equals, here := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		var name, value string
		switch {
		case equals >= 0 && (here < 0 || equals < here):
			name, value = lines[i][:equals], lines[i][equals+1:]
		case here > 0:
			name = lines[i][:here]
			end := slices.Index(lines[i+1:], lines[i][here+2:])
			if end < 0 {
				t.Fatalf("the output %s has no end delimiter:\n%s", name, text)
			}
			value = strings.Join(lines[i+1:i+1+end], "\n")
			i += 1 + end
		default:
			t.Fatalf("invalid output %q in\n%s", lines[i], text)
		}
		if _, twice := outputs[name]; twice {
			t.Errorf("the output %s is set twice", name)
		}
		outputs[name] = value
	}
	return outputs
}

// same reports whether two values are deeply equal. Empty and nil slices are equal.
func same(a, b any) bool {
	if x, y := reflect.ValueOf(a), reflect.ValueOf(b); x.Kind() == reflect.Slice && x.Len() == 0 && y.Kind() == reflect.Slice && y.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a, b)
}
