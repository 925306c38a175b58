package grant

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
)

const (
	organizationRole = `{"entityType":"ORGANIZATION","entityId":"o1","role":"ORGANIZATION_MEMBER"}`
	dagRole          = `{"entityType":"DAG", "entityId":"w1","deploymentId":"d1","role":"R","n":12345678901234567890}`
	newKind          = `{"entityType":"CLUSTER","entityId":{"w":"w1"},"role":["<&>"]}`
)

func inWorkspace(id, role string) string {
	return `{"entityType":"WORKSPACE","entityId":"` + id + `","role":"` + role + `","x":1}`
}

func entriesOf(t testing.TB, raw ...string) []astro.Entry {
	t.Helper()
	entries := make([]astro.Entry, len(raw))
	for i, one := range raw {
		if err := json.Unmarshal([]byte(one), &entries[i]); err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

func TestPlan(t *testing.T) {
	for _, tt := range []struct {
		name     string
		entries  []string
		previous Role
		status   Status
	}{
		{"no role", []string{organizationRole, dagRole, inWorkspace("w2", "WORKSPACE_OWNER")}, "", Granted},
		{"the role", []string{inWorkspace("w1", "WORKSPACE_AUTHOR")}, "WORKSPACE_AUTHOR", Unchanged},
		{"the role in another case", []string{inWorkspace("w1", "workspace_author")}, "workspace_author", Unchanged},
		{"another role", []string{inWorkspace("w1", "WORKSPACE_OWNER")}, "WORKSPACE_OWNER", Updated},
		{"a role that nobody knows", []string{inWorkspace("w1", "X")}, "X", Updated},
		{"twice the role", []string{inWorkspace("w1", "WORKSPACE_AUTHOR"), inWorkspace("w1", "WORKSPACE_AUTHOR")}, "WORKSPACE_AUTHOR", Unchanged},
		{"the role and another", []string{inWorkspace("w1", "WORKSPACE_AUTHOR"), inWorkspace("w1", "WORKSPACE_OWNER")}, "WORKSPACE_AUTHOR", Updated},
		{"another and the role", []string{inWorkspace("w1", "WORKSPACE_OWNER"), inWorkspace("w1", "WORKSPACE_AUTHOR")}, "WORKSPACE_OWNER", Updated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := Target{"w1", Author}
			entries := entriesOf(t, tt.entries...)
			want := []Change{{Target: target, Previous: tt.previous, Status: tt.status}}
			if got := plan(entries, []Target{target}); !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := Holds(entries, []Target{target}); got != (tt.status == Unchanged) {
				t.Errorf("holds: %v", got)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	w1, w2, w3 := inWorkspace("w1", "WORKSPACE_MEMBER"), inWorkspace("w2", "WORKSPACE_AUTHOR"), inWorkspace("w3", "WORKSPACE_OWNER")
	author := func(id string) string {
		return `{"entityType":"WORKSPACE","entityId":"` + id + `","role":"WORKSPACE_AUTHOR"}`
	}
	for _, tt := range []struct {
		name    string
		entries []string
		targets []string // Workspaces
		want    []string
	}{
		{"at the end", []string{organizationRole, dagRole, newKind, w3}, []string{"w1"}, []string{organizationRole, dagRole, newKind, w3, author("w1")}},
		{"in place", []string{w1, organizationRole, w3}, []string{"w1"}, []string{author("w1"), organizationRole, w3}},
		{"there: as it came", []string{organizationRole, w2}, []string{"w2"}, []string{organizationRole, w2}},
		{"twice: the second goes", []string{w1, organizationRole, w1, w3}, []string{"w1"}, []string{author("w1"), organizationRole, w3}},
		{"several", []string{w3, organizationRole, w2}, []string{"w1", "w2", "w3", "w4"}, []string{author("w3"), organizationRole, w2, author("w1"), author("w4")}},
		{"no targets", []string{w3, organizationRole}, nil, []string{w3, organizationRole}},
		{"a foreign pair", []string{w3, w3, organizationRole}, []string{"w1"}, []string{w3, w3, organizationRole, author("w1")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var targets []Target
			for _, id := range tt.targets {
				targets = append(targets, Target{id, Author})
			}
			entries := entriesOf(t, tt.entries...)
			if got, want := merge(entries, targets), entriesOf(t, tt.want...); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !reflect.DeepEqual(entries, entriesOf(t, tt.entries...)) {
				t.Error("what was read has changed")
			}
		})
	}
}

// FuzzMerge builds a set of roles and targets from bytes: each byte of the first is an entry, each of the second a target.
func FuzzMerge(f *testing.F) {
	f.Add([]byte{}, []byte{0}, `"x":1`)
	f.Add([]byte{0, 8, 16, 24, 32, 1, 9}, []byte{0, 1, 2, 3}, `"entityId":"w0"`)
	f.Add([]byte{0, 8, 24, 32, 40, 48, 56, 1}, []byte{192}, `"x":1`) // all kinds of entries that name the Workspace
	f.Add([]byte{1, 1, 9, 17}, []byte{1, 65}, `"n":12345678901234567890.0`)
	f.Add([]byte{0, 0, 0}, []byte{}, `"a":"<&>\u00e9"`)
	f.Fuzz(func(t *testing.T, kinds, wanted []byte, extra string) {
		var entries []astro.Entry
		for _, kind := range kinds {
			var entry astro.Entry
			if json.Unmarshal([]byte(rawEntry(kind, extra)), &entry) == nil {
				entries = append(entries, entry)
			}
		}
		targets := targetsOf(wanted)
		isTarget := func(e astro.Entry) bool {
			return slices.ContainsFunc(targets, func(target Target) bool { return e.InWorkspace(target.WorkspaceID) })
		}
		merged := merge(entries, targets)
		if got, want := without(merged, isTarget), without(entries, isTarget); !reflect.DeepEqual(got, want) {
			t.Errorf("foreign entries were\n%s, are\n%s", want, got)
		}
		if !Holds(merged, targets) {
			t.Errorf("%s does not hold %v", merged, targets)
		}
		if again := merge(merged, targets); !reflect.DeepEqual(again, merged) {
			t.Errorf("merged again\n%s, once\n%s", again, merged)
		}
		if Holds(entries, targets) && !reflect.DeepEqual(merged, append([]astro.Entry{}, entries...)) {
			t.Errorf("it was there, and still %s became %s", entries, merged)
		}
		for _, change := range plan(merged, targets) {
			if change.Status != Unchanged {
				t.Errorf("after the write: %+v", change)
			}
		}
	})
}

// rawEntry is an entry of a kind, in one of eight Workspaces (or what else has an ID) and with a field of the fuzzer's.
func rawEntry(kind byte, extra string) string {
	types := []string{"WORKSPACE", "WORKSPACE", "WORKSPACE", "DAG", "workspace", "ORGANIZATION", "CLUSTER", "DAG_TAG"}
	roles := []string{"WORKSPACE_MEMBER", "workspace_owner", "WORKSPACE_OWNER", "CUSTOM"}
	if !json.Valid([]byte("{" + extra + "}")) {
		extra = `"x":null`
	}
	return `{ "entityType":"` + types[kind>>3&7] + `","entityId":"w` + string('0'+rune(kind&7)) + `","role":"` + roles[kind>>6] + `","deploymentId":"d",` + extra + "}"
}

func targetsOf(wanted []byte) []Target {
	var targets []Target
	for _, w := range wanted {
		id := "w" + string('0'+rune(w&7))
		if !slices.ContainsFunc(targets, func(t Target) bool { return t.WorkspaceID == id }) {
			targets = append(targets, Target{id, Roles()[w>>6]})
		}
	}
	return targets
}

func without(entries []astro.Entry, drop func(astro.Entry) bool) []astro.Entry {
	return slices.DeleteFunc(append([]astro.Entry{}, entries...), drop)
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
		{"other fields", []string{w1}, []string{`{"entityType":"WORKSPACE","entityId":"w1","role":"WORKSPACE_MEMBER","y":2}`}, true},
		{"case of the role", []string{w1}, []string{inWorkspace("w1", "Workspace_Member")}, true},
		{"other role", []string{w1}, []string{inWorkspace("w1", "WORKSPACE_OWNER")}, false},
		{"other ID", []string{w1}, []string{inWorkspace("W1", "WORKSPACE_MEMBER")}, false},
		{"other type", []string{inWorkspace("w1", "R")}, []string{`{"entityType":"DAG","entityId":"w1","role":"R"}`}, false},
		{"other deployment", []string{dagRole}, []string{`{"entityType":"DAG","entityId":"w1","deploymentId":"d2","role":"R"}`}, false},
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
	targets := []Target{{"w1", Author}, {"w2", Author}}
	for _, tt := range []struct {
		name     string
		entries  []string
		replaced map[string][]Role
		want     Role
	}{
		{"none there", []string{organizationRole}, nil, ""},
		{"ours", []string{inWorkspace("w1", "workspace_author")}, nil, ""},
		{"the one we replaced", []string{inWorkspace("w1", "WORKSPACE_MEMBER")}, map[string][]Role{"w1": {"X", "workspace_member"}}, ""},
		{"another", []string{inWorkspace("w1", "WORKSPACE_OWNER")}, map[string][]Role{"w1": {Member}}, Owner},
		{"another in the second", []string{inWorkspace("w1", "WORKSPACE_AUTHOR"), inWorkspace("w2", "WORKSPACE_OWNER")}, nil, Owner},
		{"what was replaced elsewhere", []string{inWorkspace("w2", "WORKSPACE_MEMBER")}, map[string][]Role{"w1": {Member}}, Member},
		{"another in a Workspace that is not ours", []string{inWorkspace("w3", "WORKSPACE_OWNER")}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := foreignRole(entriesOf(t, tt.entries...), targets, tt.replaced); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSortProblems(t *testing.T) {
	a, b := Problem{Kind: Unavailable, What: escape.Say("a")}, Problem{Kind: Forbidden, What: escape.Say("b")}
	c := Problem{Kind: Unavailable, What: escape.Say("c")}
	problems := []Problem{a, b, c}
	Sort(problems)
	if want := []Problem{b, a, c}; !reflect.DeepEqual(problems, want) {
		t.Errorf("got %v, want %v", problems, want)
	}
}
