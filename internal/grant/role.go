package grant

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Role is the name of a Workspace role. Names are compared without regard to case, as the API does.
type Role string

// The Workspace roles that can be granted. Each includes the permissions of the one before it.
const (
	Member   Role = "WORKSPACE_MEMBER"
	Author   Role = "WORKSPACE_AUTHOR"
	Operator Role = "WORKSPACE_OPERATOR"
	Owner    Role = "WORKSPACE_OWNER"
)

// None revokes any existing role.
const None Role = "none"

// accessor is a role that Astro assigns by itself and that cannot be granted. It has fewer permissions than any other.
const accessor Role = "WORKSPACE_ACCESSOR"

// Roles returns the Workspace roles that can be granted, starting with the fewest permissions.
func Roles() []Role { return []Role{Member, Author, Operator, Owner} }

// ParseRole returns the role that s names, or None. Its error lists what s can be and does not repeat s.
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
	allowed := "use " + strings.Join(names, ", ") + ", or none to revoke the role"
	if !strings.HasPrefix(full, "WORKSPACE") {
		full = "WORKSPACE_" + full
	}
	near := append(Near(s, []string{string(None)}), Near(full, names)...)
	if slices.Contains(names, full) {
		near = []string{full}
	}
	if s != "" && len(near) > 0 {
		return "", fmt.Errorf("did you mean %s? Otherwise %s", near[0], allowed)
	}
	return "", errors.New(allowed)
}

// Same reports whether two names name the same role.
func (r Role) Same(other Role) bool { return strings.EqualFold(string(r), string(other)) }

// Lowers reports whether a change from the role before to r takes permissions away. It is false for unknown roles.
func (r Role) Lowers(before Role) bool {
	order := append([]Role{accessor}, Roles()...)
	from := slices.IndexFunc(order, before.Same)
	to := slices.IndexFunc(order, r.Same)
	return from >= 0 && to >= 0 && to < from
}
