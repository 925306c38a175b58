// Package access reads a grants file: which roles which Organization API tokens shall have in which Workspaces, as YAML.
//
// [Read] opens the file under the checkout only; [Parse] says all that is wrong with it, each with line and column, or
// returns what it asks for. Neither sends anything, and no problem repeats an API token that stands in the file.
//
// A file comes from whoever may open a pull request. So it is looked at in stages, and a stage that finds something ends the
// matter, with all that it found: the bytes, the lexer's tokens (see [checkText] and [checkTokens] for what keeps github.com/goccy/go-yaml
// from working for minutes on a small file), the syntax, and then what the file says.
//
// The package imports grant and astro, though it stands below them: what a role and an ID are is said there, and only there.
package access

import (
	"cmp"
	"slices"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// File is a grants file: what roles API tokens shall have.
type File struct {
	Grants []Grant // in the order of the file
}

// Grant is an entry of the file: one token, one role, some Workspaces.
type Grant struct {
	TokenName, TokenID string      // one of the two
	Role               grant.Role  // grant.None: whatever role it has is revoked
	Workspaces         []Workspace // each once
	Line, Column       int         // where the token is named
}

// Workspace is a Workspace as the file gives it, by ID or name, and where it does.
type Workspace struct {
	Name         string
	Line, Column int
}

// Problem is what is wrong with a file, and where.
type Problem struct {
	Line, Column int // from 1, in characters; 0: the file as a whole
	What, Hint   escape.Sentence
}

// MaxSize is how large a file may be: 1 MiB.
const MaxSize = 1 << 20

// Parse parses and checks a file. It returns all problems, in the order of the file; where there is one, the File is empty.
func Parse(data []byte) (File, []Problem) {
	text, problems := checkText(data)
	var file File
	if text != "" {
		body, wrong := parse(text)
		if len(wrong) == 0 {
			file, wrong = check(body)
		}
		problems = append(problems, wrong...)
	}
	if len(problems) == 0 {
		return file, nil
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return File{}, problems
}

// brief is a value of the file as a problem shows it: a name may be as long as the file.
func brief(value string) string {
	const most = 100
	n := 0
	for i := range value {
		if n == most {
			return value[:i] + "…"
		}
		n++
	}
	return value
}
