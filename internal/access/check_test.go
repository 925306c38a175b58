package access

// contentTests are files that are YAML, and ask for what cannot be.
var contentTests = []problemTest{
	{"text", "grants\n", []string{"1:1 The file is a string, not a mapping."}},
	{"list", "- grants: []\n", []string{"1:1 The file is a list, not a mapping."}},
	{"number", "12\n", []string{"1:1 The file is a number, not a mapping."}},
	{"null", "~\n", []string{"1:1 The file is empty."}},
	{"no grants", "other: 1\n", []string{"0:0 The key grants is missing.", `1:1 The key "other" is unknown.`}},
	{"grants misspelt", "grant: []\n", []string{`1:1 The key "grant" is unknown.`}},
	{"grants of another case", "Grants: []\n", []string{`1:1 The key "Grants" is unknown.`}},
	{"grants null", "grants:\n", []string{"1:1 The value of grants is empty."}},
	{"grants null, written", "grants: ~\n", []string{"1:9 The value of grants is empty."}},
	{"grants a mapping", "grants:\n  org-token-name: A\n", []string{"2:3 The value of grants is a mapping, not a list."}},
	{"grants a text", "grants: all\n", []string{"1:9 The value of grants is a string, not a list."}},
	{"grants twice", "grants: []\ngrants: []\n", []string{`2:1 The key "grants" is given twice; first in line 1.`}},
	{"grants twice, once in quotes", "grants: []\n\"grants\": []\n", []string{`2:1 The key "grants" is given twice; first in line 1.`}},
	{"unknown key beside grants", "version: 1\ngrants: []\n", []string{`1:1 The key "version" is unknown.`}},
	{"grant a text", "grants:\n- A\n", []string{"2:3 A grant is a string, not a mapping."}},
	{"grant a list", "grants:\n- - A\n", []string{"2:3 A grant is a list, not a mapping."}},
	{"grant missing", "grants:\n-\n- org-token-name: A\n  role: none\n  workspaces: [W]\n", []string{"2:1 A grant is empty."}},
	{"grant missing at the end", "grants:\n-\n", []string{"2:1 A grant is empty."}},
	{"grant empty", "grants:\n- {}\n", []string{
		"2:3 Neither org-token-name nor org-token-id is given.",
		"2:3 The role is missing.",
		"2:3 The key workspaces is missing.",
	}},
	{"unknown key", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  note: x\n", []string{`5:3 The key "note" is unknown.`}},
	{"unknown keys, near", "grants:\n- org_token_name: A\n  roles: none\n  workspace: [W]\n", []string{
		`2:3 The key "org_token_name" is unknown.`,
		`3:3 The key "roles" is unknown.`,
		`4:3 The key "workspace" is unknown.`,
	}},
	{"key of a part", "grants:\n- token-name: A\n  role: none\n  workspaces: [W]\n", []string{`2:3 The key "token-name" is unknown.`}},
	{"key of another type", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  12: x\n  null: x\n  true: x\n", []string{
		`5:3 The key "12" is unknown.`,
		`6:3 The key "null" is unknown.`,
		`7:3 The key "true" is unknown.`,
	}},
	{"unknown key, long", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: x\n", []string{
		`5:3 The key "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk" is unknown.`,
	}},
	{"key too long", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: x\n", []string{
		"5:3 A key is too long to be one.",
	}},
	{"every key twice", "grants:\n- org-token-name: A\n  org-token-name: B\n  role: none\n  role: none\n  workspaces: [W]\n  workspaces: [W]\n  role: none\n", []string{
		`3:3 The key "org-token-name" is given twice; first in line 2.`,
		`5:3 The key "role" is given twice; first in line 4.`,
		`7:3 The key "workspaces" is given twice; first in line 6.`,
		`8:3 The key "role" is given twice; first in line 4.`,
	}},
	{"unknown key twice", "grants:\n- org-token-name: A\n  role: none\n  workspaces: [W]\n  note: x\n  note: y\n", []string{
		`5:3 The key "note" is unknown.`,
		`6:3 The key "note" is given twice; first in line 5.`,
	}},
	{"key twice in braces", "grants: [{org-token-name: A, role: none, workspaces: [W], role: x}]\n", []string{
		`1:59 The key "role" is given twice; first in line 1.`,
	}},
	{"neither name nor ID", "grants:\n- role: none\n  workspaces: [W]\n", []string{"2:3 Neither org-token-name nor org-token-id is given."}},
	{"both name and ID", "grants:\n- org-token-name: A\n  role: none\n  org-token-id: b\n  workspaces: [W]\n", []string{
		"4:3 Both org-token-name and org-token-id are given; the first in line 2.",
	}},
	{"both ID and name", "grants:\n- org-token-id: b\n  role: none\n  org-token-name: A\n  workspaces: [W]\n", []string{
		"4:3 Both org-token-name and org-token-id are given; the first in line 2.",
	}},
	{"name a number", "grants:\n- org-token-name: 12\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token's name is a number to YAML, not a string.",
	}},
	{"name an octal number", "grants:\n- org-token-name: 0o12\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token's name is a number to YAML, not a string.",
	}},
	{"name a number with an exponent", "grants:\n- org-token-name: 1e3\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token's name is a number to YAML, not a string.",
	}},
	{"name a number too large", "grants:\n- org-token-name: 123456789012345678901234567890\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token's name is a number to YAML, not a string.",
	}},
	{"name infinite", "grants:\n- org-token-name: .inf\n  role: none\n  workspaces: [W, +.inf, .nan]\n", []string{
		"2:19 The token's name is a number to YAML, not a string.",
		"4:19 The Workspace's name is a number to YAML, not a string.",
		"4:26 The Workspace's name is a number to YAML, not a string.",
	}},
	{"name a boolean", "grants:\n- org-token-name: true\n  role: none\n  workspaces: [False]\n", []string{
		"2:19 The token's name is a boolean to YAML, not a string.",
		"4:16 The Workspace's name is a boolean to YAML, not a string.",
	}},
	{"name null", "grants:\n- org-token-name: null\n  role: none\n  workspaces: [~]\n", []string{
		"2:19 The token's name is empty.",
		"4:16 The Workspace's name is empty.",
	}},
	{"name missing", "grants:\n- org-token-name:\n  role: none\n  workspaces: [W]\n", []string{"2:3 The token's name is empty."}},
	{"name empty", "grants:\n- org-token-name: ''\n  role: none\n  workspaces: [\"\"]\n", []string{
		"2:19 The token's name is empty.",
		"4:16 The Workspace's name is empty.",
	}},
	{"name a list", "grants:\n- org-token-name: [A, B]\n  role: none\n  workspaces: [W]\n", []string{"2:19 The token's name is a list, not a string."}},
	{"name a mapping", "grants:\n- org-token-name: {a: b}\n  role: none\n  workspaces: [W]\n", []string{
		"2:19 The token's name is a mapping, not a string.",
	}},
	{"name with white space around it", "grants:\n- org-token-name: ' A'\n  role: none\n  workspaces: [\"W\\t\", \"\\u00a0W\"]\n", []string{
		`2:19 The token's name " A" has white space around it.`,
		`4:16 The Workspace's name "W\t" has a line break or another control character in it.`,
		`4:23 The Workspace's name "\u00a0W" has white space around it.`,
	}},
	{"name a block of text", "grants:\n- org-token-name: |\n    A\n  role: none\n  workspaces: [W]\n", []string{
		`2:19 The token's name "A\n" has a line break or another control character in it.`,
	}},
	{"name with a tab", "grants:\n- org-token-name: A\tB\n  role: none\n  workspaces: [W]\n", []string{"2:19 A tab stands in this text."}},
	{"ID a name", "grants:\n- org-token-id: CI Deployer\n  role: none\n  workspaces: [W]\n", []string{`2:17 "CI Deployer" is no ID.`}},
	{"ID a number", "grants:\n- org-token-id: 12\n  role: none\n  workspaces: [W]\n", []string{
		"2:17 The token's ID is a number to YAML, not a string.",
	}},
	{"ID with a line break", "grants:\n- org-token-id: \"clx\\n\"\n  role: none\n  workspaces: [W]\n", []string{`2:17 "clx\n" is no ID.`}},
	{"ID of a path", "grants:\n- org-token-id: ../x\n  role: none\n  workspaces: [W]\n", []string{`2:17 "../x" is no ID.`}},
	{"role missing", "grants:\n- org-token-name: A\n  workspaces: [W]\n", []string{"2:3 The role is missing."}},
	{"role without a value", "grants:\n- org-token-name: A\n  role:\n  workspaces: [W]\n", []string{"3:3 The role is empty."}},
	{"role without a value at the end", "grants:\n- org-token-name: A\n  workspaces: [W]\n  role:\n", []string{"4:3 The role is empty."}},
	{"role null", "grants:\n- org-token-name: A\n  role: null\n  workspaces: [W]\n", []string{"3:9 The role is empty."}},
	{"role null in braces", "grants: [{org-token-name: A, workspaces: [W], role}]\n", []string{"1:47 The role is empty."}},
	{"role empty", "grants:\n- org-token-name: A\n  role: ''\n  workspaces: [W]\n", []string{"3:9 The role is empty."}},
	{"role a boolean", "grants:\n- org-token-name: A\n  role: false\n  workspaces: [W]\n", []string{"3:9 The role is a boolean, not a string."}},
	{"role a list", "grants:\n- org-token-name: A\n  role: [none]\n  workspaces: [W]\n", []string{"3:9 The role is a list, not a string."}},
	{"role unknown", "grants:\n- org-token-name: A\n  role: ADMIN\n  workspaces: [W]\n", []string{`3:9 "ADMIN" is no role that can be granted.`}},
	{"role near", "grants:\n- org-token-name: A\n  role: WORKSPACE_OPERATER\n  workspaces: [W]\n", []string{
		`3:9 "WORKSPACE_OPERATER" is no role that can be granted.`,
	}},
	{"role in short", "grants:\n- org-token-name: A\n  role: owner\n  workspaces: [W]\n", []string{`3:9 "owner" is no role that can be granted.`}},
	{"role near none", "grants:\n- org-token-name: A\n  role: nome\n  workspaces: [W]\n", []string{`3:9 "nome" is no role that can be granted.`}},
	{"role none with white space", "grants:\n- org-token-name: A\n  role: 'none '\n  workspaces: [W]\n", []string{
		`3:9 "none " is no role that can be granted.`,
	}},
	{"role that is not granted", "grants:\n- org-token-name: A\n  role: WORKSPACE_ACCESSOR\n  workspaces: [W]\n", []string{
		`3:9 "WORKSPACE_ACCESSOR" is no role that can be granted.`,
	}},
	{"workspaces missing", "grants:\n- org-token-name: A\n  role: none\n", []string{"2:3 The key workspaces is missing."}},
	{"workspaces without a value", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n", []string{"4:3 The value of workspaces is empty."}},
	{"workspaces empty", "grants:\n- org-token-name: A\n  role: none\n  workspaces: []\n", []string{"4:15 The list workspaces is empty."}},
	{"workspaces a text", "grants:\n- org-token-name: A\n  role: none\n  workspaces: W\n", []string{
		"4:15 The value of workspaces is a string, not a list.",
	}},
	{"workspaces a mapping", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n    W: none\n", []string{
		"5:5 The value of workspaces is a mapping, not a list.",
	}},
	{"Workspaces of other types", "grants:\n- org-token-name: A\n  role: none\n  workspaces:\n  - 1\n  -\n  - [W]\n  - {a: b}\n  - W\n  - true\n  -\n", []string{
		"5:5 The Workspace's name is a number to YAML, not a string.",
		"6:3 The Workspace's name is empty.",
		"7:5 The Workspace's name is a list, not a string.",
		"8:5 The Workspace's name is a mapping, not a string.",
		"10:5 The Workspace's name is a boolean to YAML, not a string.",
		"11:3 The Workspace's name is empty.",
	}},
	{"two roles in one Workspace", "grants:\n- {org-token-name: A, role: none, workspaces: [V, W]}\n- {org-token-name: A, role: WORKSPACE_OWNER, workspaces: [U, W]}\n", []string{
		`3:62 The token "A" shall have the role WORKSPACE_OWNER in the Workspace "W" here, and none in line 2.`,
	}},
	{"three roles in one Workspace", "grants:\n- {org-token-id: a, role: none, workspaces: [W]}\n- {org-token-id: a, role: WORKSPACE_OWNER, workspaces: [W]}\n- {org-token-id: a, role: WORKSPACE_MEMBER, workspaces: [W]}\n- {org-token-id: a, role: NONE, workspaces: [W]}\n", []string{
		`3:57 The token "a" shall have the role WORKSPACE_OWNER in the Workspace "W" here, and none in line 2.`,
		`4:58 The token "a" shall have the role WORKSPACE_MEMBER in the Workspace "W" here, and none in line 2.`,
	}},
	{"character of several bytes before it", "grants: [{org-token-name: Größe, rolle: none, workspaces: [東京, 1]}]\n", []string{
		`1:34 The key "rolle" is unknown.`,
		"1:64 The Workspace's name is a number to YAML, not a string.",
	}},
	{"line breaks of Windows", "grants:\r\n- org-token-name: A\r\n  role: x\r\n  workspaces: [W]\r\n", []string{
		`3:9 "x" is no role that can be granted.`,
	}},
	{"line breaks of old", "grants:\r- org-token-name: A\r  role: x\r  workspaces: [W]\r", []string{`3:9 "x" is no role that can be granted.`}},
	{"byte order mark before a problem", "\ufeffgrant: []\n", []string{`1:1 The key "grant" is unknown.`}},
	{"many problems", "grants:\n- role: x\n  note: y\n- 1\n- org-token-name: ' '\n  org-token-id: '!'\n  role:\n  workspaces: []\nmore: 1\n", []string{
		"2:3 Neither org-token-name nor org-token-id is given.",
		"2:3 The key workspaces is missing.",
		`2:9 "x" is no role that can be granted.`,
		`3:3 The key "note" is unknown.`,
		"4:3 A grant is a number, not a mapping.",
		`5:19 The token's name " " has white space around it.`,
		"6:3 Both org-token-name and org-token-id are given; the first in line 5.",
		`6:17 "!" is no ID.`,
		"7:3 The role is empty.",
		"8:15 The list workspaces is empty.",
		`9:1 The key "more" is unknown.`,
	}},
}
