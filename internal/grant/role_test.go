package grant

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRole(t *testing.T) {
	const allowed = "allowed are WORKSPACE_MEMBER, WORKSPACE_AUTHOR, WORKSPACE_OPERATOR, WORKSPACE_OWNER, or none to revoke"
	for _, tt := range []struct {
		in      string
		want    Role
		problem string
	}{
		{"WORKSPACE_MEMBER", Member, ""},
		{"workspace_author", Author, ""},
		{"Workspace_Operator", Operator, ""},
		{"WORKSPACE_OWNER", Owner, ""},
		{"OPERATOR", "", "did you mean WORKSPACE_OPERATOR? Else: " + allowed},
		{"owner", "", "did you mean WORKSPACE_OWNER? Else: " + allowed},
		{"WORKSPACE_OPERATR", "", "did you mean WORKSPACE_OPERATOR? Else: " + allowed},
		{"WORKSPACE OWNER", "", "did you mean WORKSPACE_OWNER? Else: " + allowed},
		{"WORKSPACE-MEMBER", "", "did you mean WORKSPACE_MEMBER? Else: " + allowed},
		{"none", None, ""},
		{"NONE", None, ""},
		{"nonne", "", "did you mean none? Else: " + allowed},
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

// WORKSPACE_ACCESSOR is a role that the API answers with, and cannot be granted.
func TestAccessorIsNotGranted(t *testing.T) {
	if role, err := ParseRole(string(accessor)); err == nil {
		t.Errorf("got %s", role)
	}
}

func TestLowers(t *testing.T) {
	order := []Role{"workspace_accessor", "WORKSPACE_MEMBER", "Workspace_Author", "WORKSPACE_OPERATOR", "WORKSPACE_OWNER"}
	for i, before := range order {
		for j, after := range order {
			if got := after.Lowers(before); got != (j < i) {
				t.Errorf("from %s to %s: %v", before, after, got)
			}
		}
		for _, unknown := range []Role{"", "WORKSPACE_CUSTOM"} {
			if before.Lowers(unknown) || unknown.Lowers(before) {
				t.Errorf("%q, not known, against %s", unknown, before)
			}
		}
	}
}

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		names      []string
		near       []string
	}{
		{"none", "Production", []string{"Staging", "Dev"}, nil},
		{"no names", "Production", nil, nil},
		{"case", "production", []string{"Production"}, []string{"Production"}},
		{"a letter dropped", "Prodution", []string{"Staging", "Production"}, []string{"Production"}},
		{"a letter added", "Productions", []string{"Production"}, []string{"Production"}},
		{"a letter replaced", "Prod_ction", []string{"Production"}, []string{"Production"}},
		{"neighbours swapped", "Prodcution", []string{"Production"}, []string{"Production"}},
		{"neighbours swapped in a short name", "dve", []string{"dev", "abc"}, []string{"dev"}},
		{"a part", "Prod EU", []string{"Team Prod EU 2"}, []string{"Team Prod EU 2"}},
		{"of which it is a part", "Team Prod EU 2", []string{"Prod EU"}, []string{"Prod EU"}},
		{"a part that tells nothing", "the new one", []string{"new"}, nil},
		{"the nearest first", "Production", []string{"My Production", "Prodxxtion", "Productio"}, []string{"Productio", "Prodxxtion", "My Production"}},
		{"equally near: in their order", "team a", []string{"team c", "team b"}, []string{"team c", "team b"}},
		{"each once", "CI", []string{"CJ", "CJ"}, []string{"CJ"}},
		{"five at most", "team", []string{"team1", "team2", "team3", "team4", "team5", "team6"}, []string{"team1", "team2", "team3", "team4", "team5"}},
		{"letters, not bytes", "Größe", []string{"Grösse", "Grüße"}, []string{"Grüße"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Near(tt.want, tt.names); !slices.Equal(got, tt.near) {
				t.Errorf("got %q, want %q", got, tt.near)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b        string
		bound, want int
	}{
		{"", "", 3, 0},
		{"", "abc", 3, 3},
		{"abc", "", 2, 3},
		{"abc", "abc", 3, 0},
		{"abc", "acb", 3, 1},
		{"abcd", "badc", 3, 2},
		{"kitten", "sitting", 3, 3},
		{"ab", "abcdefgh", 3, 4},
	} {
		if got := distance([]rune(tt.a), []rune(tt.b), tt.bound); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func FuzzNear(f *testing.F) {
	f.Add("Production", "Prodution")
	f.Add("", "\xff")
	f.Add("abab", "baba")
	f.Fuzz(func(t *testing.T, want, names string) {
		all := strings.Split(names, "\n")
		a, b := []rune(want), []rune(all[0])
		for bound := range 5 {
			// With a bound that nothing reaches, no shortcut is taken.
			if got, full := distance(a, b, bound), distance(a, b, len(a)+len(b)); got != min(full, bound+1) {
				t.Errorf("the distance is %d, and %d within %d", full, got, bound)
			}
		}
		near := Near(want, all)
		if len(near) > mostNear {
			t.Errorf("%d names", len(near))
		}
		for _, name := range near {
			if !slices.Contains(all, name) {
				t.Errorf("%q is none of the names", name)
			}
		}
		if want == all[0] && !slices.Contains(near, all[0]) && len(near) < mostNear {
			t.Errorf("%q is not near itself: %q", want, near)
		}
		if _, err := ParseRole(want); err != nil && len(want) > 20 && strings.Contains(err.Error(), want) {
			t.Errorf("the problem repeats what was given: %v", err)
		}
	})
}
