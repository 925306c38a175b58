// Package grantsfile reads a grants file: YAML that lists which role each Organization API token has in which
// Workspaces.
//
// [Read] opens a file, or the files of a folder, inside the checkout. [Parse] returns the grants, or all problems, each
// with its line and column. Neither sends anything, and no problem repeats an API token that is in a file.
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
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// MaxSize is the largest size of all files of a folder together: 512 KiB.
const MaxSize = 512 << 10

// File is a grants file.
type File struct {
	Path    string // for the positions
	Content []byte
}

// Grants is what grants files ask for together.
type Grants struct {
	Wanted []grant.Wanted
	// Exclusive is set if the Workspace roles that no file lists are to be revoked from the API tokens that a file names.
	Exclusive bool

	exclusiveAt grant.Position // of the key; zero if it is not set
}

// Parse parses and checks files that count as one. It returns what they ask for on the day of now, or all problems, in
// the order of the files.
func Parse(now time.Time, files ...File) (Grants, []grant.Problem) {
	var grants Grants
	var problems []grant.Problem
	for _, file := range files {
		g, more := parse(now, file)
		problems = append(problems, more...)
		if grants.exclusiveAt.Line == 0 {
			grants.exclusiveAt, grants.Exclusive = g.exclusiveAt, g.Exclusive
		} else if g.exclusiveAt.Line > 0 && g.Exclusive != grants.Exclusive {
			problems = append(problems, contradictsExclusive(grants, g))
		}
		grants.Wanted = append(grants.Wanted, g.Wanted...)
	}
	problems = append(problems, conflicts(grants.Wanted)...)
	if len(problems) == 0 {
		return grants, nil
	}
	order := map[string]int{}
	for i, file := range files {
		order[file.Path] = i
	}
	slices.SortStableFunc(problems, func(a, b grant.Problem) int {
		return cmp.Or(cmp.Compare(order[a.At.File], order[b.At.File]),
			cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return Grants{}, problems
}

// parse parses and checks one file.
func parse(now time.Time, file File) (Grants, []grant.Problem) {
	s, problems := checkText(file)
	if s == nil {
		return Grants{}, problems
	}
	root, more := s.parse()
	if len(more) > 0 {
		return Grants{}, append(problems, more...)
	}
	grants, more := check(s, root, now)
	return grants, append(problems, more...)
}

// ofFile is a problem of the file as a whole.
func ofFile(path string, what, hint message.Text) grant.Problem {
	where := message.New("grants-file")
	if path != "" {
		where = message.New("%s", path)
	}
	return grant.Problem{
		Kind: grant.InvalidInput, What: message.New("%s: %s", where, what), Hint: hint,
		At: grant.Position{File: path},
	}
}

// brief shortens a value for a message: a name may be as long as the file.
func brief(value string) string {
	if runes := []rune(value); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return value
}
