package sandbox

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Token describes an API token to add.
type Token struct {
	ID, Name, Description string
	Scope                 string    // default: ORGANIZATION
	Roles                 []string  // raw JSON objects, kept byte for byte
	NoRoles               bool      // leave "roles" out of all responses
	EndAt                 time.Time // zero: never expires
}

// A token is an API token and its history. Its JSON is rendered once, except for the roles and updatedAt:
// tests list ten thousand tokens.
type token struct {
	id, scope string
	noRoles   bool
	head      []byte    // its JSON without the roles, updatedAt and the closing brace
	versions  []version // oldest first, never empty
}

// A version holds the roles from one write to the next.
type version struct {
	at      time.Time
	updated time.Time
	roles   []string
}

func newToken(t Token, created time.Time) *token {
	if t.Scope == "" {
		t.Scope = scopeOrganization
	}
	return &token{
		id:       t.ID,
		scope:    t.Scope,
		noRoles:  t.NoRoles,
		head:     renderTokenHead(t, created),
		versions: []version{{at: created, updated: created, roles: slices.Clone(t.Roles)}},
	}
}

func (t *token) latest() version { return t.versions[len(t.versions)-1] }

// asOf returns the version at a time, or the first one if the token was added later.
func (t *token) asOf(at time.Time) version {
	for i := len(t.versions) - 1; i > 0; i-- {
		if !t.versions[i].at.After(at) {
			return t.versions[i]
		}
	}
	return t.versions[0]
}

// add adds a version, and removes those that were already replaced at the time oldest.
func (t *token) add(v version, oldest time.Time) {
	t.versions = append(t.versions, v)
	for len(t.versions) > 1 && !t.versions[1].at.After(oldest) {
		t.versions = t.versions[1:]
	}
}

// write appends the JSON of one version to b.
func (t *token) write(b *bytes.Buffer, v version, withRoles bool) {
	b.Write(t.head)
	if withRoles && !t.noRoles {
		b.WriteString(`"roles":[`)
		b.WriteString(strings.Join(v.roles, ","))
		b.WriteString(`],`)
	}
	b.WriteString(`"updatedAt":"`)
	b.Write(v.updated.UTC().AppendFormat(nil, timeFormat))
	b.WriteString(`"}`)
}
