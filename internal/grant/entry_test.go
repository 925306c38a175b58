package grant

import (
	"encoding/json"
	"reflect"
	"testing"
)

const (
	organizationRole = `{"entityType":"ORGANIZATION","entityId":"o1","role":"ORGANIZATION_MEMBER"}`
	dagRole          = `{"entityType":"DAG", "entityId":"w1","deploymentId":"d1","role":"R","n":12345678901234567890}`
	newKind          = `{"entityType":"CLUSTER","entityId":{"w":"w1"},"role":["<&>"]}`
)

func inWorkspace(id, role string) string {
	return `{"entityType":"WORKSPACE","entityId":"` + id + `","role":"` + role + `","x":1}`
}

func entriesOf(t testing.TB, raw ...string) []Entry {
	t.Helper()
	entries := make([]Entry, len(raw))
	for i, one := range raw {
		if err := json.Unmarshal([]byte(one), &entries[i]); err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

func TestEntry(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      Key
		invalid   bool
	}{
		{"Workspace", `{"entityType":"WORKSPACE","entityId":"w1","role":"R"}`, Key{"WORKSPACE", "w1", "", "R"}, false},
		{"DAG", `{"entityType":"DAG","entityId":"d","deploymentId":"p","role":"R"}`, Key{"DAG", "d", "p", "R"}, false},
		{"unknown kind", `{"entityType":"X","entityId":7,"role":{"a":1}}`, Key{EntityType: "X"}, false},
		{"type only", `{"entityType":"X"}`, Key{EntityType: "X"}, false},
		{"other case", `{"entityType":"X","ROLE":"R","EntityId":"e"}`, Key{EntityType: "X"}, false},
		{"null field", `{"entityType":"X","role":null}`, Key{EntityType: "X"}, false},
		{"no type", `{"entityId":"w1","role":"R"}`, Key{}, true},
		{"type is a number", `{"entityType":1}`, Key{}, true},
		{"not an object", `"WORKSPACE"`, Key{}, true},
		{"null", `null`, Key{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var entry Entry
			err := json.Unmarshal([]byte(tt.raw), &entry)
			if (err != nil) != tt.invalid {
				t.Fatal(err)
			}
			if tt.invalid {
				return
			}
			if entry.Key != tt.want {
				t.Errorf("got key %+v, want %+v", entry.Key, tt.want)
			}
			if got := string(entry.Raw()); got != tt.raw {
				t.Errorf("got bytes %s, want %s", got, tt.raw)
			}
		})
	}
}

func TestWorkspaceEntryIsReadBack(t *testing.T) {
	entry := WorkspaceEntry(`w"1`, "R")
	if got := entriesOf(t, string(entry.Raw()))[0]; !reflect.DeepEqual(got, entry) {
		t.Errorf("got %+v, want %+v", got, entry)
	}
	inDAG := entriesOf(t, `{"entityType":"DAG","entityId":"w1"}`)[0].InWorkspace("w1")
	if !entry.InWorkspace(`w"1`) || entry.InWorkspace("w1") || inDAG {
		t.Error("InWorkspace is wrong")
	}
}

func TestHasOneOrganizationRole(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []string
		want    bool
	}{
		{"one", []string{dagRole, organizationRole, newKind}, true},
		{"none", []string{dagRole, inWorkspace("o1", "ORGANIZATION_MEMBER")}, false},
		{"two", []string{organizationRole, dagRole, organizationRole}, false},
		{"empty", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := HasOneOrganizationRole(entriesOf(t, tt.entries...)); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
