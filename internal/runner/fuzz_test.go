package runner_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/runner"
)

// pair is an output as the runner reads it.
type pair struct{ key, value string }

// readPairs reads a file of outputs as the runner does: actions/runner, FileCommandManager.cs, EnvFileKeyValuePairs.
func readPairs(text string) ([]pair, error) {
	var pairs []pair
	for text != "" {
		line, _ := readLine(&text)
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case line == "":
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			pairs = append(pairs, pair{line[:equals], line[equals+1:]})
		case heredoc >= 0:
			key, delimiter := line[:heredoc], line[heredoc+2:]
			if key == "" || delimiter == "" {
				return nil, fmt.Errorf("invalid format %q", line)
			}
			value, err := readUntil(&text, delimiter)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, pair{key, value})
		default:
			return nil, fmt.Errorf("invalid format %q", line)
		}
	}
	return pairs, nil
}

// readLine removes the first line from text and reports whether it ended with a line feed.
func readLine(text *string) (line string, complete bool) {
	line, *text, complete = strings.Cut(*text, "\n")
	return line, complete
}

func readUntil(text *string, delimiter string) (string, error) {
	start := *text
	end := 0
	for {
		if *text == "" {
			return "", errors.New("matching delimiter not found")
		}
		line, complete := readLine(text)
		if line == delimiter {
			return start[:end], nil
		}
		if !complete {
			return "", errors.New("EOF marker missing new line")
		}
		end = len(start) - len(*text) - len("\n")
	}
}

func TestReadPairs(t *testing.T) {
	pairs, err := readPairs("a=b<<c\n\nd<<E\nx\n\nE\nf<<E\nE\n")
	if want := []pair{{"a", "b<<c"}, {"d", "x\n"}, {"f", ""}}; err != nil || !slices.Equal(pairs, want) {
		t.Errorf("got %q, %v; want %q", pairs, err, want)
	}
	for _, bad := range []string{"a", "a<<", "<<E\nE", "a<<E\nx\n", "a<<E\nx"} {
		if _, err := readPairs(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func FuzzOutputs(f *testing.F) {
	for _, value := range []string{
		"", "a", "\n", "a\nb\n", "a\r\nb\r", "_GitHubActionsFileCommandDelimeter_\nstatus=granted", "ghadelimiter_\nx=y",
		"x<<E\ny\nE", "\xff\x00", "=", "<<",
	} {
		f.Add(value, "b", value)
	}
	p := onRunner(f)
	f.Fuzz(func(t *testing.T, first, second, third string) {
		if err := os.RemoveAll(p.env["GITHUB_OUTPUT"]); err != nil {
			t.Fatal(err)
		}
		written := []runner.Output{{"status", first}, {"token-name", second}, {"grants", third}}
		if err := p.Outputs(written); err != nil {
			t.Fatal(err)
		}
		read, err := readPairs(p.file(t, "GITHUB_OUTPUT"))
		if err != nil {
			t.Fatal(err)
		}
		if want := []pair{{"status", first}, {"token-name", second}, {"grants", third}}; !slices.Equal(read, want) {
			t.Errorf("read back %q, want %q", read, want)
		}
		if p.log.Len() > 0 {
			t.Errorf("logged %q", p.log.String())
		}
	})
}

// commands are the names of the commands that the runner knows, in either form.
var commands = []string{
	"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
	"notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning", "untrusted-stop-token",
}

// command is what the runner finds in a line of the log.
type command struct{ name, properties, data string }

// parse finds a command in a line: actions/runner, ActionCommand.cs, TryParseV2 and then TryParse. Their searches use
// .NET's culture, which ignores invisible characters. So those are removed first, which finds at least what the runner
// finds.
func parse(line string) (command, bool) {
	line = strings.Map(func(r rune) rune {
		invisible := []*unicode.RangeTable{
			unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
		}
		if unicode.In(r, invisible...) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, line)
	if found, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); ok {
		if info, data, ok := strings.Cut(found, "::"); ok {
			name, properties, _ := strings.Cut(info, " ")
			if known(name) {
				return command{strings.ToLower(name), unescape(properties), unescape(data)}, true
			}
		}
	}
	if _, found, ok := strings.Cut(line, "##["); ok {
		if info, data, ok := strings.Cut(found, "]"); ok {
			name, properties, _ := strings.Cut(info, " ")
			if known(name) {
				return command{strings.ToLower(name), unescape(properties), unescape(data)}, true
			}
		}
	}
	return command{}, false
}

// unescape decodes properties and data as the runner does. (In the old form, data can also have encoded ";" and "]".)
func unescape(s string) string {
	return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
}

func known(name string) bool { return slices.Contains(commands, strings.ToLower(name)) }

func TestParse(t *testing.T) {
	for line, want := range map[string]command{
		"::error title=a::b":                 {"error", "title=a", "b"},
		"\u00a0 ::ADD-MASK::x":               {"add-mask", "", "x"},
		":\u200b:debug::x::":                 {"debug", "", "x::"},
		"a ##[set-output name=b]c":           {"set-output", "name=b", "c"},
		"#\u00ad#[group]c":                   {"group", "", "c"},
		"::nothing::##[warning]c":            {"warning", "", "c"},
		"::nothing::":                        {},
		"a ::error::b":                       {},
		"##[nothing]c":                       {},
		`\::error::b`:                        {},
		`##\[error]b`:                        {},
		"##[section]##[error]only the first": {},
	} {
		if got, ok := parse(line); got != want || ok != (want != command{}) {
			t.Errorf("%q is %+v (%v), want %+v", line, got, ok, want)
		}
	}
}

// lineEnd is where the runner ends a line of the log.
var lineEnd = regexp.MustCompile(`\r\n|\r|\n`)

// found returns the commands in a log. Any other line that starts like a command is an error, even if the runner does
// not know the command.
func found(t *testing.T, log string) []command {
	t.Helper()
	var all []command
	for _, line := range lineEnd.Split(log, -1) {
		if c, ok := parse(line); ok {
			all = append(all, c)
		} else if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line starts like a command: %q", line)
		}
		if strings.Contains(line, "##[") {
			t.Errorf("a line contains the start of the old form: %q", line)
		}
	}
	return all
}

func FuzzLog(f *testing.F) {
	for _, seed := range []string{
		"", "a", "::add-mask::x", "\n::set-output name=a::b", "\r::debug::x", "\u00a0::error::x", "\u200b::error::x",
		":\u2060:error::x", ":",
		"##[set-output name=a]b", "#\u200d#[error]x", "##\ufe0f[error]x", "#", "[error]x", "\xff##[error]x", "%0A::error::x",
		"100%", "::stop-commands::untrusted-stop-token",
		"\u2028::error::x", "\u0085::error::x", "\U000e0041::error::x", "a::b", "title=x,y::z",
	} {
		f.Add(seed, seed)
		f.Add(seed, strings.Repeat("é", 3999)+seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		p := newPlace(map[string]string{"GITHUB_ACTIONS": "true", "RUNNER_DEBUG": "1"})
		p.Infof("%s%s", a, b)
		p.Infof("a %s and %s", a, message.New("%s", b))
		if all := found(t, p.log.String()); len(all) > 0 {
			t.Errorf("commands in log lines: %+v", all)
		}
		p.log.Reset()

		logEverywhere(p, a, b)
		title, line, lines := "title="+message.Line(a), message.Line(b), annotation(message.Lines(b))
		want := []command{
			{"debug", "", line},
			{"group", "", message.Line(a)},
			{"endgroup", "", ""},
			{"error", title, lines},
			{"warning", title, lines},
			{"notice", title, lines},
		}
		if all := found(t, p.log.String()); !slices.Equal(all, want) {
			t.Errorf("the runner executes\n%.2000q, want\n%.2000q", all, want)
		}
	})
}

// annotation returns a message as an annotation holds it: GitHub limits annotations to 4,096 characters.
func annotation(message string) string {
	if runes := []rune(message); len(runes) > 4000 {
		return string(runes[:4000]) + "…"
	}
	return message
}

// logEverywhere logs a text in every way that a Runner offers.
func logEverywhere(p *place, title, text string) {
	p.Infof("%s", text)
	p.Debugf("%s", text)
	p.Group(title, func() { p.Infof("%s", text) })
	p.Error(title, text)
	p.Warning(title, text)
	p.Notice(title, text)
}
