package grant

import "testing"

func TestDifference(t *testing.T) {
	for _, tt := range []struct{ name, given, other, want string }{
		{"same", "Finance", "Finance", ""},
		{"other case", "Finance", "finance", ""},
		{"other word", "Finance", "Finances", ""},
		{"space at the end", "Finance", "Finance ", "ends with a space"},
		{"no-break space at the end", "Finance", "Finance\u00a0", "ends with a space"},
		{"space at the beginning", "Finance", " Finance", "begins with a space"},
		{"none at the end", "Finance ", "Finance", "has no space at its ends"},
		{"two spaces", "Data Science", "Data  Science", "has other spaces or invisible characters in it"},
		{"no-break space", "Data Science", "Data\u00a0Science", "has other spaces or invisible characters in it"},
		{"invisible", "Data Science", "Data\u200b Science", "has other spaces or invisible characters in it"},
		{"NFC and NFD", "M\u00fcnchen", "Mu\u0308nchen", "has a letter with an accent that is encoded in another way (Unicode NFC and NFD)"},
		{"NFD and NFC", "Mu\u0308nchen", "M\u00fcnchen", "has a letter with an accent that is encoded in another way (Unicode NFC and NFD)"},
		{"another accent", "M\u00fcller", "M\u00f6ller", ""},
		{"no accent", "Muller", "M\u00fcller", ""},
		{"Cyrillic", "Team Data", "Te\u0430m Data", "has a letter of another alphabet in it"},
		{"Greek", "Omega", "\u039fmega", "has a letter of another alphabet in it"},
		{"Cyrillic word", "Data", "\u0414\u0430\u0442\u0430", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Difference(tt.given, tt.other); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
	if len([]rune(lookAlikes)) != len(ascii) {
		t.Errorf("%d look-alikes of %d letters", len([]rune(lookAlikes)), len(ascii))
	}
}
