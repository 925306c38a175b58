package grantsfile

import (
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// quickTests are texts that a YAML parser, or the search for the cause of a syntax error, could take long for.
var quickTests = []struct{ name, before, repeated, after string }{
	{"brackets", "", "[", ""},
	{"brackets in the list", "grants: [", "[", ""},
	{"braces", "", "{", ""},
	{"entries in entries", "", "- ", ""},
	{"keys in keys", "", "a: ", ""},
	{"keys in keys, by lines", "[", "a:\n", ""},
	{"pairs in brackets", "[", "a: ", "]"},
	{"mappings in mappings", "", "{a: ", ""},
	{"keys", "", "a: 1\n", ""},
	{"keys in braces", "{", "a: 1,", "}"},
	{"keys in a grant", "grants:\n", "- a: 1\n  b: 2\n", ""},
	{"keys alone", "{", "a,", "}"},
	{"keys alone in grants", "grants: [", "{a},", "]"},
	{"keys without a value", "", "a:\n", ""},
	{"entries without a value", "", "-\n", ""},
	{"grants without a value", "grants:\n", "- \n", ""},
	{"roles without a value", "grants:\n", "- role:\n", ""},
	{"marked keys", "", "? ", ""},
	{"colons", "", ":", ""},
	{"colons apart", "", ": ", ""},
	{"commas", "", ",", ""},
	{"quotes", "", `"`, ""},
	{"single quotes", "", "'", ""},
	{"empty texts", "[", `"",`, "]"},
	{"tabs in quotes", `"`, "\t", `"`},
	{"tabs in quotes, by lines", `"`, strings.Repeat("\t", 90) + "\n", `"`},
	{"backslashes", `"`, `\\`, `"`},
	{"line breaks in quotes", `"`, "a \n", `"`},
	{"less than", "a: ", "<", ""},
	{"less than, by lines", "a: ", strings.Repeat("<", 99) + "\n ", ""},
	{"merge keys", "", "<< ", ""},
	{"block of empty lines", "a: |\n x", "\n", ""},
	{"block of empty lines, kept", "a: |+\n x", "\n", ""},
	{"blocks of empty lines", "", "- |\n x" + strings.Repeat("\n", 90), ""},
	{"long block, some empty lines", "a: |\n ", "xx", strings.Repeat("\n", 90)},
	{"blocks", "", "|\n", ""},
	{"folded", "a: >\n", " a\n", ""},
	{"folded without end", "a: >-\n a", " \n", ""},
	{"text by lines", "a:\n", " b\n", ""},
	{"text with dashes", "a:\n", "  a -\n  - a", ""},
	{"dashes", "", "-", ""},
	{"dots", "", "...", ""},
	{"documents", "", "---\n", ""},
	{"ends of documents", "", "...\n", ""},
	{"anchors", "[", "&a b, ", "]"},
	{"tags", "[", "!a b, ", "]"},
	{"directives", "", "%A\n", ""},
	{"comments", "", "#\n", ""},
	{"line breaks", "", "\n", ""},
	{"line breaks of old", "a", "\r", ""},
	{"spaces", "", " ", ""},
	{"reserved characters", "", "@", ""},
	{"no UTF-8", "", "\xff", ""},
	{"control characters", "", "\x01", ""},
	{"API tokens", "", "# eyJaaaaaaaa.aaaaaaaa.aaaaaaaa\n", ""},
	{"digits", "a: ", "1", ""},
	{"digits behind the point", "a: 0.", "1", ""},
	{"long key", "", "a", ": [a]"},
	{"grants and an error", "grants:\n", "- {org-token-name: a, role: none, workspaces: [a]}\n", "- @"},
	{"keys and an error", "grants:\n- workspaces:\n", "  - a\n", "  - b: c: d"},
	{"unknown keys and an error", "a:\n", "- a: 1\n  b: 2\n", "- 'Anna's"},
	{"names in brackets and an error", "grants: [{org-token-name: a, role: none, workspaces: [", "a,", "*b]}]"},
	{"lines in brackets and an error", "grants: [", "a,\n", ""},
	{"open quotes", "", "- \"a\n", ""},
	{"closed quotes", "", "- \"a\"\n", "- '"},
	{"unknown keys that look right", "grants:\n", "\u00a0a: 1\n", ""},
	{"unknown keys on one line", "{", "a\t: 1, ", "}"},
	{"marked keys far apart", "{", "?                                  a, ", "}"},
	{"names", "grants: [{org-token-name: a, role: none, workspaces: [", "a,", "]}]"},
	{"different names", "grants: [{org-token-name: a, role: none, workspaces: [", "é ü,", "]}]"},
	{"wrong names", "grants: [{org-token-name: a, role: none, workspaces: [", "1,", "]}]"},
	{"grants", "grants:\n", "- {org-token-name: a, role: none, workspaces: [a]}\n", ""},
	{"wrong grants", "grants:\n", "- a\n", ""},
	{"deep keys over a long list", "grants: {" + strings.Repeat("a", 39) + ": {" + strings.Repeat("b", 39) + ": {" + strings.Repeat("c", 39) + ": {" + strings.Repeat("d", 39) + ": [", "a,", "]}}}}"},
}

// TestParseIsQuick repeats the texts to an eighth of the size that a file may have, and the first ones to half of it.
func TestParseIsQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	for i, tt := range quickTests {
		t.Run(tt.name, func(t *testing.T) {
			size := MaxSize / 8
			if i < 10 {
				size = MaxSize / 2
			}
			text := tt.before + strings.Repeat(tt.repeated, (size-len(tt.before)-len(tt.after))/len(tt.repeated)) + tt.after
			parseQuickly(t, text, time.Second) // several times what it takes
		})
	}
}

// parseQuickly parses a text and fails where that takes the processor longer than the limit.
func parseQuickly(t *testing.T, text string, limit time.Duration) {
	t.Helper()
	if raceDetector() {
		t.Skip("the race detector makes it fifteen times as slow, and there is only one goroutine")
	}
	start := processorTime(t)
	parseFile([]byte(text))
	if took := processorTime(t) - start; took > limit {
		t.Errorf("took %s", took)
	}
}

func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// processorTime is the processor time that this process has used so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano())
}
