package grant

import "testing"

func TestParseRole(t *testing.T) {
	const allowed = "use WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER, " +
		"or none to revoke the role"
	for _, tt := range []struct {
		in      string
		want    Role
		problem string
	}{
		{"WORKSPACE_MEMBER", Member, ""},
		{"workspace_author", Author, ""},
		{"Workspace_Operator", Operator, ""},
		{"WORKSPACE_OWNER", Owner, ""},
		{"OPERATOR", "", "did you mean WORKSPACE_OPERATOR? Otherwise " + allowed},
		{"owner", "", "did you mean WORKSPACE_OWNER? Otherwise " + allowed},
		{"WORKSPACE_OPERATR", "", "did you mean WORKSPACE_OPERATOR? Otherwise " + allowed},
		{"WORKSPACE OWNER", "", "did you mean WORKSPACE_OWNER? Otherwise " + allowed},
		{"WORKSPACE-MEMBER", "", "did you mean WORKSPACE_MEMBER? Otherwise " + allowed},
		{"none", None, ""},
		{"NONE", None, ""},
		{"nonne", "", "did you mean none? Otherwise " + allowed},
		{"", "", allowed},
		{"ORGANIZATION_BILLING_ADMIN", "", allowed},
		{"管理者", "", allowed},
	} {
		t.Run(tt.in, func(t *testing.T) {
			role, err := ParseRole(tt.in)
			if role != tt.want || (err == nil) != (tt.problem == "") || err != nil && err.Error() != tt.problem {
				t.Errorf("got %q, %v; want %q, %s", role, err, tt.want, tt.problem)
			}
		})
	}
}

// The API returns WORKSPACE_ACCESSOR, but does not accept it.
func TestAccessorCannotBeGranted(t *testing.T) {
	if role, err := ParseRole(string(accessor)); err == nil {
		t.Errorf("got %s", role)
	}
}

func TestLowers(t *testing.T) {
	order := []Role{
		"workspace_accessor", "WORKSPACE_MEMBER", "Workspace_Author", "WORKSPACE_OPERATOR", "WORKSPACE_OWNER",
	}
	for i, before := range order {
		for j, after := range order {
			if got := after.Lowers(before); got != (j < i) {
				t.Errorf("from %s to %s: %v", before, after, got)
			}
		}
		for _, unknown := range []Role{"", "WORKSPACE_CUSTOM"} {
			if before.Lowers(unknown) || unknown.Lowers(before) {
				t.Errorf("the unknown role %q has an order with %s", unknown, before)
			}
		}
	}
}
