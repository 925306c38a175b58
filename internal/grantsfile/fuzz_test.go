package grantsfile

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
)

// FuzzParse checks what Parse promises for any file.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("exclusive: true\n" + oneGrant + "  until: 2026-01-31\n  reason: Test\n"))
	for _, tt := range problemTests() {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		wanted, problems := parseFile(data)
		checkProblems(t, string(data), problems)
		if len(problems) > 0 && len(wanted) > 0 {
			t.Error("a file with problems grants something")
		}
		for _, w := range wanted {
			name := w.WorkspaceGiven
			if (w.TokenName == "") == (w.TokenID == "") || w.Role == "" || name == "" || strings.TrimSpace(name) != name ||
				w.TokenAt.Line < 1 || w.TokenAt.Column < 1 || w.WorkspaceAt.Line < 1 || w.WorkspaceAt.Column < 1 {
				t.Errorf("incomplete: %+v", w)
			}
			if w.Ended && (w.Role != grant.None || !w.Until.Before(today)) || len([]rune(w.Reason)) > maxReason {
				t.Errorf("wrong: %+v", w)
			}
		}
	})
}

// checkProblems checks that problems are complete, sorted, inside the text, and repeat no API token.
func checkProblems(t *testing.T, text string, problems []grant.Problem) {
	t.Helper()
	lines := regexp.MustCompile("\r\n|\r|\n").Split(strings.TrimPrefix(text, "\ufeff"), -1)
	before := grant.Problem{}
	for _, p := range problems {
		if p.What.IsEmpty() || p.Hint.IsEmpty() || p.At.Line < 0 || p.At.Line > len(lines) || (p.At.Line == 0) != (p.At.Column == 0) {
			t.Fatalf("incomplete: %+v", p)
		}
		if p.At.Line > 0 && p.At.Column > max(1, len([]rune(lines[p.At.Line-1]))) {
			t.Errorf("past the end of the line: %+v", p)
		}
		if p.At.Line < before.At.Line || p.At.Line == before.At.Line && p.At.Column < before.At.Column {
			t.Errorf("%+v comes after %+v", p, before)
		}
		message := p.What.String() + p.Hint.String()
		if astro.JWT().MatchString(message) {
			t.Errorf("repeats an API token: %s", message)
		}
		if len(message) > 2000 {
			t.Errorf("long: %d", len(message))
		}
		before = p
	}
}

// FuzzParseIsQuick looks for texts that take too long, besides those of TestParseIsQuick.
func FuzzParseIsQuick(f *testing.F) {
	for _, tt := range quickTests {
		f.Add(tt.before, tt.repeated, tt.after)
	}
	f.Fuzz(func(t *testing.T, before, repeated, after string) {
		const size = MaxSize / 32
		if repeated == "" || len(before)+len(after) > 100 || len(repeated) > 100 {
			return
		}
		parseQuickly(t, before+strings.Repeat(repeated, size/len(repeated))+after, 2*time.Second)
	})
}
