package grant

import (
	"time"

	"astro-workspace-grant/internal/message"
)

// Wanted is one role that an API token should have in one Workspace, as an input or a grants file asks for it.
type Wanted struct {
	TokenName, TokenID string // exactly one of them is set
	WorkspaceGiven     string // the ID or exact name of the Workspace
	Role               Role   // None revokes any existing role

	Until    time.Time // the last day on which a grants file's grant holds, at 0:00 UTC; zero: no end
	Ended    bool      // Until is over, so that Role is None
	Reason   string    // why a grants file has the grant
	Unlisted bool      // the grants file does not list it: an exclusive file revokes it

	TokenAt, WorkspaceAt Position // in the grants file
}

// TokenGiven returns the API token as it was given, by name or ID.
func (w Wanted) TokenGiven() string { return w.TokenName + w.TokenID }

// Contradicts reports whether two grants of the same API token in the same Workspace cannot both hold. One that has ended
// contradicts nothing: the other one holds.
func (w Wanted) Contradicts(other Wanted) bool {
	return w.Role != other.Role && !w.Ended && !other.Ended
}

// Position is a position in a grants file. Line and column count characters from 1. The zero Position is unknown.
type Position struct {
	File         string
	Line, Column int
}

// From returns the position for a message that is about another one: "line 3", or "line 3 of grants/data.yml" if that
// is in another file.
func (p Position) From(other Position) message.Text {
	if p.File == other.File {
		return message.New("line %s", p.Line)
	}
	return message.New("line %s of %s", p.Line, p.File)
}

// Outcome is the outcome of a [Wanted] role: what its names resolved to, what the plan says, and how applying it ended.
type Outcome struct {
	Wanted
	Token, Workspace Resource // empty while they are not resolved

	Previous Role   // empty: none, or not read yet
	Status   Status // empty until there is a plan
	Error    Kind   // empty unless Status is Failed

	AccessorRemains bool // no role is wanted, but Astro keeps WORKSPACE_ACCESSOR for roles in Deployments or DAGs

	Unverified bool      // a write was sent, and it is not known whether it took effect
	At         time.Time // when Status became known
	RequestID  string    // the API's ID of the write; may be empty
}

// Status is the result for one wanted role.
type Status string

// The statuses. Several outcomes together have the first of these statuses that occurs.
const (
	Failed    Status = "failed"
	Granted   Status = "granted"   // there was no role
	Updated   Status = "updated"   // there was another role
	Revoked   Status = "revoked"   // there was a role, and now there is none
	Unchanged Status = "unchanged" // the role was as wanted
)

// Statuses returns all statuses in order of precedence.
func Statuses() []Status { return []Status{Failed, Granted, Updated, Revoked, Unchanged} }

// ByToken groups outcomes by their API token, in the order of first mention. It returns their indexes.
func ByToken(outcomes []Outcome) [][]int {
	var groups [][]int
	group := map[string]int{}
	for i, o := range outcomes {
		at, ok := group[o.Token.ID]
		if !ok {
			at = len(groups)
			group[o.Token.ID] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}
