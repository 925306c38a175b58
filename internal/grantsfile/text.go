package grantsfile

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// notAllowed matches the characters that YAML 1.2 does not allow (production 1, c-printable), and those that only
// YAML 1.1, and so go.yaml.in/yaml/v3, takes for line breaks: a comment would end there without an editor showing it.
var notAllowed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^\t\n\r\x20-\x7e\x{a0}-\x{2027}\x{202a}-\x{fffd}\x{10000}-\x{10ffff}]`)
})

// checkText checks the bytes of a file and returns its source, with API tokens masked. The source is nil if the file
// must not be parsed.
func checkText(file File) (*source, []grant.Problem) {
	s := newSource(file.Path, strings.TrimPrefix(string(file.Content), "\ufeff"))
	if len(file.Content) > MaxSize {
		what, hint := tooLarge()
		return nil, []grant.Problem{ofFile(file.Path, what, hint)}
	}
	if strings.TrimSpace(s.text) == "" {
		return nil, []grant.Problem{s.empty()}
	}
	if !utf8.ValidString(s.text) {
		return nil, []grant.Problem{s.problem(s.placeOf(strings.IndexRune(s.text, utf8.RuneError)),
			message.New("The file is not valid UTF-8."), message.New("Save it as UTF-8."))}
	}
	problems := s.tokens()
	if found := notAllowed().FindStringIndex(s.text); found != nil {
		return nil, append(problems, s.problem(s.placeOf(found[0]),
			message.New("A control character or an invisible line break is not allowed."), message.New("Delete it.")))
	}
	// Letters of the same number keep every column.
	s.text = astro.JWT().ReplaceAllStringFunc(s.text, func(token string) string { return strings.Repeat("x", len(token)) })
	return s, problems
}

func (s *source) empty() grant.Problem {
	return ofFile(s.path, message.New("The file is empty."), message.New("It must have the key grants. A file without grants is grants: []"))
}

// tokens finds API tokens anywhere, also in comments.
func (s *source) tokens() []grant.Problem {
	var problems []grant.Problem
	what, hint := containsToken()
	for i, line := range s.lines {
		rest, column := string(line), 1
		for found := astro.JWT().FindStringIndex(rest); found != nil; found = astro.JWT().FindStringIndex(rest) {
			column += utf8.RuneCountInString(rest[:found[0]])
			problems = append(problems, s.problem(place{i + 1, column}, what, hint))
			column += found[1] - found[0]
			rest = rest[found[1]:]
		}
	}
	return problems
}

func containsToken() (what, hint message.Text) {
	return message.New("The file contains an API token."),
		message.New("Delete it and revoke it: others may have read it. Refer to a token by its name or ID.")
}
