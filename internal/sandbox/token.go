package sandbox

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Token is an API token to begin with.
type Token struct {
	ID, Name, Description string
	Scope                 string    // ORGANIZATION where it is empty
	Roles                 []string  // each one a raw JSON object, kept byte for byte
	NoRoles               bool      // the token answers without "roles"
	EndAt                 time.Time // zero: never expires
	Extra                 string    // raw JSON members that the answer has besides, as in `"x":1`
}

// A token is a Token with its past. All of its answer but the roles and updatedAt is rendered once, since
// lists of ten thousand must be quick.
type token struct {
	id, scope  string
	noRoles    bool
	head, tail []byte
	versions   []version // oldest first, never empty
}

// A version is what a token's roles were from one write to the next.
type version struct {
	at      time.Time
	updated time.Time
	roles   []string
}

func newToken(t Token, created time.Time) *token {
	if t.Scope == "" {
		t.Scope = scopeOrganization
	}
	head, tail := renderToken(t, created)
	return &token{
		id:       t.ID,
		scope:    t.Scope,
		noRoles:  t.NoRoles,
		head:     head,
		tail:     tail,
		versions: []version{{at: created, updated: created, roles: slices.Clone(t.Roles)}},
	}
}

func (t *token) latest() version { return t.versions[len(t.versions)-1] }

// asOf returns the version that stood at a time. The first one has always stood.
func (t *token) asOf(at time.Time) version {
	for i := len(t.versions) - 1; i > 0; i-- {
		if !t.versions[i].at.After(at) {
			return t.versions[i]
		}
	}
	return t.versions[0]
}

// add adds the newest version and forgets those that had already been replaced at oldest.
func (t *token) add(v version, oldest time.Time) {
	t.versions = append(t.versions, v)
	for len(t.versions) > 1 && !t.versions[1].at.After(oldest) {
		t.versions = t.versions[1:]
	}
}

// write writes the token as it was in a version. A list leaves the roles out.
func (t *token) write(b *bytes.Buffer, v version, withRoles bool) {
	b.Write(t.head)
	if withRoles && !t.noRoles {
		b.WriteString(`"roles":[`)
		b.WriteString(strings.Join(v.roles, ","))
		b.WriteString(`],`)
	}
	b.WriteString(`"updatedAt":"`)
	b.Write(v.updated.UTC().AppendFormat(nil, timeFormat))
	b.WriteByte('"')
	b.Write(t.tail)
}
