package grant

import "time"

// Wanted is one role that an API token should have in one Workspace, as an input or a grants file asks for it.
type Wanted struct {
	TokenName, TokenID string // exactly one of them is set
	WorkspaceGiven     string // the ID or exact name of the Workspace
	Role               Role   // None revokes any existing role

	TokenAt, WorkspaceAt Position // in the grants file
}

// TokenGiven returns the API token as it was given, by name or ID.
func (w Wanted) TokenGiven() string { return w.TokenName + w.TokenID }

// Position is a position in a grants file. Line and column count characters from 1. The zero Position is unknown.
type Position struct{ Line, Column int }

// Outcome is the outcome of a [Wanted] role: what its names resolved to, what the plan says, and how applying it ended.
type Outcome struct {
	Wanted
	Token, Workspace Resource // empty while they are not resolved

	Previous Role   // empty: none, or not read yet
	Status   Status // empty until there is a plan
	Error    Kind   // empty unless Status is Failed

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
