package message_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"astro-workspace-grant/internal/markdowntest"
	"astro-workspace-grant/internal/message"
)

func TestLine(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"words", "Data Team 2", "Data Team 2"},
		{"letters of any script", "Größe 東京 🚀", "Größe 東京 🚀"},
		{"line breaks", "a\r\nb\tc", `a\r\nb\tc`},
		{"control", "a\x00\x1b[31m", `a\u0000\u001b[31m`},
		{"invalid UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"replacement character", "\ufffd", "\ufffd"},
		{"line separators", "a\u0085b\u2028c", `a\u0085b\u2028c`},
		{"right to left override", "a\u202eb", `a\u202eb`},
		{"zero width", "a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		{"filler and variation selector", "a\u3164b\ufe0f", `a\u3164b\ufe0f`},
		{"tag", "a\U000e0041", `a\U000e0041`},
		{"spaces outside ASCII", "a\u00a0b\u3000", `a\u00a0b\u3000`},
		{"new command", "::add-mask::x", `\::add-mask::x`},
		{"new command after spaces", "  ::add-mask::x", `\  ::add-mask::x`},
		{"new command after a line break", "\n::add-mask::x", `\n::add-mask::x`},
		{"new command inside", "x ::add-mask::y", "x ::add-mask::y"},
		{"one colon", ":x", ":x"},
		{"colons with an invisible character between them", ":\u200b:add-mask::x", `:\u200b:add-mask::x`},
		{"old command", "x ##[set-output name=a]b", `x ##\[set-output name=a]b`},
		{"old command, twice", "##[a]##[b]", `##\[a]##\[b]`},
		{"old command after more characters", "###[[a]", `###\[[a]`},
		{"old command with an invisible character in it", "#\u00ad#[a]", `#\u00ad#[a]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := message.Line(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	if got, want := message.Lines("a\n::b::\r\n##[c]"), "a\n\\::b::\\r\n##\\[c]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCode(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "<code>&#32;</code>"},
		{"word", "clx1", "`clx1`"},
		{"words", "CI Deployer_2-a", "`CI Deployer_2-a`"},
		{"spaces around a word", " a ", "<code> a </code>"},
		{"two spaces", "a  b", "<code>a  b</code>"},
		{"other letters", "Größe", "<code>Größe</code>"},
		{"pipe", "a|b", "<code>a&#124;b</code>"},
		{"backtick", "`", "<code>&#96;</code>"},
		{"HTML", "<b>", "<code>&#60;b&#62;</code>"},
		{"mention", "@me", "<code>&#64;<!---->me</code>"},
		{"line break", "a\nb", "<code>a&#92;nb</code>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := message.Code(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// hostile are seeds: names with a meaning in one of the formats that they pass through.
var hostile = []string{
	"", " ", "CI Deployer", "a|b", "`", "``a` b", "<img src=x onerror=y>", "</code><b>", "<!-- ", "&amp;&#64;",
	"@octocat", "a@b.example", "https://evil.example", "www.evil.example", "[a](https://b.example)", "![a](b)",
	"*a* _b_ ~~c~~", "# a", "- [ ] a", "1. a", "#1 GH-2", "a\n\n> b", "a\r\n| c |", "\\", "a\\|b",
	"::add-mask::x", "\u00a0::add-mask::x", "##[add-mask]x", "#\u200b#[add-mask]x", "\xff\x00", "\u202e",
	":smile:", "$a$", "$`a`$", "[^1]", "a\u0085::b::", "eyJhbGciOi.eyJwZXJtaXNz.c2lnbmF0dXJl",
}

// invisible are characters that may be printable, but that nobody sees.
var invisible = []*unicode.RangeTable{
	unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
}

func FuzzLine(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := message.Line(s)
		if !utf8.ValidString(line) {
			t.Errorf("invalid UTF-8: %q", line)
		}
		for _, r := range line {
			if !unicode.IsPrint(r) || unicode.In(r, invisible...) {
				t.Errorf("%U is in %q", r, line)
			}
		}
		if strings.Contains(line, "##[") || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a command: %q", line)
		}
		if again := message.Line(line); again != line {
			t.Errorf("applied twice: %q, once: %q", again, line)
		}
	})
}

// shown returns how a reader should see a value.
func shown(s string) string {
	if s == "" {
		return " "
	}
	return message.Line(s)
}

func FuzzCode(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// At the start of a line, after a word, in a quote and in a table cell.
		for _, around := range []struct{ before, after, element string }{
			{"", "", "p"},
			{"x ", " y", "p"},
			{"> ", "\n", "blockquote"},
			{"| a | b |\n| --- | --- |\n| ", " | c |\n", "table"},
		} {
			page := markdowntest.Render(t, around.before+message.Code(s)+around.after)
			if len(page.Codes) != 1 || page.Codes[0] != shown(s) {
				t.Errorf("shows as %q, want %q", page.Codes, shown(s))
			}
			if page.Elements[around.element] != 1 || page.Elements["td"] != 2*page.Elements["table"] {
				t.Errorf("%q escapes from a %s: %v", s, around.element, page.Elements)
			}
			onlyOurs(t, page)
		}
	})
}

// onlyOurs fails if a page has elements other than those that the test and [message.Code] write.
func onlyOurs(t *testing.T, page markdowntest.Page) {
	t.Helper()
	for element := range page.Elements {
		switch element {
		case "p", "code", "blockquote", "table", "thead", "tbody", "tr", "th", "td":
		default:
			t.Errorf("unexpected element %s", element)
		}
	}
	if len(page.Attrs) > 0 {
		t.Errorf("unexpected attributes %q", page.Attrs)
	}
}
