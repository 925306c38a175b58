package grantsfile

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"astro-workspace-grant/internal/grant"
)

const schemaFile = "../../.github/grants.schema.json"

// TestSchemaAndCode gives documents to both: an editor must not praise what the action refuses, nor the other way round.
func TestSchemaAndCode(t *testing.T) {
	s := readSchema(t)
	for _, tt := range []struct {
		name, document string
		want           bool
	}{
		{"no grants", `{"grants": []}`, true},
		{"name", `{"grants": [{"org-token-name": "A b", "role": "WORKSPACE_OWNER", "workspaces": ["W"]}]}`, true},
		{"ID", `{"grants": [{"org-token-id": "clx_1-", "role": "WORKSPACE_MEMBER", "workspaces": ["V", "W: x"]}]}`, true},
		{"none", `{"grants": [{"org-token-id": "clx", "role": "none", "workspaces": ["W"]}]}`, true},
		{"two", `{"grants": [{"org-token-id": "c", "role": "none", "workspaces": ["W"]}, {"org-token-id": "d", "role": "none", "workspaces": ["W"]}]}`, true},
		{"a Workspace twice", `{"grants": [{"org-token-id": "c", "role": "none", "workspaces": ["W", "W"]}]}`, true},
		{"number in quotes", `{"grants": [{"org-token-name": "1", "role": "none", "workspaces": ["2.0", "null", "true"]}]}`, true},
		{"other letters", `{"grants": [{"org-token-name": "Größe 東京 🚀", "role": "none", "workspaces": ["é"]}]}`, true},
		{"name of one letter", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["é"]}]}`, true},
		{"exclusive", `{"exclusive": true, "grants": []}`, true},
		{"not exclusive", `{"exclusive": false, "grants": []}`, true},
		{"until and reason", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": "2027-01-31", "reason": "It: works"}]}`, true},
		{"until much later", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": "2100-12-31"}]}`, true},
		{"reason as long as allowed", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W"], "reason": "` + strings.Repeat("ä", 200) + `"}]}`, true},

		{"exclusive a string", `{"exclusive": "true", "grants": []}`, false},
		{"exclusive null", `{"exclusive": null, "grants": []}`, false},
		{"until a number", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": 2027}]}`, false},
		{"until with a time", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": "2027-01-31 12:00"}]}`, false},
		{"until in the thirteenth month", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": "2027-13-01"}]}`, false},
		{"until before 2020", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_OWNER", "workspaces": ["W"], "until": "2019-12-31"}]}`, false},
		{"until and none", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W"], "until": "2027-01-31"}]}`, false},
		{"reason empty", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W"], "reason": ""}]}`, false},
		{"reason too long", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W"], "reason": "` + strings.Repeat("x", 201) + `"}]}`, false},
		{"nothing in it", `{}`, false},
		{"list", `[]`, false},
		{"string", `"grants"`, false},
		{"null", `null`, false},
		{"number", `1`, false},
		{"grants null", `{"grants": null}`, false},
		{"grants a mapping", `{"grants": {}}`, false},
		{"grants a string", `{"grants": "all"}`, false},
		{"another key", `{"grants": [], "version": 1}`, false},
		{"grant null", `{"grants": [null]}`, false},
		{"grant a string", `{"grants": ["A"]}`, false},
		{"grant empty", `{"grants": [{}]}`, false},
		{"another key in a grant", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W"], "note": "x"}]}`, false},
		{"neither name nor ID", `{"grants": [{"role": "none", "workspaces": ["W"]}]}`, false},
		{"both name and ID", `{"grants": [{"org-token-name": "A", "org-token-id": "a", "role": "none", "workspaces": ["W"]}]}`, false},
		{"name a number", `{"grants": [{"org-token-name": 1, "role": "none", "workspaces": ["W"]}]}`, false},
		{"name with an exponent", `{"grants": [{"org-token-name": 1e3, "role": "none", "workspaces": ["W"]}]}`, false},
		{"name a boolean", `{"grants": [{"org-token-name": true, "role": "none", "workspaces": ["W"]}]}`, false},
		{"name null", `{"grants": [{"org-token-name": null, "role": "none", "workspaces": ["W"]}]}`, false},
		{"name empty", `{"grants": [{"org-token-name": "", "role": "none", "workspaces": ["W"]}]}`, false},
		{"name a list", `{"grants": [{"org-token-name": ["A"], "role": "none", "workspaces": ["W"]}]}`, false},
		{"space before a name", `{"grants": [{"org-token-name": " A", "role": "none", "workspaces": ["W"]}]}`, false},
		{"space after a name", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": ["W "]}]}`, false},
		{"name of a space", `{"grants": [{"org-token-name": " ", "role": "none", "workspaces": ["W"]}]}`, false},
		{"name on two lines", `{"grants": [{"org-token-name": "A\nB", "role": "none", "workspaces": ["W"]}]}`, false},
		{"name with a tab", `{"grants": [{"org-token-name": "A\tB", "role": "none", "workspaces": ["W"]}]}`, false},
		{"name with a control character", `{"grants": [{"org-token-name": "A\u009bB", "role": "none", "workspaces": ["W"]}]}`, false},
		{"ID with a space", `{"grants": [{"org-token-id": "a b", "role": "none", "workspaces": ["W"]}]}`, false},
		{"ID of a path", `{"grants": [{"org-token-id": "../a", "role": "none", "workspaces": ["W"]}]}`, false},
		{"ID with a line break", `{"grants": [{"org-token-id": "a\n", "role": "none", "workspaces": ["W"]}]}`, false},
		{"ID empty", `{"grants": [{"org-token-id": "", "role": "none", "workspaces": ["W"]}]}`, false},
		{"ID a number", `{"grants": [{"org-token-id": 1, "role": "none", "workspaces": ["W"]}]}`, false},
		{"role missing", `{"grants": [{"org-token-name": "A", "workspaces": ["W"]}]}`, false},
		{"role null", `{"grants": [{"org-token-name": "A", "role": null, "workspaces": ["W"]}]}`, false},
		{"role empty", `{"grants": [{"org-token-name": "A", "role": "", "workspaces": ["W"]}]}`, false},
		{"role unknown", `{"grants": [{"org-token-name": "A", "role": "WORKSPACE_ACCESSOR", "workspaces": ["W"]}]}`, false},
		{"role false", `{"grants": [{"org-token-name": "A", "role": false, "workspaces": ["W"]}]}`, false},
		{"workspaces missing", `{"grants": [{"org-token-name": "A", "role": "none"}]}`, false},
		{"workspaces null", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": null}]}`, false},
		{"workspaces empty", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": []}]}`, false},
		{"workspaces a string", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": "W"}]}`, false},
		{"Workspace a number", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": [1]}]}`, false},
		{"Workspace null", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": [null]}]}`, false},
		{"Workspace empty", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": [""]}]}`, false},
		{"Workspace a list", `{"grants": [{"org-token-name": "A", "role": "none", "workspaces": [["W"]]}]}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var document any
			if err := json.Unmarshal([]byte(tt.document), &document); err != nil {
				t.Fatal(err)
			}
			wrong := s.validate(s.root, document, "")
			if (wrong == "") != tt.want {
				t.Errorf("the schema: %q", wrong)
			}
			if _, problems := parseFile([]byte(tt.document)); (len(problems) == 0) != tt.want {
				t.Errorf("the code: %v", problems)
			}
		})
	}
}

// TestSchemaNames holds the names of the schema against those of the code.
func TestSchemaNames(t *testing.T) {
	s := readSchema(t)
	entry := s.root["$defs"].(map[string]any)["grant"].(map[string]any)["properties"].(map[string]any)
	for where, pair := range map[string][2][]string{
		"the file": {keys(s.root["properties"]), {keyExclusive, keyGrants}},
		"a grant":  {keys(entry), {keyName, keyID, keyRole, keyWorkspaces, keyUntil, keyReason}},
	} {
		slices.Sort(pair[1])
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("keys of %s: %q, want %q", where, pair[0], pair[1])
		}
	}
	var want []any
	for _, role := range grant.Roles() {
		want = append(want, string(role))
	}
	if got := entry[keyRole].(map[string]any)["enum"].([]any); !slices.Equal(got, append(want, string(grant.None))) {
		t.Errorf("roles: %v, want %v", got, want)
	}
	if got := entry[keyID].(map[string]any)["pattern"]; got != `^[A-Za-z0-9_-]+$` {
		t.Errorf("form of an ID: %s, not the one that astro.IsID has", got)
	}
}

// schema is a JSON Schema. Its evaluator knows the keywords that ours has, and no more.
type schema struct {
	t    *testing.T
	root map[string]any
}

func readSchema(t *testing.T) schema {
	t.Helper()
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	s := schema{t: t}
	if err := json.Unmarshal(data, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// validate returns what is wrong with a value, or nothing.
func (s schema) validate(rules map[string]any, value any, at string) string {
	for _, keyword := range keys(rules) {
		if wrong := s.check(keyword, rules[keyword], rules, value, at); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (s schema) check(keyword string, rule any, rules map[string]any, value any, at string) string {
	object, _ := value.(map[string]any)
	list, _ := value.([]any)
	text, isText := value.(string)
	failed := fmt.Sprintf("%s at %q", keyword, at)
	ok := true
	switch keyword {
	case "$schema", "$defs", "title", "description", "format":
	case "$ref":
		name := strings.TrimPrefix(rule.(string), "#/$defs/")
		return s.validate(s.root["$defs"].(map[string]any)[name].(map[string]any), value, at)
	case "type":
		ok = typeName(value) == rule
	case "enum":
		ok = slices.Contains(rule.([]any), value)
	case "pattern":
		ok = !isText || regexp.MustCompile(rule.(string)).MatchString(text)
	case "minLength":
		ok = !isText || utf8.RuneCountInString(text) >= int(rule.(float64))
	case "maxLength":
		ok = !isText || utf8.RuneCountInString(text) <= int(rule.(float64))
	case "not":
		ok = s.validate(rule.(map[string]any), value, at) != ""
	case "minItems":
		ok = list == nil || len(list) >= int(rule.(float64))
	case "required":
		for _, key := range rule.([]any) {
			if _, has := object[key.(string)]; object != nil && !has {
				return failed
			}
		}
	case "additionalProperties":
		known := keys(rules["properties"])
		for key := range object {
			ok = ok && (rule != false || slices.Contains(known, key))
		}
	case "properties":
		for key, sub := range rule.(map[string]any) {
			if v, has := object[key]; has {
				if wrong := s.validate(sub.(map[string]any), v, at+"/"+key); wrong != "" {
					return wrong
				}
			}
		}
	case "items":
		for i, v := range list {
			if wrong := s.validate(rule.(map[string]any), v, fmt.Sprintf("%s/%d", at, i)); wrong != "" {
				return wrong
			}
		}
	case "oneOf":
		fits := 0
		for _, sub := range rule.([]any) {
			if s.validate(sub.(map[string]any), value, at) == "" {
				fits++
			}
		}
		ok = fits == 1
	default:
		s.t.Fatalf("the evaluator does not know %s", keyword)
	}
	if !ok {
		return failed
	}
	return ""
}

func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// keys returns the keys of an object, sorted.
func keys(object any) []string {
	var names []string
	for name := range object.(map[string]any) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
