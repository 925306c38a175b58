package access

import (
	"errors"
	"io"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"

	"astro-workspace-grant/internal/escape"
)

// parse returns the syntax tree of a file: what its only document holds.
func parse(text string) (ast.Node, []Problem) {
	all, err := lex(text)
	if err != nil {
		return nil, []Problem{syntaxProblem(err)}
	}
	if problems := checkTokens(all); len(problems) > 0 {
		return nil, problems
	}
	file, err := tree(all)
	if err != nil {
		return nil, []Problem{syntaxProblem(err)}
	}
	for _, document := range file.Docs {
		if document.Body != nil {
			return document.Body, nil
		}
	}
	return nil, []Problem{empty()}
}

// lex returns the tokens of a file, without the comments. It ends at the first thing that is none: the package lexer goes on
// from there, once for each, and looks through the rest of the file each time.
func lex(text string) (token.Tokens, error) {
	var s scanner.Scanner
	s.Init(text)
	var all token.Tokens
	for {
		found, err := s.Scan()
		if err == io.EOF {
			return all, nil
		}
		for _, tk := range found {
			if tk.Type == token.InvalidType {
				return nil, &syntaxError{tk.Error, tk}
			}
			if tk.Type != token.CommentType {
				all.Add(tk)
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

// tree parses the tokens. A panic of the parser is the file's fault, as far as anybody can tell: this is code of others, and
// what it is given comes from anybody.
func tree(all token.Tokens) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("")
		}
	}()
	// Keys that are given twice are all told, by the checker: the parser would stop at the first, and repeat it.
	return parser.Parse(all, 0, parser.AllowDuplicateMapKey())
}

// syntaxError is an error as the parser makes it; its own type is internal.
type syntaxError struct {
	message string
	token   *token.Token
}

func (e *syntaxError) Error() string          { return e.message }
func (e *syntaxError) GetMessage() string     { return e.message }
func (e *syntaxError) GetToken() *token.Token { return e.token }

// syntaxProblem says what is wrong in our words: the library's messages quote the file.
func syntaxProblem(err error) Problem {
	what, hint := escape.Say("The file is no valid YAML."), escape.Say("Compare the indentation, the brackets and the quotes with the example in README.")
	said, ok := errors.AsType[interface {
		error
		GetMessage() string
		GetToken() *token.Token
	}](err)
	if !ok {
		return Problem{What: what, Hint: hint}
	}
	for _, known := range syntaxWords() {
		if strings.Contains(said.GetMessage(), known.message) {
			what, hint = escape.Say("The file is no valid YAML: %s.", known.what), known.hint
			break
		}
	}
	return problemAt(said.GetToken(), what, hint)
}

// syntaxWord is what stands for a message of go-yaml v1.19.2.
type syntaxWord struct {
	message    string // a part of it
	what, hint escape.Sentence
}

func syntaxWords() []syntaxWord {
	indent := escape.Say("Indent it like its neighbours, with spaces; a text with a colon must stand in quotes.")
	brackets := escape.Say("Separate entries by commas, and close every bracket.")
	return []syntaxWord{
		{"end character of", escape.Say("a quote that opens here is not closed"), escape.Say("Close it.")},
		{"tab character", escape.Say("a tab stands where indentation must"), escape.Say("Indent with spaces.")},
		{"character '\t'", escape.Say("a tab stands where indentation must"), escape.Say("Indent with spaces.")},
		{"reserved character", escape.Say("no text may start with this character"), escape.Say("Put the text in quotes.")},
		{"escape", escape.Say("this escape is unknown"), escape.Say("Write the character itself, or use single quotes.")},
		{"surrogate", escape.Say("this escape is no character"), escape.Say("Write the character itself.")},
		{"header option", escape.Say("the mark of a block of text has an option that is none"), escape.Say("Put the text in quotes, on one line.")},
		{"must be specified", escape.Say("a comma or the closing bracket is missing before this"), brackets},
		{"end token", escape.Say("a bracket that opens here is not closed"), brackets},
		{"corresponding to", escape.Say("a bracket closes here that was not opened"), brackets},
		{"expected sequence element", escape.Say("an entry is missing before this comma"), brackets},
		{"unexpected scalar", escape.Say("a value is missing before this"), brackets},
		{"flow map content", escape.Say("a key must stand here"), brackets},
		{"document separator", escape.Say("a document ends inside of a text, or starts on a line with content"), escape.Say("Put --- on a line of its own.")},
		{"non-map value", escape.Say("a key must stand here"), indent},
		{"invalid key", escape.Say("what stands before this colon is no key"), indent},
		{"unexpected key", escape.Say("a key must stand on one line"), indent},
		{"not allowed in this context", escape.Say("this does not belong here"), indent},
		{"indent", escape.Say("the indentation does not fit"), indent},
	}
}

// problemAt is a problem where a token starts.
func problemAt(tk *token.Token, what, hint escape.Sentence) Problem {
	if tk == nil || tk.Position == nil {
		return Problem{What: what, Hint: hint}
	}
	return Problem{Line: max(1, tk.Position.Line), Column: max(1, tk.Position.Column), What: what, Hint: hint}
}
