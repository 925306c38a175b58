package grant

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

// roleFor returns an outcome so far without a plan: a role that is wanted in a Workspace.
func roleFor(workspaceID string, role Role) Outcome {
	return Outcome{Wanted: Wanted{Role: role}, Workspace: Resource{ID: workspaceID}}
}

func TestPlan(t *testing.T) {
	author, owner := inWorkspace("w1", "WORKSPACE_AUTHOR"), inWorkspace("w1", "WORKSPACE_OWNER")
	for _, tt := range []struct {
		name     string
		entries  []string
		previous Role
		status   Status
	}{
		{"no role", []string{organizationRole, dagRole, inWorkspace("w2", "WORKSPACE_OWNER")}, "", Granted},
		{"same role", []string{author}, "WORKSPACE_AUTHOR", Unchanged},
		{"same role in another case", []string{inWorkspace("w1", "workspace_author")}, "workspace_author", Unchanged},
		{"other role", []string{owner}, "WORKSPACE_OWNER", Updated},
		{"unknown role", []string{inWorkspace("w1", "X")}, "X", Updated},
		{"same role twice", []string{author, author}, "WORKSPACE_AUTHOR", Unchanged},
		{"same role, then another", []string{author, owner}, "WORKSPACE_AUTHOR", Updated},
		{"other role, then the same", []string{owner, author}, "WORKSPACE_OWNER", Updated},
		{"a role of Astro's own", []string{dagRole, inWorkspace("w1", "WORKSPACE_ACCESSOR")}, "", Granted},
		{"the same, beside a role of Astro's own", []string{dagRole, inWorkspace("w1", "WORKSPACE_ACCESSOR"), author}, "WORKSPACE_AUTHOR", Unchanged},
		{"a role that is not Astro's own", []string{inWorkspace("w1", "WORKSPACE_ACCESSOR")}, "WORKSPACE_ACCESSOR", Updated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wanted := []Outcome{roleFor("w1", Author)}
			entries := entriesOf(t, tt.entries...)
			want := slices.Clone(wanted)
			want[0].Previous, want[0].Status = tt.previous, tt.status
			if got := plan(entries, wanted); !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := Matches(entries, wanted); got != (tt.status == Unchanged) {
				t.Errorf("matches: %t", got)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	w1, w2 := inWorkspace("w1", "WORKSPACE_MEMBER"), inWorkspace("w2", "WORKSPACE_AUTHOR")
	w3 := inWorkspace("w3", "WORKSPACE_OWNER")
	author := func(id string) string {
		return `{"entityType":"WORKSPACE","entityId":"` + id + `","role":"WORKSPACE_AUTHOR"}`
	}
	for _, tt := range []struct {
		name       string
		entries    []string
		workspaces []string
		want       []string
	}{
		{
			"at the end",
			[]string{organizationRole, dagRole, newKind, w3},
			[]string{"w1"},
			[]string{organizationRole, dagRole, newKind, w3, author("w1")},
		},
		{"in place", []string{w1, organizationRole, w3}, []string{"w1"}, []string{author("w1"), organizationRole, w3}},
		{"already there: unchanged", []string{organizationRole, w2}, []string{"w2"}, []string{organizationRole, w2}},
		{
			"twice: the second is dropped",
			[]string{w1, organizationRole, w1, w3},
			[]string{"w1"},
			[]string{author("w1"), organizationRole, w3},
		},
		{
			"several",
			[]string{w3, organizationRole, w2},
			[]string{"w1", "w2", "w3", "w4"},
			[]string{author("w3"), organizationRole, w2, author("w1"), author("w4")},
		},
		{"nothing wanted", []string{w3, organizationRole}, nil, []string{w3, organizationRole}},
		{
			"two roles in another Workspace",
			[]string{w3, w3, organizationRole},
			[]string{"w1"},
			[]string{w3, w3, organizationRole, author("w1")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var wanted []Outcome
			for _, id := range tt.workspaces {
				wanted = append(wanted, roleFor(id, Author))
			}
			entries := entriesOf(t, tt.entries...)
			if got, want := entriesToWrite(entries, wanted), entriesOf(t, tt.want...); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !reflect.DeepEqual(entries, entriesOf(t, tt.entries...)) {
				t.Error("the entries that were read have changed")
			}
		})
	}
}

// FuzzMerge builds entries and wanted roles from bytes: each byte of the first is an entry, each of the second a role.
func FuzzMerge(f *testing.F) {
	f.Add([]byte{}, []byte{0}, `"x":1`)
	f.Add([]byte{0, 8, 16, 24, 32, 1, 9}, []byte{0, 1, 2, 3}, `"entityId":"w0"`)
	// Entries of all kinds with the ID of the Workspace.
	f.Add([]byte{0, 8, 24, 32, 40, 48, 56, 1}, []byte{192}, `"x":1`)
	f.Add([]byte{1, 1, 9, 17}, []byte{1, 65}, `"n":12345678901234567890.0`)
	f.Add([]byte{0, 0, 0}, []byte{}, `"a":"<&>\u00e9"`)
	f.Fuzz(func(t *testing.T, kinds, roles []byte, extra string) {
		var entries []Entry
		for _, kind := range kinds {
			var entry Entry
			if json.Unmarshal([]byte(rawEntry(kind, extra)), &entry) == nil {
				entries = append(entries, entry)
			}
		}
		wanted := wantedOf(roles)
		isWanted := func(e Entry) bool {
			return slices.ContainsFunc(wanted, func(o Outcome) bool { return e.InWorkspace(o.Workspace.ID) })
		}
		merged := entriesToWrite(entries, wanted)
		if got, want := without(merged, isWanted), without(entries, isWanted); !reflect.DeepEqual(got, want) {
			t.Errorf("other entries were\n%s, are\n%s", want, got)
		}
		if !Matches(merged, wanted) {
			t.Errorf("%s does not match %v", merged, wanted)
		}
		if again := entriesToWrite(merged, wanted); !reflect.DeepEqual(again, merged) {
			t.Errorf("merged twice\n%s, once\n%s", again, merged)
		}
		if Matches(entries, wanted) && !reflect.DeepEqual(merged, append([]Entry{}, entries...)) {
			t.Errorf("the entries matched, but %s became %s", entries, merged)
		}
		for _, o := range plan(merged, wanted) {
			if o.Status != Unchanged {
				t.Errorf("after the write: %+v", o)
			}
		}
	})
}

// FuzzExclusive plans what an exclusive grants file revokes. It is every other Workspace role that a person can have set,
// and nothing else.
func FuzzExclusive(f *testing.F) {
	f.Add([]byte{0, 8, 16, 24, 32, 1, 9, 130}, []byte{0, 1, 2, 3}, `"x":1`)
	f.Add([]byte{0, 192, 193, 24, 90, 40}, []byte{}, `"entityId":5`)
	f.Fuzz(func(t *testing.T, kinds, roles []byte, extra string) {
		token := Token{Resource: Resource{ID: "t", Name: "T"}}
		for _, kind := range kinds {
			var entry Entry
			if json.Unmarshal([]byte(rawEntry(kind, extra)), &entry) == nil {
				token.Roles = append(token.Roles, entry)
			}
		}
		wanted := wantedOf(roles)
		unlisted := Unlisted(token, wanted)
		isRevoked := func(e Entry) bool {
			return slices.ContainsFunc(unlisted, func(o Outcome) bool { return e.InWorkspace(o.Workspace.ID) })
		}
		isWanted := func(e Entry) bool {
			return slices.ContainsFunc(wanted, func(o Outcome) bool { return e.InWorkspace(o.Workspace.ID) })
		}
		for _, entry := range token.Roles {
			may := entry.EntityType == "WORKSPACE" && entry.EntityID != "" && !isWanted(entry)
			if isRevoked(entry) && !may || may && !isRevoked(entry) && !accessor.Same(Role(entry.Role)) {
				t.Errorf("%+v: revoked: %t", entry.Key, isRevoked(entry))
			}
		}
		merged := entriesToWrite(token.Roles, append(wanted, unlisted...))
		isOurs := func(e Entry) bool { return isWanted(e) || isRevoked(e) }
		if got, want := without(merged, isOurs), without(token.Roles, isOurs); !reflect.DeepEqual(got, want) {
			t.Errorf("other entries were\n%s, are\n%s", want, got)
		}
		if slices.ContainsFunc(chosen(merged), isRevoked) { // a role of Astro's own may be beside it
			t.Errorf("not revoked: %s", merged)
		}
	})
}

// rawEntry returns an entry of one of several kinds, with one of eight IDs and with a field of the fuzzer's.
func rawEntry(kind byte, extra string) string {
	types := []string{"WORKSPACE", "WORKSPACE", "WORKSPACE", "DAG", "workspace", "ORGANIZATION", "CLUSTER", "DAG_TAG"}
	roles := []string{"WORKSPACE_MEMBER", "workspace_owner", "WORKSPACE_OWNER", "WORKSPACE_ACCESSOR"}
	if !json.Valid([]byte("{" + extra + "}")) {
		extra = `"x":null`
	}
	return `{ "entityType":"` + types[kind>>3&7] + `","entityId":"w` + string('0'+rune(kind&7)) +
		`","role":"` + roles[kind>>6] + `","deploymentId":"d",` + extra + "}"
}

func wantedOf(roles []byte) []Outcome {
	var wanted []Outcome
	for _, r := range roles {
		id := "w" + string('0'+rune(r&7))
		if !slices.ContainsFunc(wanted, func(o Outcome) bool { return o.Workspace.ID == id }) {
			wanted = append(wanted, roleFor(id, Roles()[r>>6]))
		}
	}
	return wanted
}

func without(entries []Entry, drop func(Entry) bool) []Entry {
	return slices.DeleteFunc(append([]Entry{}, entries...), drop)
}

func TestSameSet(t *testing.T) {
	w1, w2 := inWorkspace("w1", "WORKSPACE_MEMBER"), inWorkspace("w2", "WORKSPACE_AUTHOR")
	for _, tt := range []struct {
		name string
		a, b []string
		want bool
	}{
		{"same", []string{w1, w2}, []string{w1, w2}, true},
		{"other order", []string{w1, w2}, []string{w2, w1}, true},
		{
			"other fields",
			[]string{w1},
			[]string{`{"entityType":"WORKSPACE","entityId":"w1","role":"WORKSPACE_MEMBER","y":2}`},
			true,
		},
		{"case of the role", []string{w1}, []string{inWorkspace("w1", "Workspace_Member")}, true},
		{"other role", []string{w1}, []string{inWorkspace("w1", "WORKSPACE_OWNER")}, false},
		{"other ID", []string{w1}, []string{inWorkspace("W1", "WORKSPACE_MEMBER")}, false},
		{
			"other type",
			[]string{inWorkspace("w1", "R")},
			[]string{`{"entityType":"DAG","entityId":"w1","role":"R"}`},
			false,
		},
		{
			"other Deployment",
			[]string{dagRole},
			[]string{`{"entityType":"DAG","entityId":"w1","deploymentId":"d2","role":"R"}`},
			false,
		},
		{"one more", []string{w1}, []string{w1, w2}, false},
		{"one twice", []string{w1, w1, w2}, []string{w1, w2, w2}, false},
		{"empty", nil, []string{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := entriesOf(t, tt.a...), entriesOf(t, tt.b...)
			if sameSet(a, b) != tt.want || sameSet(b, a) != tt.want {
				t.Errorf("want %v", tt.want)
			}
		})
	}
}

func TestForeignRole(t *testing.T) {
	wanted := []Outcome{roleFor("w1", Author), roleFor("w2", Author)}
	w2, member := inWorkspace("w2", "WORKSPACE_OWNER"), map[string][]Role{"w1": {Member}}
	for _, tt := range []struct {
		name     string
		entries  []string
		replaced map[string][]Role
		want     Role
	}{
		{"no role", []string{organizationRole}, nil, ""},
		{"ours", []string{inWorkspace("w1", "workspace_author")}, nil, ""},
		{
			"the one we replaced",
			[]string{inWorkspace("w1", "WORKSPACE_MEMBER")},
			map[string][]Role{"w1": {"X", "workspace_member"}},
			"",
		},
		{"another", []string{inWorkspace("w1", "WORKSPACE_OWNER")}, member, Owner},
		{"another in the second Workspace", []string{inWorkspace("w1", "WORKSPACE_AUTHOR"), w2}, nil, Owner},
		{"the one we replaced in another Workspace", []string{inWorkspace("w2", "WORKSPACE_MEMBER")}, member, Member},
		{"another in a Workspace that is not ours", []string{inWorkspace("w3", "WORKSPACE_OWNER")}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := foreignRole(entriesOf(t, tt.entries...), wanted, tt.replaced); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
