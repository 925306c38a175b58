package message_test

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/markdowntest"
	"astro-workspace-grant/internal/message"
)

func TestText(t *testing.T) {
	many := strings.Fields(strings.Repeat("x ", 12))
	for _, tt := range []struct {
		name           string
		in             message.Text
		text, markdown string
	}{
		{"empty", message.Text{}, "", ""},
		{"words", message.New("Nothing to do."), "Nothing to do.", "Nothing to do."},
		{
			"words that would be markup", message.New("[a](b) *c* <d> WORKSPACE_OWNER"),
			"[a](b) *c* <d> WORKSPACE_OWNER", "&#91;a&#93;(b) &#42;c&#42; &#60;d&#62; WORKSPACE_OWNER",
		},
		{"value", message.New("No %s.", "a|b"), `No "a|b".`, "No <code>a&#124;b</code>."},
		{"value with a verb", message.New("No %s.", "100%s"), `No "100%s".`, "No <code>100&#37;s</code>."},
		{"trusted", message.New("After %s, %s.", message.Trusted("2s"), 3), "After 2s, 3.", "After 2s, 3."},
		{"trusted, but not harmless", message.New("%s", message.Trusted("*\n")), `*\n`, "&#42;&#92;n"},
		{"list", message.New("Not %s.", []string{"a", "b"}), `Not "a", "b".`, "Not `a`, `b`."},
		{"empty list", message.New("Not %s.", []string{}), "Not .", "Not ."},
		{
			"long list", message.New("%s", many),
			strings.Repeat(`"x", `, 9) + `"x" and 2 more`, strings.Repeat("`x`, ", 9) + "`x` and 2 more",
		},
		{
			"long list shown in full", message.New("%s", message.All(many)),
			strings.Repeat(`"x", `, 11) + `"x"`, strings.Repeat("`x`, ", 11) + "`x`",
		},
		{"text in a text", message.New("(%s)", message.New("No %s", "%d")), `(No "%d")`, "(No <code>&#37;d</code>)"},
		{
			"list of texts", message.New("%s", []message.Text{message.New("%s", "a"), message.New("b")}),
			`"a", b`, "`a`, b",
		},
		{"another type", message.New("%s", 1.5), `"1.5"`, "`1.5`"},
		{"command", message.New("%s", message.Trusted("::x::")), `\::x::`, `&#92;::x::`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.String(); got != tt.text {
				t.Errorf("text %q, want %q", got, tt.text)
			}
			if got := tt.in.Markdown(); got != tt.markdown {
				t.Errorf("Markdown %q, want %q", got, tt.markdown)
			}
		})
	}
	if !(message.Text{}).IsEmpty() || message.New("x").IsEmpty() {
		t.Error("IsEmpty is wrong")
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		text := message.New("No %s at %s, %s.", a, message.New("%s or %s", b, message.Trusted("this")), []string{a, b})
		page := markdowntest.Render(t, text.Markdown())
		want := "No " + shown(a) + " at " + shown(b) + " or this, " + shown(a) + ", " + shown(b) + "."
		if got := strings.TrimSuffix(page.Text, "\n"); got != want {
			t.Errorf("shows as %q, want %q", got, want)
		}
		if got, want := strings.TrimSuffix(page.Loose, "\n"), "No  at  or this, , ."; got != want {
			t.Errorf("outside of code: %q, want %q", got, want)
		}
		onlyOurs(t, page)

		line := text.String()
		if line != message.Line(line) {
			t.Errorf("not safe as a log line: %q", line)
		}
	})
}
