package grant

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Resource is an Organization, a Workspace or an API token.
type Resource struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Scope string `json:"scope"` // of an API token only
}

// Token is an API token with its roles, as read by its ID or from a list that carries roles.
type Token struct {
	Resource
	UpdatedAt string
	EndAt     time.Time // when it ends; zero: never, or not known
	Roles     []Entry   // nil: not read

	Sent     time.Time // when the request for it was sent
	Answered time.Time // when the answer was complete
}

// The entity types that this package has to know.
const (
	entityOrganization = "ORGANIZATION"
	entityWorkspace    = "WORKSPACE"
	entityDeployment   = "DEPLOYMENT"
	entityDAG          = "DAG"
	entityDAGTag       = "DAG_TAG"
)

// Entry is one role of an API token. It keeps the bytes that it was read from and is written as those bytes, so that
// unknown kinds of roles and unknown fields survive unchanged.
type Entry struct {
	Key

	raw json.RawMessage
}

// Key holds the known fields of an [Entry]. A field that is missing or not a string is empty.
type Key struct {
	EntityType   string
	EntityID     string
	DeploymentID string // of DAG and DAG_TAG
	Role         string
}

// WorkspaceEntry returns a role in a Workspace.
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

// Raw returns the bytes to write: exactly those that were read.
func (e Entry) Raw() []byte { return e.raw }

// UnmarshalJSON keeps the entry's bytes and reads the known fields by their exact names. (By itself, encoding/json
// would accept "ROLE" for "role".)
func (e *Entry) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	*e = Entry{raw: bytes.Clone(data)}
	if json.Unmarshal(members["entityType"], &e.EntityType) != nil || e.EntityType == "" {
		return errors.New("a role without an entityType")
	}
	// In an entry of an unknown kind these may have any type. It is kept all the same.
	optional := map[string]*string{"entityId": &e.EntityID, "deploymentId": &e.DeploymentID, "role": &e.Role}
	for name, field := range optional {
		if json.Unmarshal(members[name], field) != nil {
			*field = ""
		}
	}
	return nil
}

// OrganizationRole returns the role of an API token in the Organization itself, or an empty one.
func (t Token) OrganizationRole() string {
	for _, entry := range t.Roles {
		if entry.EntityType == entityOrganization {
			return entry.Role
		}
	}
	return ""
}

// HasOneOrganizationRole reports whether exactly one entry is a role in the Organization itself. Astro requires this of
// every Organization API token, so an answer without it is broken and must not be the base of a write.
func HasOneOrganizationRole(entries []Entry) bool {
	isOrganization := func(e Entry) bool { return e.EntityType == entityOrganization }
	first := slices.IndexFunc(entries, isOrganization)
	return first >= 0 && !slices.ContainsFunc(entries[first+1:], isOrganization)
}
