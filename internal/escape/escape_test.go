package escape_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/markdowntest"
)

func TestLine(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"words", "Data Team 2", "Data Team 2"},
		{"letters of any script", "Größe 東京 🚀", "Größe 東京 🚀"},
		{"line breaks", "a\r\nb\tc", `a\r\nb\tc`},
		{"control", "a\x00\x1b[31m", `a\u0000\u001b[31m`},
		{"no UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"the replacement character itself", "\ufffd", "\ufffd"},
		{"line separators", "a\u0085b\u2028c", `a\u0085b\u2028c`},
		{"right to left override", "a\u202eb", `a\u202eb`},
		{"zero width", "a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		{"filler and variation selector", "a\u3164b\ufe0f", `a\u3164b\ufe0f`},
		{"tag", "a\U000e0041", `a\U000e0041`},
		{"spaces that are none of ASCII's", "a\u00a0b\u3000", `a\u00a0b\u3000`},
		{"new command", "::add-mask::x", `\::add-mask::x`},
		{"new command after spaces", "  ::add-mask::x", `\  ::add-mask::x`},
		{"new command after a line break", "\n::add-mask::x", `\n::add-mask::x`},
		{"new command inside", "x ::add-mask::y", "x ::add-mask::y"},
		{"one colon", ":x", ":x"},
		{"colons parted by what nobody sees", ":\u200b:add-mask::x", `:\u200b:add-mask::x`},
		{"old command", "x ##[set-output name=a]b", `x ##\[set-output name=a]b`},
		{"old command, twice", "##[a]##[b]", `##\[a]##\[b]`},
		{"old command, more of it", "###[[a]", `###\[[a]`},
		{"old command parted by what nobody sees", "#\u00ad#[a]", `#\u00ad#[a]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := escape.Line(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	if got, want := escape.Lines("a\n::b::\r\n##[c]"), "a\n\\::b::\\r\n##\\[c]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCode(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "<code>&#32;</code>"},
		{"word", "clx1", "`clx1`"},
		{"words", "CI Deployer_2-a", "`CI Deployer_2-a`"},
		{"space around", " a ", "<code> a </code>"},
		{"two spaces", "a  b", "<code>a  b</code>"},
		{"other letters", "Größe", "<code>Größe</code>"},
		{"pipe", "a|b", "<code>a&#124;b</code>"},
		{"backtick", "`", "<code>&#96;</code>"},
		{"HTML", "<b>", "<code>&#60;b&#62;</code>"},
		{"mention", "@me", "<code>&#64;<!---->me</code>"},
		{"line break", "a\nb", "<code>a&#92;nb</code>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := escape.Code(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	many := strings.Fields(strings.Repeat("x ", 12))
	for _, tt := range []struct {
		name           string
		say            escape.Sentence
		text, markdown string
	}{
		{"empty", escape.Sentence{}, "", ""},
		{"words", escape.Say("Nothing to do."), "Nothing to do.", "Nothing to do."},
		{"words that would be markup", escape.Say("[a](b) *c* <d> WORKSPACE_OWNER"), "[a](b) *c* <d> WORKSPACE_OWNER", "&#91;a&#93;(b) &#42;c&#42; &#60;d&#62; WORKSPACE_OWNER"},
		{"value", escape.Say("No %s.", "a|b"), `No "a|b".`, "No <code>a&#124;b</code>."},
		{"value with a verb", escape.Say("No %s.", "100%s"), `No "100%s".`, "No <code>100&#37;s</code>."},
		{"plain", escape.Say("After %s, %s.", escape.Plain("2s"), 3), "After 2s, 3.", "After 2s, 3."},
		{"plain that is none", escape.Say("%s", escape.Plain("*\n")), `*\n`, "&#42;&#92;n"},
		{"list", escape.Say("Not %s.", []string{"a", "b"}), `Not "a", "b".`, "Not `a`, `b`."},
		{"empty list", escape.Say("Not %s.", []string{}), "Not .", "Not ."},
		{"long list", escape.Say("%s", many), strings.Repeat(`"x", `, 9) + `"x" and 2 more`, strings.Repeat("`x`, ", 9) + "`x` and 2 more"},
		{"whole list", escape.Say("%s", escape.Whole(many)), strings.Repeat(`"x", `, 11) + `"x"`, strings.Repeat("`x`, ", 11) + "`x`"},
		{"sentence in a sentence", escape.Say("(%s)", escape.Say("No %s", "%d")), `(No "%d")`, "(No <code>&#37;d</code>)"},
		{"sentences", escape.Say("%s", []escape.Sentence{escape.Say("%s", "a"), escape.Say("b")}), `"a", b`, "`a`, b"},
		{"another type", escape.Say("%s", 1.5), `"1.5"`, "`1.5`"},
		{"command", escape.Say("%s", escape.Plain("::x::")), `\::x::`, `&#92;::x::`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.say.String(); got != tt.text {
				t.Errorf("text %q, want %q", got, tt.text)
			}
			if got := tt.say.Markdown(); got != tt.markdown {
				t.Errorf("Markdown %q, want %q", got, tt.markdown)
			}
		})
	}
	if !(escape.Sentence{}).Empty() || escape.Say("x").Empty() {
		t.Error("Empty tells a sentence from none wrongly")
	}
}

// hostile are seeds: names that are something in one of the languages that they pass through.
var hostile = []string{
	"", " ", "CI Deployer", "a|b", "`", "``a` b", "<img src=x onerror=y>", "</code><b>", "<!-- ", "&amp;&#64;", "@octocat", "a@b.example",
	"https://evil.example", "www.evil.example", "[a](https://b.example)", "![a](b)", "*a* _b_ ~~c~~", "# a", "- [ ] a", "1. a", "#1 GH-2",
	"a\n\n> b", "a\r\n| c |", "\\", "a\\|b", "::add-mask::x", "\u00a0::add-mask::x", "##[add-mask]x", "#\u200b#[add-mask]x", "\xff\x00", "\u202e",
	":smile:", "$a$", "$`a`$", "[^1]", "a\u0085::b::", "eyJhbGciOi.eyJwZXJtaXNz.c2lnbmF0dXJl",
}

func FuzzLine(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := escape.Line(s)
		if !utf8.ValidString(line) {
			t.Errorf("no UTF-8: %q", line)
		}
		for _, r := range line {
			if !unicode.IsPrint(r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
				t.Errorf("%U survives in %q", r, line)
			}
		}
		if strings.Contains(line, "##[") || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a command: %q", line)
		}
		if again := escape.Line(line); again != line {
			t.Errorf("escaped twice it is %q, once %q", again, line)
		}
	})
}

// shown is what a reader shall see of a value.
func shown(s string) string {
	if s == "" {
		return " "
	}
	return escape.Line(s)
}

func FuzzCode(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// Wherever it may stand: at the start of a line, after a word, in a quote and in a cell of a table.
		for _, around := range []struct{ before, after, element string }{
			{"", "", "p"},
			{"x ", " y", "p"},
			{"> ", "\n", "blockquote"},
			{"| a | b |\n| --- | --- |\n| ", " | c |\n", "table"},
		} {
			page := markdowntest.Render(t, around.before+escape.Code(s)+around.after)
			if len(page.Codes) != 1 || page.Codes[0] != shown(s) {
				t.Errorf("shows as %q, want %q", page.Codes, shown(s))
			}
			if page.Elements[around.element] != 1 || page.Elements["td"] != 2*page.Elements["table"] {
				t.Errorf("%q breaks out of a %s: %v", s, around.element, page.Elements)
			}
			onlyOurs(t, page)
		}
	})
}

func FuzzSentence(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		said := escape.Say("No %s at %s, %s.", a, escape.Say("%s or %s", b, escape.Plain("this")), []string{a, b})
		page := markdowntest.Render(t, said.Markdown())
		want := "No " + shown(a) + " at " + shown(b) + " or this, " + shown(a) + ", " + shown(b) + "."
		if got := strings.TrimSuffix(page.Text, "\n"); got != want {
			t.Errorf("shows as %q, want %q", got, want)
		}
		if got, want := strings.TrimSuffix(page.Loose, "\n"), "No  at  or this, , ."; got != want {
			t.Errorf("outside of code stands %q, want %q", got, want)
		}
		onlyOurs(t, page)

		line := said.String()
		if line != escape.Line(line) {
			t.Errorf("not safe as a log line: %q", line)
		}
	})
}

// onlyOurs fails where a page has elements that Markdown of values must not make.
func onlyOurs(t *testing.T, page markdowntest.Page) {
	t.Helper()
	for element := range page.Elements {
		switch element {
		case "p", "code", "blockquote", "table", "thead", "tbody", "tr", "th", "td":
		default:
			t.Errorf("an element %s", element)
		}
	}
	if len(page.Attrs) > 0 {
		t.Errorf("attributes %q", page.Attrs)
	}
}
