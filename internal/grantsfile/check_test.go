package grantsfile

// contentTests are files that are valid YAML, but not valid grants files.
var contentTests = []problemTest{
	{"text", "grants\n", []string{"1:1 The file must be a mapping, but is a string."}},
	{"list", "- grants: []\n", []string{"1:1 The file must be a mapping, but is a list."}},
	{"number", "12\n", []string{"1:1 The file must be a mapping, but is a number."}},
	{"null", "~\n", []string{"1:1 The file must not be empty."}},
	{"no grants", "other: 1\n", []string{
		`0:0 grants-file: "grants" is required.`,
		`1:1 "other" is not a valid key.`,
	}},
	{"grants misspelt", "grant: []\n", []string{`1:1 "grant" is not a valid key.`}},
	{"grants of another case", "Grants: []\n", []string{`1:1 "Grants" is not a valid key.`}},
	{"grants null", "grants:\n", []string{`1:1 "grants" must not be empty.`}},
	{"grants null, written", "grants: ~\n", []string{`1:9 "grants" must not be empty.`}},
	{"grants a mapping", "grants:\n  org-token-name: A\n", []string{`2:3 "grants" must be a list, but is a mapping.`}},
	{"grants a text", "grants: all\n", []string{`1:9 "grants" must be a list, but is a string.`}},
	{"grants twice", "grants: []\ngrants: []\n", []string{`2:1 The key "grants" is already set in line 1.`}},
	{"grants twice, once in quotes", "grants: []\n\"grants\": []\n", []string{
		`2:1 The key "grants" is already set in line 1.`,
	}},
	{"unknown key beside grants", "version: 1\ngrants: []\n", []string{`1:1 "version" is not a valid key.`}},
	{"grant a text", "grants:\n- A\n", []string{"2:3 A grant must be a mapping, but is a string."}},
	{"grant a list", "grants:\n- - A\n", []string{"2:3 A grant must be a mapping, but is a list."}},
	{"grant missing", "grants:\n-\n- org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		"2:1 A grant must not be empty.",
	}},
	{"grant missing at the end", "grants:\n-\n", []string{"2:1 A grant must not be empty."}},
	{"grant empty", "grants:\n- {}\n", []string{
		`2:3 "org-token-name" or "org-token-id" is required.`,
		`2:3 "role" is required.`,
		`2:3 "workspaces" is required.`,
	}},
	{"unknown key", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  note: x\n", []string{
		`5:3 "note" is not a valid key.`,
	}},
	{"unknown keys, near", "grants:\n- org_token_name: A\n  roles: none\n  workspace: [W]\n", []string{
		`2:3 "org_token_name" is not a valid key.`,
		`3:3 "roles" is not a valid key.`,
		`4:3 "workspace" is not a valid key.`,
	}},
	{"key of a part", "grants:\n- token-name: A\n  role: none\n  workspaces: [W]\n", []string{
		`2:3 "token-name" is not a valid key.`,
	}},
	{"key of another type", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  12: x\n  null: x\n  true: x\n", []string{
		`5:3 "12" is not a valid key.`,
		`6:3 "null" is not a valid key.`,
		`7:3 "true" is not a valid key.`,
	}},
	{"unknown key, long", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: x\n", []string{
		`5:3 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" is not a valid key.`,
	}},
	{"key too long", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: x\n", []string{
		`5:3 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" is not a valid key.`,
	}},
	{"every key twice", "grants:\n- org-token-name: A\n  org-token-name: B\n  role: none\n  role: none\n  workspaces: [W]\n  workspaces: [W]\n  role: none\n", []string{
		`3:3 The key "org-token-name" is already set in line 2.`,
		`5:3 The key "role" is already set in line 4.`,
		`7:3 The key "workspaces" is already set in line 6.`,
		`8:3 The key "role" is already set in line 4.`,
	}},
	{"unknown key twice", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  note: x\n  note: y\n", []string{
		`5:3 "note" is not a valid key.`,
		`6:3 The key "note" is already set in line 5.`,
	}},
	{"key twice in braces", "grants: [{org-token-name: A, role: none, workspaces: [W], role: x}]\n", []string{
		`1:59 The key "role" is already set in line 1.`,
	}},
	{"neither name nor ID", "grants:\n- role: none\n  workspaces: [W]\n", []string{
		`2:3 "org-token-name" or "org-token-id" is required.`,
	}},
	{"both name and ID", "grants:\n- org-token-name: A\n  role: none\n  org-token-id: b\n  workspaces: [W]\n", []string{
		`4:3 Both "org-token-name" and "org-token-id" are set, the first in line 2.`,
	}},
	{"both ID and name", "grants:\n- org-token-id: b\n  role: none\n  org-token-name: A\n  workspaces: [W]\n", []string{
		`4:3 Both "org-token-name" and "org-token-id" are set, the first in line 2.`,
	}},
	{"name a number", "grants:\n- org-token-name: 12\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a number.",
	}},
	{"name an octal number", "grants:\n- org-token-name: 0o12\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a number.",
	}},
	{"name a number with an exponent", "grants:\n- org-token-name: 1e3\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a number.",
	}},
	{"name a number too large", "grants:\n- org-token-name: 123456789012345678901234567890\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a number.",
	}},
	{"name infinite", "grants:\n- org-token-name: .inf\n  role: none\n  workspaces: [W, +.inf, .nan]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a number.",
		"4:19 The Workspace name must be a string, but YAML reads it as a number.",
		"4:26 The Workspace name must be a string, but YAML reads it as a number.",
	}},
	{"name a boolean", "grants:\n- org-token-name: true\n  role: none\n  workspaces: [False]\n", []string{
		"2:19 The token name must be a string, but YAML reads it as a boolean.",
		"4:16 The Workspace name must be a string, but YAML reads it as a boolean.",
	}},
	{"name null", "grants:\n- org-token-name: null\n  role: none\n  workspaces: [~]\n", []string{
		"2:19 The token name must not be empty.",
		"4:16 The Workspace name must not be empty.",
	}},
	{"name missing", "grants:\n- org-token-name:\n  role: none\n  workspaces: [W]\n", []string{
		"2:3 The token name must not be empty.",
	}},
	{"name empty", "grants:\n- org-token-name: ''\n  role: none\n  workspaces: [\"\"]\n", []string{
		"2:19 The token name must not be empty.",
		"4:16 The Workspace name must not be empty.",
	}},
	{"name a list", "grants:\n- org-token-name: [A, B]\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but is a list.",
	}},
	{"name a mapping", "grants:\n- org-token-name: {a: b}\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token name must be a string, but is a mapping.",
	}},
	{"name with white space around it", "grants:\n- org-token-name: ' A'\n  role: none\n  workspaces: [\"W\\t\", \"\\u00a0W\"]\n", []string{
		`2:19 The token name " A" must not start or end with white space.`,
		`4:16 The Workspace name "W\t" must not contain a tab, a line break or another control character.`,
		`4:23 The Workspace name "\u00a0W" must not start or end with white space.`,
	}},
	{"name a block of text", "grants:\n- org-token-name: |\n    A\n  role: none\n  workspaces: [W]\n", []string{
		`2:19 The token name "A\n" must not contain a tab, a line break or another control character.`,
	}},
	{"name with a tab", "grants:\n- org-token-name: A\tB\n  role: none\n  workspaces: [W]\n", []string{
		`2:19 The token name "A\tB" must not contain a tab, a line break or another control character.`,
	}},
	{"ID a name", "grants:\n- org-token-id: CI Deployer\n  role: none\n  workspaces: [W]\n", []string{
		`2:17 "CI Deployer" is not a valid ID.`,
	}},
	{"ID a number", "grants:\n- org-token-id: 12\n  role: none\n  workspaces: [W]\n", []string{
		"2:17 The token ID must be a string, but YAML reads it as a number.",
	}},
	{"ID with a line break", "grants:\n- org-token-id: \"clx\\n\"\n  role: none\n  workspaces: [W]\n", []string{
		`2:17 "clx\n" is not a valid ID.`,
	}},
	{"ID of a path", "grants:\n- org-token-id: ../x\n  role: none\n  workspaces: [W]\n", []string{
		`2:17 "../x" is not a valid ID.`,
	}},
	{"role missing", "grants:\n- org-token-name: A\n  workspaces: [W]\n", []string{`2:3 "role" is required.`}},
	{"role without a value", "grants:\n- org-token-name: A\n  role:\n  workspaces: [W]\n", []string{
		`3:3 "role" is required.`,
	}},
	{"role without a value at the end", "grants:\n- org-token-name: A\n  workspaces: [W]\n  role:\n", []string{
		`4:3 "role" is required.`,
	}},
	{"role null", "grants:\n- org-token-name: A\n  role: null\n  workspaces: [W]\n", []string{
		`3:9 "role" is required.`,
	}},
	{"role null in braces", "grants: [{org-token-name: A, workspaces: [W], role}]\n", []string{
		`1:47 "role" is required.`,
	}},
	{"role empty", "grants:\n- org-token-name: A\n  role: ''\n  workspaces: [W]\n", []string{
		`3:9 "role" is required.`,
	}},
	{"role a boolean", "grants:\n- org-token-name: A\n  role: false\n  workspaces: [W]\n", []string{
		`3:9 "role" must be a string, but is a boolean.`,
	}},
	{"role a list", "grants:\n- org-token-name: A\n  role: [none]\n  workspaces: [W]\n", []string{
		`3:9 "role" must be a string, but is a list.`,
	}},
	{"role unknown", "grants:\n- org-token-name: A\n  role: ADMIN\n  workspaces: [W]\n", []string{
		`3:9 "ADMIN" is not a role that can be granted.`,
	}},
	{"role near", "grants:\n- org-token-name: A\n  role: WORKSPACE_OPERATER\n  workspaces: [W]\n", []string{
		`3:9 "WORKSPACE_OPERATER" is not a role that can be granted.`,
	}},
	{"role in short", "grants:\n- org-token-name: A\n  role: owner\n  workspaces: [W]\n", []string{
		`3:9 "owner" is not a role that can be granted.`,
	}},
	{"role near none", "grants:\n- org-token-name: A\n  role: nome\n  workspaces: [W]\n", []string{
		`3:9 "nome" is not a role that can be granted.`,
	}},
	{"role none with white space", "grants:\n- org-token-name: A\n  role: 'none '\n  workspaces: [W]\n", []string{
		`3:9 "none " is not a role that can be granted.`,
	}},
	{"role that is not granted", "grants:\n- org-token-name: A\n  role: WORKSPACE_ACCESSOR\n  workspaces: [W]\n", []string{
		`3:9 "WORKSPACE_ACCESSOR" is not a role that can be granted.`,
	}},
	{"workspaces missing", "grants:\n- org-token-name: A\n  role: none\n", []string{`2:3 "workspaces" is required.`}},
	{"workspaces without a value", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n", []string{
		`4:3 "workspaces" must not be empty.`,
	}},
	{"workspaces empty", "grants:\n- org-token-name: A\n  role: none\n  workspaces: []\n", []string{
		`4:15 "workspaces" must not be empty.`,
	}},
	{"workspaces a text", "grants:\n- org-token-name: A\n  role: none\n  workspaces: W\n", []string{
		`4:15 "workspaces" must be a list, but is a string.`,
	}},
	{"workspaces a mapping", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n    W: none\n", []string{
		`5:5 "workspaces" must be a list, but is a mapping.`,
	}},
	{"Workspaces of other types", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - 1\n  -\n  - [W]\n  - {a: b}\n  - W\n  - true\n  -\n", []string{
		"5:5 The Workspace name must be a string, but YAML reads it as a number.",
		"6:3 The Workspace name must not be empty.",
		"7:5 The Workspace name must be a string, but is a list.",
		"8:5 The Workspace name must be a string, but is a mapping.",
		"10:5 The Workspace name must be a string, but YAML reads it as a boolean.",
		"11:3 The Workspace name must not be empty.",
	}},
	{"two roles in one Workspace", "grants:\n- {org-token-name: A, role: none, workspaces: [V, W]}\n- {org-token-name: A, role: WORKSPACE_OWNER, workspaces: [U, W]}\n", []string{
		`3:62 The API token "A" has two roles in the Workspace "W": WORKSPACE_OWNER here, and none in line 2.`,
	}},
	{"three roles in one Workspace", "grants:\n- {org-token-id: a, role: none, workspaces: [W]}\n- {org-token-id: a, role: WORKSPACE_OWNER, workspaces: [W]}\n- {org-token-id: a, role: WORKSPACE_MEMBER, workspaces: [W]}\n- {org-token-id: a, role: NONE, workspaces: [W]}\n", []string{
		`3:57 The API token "a" has two roles in the Workspace "W": WORKSPACE_OWNER here, and none in line 2.`,
		`4:58 The API token "a" has two roles in the Workspace "W": WORKSPACE_MEMBER here, and none in line 2.`,
	}},
	{"character of several bytes before it", "grants: [{org-token-name: Größe, rolle: none, workspaces: [東京, 1]}]\n", []string{
		`1:34 "rolle" is not a valid key.`,
		"1:64 The Workspace name must be a string, but YAML reads it as a number.",
	}},
	{"line breaks of Windows", "grants:\r\n- org-token-name: A\r\n  role: x\r\n  workspaces: [W]\r\n", []string{
		`3:9 "x" is not a role that can be granted.`,
	}},
	{"line breaks of old", "grants:\r- org-token-name: A\r  role: x\r  workspaces: [W]\r", []string{
		`3:9 "x" is not a role that can be granted.`,
	}},
	{"byte order mark before a problem", "\ufeffgrant: []\n", []string{`1:1 "grant" is not a valid key.`}},
	{"many problems", "grants:\n- role: x\n  note: y\n- 1\n- org-token-name: ' '\n  org-token-id: '!'\n  role:\n  workspaces: []\nmore: 1\n", []string{
		`2:3 "org-token-name" or "org-token-id" is required.`,
		`2:3 "workspaces" is required.`,
		`2:9 "x" is not a role that can be granted.`,
		`3:3 "note" is not a valid key.`,
		"4:3 A grant must be a mapping, but is a number.",
		`5:19 The token name " " must not start or end with white space.`,
		`6:3 Both "org-token-name" and "org-token-id" are set, the first in line 5.`,
		`6:17 "!" is not a valid ID.`,
		`7:3 "role" is required.`,
		`8:15 "workspaces" must not be empty.`,
		`9:1 "more" is not a valid key.`,
	}},
}
