package grant

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Role is the name of a Workspace role, as the API gives it or in upper case. Names compare without regard to case.
type Role string

// The Workspace roles that may be granted. Each allows all that the one before it does.
const (
	Member   Role = "WORKSPACE_MEMBER"
	Author   Role = "WORKSPACE_AUTHOR"
	Operator Role = "WORKSPACE_OPERATOR"
	Owner    Role = "WORKSPACE_OWNER"
)

// None stands for no role: what was granted is revoked.
const None Role = "none"

// accessor is a role that the API answers with and does not grant. It allows less than any other.
const accessor Role = "WORKSPACE_ACCESSOR"

// Roles returns the Workspace roles that may be granted, the least first.
func Roles() []Role { return []Role{Member, Author, Operator, Owner} }

// ParseRole returns the role that s names, or None. Its error says what s may be, and does not repeat s.
func ParseRole(s string) (Role, error) {
	full := strings.ToUpper(s)
	if slices.Contains(Roles(), Role(full)) {
		return Role(full), nil
	}
	if None.Same(Role(s)) {
		return None, nil
	}
	names := []string{}
	for _, role := range Roles() {
		names = append(names, string(role))
	}
	allowed := "allowed are " + strings.Join(names, ", ") + ", or none to revoke"
	if !strings.HasPrefix(full, "WORKSPACE") {
		full = "WORKSPACE_" + full
	}
	near := append(Near(s, []string{string(None)}), Near(full, names)...)
	if s != "" && len(near) > 0 {
		return "", fmt.Errorf("did you mean %s? Else: %s", near[0], allowed)
	}
	return "", errors.New(allowed)
}

// Same reports whether two names are of one role.
func (r Role) Same(other Role) bool { return strings.EqualFold(string(r), string(other)) }

// Lowers reports whether going from the role before to r takes rights away. A role that is not known is never called lowered.
func (r Role) Lowers(before Role) bool {
	order := append([]Role{accessor}, Roles()...)
	from := slices.IndexFunc(order, before.Same)
	to := slices.IndexFunc(order, r.Same)
	return from >= 0 && to >= 0 && to < from
}
