package grantsfile

import "strings"

// explainTests are mistakes that people make without knowing YAML.
var explainTests = []problemTest{
	{"no-break spaces as indentation", "grants:\n- org-token-name: A\n\u00a0\u00a0role: none\n  workspaces: [W]\n", []string{
		"3:1 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break spaces as indentation of the last line", "grants:\n- org-token-name: A\n  role: none\n\u00a0 workspaces: [W]\n", []string{
		"4:1 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space among the indentation", "grants:\n  - org-token-name: A\n  \u00a0 role: none\n    workspaces: [W]\n", []string{
		"3:3 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after -", "grants:\n-\u00a0org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"2:2 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after - of a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  -\u00a0W\n", []string{
		"5:4 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after - of the second Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n    - V\n    -\u00a0W\n", []string{
		"6:6 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space before -", "grants:\n\u00a0 - org-token-name: A\n    role: none\n    workspaces: [W]\n", []string{
		"2:1 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after a colon", "grants:\n- org-token-name: A\n  role:\u00a0none\n  workspaces: [W]\n", []string{
		"3:8 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after a colon and a space", "grants:\n- org-token-name: A\n  role: \u00a0none\n  workspaces: [W]\n", []string{
		"3:9 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space before a colon", "grants:\n- org-token-name: A\n  role\u00a0: none\n  workspaces: [W]\n", []string{
		"3:7 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"no-break space after the first key", "grants:\u00a0\n- org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"1:8 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"zero width space before a key", "grants:\n- org-token-name: A\n  \u200brole: none\n  workspaces: [W]\n", []string{
		"3:3 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"ideographic space as indentation", "grants:\n\u3000- org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"2:1 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"byte order mark in the middle", "grants:\n- org-token-name: A\n  \ufeffrole: none\n  workspaces: [W]\n", []string{
		"3:3 An invisible character, such as a no-break space, is used where only a normal space is allowed.",
	}},
	{"invisible line break", "grants: [] # none\u2028grants: [A]\n", []string{
		"1:18 A control character or an invisible line break is not allowed.",
	}},
	{"tab as indentation of a key", "grants:\n- org-token-name: A\n\trole: none\n  workspaces: [W]\n", []string{
		"3:1 A tab is used as indentation.",
	}},
	{"tab behind spaces", "grants:\n- org-token-name: A\n  \trole: none\n  workspaces: [W]\n", []string{
		"3:3 A tab is used as indentation.",
	}},
	{"tab as indentation of a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n\t- W\n", []string{
		"5:1 A tab is used as indentation.",
	}},
	{"tab after - of a grant", "grants:\n-\torg-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"2:2 A tab is used after -.",
	}},
	{"no space after - of a grant", "grants:\n-org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"2:1 A space is missing after -.",
	}},
	{"no space after - of a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  -Production\n", []string{
		"5:3 A space is missing after -.",
	}},
	{"no space after - of the second Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n    - Staging\n    -Production\n", []string{
		"6:5 A space is missing after -.",
	}},
	{"no space after a colon of the first key", "grants:\n- org-token-name:A\n  role: none\n  workspaces: [W]\n", []string{
		"2:17 A space is missing after the colon.",
	}},
	{"no space after a colon of another key", "grants:\n- org-token-name: A\n  role:none\n  workspaces: [W]\n", []string{
		"3:7 A space is missing after the colon.",
	}},
	{"no space before a list", "grants:\n- org-token-name: A\n  role: none\n  workspaces:[W]\n", []string{
		"4:13 A space is missing after the colon.",
	}},
	{"no space after grants", "grants:[]\n", []string{"1:7 A space is missing after the colon."}},
	{"no space before a list in braces", "grants: [{org-token-name: A, role: none, workspaces:[W]}]\n", []string{
		"1:52 A space is missing after the colon.",
	}},
	{"key one column too deep", "grants:\n- org-token-name: A\n   role: none\n  workspaces: [W]\n", []string{
		"3:4 This line is indented too far.",
	}},
	{"last key one column too deep", "grants:\n- org-token-name: A\n  role: none\n   workspaces: [W]\n", []string{
		"4:4 This line is indented too far.",
	}},
	{"key one column too deep after a list", "grants:\n- org-token-name: A\n  workspaces: [W]\n   role: none\n", []string{
		"4:4 The indentation of this line does not match the lines above.",
	}},
	{"key one column too deep after a list of lines", "grants:\n- org-token-name: A\n  workspaces:\n  - W\n   role: none\n", []string{
		"5:4 This line is indented too far.",
	}},
	{"Workspace one column too deep", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - V\n    - W: x\n", []string{
		"6:5 This line is indented too far.",
	}},
	{"grant one column to the left", "grants:\n  - org-token-name: A\n    role: none\n    workspaces: [W]\n - org-token-name: B\n   role: none\n   workspaces: [W]\n", []string{
		"5:2 The indentation of this line does not match the lines above.",
	}},
	{"key too far left", "grants:\n- org-token-name: A\nrole: none\n", []string{
		`2:3 "role" is required.`,
		`2:3 "workspaces" is required.`,
		`3:1 "role" is not a valid key.`,
	}},
	{"colon in a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - Prod: EU\n", []string{
		"5:5 Text with a colon must be in quotes.",
	}},
	{"colon in a Workspace in brackets", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [Prod: EU]\n", []string{
		"4:16 Text with a colon must be in quotes.",
	}},
	{"colon in the name of a token", "grants:\n- org-token-name: Prod: EU\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Text with a colon must be in quotes.",
	}},
	{"two colons in a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - Prod: EU: West\n", []string{
		"5:5 Text with a colon must be in quotes.",
	}},
	{"# in brackets", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [Prod #1, Staging]\n", []string{
		"4:21 # starts a comment, so the bracket before it is not closed.",
	}},
	{"# in brackets, and more below", "grants:\n- org-token-name: A\n  workspaces: [Größe #1, Staging]\n  role: none\n- org-token-name: B\n  role: none\n  workspaces: [W]\n", []string{
		"3:22 # starts a comment, so the bracket before it is not closed.",
	}},
	{"# at the start of a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - #1 Team\n", []string{
		"5:3 The Workspace name must not be empty.",
	}},
	{"# at the start of a token", "grants:\n- org-token-name: #1\n  role: none\n  workspaces: [W]\n", []string{
		"2:3 The token name must not be empty.",
	}},
	{"merge conflict", "grants:\n<<<<<<< HEAD\n- org-token-name: A\n  role: none\n=======\n- org-token-name: B\n  role: none\n>>>>>>> branch\n  workspaces: [W]\n", []string{
		"2:1 A merge conflict is not resolved.",
	}},
	{"merge conflict from the first line", "<<<<<<< HEAD\ngrants: []\n=======\ngrants:\n>>>>>>> branch\n", []string{
		"1:1 A merge conflict is not resolved.",
	}},
	{"rest of a merge conflict", "grants: []\n>>>>>>> branch\n", []string{"2:1 A merge conflict is not resolved."}},
	{"placeholder", "grants:\n- org-token-name: {{ token }}\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 {{ }} is a placeholder, which a grants file does not support.",
	}},
	{"placeholder in a list", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [{{ workspace }}]\n", []string{
		"4:16 {{ }} is a placeholder, which a grants file does not support.",
	}},
	{"placeholder as a role", "grants:\n- org-token-name: A\n  role: {{ role }}\n  workspaces: [W]\n", []string{
		"3:9 {{ }} is a placeholder, which a grants file does not support.",
	}},
	{"placeholder for the list", "grants: {{ grants }}\n", []string{
		"1:9 {{ }} is a placeholder, which a grants file does not support.",
	}},
	{"placeholder with a function", "grants:\n- org-token-name: {{ token | lower }}-x\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 {{ }} is a placeholder, which a grants file does not support.",
	}},
	{"brackets at the start of a name", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - [Prod] Finance\n", []string{
		"5:5 Text follows the closing bracket.",
	}},
	{"brackets at the start of a token", "grants:\n- org-token-name: [Prod] Finance\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Text follows the closing bracket.",
	}},
	{"apostrophe in quotes", "grants:\n- org-token-name: 'Anna's token'\n  role: none\n  workspaces: [W]\n", []string{
		"2:24 The single quote ends the quoted text here.",
	}},
	{"apostrophe in quotes in brackets", "grants:\n- org-token-name: A\n  role: none\n  workspaces: ['Anna's team', W]\n", []string{
		"4:21 The single quote ends the quoted text here.",
	}},
	{"comma after a quote", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - \"A\",\n  - \"B\"\n", []string{
		"5:8 A comma is not allowed here.",
	}},
	{"comma after a key's value", "grants:\n- org-token-name: \"A\",\n  role: none\n  workspaces: [W]\n", []string{
		"2:22 A comma is not allowed here.",
	}},
	{"comma after a list", "grants:\n- org-token-name: A\n  workspaces: [W],\n  role: none\n", []string{
		"3:18 A comma is not allowed here.",
	}},
	{"text behind a quote", "grants:\n- org-token-name: \"A\" B\n  role: none\n  workspaces: [W]\n", []string{
		"2:23 Text follows the closing quote.",
	}},
	{"ampersand", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - &Sales\n  - W\n", []string{
		"5:5 Anchors (&) are not supported.",
	}},
	{"ampersand and more", "grants:\n- org-token-name: &Sales Team\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Anchors (&) are not supported.",
	}},
	{"ampersand and a space", "grants:\n- org-token-name: & Sales\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Anchors (&) are not supported.",
	}},
	{"asterisk", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - *Star\n", []string{
		"5:5 Aliases (*) are not supported.",
	}},
	{"asterisk and more", "grants:\n- org-token-name: *Star Team\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Aliases (*) are not supported.",
	}},
	{"asterisk alone", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [V, *]\n", []string{
		"4:19 Aliases (*) are not supported.",
	}},
	{"asterisk in Größe", "grants: [{org-token-name: Größe, role: none, workspaces: [*Star]}]\n", []string{
		"1:59 Aliases (*) are not supported.",
	}},
	{"question mark", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - ? Why\n", []string{
		"5:5 Keys that are marked with ? are not supported.",
	}},
	{"question mark of a token", "grants:\n- org-token-name: ? Why\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Keys that are marked with ? are not supported.",
	}},
	{"exclamation mark", "grants:\n- org-token-name: !Important\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Tags (!) are not supported.",
	}},
	{"percent sign", "grants:\n- org-token-name: %d\n  role: none\n  workspaces: [W]\n", []string{
		`2:19 A value must not start with "%".`,
	}},
	{"backquote", "grants:\n- org-token-name: `A`\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 A value must not start with \"`\".",
	}},
	{"bar", "grants:\n- org-token-name: |A|\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 A value must not start with | or >.",
	}},
	{"bracket that is never closed", "grants:\n- org-token-name: A\n  workspaces: [V, W\n  role: none\n- org-token-name: B\n  workspaces: [W]\n  role: none\n", []string{
		"3:15 The bracket that opens here is not closed.",
	}},
	{"bracket that is never closed, on lines", "grants:\n- org-token-name: A\n  workspaces: [\n    V,\n    W\n  role: none\n", []string{
		"3:15 The bracket that opens here is not closed.",
	}},
	{"brace that is never closed", "grants:\n- {org-token-name: A, role: none, workspaces: [W]\n- {org-token-name: B, role: none, workspaces: [W]}\n", []string{
		"2:3 The bracket that opens here is not closed.",
	}},
	{"quote that is never closed", "grants:\n- org-token-name: \"A\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The quote that opens here is not closed.",
	}},
	{"quote that another one closes", "grants:\n- org-token-name: \"A\n  role: none\n  workspaces: [\"W\"]\n", []string{
		"2:19 The quote that opens here is not closed.",
	}},
	{"single quote that is never closed", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - 'W\n", []string{
		"5:5 The quote that opens here is not closed.",
	}},
	{"quote that is closed by the other kind", "grants:\n- org-token-name: \"A'\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The quote that opens here is not closed.",
	}},
	{"no colon", "grants:\n- org-token-name: A\n  role\n  workspaces: [W]\n", []string{
		"3:3 This line has no key, as in role: none, and does not start with - as the entry of a list does.",
	}},
	{"equals sign", "grants:\n- org-token-name = A\n  role = none\n  workspaces = [W]\n", []string{
		"2:3 A grant must be a mapping, but is a string.",
	}},
	{"Windows path", "grants:\n- org-token-name: \"C:\\dir\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:22 This backslash does not start a valid escape sequence.",
	}},
	{"JSON escape of a slash", "grants:\n- org-token-name: \"A\\/B\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:21 This backslash does not start a valid escape sequence.",
	}},
	{"escape that is too short", "grants:\n- org-token-name: \"A\\u12\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:21 This escape sequence is incomplete.",
	}},
	{"question mark in brackets", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [V, Why? Not, W]\n", []string{
		"4:22 A name with ? in brackets must be in quotes.",
	}},
	{"colon at the start of a name in brackets", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [V, :W]\n", []string{
		"4:19 A value in brackets must not start with a colon.",
	}},
	{"list below its key that is not indented", "grants:\n[]\n", []string{
		"2:1 This line must be indented further than the key above it.",
	}},
	{"tag of a quoted name", "grants:\n- org-token-name: ! \"A\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Tags (!) are not supported.",
	}},
	{"nested too deep for the parser", strings.Repeat("[", 10001) + strings.Repeat("]", 10001), []string{
		"1:1 Lists are nested too deep.",
	}},
	{"entry below the first, as text", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  - org-token-name: B\n", []string{
		"5:3 The indentation of this line does not match the lines above.",
	}},
	{"bracket closed by a brace", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [V, W}\n", []string{
		"4:15 The bracket that opens here is not closed.",
	}},
	{"error in the list of a bracket", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [\n    V,\n    @W,\n    X\n  ]\n", []string{
		`6:5 A value must not start with "@".`,
	}},
	{"tab on an empty line", "\t\ngrants: []\n", []string{"1:1 A tab is used where only spaces are allowed."}},
	{"tab after - of a Workspace", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  -\tW\n", []string{
		"5:4 A tab is used where only spaces are allowed.",
	}},
	{"value below its key", "grants:\n- org-token-name:\n  Sales Team\n  role: none\n  workspaces: [W]\n", []string{
		"3:3 This line has no key, as in role: none, and does not start with - as the entry of a list does.",
	}},
}
