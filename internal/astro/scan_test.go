package astro

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// accepts reports whether the cursor finds one valid value in text, and nothing after it.
func accepts(text string) bool {
	c := &cursor{data: []byte(text)}
	c.value()
	return c.err(true) == nil
}

func TestCursorAcceptsJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, ` [ ] `, `{"a":{"b":[1,2,{}]},"c":null}`, "\t[\r\n1 , 2 ]", `[[],[]]`, `true`, `false`, `null`,
		`0`, `-0`, `12`, `1.50`, `1e5`, `1E+5`, `-1.2e-03`, `""`, `"\"\\\/\b\f\n\r\t"`, `"\u00e9\uD83D"`,
		`"é"`, "\"\xff\x7f\"",
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth),
	} {
		if !accepts(text) || !json.Valid([]byte(text)) {
			t.Errorf("rejects %.60s", text)
		}
	}
}

func TestCursorRejectsOtherText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, ` `, `{`, `[`, `}`, `]`, `[}`, `{]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`,
		`{"a"}`, `{"a":}`, `{"a":1,}`, `{,"a":1}`,
		`{"a" 1}`, `{1:1}`, `{"a":1 "b":2}`, `[1]]`,
		`{}{}`, `tru`, `True`, `nul`, `nulll`, `01`, `-`, `+1`, `1.`, `.5`, `1e`, `1e+`,
		`0x1`, `"`, `"a`, `"\`, `"\"`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"\n\"",
		"\"\x00\"", "\x00", "[1\x00]", "\ufeff{}", `'a'`, `<html>`,
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
	} {
		if accepts(text) || json.Valid([]byte(text)) {
			t.Errorf("accepts %.60q", text)
		}
	}
}

// referenceItems is what encoding/json makes of the items of a page.
func referenceItems(data []byte) (items []listed, ok bool) {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		return nil, false
	}
	items, ok = []listed{}, true
	for _, text := range list {
		var member map[string]json.RawMessage
		_ = json.Unmarshal(text, &member) // nothing, if it is no object
		item := listed{Roles: member["roles"]}
		id, isText := referenceText(member["id"])
		if member["id"] == nil || isText && id == "" {
			ok = false
			continue
		}
		item.ID = id
		named, scoped := true, true
		if name := member["name"]; name != nil && string(name) != "null" {
			item.Name, named = referenceText(name)
		}
		if scope := member["scope"]; scope != nil && string(scope) != "null" {
			item.Scope, scoped = referenceText(scope)
		}
		if isText && named && scoped {
			items = append(items, item)
		}
	}
	return items, ok || len(items) > 0
}

func referenceText(raw json.RawMessage) (string, bool) {
	var value any
	_ = json.Unmarshal(raw, &value)
	s, ok := value.(string)
	return s, ok
}

// FuzzScan compares the cursor with encoding/json: what it accepts, and what it reads of the items of a page.
func FuzzScan(f *testing.F) {
	f.Add(`[{"id":"a","name":"b\u00e9","scope":null,"roles":[1, {"x":"]"}]},{"id":7},{"id":"\ud800"},{"id":null}]`)
	f.Add(`[{"ID":"a","id":"x","i\u0064":"y","name":1,"name":"n"}]`)
	f.Add(`null`)
	f.Add(`[null,7,{"name":"a"},{"id":""},{"id":"a"}]`)
	f.Add(`[1.5e-3,true,"\\\"",[[{}]]]`)
	f.Fuzz(func(t *testing.T, text string) {
		valid := json.Valid([]byte(text))
		equal(t, "accepted", accepts(text), valid)
		if !valid {
			return
		}
		want, ok := referenceItems([]byte(text))
		page, err := decodePage([]byte(`{"tokens":`+text+`,"totalCount":1}`), "tokens", true)
		if equal(t, "read", err == nil, ok); ok {
			equal(t, "items", fmt.Sprintf("%q", page.items), fmt.Sprintf("%q", want))
		}
	})
}

// BenchmarkDecodePage decodes a full page with members as the API has them, with roles that are not asked for.
func BenchmarkDecodePage(b *testing.B) {
	var body bytes.Buffer
	for i := range pageSize {
		const at = `"2026-01-02T03:04:05.000000000Z"`
		fmt.Fprintf(&body, `,{"id":"cltoken%018d","name":"token %d","description":"deploys","shortToken":"%04d",`+
			`"scope":"ORGANIZATION","startAt":`+at+`,"createdAt":`+at+`,`+
			`"roles":[{"entityType":"ORGANIZATION","entityId":"clorg","role":"ORGANIZATION_MEMBER"},`+
			`{"entityType":"WORKSPACE","entityId":"clworkspace","role":"WORKSPACE_MEMBER"}],"updatedAt":`+at+`,`+
			`"createdBy":{"id":"cluserexampleowner00000001","subjectType":"USER","fullName":"Example Owner"}}`, i, i, i)
	}
	page := fmt.Appendf(nil, `{"tokens":[%s],"limit":1000,"offset":0,"totalCount":1000}`, body.Bytes()[1:])
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if got, err := decodePage(page, "tokens", false); err != nil || len(got.items) != pageSize {
			b.Fatal(len(got.items), err)
		}
	}
}
