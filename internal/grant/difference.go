package grant

import (
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
	composed, foreign := false, false
	for i := range a {
		switch {
		case a[i] == b[i]:
		case isComposed(a[i], b[i]) || isComposed(b[i], a[i]):
			composed = true
		case isLookAlike(a[i], b[i]) || isLookAlike(b[i], a[i]):
			foreign = true
		default:
			return ""
		}
	}
	space := func(s string) bool { return strings.TrimRightFunc(s, unicode.IsSpace) != s }
	switch {
	case foreign:
		return "has a letter of another alphabet in it"
	case composed:
		return "has a letter with an accent that is encoded in another way (Unicode NFC and NFD)"
	case strings.TrimLeftFunc(other, unicode.IsSpace) != other:
		return "begins with a space"
	case space(other):
		return "ends with a space"
	case space(given) || strings.TrimLeftFunc(given, unicode.IsSpace) != given:
		return "has no space at its ends"
	}
	return "has other spaces or invisible characters in it"
}

// glyph is a letter with the accents that follow it.
type glyph struct {
	letter rune
	accent bool
}

// lookOf returns what a person sees of a name: without invisible characters, and with single spaces between words.
func lookOf(name string) (glyphs []glyph) {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector):
			return -1
		}
		return r
	}, name)
	for _, r := range strings.Join(strings.Fields(visible), " ") {
		if unicode.Is(unicode.Mn, r) && len(glyphs) > 0 {
			glyphs[len(glyphs)-1].accent = true
			continue
		}
		glyphs = append(glyphs, glyph{letter: r})
	}
	return glyphs
}

// isComposed reports whether one may be a letter with an accent in one character, and the other the same in two.
func isComposed(one, other glyph) bool {
	return one.letter > unicode.MaxASCII && unicode.Is(unicode.Latin, one.letter) && !one.accent &&
		other.letter <= unicode.MaxASCII && other.accent
}

// lookAlikes has the letters of other alphabets that look like those at the same place in ascii.
const (
	lookAlikes = "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406" +
		"\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5"
	ascii = "aeopcyxijsABEKMHOPCTXI" + "oABEZHIKMNOPTXY"
)

func isLookAlike(one, other glyph) bool {
	at := 0
	for _, r := range lookAlikes {
		if r == one.letter && rune(ascii[at]) == other.letter {
			return true
		}
		at++
	}
	return false
}
