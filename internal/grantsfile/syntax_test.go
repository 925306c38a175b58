package grantsfile

// syntaxTests are files that are not valid YAML, or have features that a grants file does without.
var syntaxTests = []problemTest{
	{"empty file", "", []string{"0:0 grants-file: The file is empty."}},
	{"white space only", " \n\n", []string{"0:0 grants-file: The file is empty."}},
	{"comment only", "# nothing\n", []string{"0:0 grants-file: The file is empty."}},
	{"byte order mark only", "\ufeff", []string{"0:0 grants-file: The file is empty."}},
	{"start of a document only", "---\n", []string{"0:0 grants-file: The file is empty."}},
	{"no UTF-8", "grants: []\n# gr\xfc\xdfe\n", []string{"2:5 The file is not valid UTF-8."}},
	{"UTF-16", "\xff\xfeg\x00r\x00a\x00n\x00t\x00s\x00:\x00 \x00[\x00]\x00\n\x00", []string{
		"1:1 The file is not valid UTF-8.",
	}},
	{"control character", "grants:\n- a\u0000b\n", []string{
		"2:4 A control character or an invisible line break is not allowed.",
	}},
	{"anchor and alias", "grants:\n- org-token-name: &a A\n  role: none\n  workspaces: [*a]\n", []string{
		"2:19 Anchors (&) are not supported.",
		"4:16 Aliases (*) are not supported.",
	}},
	{"merge key", "grants:\n- <<: {role: none}\n  org-token-name: A\n  workspaces: [W]\n", []string{"2:3 Merge keys (<<) are not supported."}},
	{"merge key in quotes", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  \"<<\": {}\n", []string{
		`5:3 "<<" is not a valid key.`,
	}},
	{"tags", "grants: !!seq\n- !x {org-token-name: !!str 1, role: none, workspaces: [W]}\n", []string{
		"1:9 Tags (!) are not supported.",
		"2:3 Tags (!) are not supported.",
		"2:23 Tags (!) are not supported.",
	}},
	{"tag at the end", "grants: []\nx: !a", []string{"2:4 Tags (!) are not supported."}},
	{"directive", "%YAML 1.2\n---\ngrants: []\n", []string{"1:1 Directives (%) are not supported."}},
	{"second document", "grants: []\n---\ngrants: []\n", []string{"2:1 A second document starts here."}},
	{"second document, empty", "---\ngrants: []\n---\n", []string{"3:1 A second document starts here."}},
	{"second document after the end", "grants: []\n...\ngrants: []\n", []string{"3:1 A second document starts here."}},
	{"marked key", "? grants\n: []\n", []string{"1:1 Keys that are marked with ? are not supported."}},
	{"17 deep", "grants: [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n", []string{
		"1:10 A grant must be a mapping, but is a list.",
	}},
	{"16 deep", "grants: [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]\n", []string{"1:10 A grant must be a mapping, but is a list."}},
	{"17 deep, blocks", "a:\n a:\n  a:\n   a:\n    a:\n     a:\n      a:\n       a:\n        a:\n         a:\n          a:\n           a:\n            a:\n             a:\n              a:\n               a:\n                a:\n", []string{
		`0:0 grants-file: "grants" is required.`,
		`1:1 "a" is not a valid key.`,
	}},
	{"17 deep, entries", "- - - - - - - - - - - - - - - - - a\n", []string{
		"1:1 The file must be a mapping, but is a list.",
	}},
	{"API token as a name", "grants:\n- org-token-name: eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n  role: nine\n  workspaces: [W]\n", []string{
		"2:19 The file contains an API token.",
		`3:9 "nine" is not a role that can be granted.`,
	}},
	{"API tokens in a comment", "grants: [] # eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl, eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n", []string{
		"1:14 The file contains an API token.",
		"1:52 The file contains an API token.",
	}},
	{"API token behind an escape", "grants:\n- org-token-name: \"\\x65yJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The file contains an API token.",
	}},
	{"API token as a key", "eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl: 1\ngrants: []\n", []string{
		"1:1 The file contains an API token.",
		`1:1 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" is not a valid key.`,
	}},
	{"API token and bad syntax", "grants: [\n# eyJhbGciOiJ.eyJpc3MiOiJ.c2lnbmF0dXJl\n", []string{
		"1:9 The bracket that opens here is not closed.",
		"2:3 The file contains an API token.",
	}},
	{"quote not closed", "grants:\n- org-token-name: \"A\n  role: none\n", []string{
		"2:19 The quote that opens here is not closed.",
	}},
	{"bracket not closed", "grants:\n- workspaces: [A, B\n  role: none\n", []string{
		"2:15 The bracket that opens here is not closed.",
	}},
	{"bracket not closed at the end", "grants: [\n", []string{"1:9 The bracket that opens here is not closed."}},
	{"brace not closed at the end", "grants: [{a: b\n", []string{"1:10 The bracket that opens here is not closed."}},
	{"bracket not opened", "grants: []]\n", []string{"1:11 This bracket closes nothing."}},
	{"other bracket", "grants: [}\n", []string{"1:9 The bracket that opens here is not closed."}},
	{"two commas", "grants: [a,,b]\n", []string{"1:12 An entry is missing before this comma."}},
	{"tab as indentation", "grants:\n\t- org-token-name: A\n", []string{"2:1 A tab is used as indentation."}},
	{"colon in a name", "grants:\n- org-token-name: CI: Deployer\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 Text with a colon must be in quotes.",
	}},
	{"indented too little", "grants:\n  - org-token-name: A\n    role: none\n   workspaces: [W]\n", []string{
		"4:4 The indentation of this line does not match the lines above.",
	}},
	{"indented too much", "grants:\n- org-token-name: A\n    role: none\n", []string{
		"3:5 This line is indented too far.",
	}},
	{"entry under a value", "grants: []\n- A\n", []string{
		"2:1 The indentation of this line does not match the lines above.",
	}},
	{"reserved character", "grants:\n- org-token-name: @A\n  role: none\n  workspaces: [W]\n", []string{
		`2:19 A value must not start with "@".`,
	}},
	{"unknown escape", "grants:\n- org-token-name: \"\\q\"\n  role: none\n  workspaces: [W]\n", []string{
		"2:20 This backslash does not start a valid escape sequence.",
	}},
	{"directive in the middle", "grants:\n%A\n", []string{"2:1 Directives (%) are not supported."}},
	{"no space after a colon", "grants: [{org-token-name: A, role:none, workspaces: [W]}]\n", []string{
		"1:34 A space is missing after the colon.",
	}},
	{"no space after a colon, in JSON", "{\"grants\":[{\"org-token-name\":\"A\",\"role\":\"x\",\"workspaces\":[\"W\"]}]}", []string{
		`1:41 "x" is not a role that can be granted.`,
	}},
	{"escape of no character", "grants:\n- org-token-name: \"A\\ud800B\"\n  role: none\n  workspaces: [\"W\\UFFFFFFFFx\"]\n", []string{
		"2:21 This escape sequence is not a character.",
	}},
	{"long name", "grants:\n- org-token-id: a ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba b\n  role: none\n  workspaces: [W]\n", []string{
		`2:17 "a ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba ba…" is not a valid ID.`,
	}},
	{"block of text as a key", "|\n a\n: b\n", []string{
		"3:1 The indentation of this line does not match the lines above.",
	}},
	{"entry in brackets", "grants: [- A]\n", []string{"1:10 - is not allowed inside brackets."}},
	{"document on the line of its start", "--- grants: []\n", []string{"1:5 --- must be on a line of its own."}},
}
