package access

// syntaxTests are files that are refused before anybody asks what they say.
var syntaxTests = []problemTest{
	{"empty file", "", []string{"0:0 The file is empty."}},
	{"white space only", " \n\n", []string{"0:0 The file is empty."}},
	{"comment only", "# nothing\n", []string{"0:0 The file is empty."}},
	{"byte order mark only", "\ufeff", []string{"0:0 The file is empty."}},
	{"start of a document only", "---\n", []string{"0:0 The file is empty."}},
	{"no UTF-8", "grants: []\n# gr\xfc\xdfe\n", []string{"2:5 The file is not UTF-8."}},
	{"UTF-16", "\xff\xfeg\x00r\x00a\x00n\x00t\x00s\x00:\x00 \x00[\x00]\x00\n\x00", []string{"1:1 The file is not UTF-8."}},
	{"control character", "grants:\n- a\u0000b\n", []string{"2:4 YAML does not allow the control character that stands here."}},
	{"anchor and alias", "grants:\n- org-token-name: &a A\n  role: none\n  workspaces: [*a]\n", []string{
		"2:19 Anchors (&) are not supported.",
		"4:16 Aliases (*) are not supported.",
	}},
	{"merge key", "grants:\n- <<: {role: none}\n  org-token-name: A\n  workspaces: [W]\n", []string{"2:3 Merge keys (<<) are not supported."}},
	{"merge key in quotes", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  \"<<\": {}\n", []string{`5:3 The key "<<" is unknown.`}},
	{"tags", "grants: !!seq\n- !x {org-token-name: !!str 1, role: none, workspaces: [W]}\n", []string{
		"1:9 Tags (!) are not supported.",
		"2:3 Tags (!) are not supported.",
		"2:22 Tags (!) are not supported.",
	}},
	{"tag at the end", "grants: []\nx: !a", []string{"2:4 Tags (!) are not supported."}},
	{"directive", "%YAML 1.2\n---\ngrants: []\n", []string{"1:1 Directives (%) are not supported."}},
	{"second document", "grants: []\n---\ngrants: []\n", []string{"2:1 A second document starts here."}},
	{"second document, empty", "---\ngrants: []\n---\n", []string{"3:1 A second document starts here."}},
	{"second document after the end", "grants: []\n...\ngrants: []\n", []string{"3:1 A second document starts here."}},
	{"marked key", "? grants\n: []\n", []string{"1:1 Keys that are marked with ? are not supported."}},
	{"17 deep", "grants: [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n", []string{"1:24 Lists and mappings are nested more than 16 deep."}},
	{"16 deep", "grants: [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]\n", []string{"1:10 A grant is a list, not a mapping."}},
	{"17 deep, blocks", "a:\n a:\n  a:\n   a:\n    a:\n     a:\n      a:\n       a:\n        a:\n         a:\n          a:\n           a:\n            a:\n             a:\n              a:\n               a:\n                a:\n", []string{
		"17:17 Lists and mappings are nested more than 16 deep.",
	}},
	{"17 deep, entries", "- - - - - - - - - - - - - - - - - a\n", []string{"1:33 Lists and mappings are nested more than 16 deep."}},
	{"API token as a name", "grants:\n- org-token-name: eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n  role: nine\n  workspaces: [W]\n", []string{
		"2:19 An API token stands in the file.",
		`3:9 "nine" is no role that can be granted.`,
	}},
	{"API tokens in a comment", "grants: [] # eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl, eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n", []string{
		"1:14 An API token stands in the file.",
		"1:52 An API token stands in the file.",
	}},
	{"API token behind an escape", "grants:\n- org-token-name: \"\\x65yJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 An API token stands in the file.",
	}},
	{"API token as a key", "eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl: 1\ngrants: []\n", []string{
		"1:1 An API token stands in the file.",
		`1:1 The key "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is unknown.`,
	}},
	{"API token and bad syntax", "grants: [\n# eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n", []string{
		"1:9 The file is no valid YAML: a bracket that opens here is not closed.",
		"2:3 An API token stands in the file.",
	}},
	{"quote not closed", "grants:\n- org-token-name: \"A\n  role: none\n", []string{
		"2:19 The file is no valid YAML: a quote that opens here is not closed.",
	}},
	{"bracket not closed", "grants:\n- workspaces: [A, B\n  role: none\n", []string{
		"3:3 The file is no valid YAML: a comma or the closing bracket is missing before this.",
	}},
	{"bracket not closed at the end", "grants: [\n", []string{"1:9 The file is no valid YAML: a bracket that opens here is not closed."}},
	{"brace not closed at the end", "grants: [{a: b\n", []string{"1:10 The file is no valid YAML: a bracket that opens here is not closed."}},
	{"bracket not opened", "grants: []]\n", []string{"1:11 The file is no valid YAML: this does not belong here."}},
	{"other bracket", "grants: [}\n", []string{"1:9 The file is no valid YAML: a bracket that opens here is not closed."}},
	{"two commas", "grants: [a,,b]\n", []string{"1:12 The file is no valid YAML: a value is missing before this."}},
	{"tab as indentation", "grants:\n\t- org-token-name: A\n", []string{"2:1 The file is no valid YAML: a tab stands where indentation must."}},
	{"colon in a name", "grants:\n- org-token-name: CI: Deployer\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The file is no valid YAML: this does not belong here.",
	}},
	{"indented too little", "grants:\n  - org-token-name: A\n    role: none\n   workspaces: [W]\n", []string{
		"4:4 The file is no valid YAML: this does not belong here.",
	}},
	{"indented too much", "grants:\n- org-token-name: A\n    role: none\n", []string{"2:19 The file is no valid YAML: this does not belong here."}},
	{"entry under a value", "grants: []\n- A\n", []string{"2:1 The file is no valid YAML: a key must stand here."}},
	{"reserved character", "grants:\n- org-token-name: @A\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The file is no valid YAML: no text may start with this character.",
	}},
	{"unknown escape", "grants:\n- org-token-name: \"\\q\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:21 The file is no valid YAML: this escape is unknown.",
	}},
	{"directive in the middle", "grants:\n%A\n", []string{"2:1 Directives (%) are not supported."}},
	{"no space after a colon", "grants: [{org-token-name: A, role:none, workspaces: [W]}]\n", []string{"1:34 A space is missing after this colon."}},
	{"no space after a colon, in JSON", "{\"grants\":[{\"org-token-name\":\"A\",\"role\":\"x\",\"workspaces\":[\"W\"]}]}", []string{
		`1:41 "x" is no role that can be granted.`,
	}},
	{"line break of Windows in a name", "grants:\r\n- org-token-name: 'A\r\n    B'\r\n  role: none\r\n  workspaces: [W]\r\n", []string{
		`2:19 The token's name "A\nB" has a line break or another control character in it.`,
	}},
	{"escape of no character", "grants:\n- org-token-name: \"A\\ud800B\"\n  role: none\n  workspaces: [\"W\\UFFFFFFFFx\"]\n", []string{
		"2:21 The file is no valid YAML: this escape is no character.",
	}},
	{"long name", "grants:\n- org-token-id: a ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba b\n  role: none\n  workspaces: [W]\n", []string{
		`2:17 "a ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba…" is no ID.`,
	}},
	{"block of text as a key", "|\n a\n: b\n", []string{"2:2 A block of text stands where a key must."}},
	{"entry in brackets", "grants: [- A]\n", []string{"1:10 An entry with - stands inside of brackets."}},
	{"document on the line of its start", "--- grants: []\n", []string{
		"1:5 The file is no valid YAML: a document ends inside of a text, or starts on a line with content.",
	}},
}
