package astro

import (
	"bytes"
	"encoding/json"
	"errors"
)

// entityWorkspace is the entity type of a Workspace's role.
const entityWorkspace = "WORKSPACE"

// Entry is one role of an API token: which role, on what. It carries the bytes it was read from, and is sent as these: an
// entry of a kind we do not know, or a field of it, must come back as it was.
type Entry struct {
	Key

	raw json.RawMessage
}

// Key is what of an entry we know. Fields that are missing, or are no strings, are empty.
type Key struct {
	EntityType   string
	EntityID     string
	DeploymentID string // of DAG and DAG_TAG
	Role         string
}

// WorkspaceEntry returns the entry that is a role in a Workspace.
func WorkspaceEntry(workspaceID, role string) Entry {
	raw, err := json.Marshal(struct {
		EntityType string `json:"entityType"`
		EntityID   string `json:"entityId"`
		Role       string `json:"role"`
	}{entityWorkspace, workspaceID, role})
	if err != nil {
		panic("three strings do not marshal: " + err.Error())
	}
	return Entry{Key: Key{EntityType: entityWorkspace, EntityID: workspaceID, Role: role}, raw: raw}
}

// InWorkspace reports whether the entry is a role in this Workspace.
func (e Entry) InWorkspace(id string) bool {
	return e.EntityType == entityWorkspace && e.EntityID == id
}

// UnmarshalJSON keeps the entry's bytes and reads the fields we know by their exact names: encoding/json would take "ROLE" for "role".
func (e *Entry) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	*e = Entry{raw: bytes.Clone(data)}
	if json.Unmarshal(members["entityType"], &e.EntityType) != nil || e.EntityType == "" {
		return errors.New("a role without an entityType")
	}
	// Of a kind that we do not know, these may be anything: it is carried through all the same.
	for name, field := range map[string]*string{"entityId": &e.EntityID, "deploymentId": &e.DeploymentID, "role": &e.Role} {
		if json.Unmarshal(members[name], field) != nil {
			*field = ""
		}
	}
	return nil
}
