package grant

import "testing"

func TestDifference(t *testing.T) {
	like := func(other, given string) string {
		return "has another character that looks like the given one (" + other + ", not " + given + ")"
	}
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
		{"NFC and NFD", "M\u00fcnchen", "Mu\u0308nchen", "has a letter that is encoded in another way (Unicode NFC and NFD)"},
		{"NFD and NFC", "Mu\u0308nchen", "M\u00fcnchen", "has a letter that is encoded in another way (Unicode NFC and NFD)"},
		{"another accent", "M\u00fcller", "M\u00f6ller", ""},
		{"no accent", "Muller", "M\u00fcller", ""},
		{"Cyrillic", "Team Data", "Te\u0430m Data", like("U+0430", "U+0061")},
		{"Greek", "Omega", "\u039fmega", like("U+039F", "U+004F")},
		{"another accent in NFD", "Bu\u0302ro", "Bu\u0308ro", ""},
		{"accent on a Cyrillic letter", "\u0439", "\u0438\u0306", "has a letter that is encoded in another way (Unicode NFC and NFD)"},
		{
			"Korean", "\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8",
			"has a letter that is encoded in another way (Unicode NFC and NFD)",
		},
		{"spaces at both ends", "Finance", " Finance\t", "begins and ends with a space"},
		{"wide letters", "CI", "\uff23I", like("U+FF23", "U+0043")},
		{"l and I", "Team I", "Team l", like("U+006C", "U+0049")},
		{"Cyrillic I and l", "Team \u0406", "Team l", like("U+006C", "U+0406")},
		{"zero and O", "R0", "RO", like("U+004F", "U+0030")},
		{"zero and o", "R0", "Ro", ""},
		{"dash", "A-B", "A\u2013B", like("U+2013", "U+002D")},
		{"apostrophe", "Anna's", "Anna\u2019s", like("U+2019", "U+0027")},
		{"a space and a look-alike", "Core", "\u0421ore ", like("U+0421", "U+0043")},
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
