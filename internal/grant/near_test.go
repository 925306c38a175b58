package grant

import (
	"slices"
	"strings"
	"testing"
)

func TestNear(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		names      []string
		near       []string
	}{
		{"none", "Production", []string{"Staging", "Dev"}, nil},
		{"no names", "Production", nil, nil},
		{"case", "production", []string{"Production"}, []string{"Production"}},
		{"missing letter", "Prodution", []string{"Staging", "Production"}, []string{"Production"}},
		{"extra letter", "Productions", []string{"Production"}, []string{"Production"}},
		{"wrong letter", "Prod_ction", []string{"Production"}, []string{"Production"}},
		{"swapped letters", "Prodcution", []string{"Production"}, []string{"Production"}},
		{"swapped letters in a short name", "dve", []string{"dev", "abc"}, []string{"dev"}},
		{"part of a name", "Prod EU", []string{"Team Prod EU 2"}, []string{"Team Prod EU 2"}},
		{"contains a name", "Team Prod EU 2", []string{"Prod EU"}, []string{"Prod EU"}},
		{"part too short", "the new one", []string{"new"}, nil},
		{
			"most similar first", "Production",
			[]string{"My Production", "Prodxxtion", "Productio"},
			[]string{"Productio", "Prodxxtion", "My Production"},
		},
		{"equally similar: in their order", "team a", []string{"team c", "team b"}, []string{"team c", "team b"}},
		{"duplicates", "CI", []string{"CJ", "CJ"}, []string{"CJ"}},
		{
			"five at most", "team",
			[]string{"team1", "team2", "team3", "team4", "team5", "team6"},
			[]string{"team1", "team2", "team3", "team4", "team5"},
		},
		{"not the name itself", "CI", []string{"CI", "CJ"}, []string{"CJ"}},
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
			// No distance reaches this bound, so there is no shortcut.
			if got, full := distance(a, b, bound), distance(a, b, len(a)+len(b)); got != min(full, bound+1) {
				t.Errorf("the distance is %d, but %d with the bound %d", full, got, bound)
			}
		}
		near := Near(want, all)
		if len(near) > mostNear {
			t.Errorf("%d names", len(near))
		}
		for _, name := range near {
			if !slices.Contains(all, name) {
				t.Errorf("%q is not one of the names", name)
			}
		}
		if slices.Contains(near, want) {
			t.Errorf("%q is suggested for itself: %q", want, near)
		}
		if _, err := ParseRole(want); err != nil && len(want) > 20 && strings.Contains(err.Error(), want) {
			t.Errorf("the error repeats the input: %v", err)
		}
	})
}
