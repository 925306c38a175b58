package grant

import (
	"fmt"
	"strings"
	"unicode"
)

// Difference says how another name differs from the given one if both look the same, such as "ends with a space". It is
// empty if they do not look the same.
func Difference(given, other string) string {
	a, b := lookOf(given), lookOf(other)
	if given == other || len(a) != len(b) {
		return ""
	}
	difference := ""
	for i := range a {
		switch one, another := a[i], b[i]; {
		case one == another:
		case isComposed(one, another) || isComposed(another, one):
			difference = "has a letter that is encoded in another way (Unicode NFC and NFD)"
		case one.marks == another.marks && base(one.letter) == base(another.letter):
			difference = fmt.Sprintf("has another character that looks like the given one (%U, not %U)", another.letter, one.letter)
		default:
			return ""
		}
	}
	if difference != "" {
		return difference
	}
	return differentSpace(given, other)
}

func differentSpace(given, other string) string {
	begins := strings.TrimLeftFunc(other, unicode.IsSpace) != other
	ends := strings.TrimRightFunc(other, unicode.IsSpace) != other
	switch {
	case begins && ends:
		return "begins and ends with a space"
	case begins:
		return "begins with a space"
	case ends:
		return "ends with a space"
	case strings.TrimSpace(given) != given:
		return "has no space at its ends"
	}
	return "has other spaces or invisible characters in it"
}

// glyph is a letter with the accents that follow it, or the first consonant of a Korean syllable with its other parts.
type glyph struct {
	letter rune
	marks  string
}

// lookOf returns what a person sees of a name: without invisible characters, and with single spaces between words.
func lookOf(name string) (glyphs []glyph) {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, name)
	for _, r := range strings.Join(strings.Fields(visible), " ") {
		if isMark := unicode.Is(unicode.Mn, r) || '\u1160' <= r && r <= '\u11ff'; isMark && len(glyphs) > 0 {
			glyphs[len(glyphs)-1].marks += string(r)
			continue
		}
		glyphs = append(glyphs, glyph{letter: r})
	}
	return glyphs
}

// isComposed reports whether one may be a letter with an accent, or a Korean syllable, in one character, and the other the
// same in several.
func isComposed(one, other glyph) bool {
	return one.letter > unicode.MaxASCII && unicode.IsLetter(one.letter) && one.marks == "" && other.marks != ""
}

// lookAlikes has characters that look like those at the same place in ascii: letters of other alphabets, dashes and quotes,
// and what many fonts do not distinguish.
const (
	lookAlikes = "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406" +
		"\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5" +
		"\u2010\u2011\u2012\u2013\u2014\u2212\u2018\u2019\u201c\u201d" + "I1|O"
	ascii = "aeopcyxijsABEKMH0PCTXl" + "oABEZHlKMN0PTXY" + "------''\"\"" + "lll0"
)

// base returns the same character for all that look the same.
func base(r rune) rune {
	if '\uff01' <= r && r <= '\uff5e' { // the wide forms of ASCII
		r -= '\uff01' - '!'
	}
	at := 0
	for _, lookAlike := range lookAlikes {
		if r == lookAlike {
			return rune(ascii[at])
		}
		at++
	}
	return r
}
