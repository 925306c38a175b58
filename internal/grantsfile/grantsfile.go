// Package grantsfile reads a grants file: YAML that lists which role each Organization API token has in which
// Workspaces.
//
// [Read] opens a file inside the checkout. [Parse] returns the grants, or all problems, each with its line and
// column. Neither sends anything, and no problem repeats an API token that is in the file.
//
// Anyone who can open a pull request can write the file, so it is checked in stages: the bytes, the YAML syntax, the
// YAML features that a grants file does without (anchors, tags, several documents), and the content. A stage that
// finds problems is the last one. YAML's own error messages are replaced by what the lines of the file suggest as the
// cause.
//
// What a valid role and a valid ID are is defined in packages grant and astro.
package grantsfile

import (
	"cmp"
	"slices"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// MaxSize is the largest size of a file: 512 KiB.
const MaxSize = 512 << 10

// Parse parses and checks a file. It returns what the file asks for, or all problems, in the order of the file.
func Parse(data []byte) ([]grant.Wanted, []grant.Problem) {
	s, problems := checkText(data)
	var wanted []grant.Wanted
	if s != nil {
		root, more := s.parse()
		if len(more) == 0 {
			wanted, more = check(s, root)
		}
		problems = append(problems, more...)
	}
	if len(problems) == 0 {
		return wanted, nil
	}
	slices.SortStableFunc(problems, func(a, b grant.Problem) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return nil, problems
}

// ofFile is a problem of the file as a whole.
func ofFile(what, hint message.Text) grant.Problem {
	return grant.Problem{Kind: grant.InvalidInput, What: message.New("grants-file: %s", what), Hint: hint}
}

// brief shortens a value for a message: a name may be as long as the file.
func brief(value string) string {
	if runes := []rune(value); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return value
}
