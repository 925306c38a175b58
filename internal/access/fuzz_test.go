package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/astro"
)

// FuzzParse holds what Parse promises, whatever the file.
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
	for _, tt := range problemTests() {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := Parse(data)
		checkProblems(t, string(data), problems)
		if len(problems) > 0 && len(file.Grants) > 0 {
			t.Error("a file with problems grants something")
		}
		for _, g := range file.Grants {
			if (g.TokenName == "") == (g.TokenID == "") || g.Role == "" || len(g.Workspaces) == 0 || g.Line < 1 || g.Column < 1 {
				t.Errorf("incomplete: %+v", g)
			}
			for _, w := range g.Workspaces {
				if w.Name == "" || strings.TrimSpace(w.Name) != w.Name || w.Line < 1 || w.Column < 1 {
					t.Errorf("no Workspace: %+v", w)
				}
			}
		}
	})
}

func checkProblems(t *testing.T, text string, problems []Problem) {
	lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 2
	before := Problem{}
	for _, p := range problems {
		if p.What.Empty() || p.Hint.Empty() || p.Line < 0 || p.Line > lines || (p.Line == 0) != (p.Column == 0) {
			t.Errorf("incomplete: %+v", p)
		}
		if p.Line < before.Line || p.Line == before.Line && p.Column < before.Column {
			t.Errorf("%+v stands after %+v", p, before)
		}
		said := p.What.String() + p.Hint.String()
		if astro.JWT().MatchString(said) {
			t.Errorf("repeats an API token: %s", said)
		}
		if len(said) > 2000 {
			t.Errorf("long: %d", len(said))
		}
		before = p
	}
}

// FuzzParseIsQuick looks for more of what TestParseIsQuick has.
func FuzzParseIsQuick(f *testing.F) {
	for _, tt := range quickTests {
		f.Add(tt.before, tt.repeated, tt.after)
	}
	f.Fuzz(func(t *testing.T, before, repeated, after string) {
		const size = MaxSize / 8
		if repeated == "" || len(before)+len(after) > 100 || len(repeated) > 100 {
			return
		}
		parseQuickly(t, before+strings.Repeat(repeated, size/len(repeated))+after, 2*time.Second)
	})
}
