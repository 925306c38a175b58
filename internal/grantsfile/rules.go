package grantsfile

import (
	"regexp"
	"sync"

	"astro-workspace-grant/internal/message"
)

// rule explains lines that match a pattern. The group of the pattern is where the problem is.
type rule struct {
	fault      string // a part of the error of go.yaml.in/yaml/v3 v3.0.6; empty for any
	pattern    *regexp.Regexp
	what, hint message.Text
}

// Parts of the patterns.
const (
	key       = `(?:exclusive|grants|org-token-name|org-token-id|role|workspaces|until|reason)`
	prefix    = `^ *(?:- +)*(?:[\w-]+: +)?` // what precedes a value in its line
	invisible = `([^\P{Z} ]|\p{Cf})`
	quoted    = `(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`
)

func newRule(fault, pattern, what, hint string) rule {
	return rule{fault, regexp.MustCompile(pattern), message.New(what), message.New(hint)}
}

var conflictRules = sync.OnceValue(func() []rule {
	return []rule{newRule("", `^(<<<<<<<|>>>>>>>)(?: |$)`, "A merge conflict is not resolved.",
		"Keep the lines that apply, and delete the lines that start with <<<<<<<, ======= and >>>>>>>.")}
})

// suspiciousRules are for lines that may be valid YAML, and hardly ever are what their author meant.
var suspiciousRules = sync.OnceValue(func() []rule {
	const what = "An invisible character, such as a no-break space, is used where only a normal space is allowed."
	const hint = "Delete it, and type a space if one is needed."
	return []rule{
		newRule("", `^[ \t-]*`+invisible, what, hint),
		newRule("", `^[ \t-]*`+key+` *`+invisible+`[^:]*:`, what, hint),
		newRule("", `^[ \t-]*`+key+` *:[ \t]*`+invisible, what, hint),
		newRule("", `^ *(\t)\s*[^\s#]`, "A tab is used as indentation.", "Indent with spaces."),
		newRule("", `^ *(?:- *)+(\t)\s*[\w-]+:`, "A tab is used after -.", "Use a space."),
		newRule("", `^ *(-)[^\s-]`, "A space is missing after -.", "Write it as in - Production."),
		newRule("", `(?:^|[{,\[]) *(?:- +)*`+key+`(:)[^\s,}\]]`,
			"A space is missing after the colon.", "Write it as in role: none."),
	}
})

// faultRules are for the line of a fault.
var faultRules = sync.OnceValue(func() []rule {
	const colon, colonHint = "Text with a colon must be in quotes.", `Put it in quotes, as in "Production: EU".`
	const backslashHint = "Write the backslash twice, or put the name in single quotes."
	what, hint := placeholder()
	openWhat, openHint := notClosed()
	rules := []rule{
		{"node content", regexp.MustCompile(`(\[)[^\[\]{}]*\}`), openWhat, openHint},
		{"',' or ", regexp.MustCompile(`(\[)[^\[\]{}]*\}`), openWhat, openHint},
		newRule("", `^(%)`,
			"Directives (%%) are not supported.", "Delete the line. If it is part of a name, put the name in quotes."),
		newRule("", `^--- +([^\s#])`, "--- must be on a line of its own.", "Start a new line after it."),
		newRule("unknown escape", `"(?:[^"\\]|\\[0abtnvfre "'\\N_LPxuU\t])*(\\)`,
			"This backslash does not start a valid escape sequence.", backslashHint),
		newRule("hexdecimal", `"[^"]*?(\\[xuU])`, "This escape sequence is incomplete.", backslashHint),
		newRule("invalid Unicode", `"[^"]*?(\\[xuU])`, "This escape sequence is not a character.", backslashHint),
		{"", regexp.MustCompile(`(\{\{)`), what, hint},
		newRule("", `^[ -]*(\t)`, "A tab is used where only spaces are allowed.", "Use spaces."),
		newRule("", `'[^']*\pL(')\pL[^']*'`, "The single quote ends the quoted text here.",
			"Write a single quote inside single quotes twice, as in 'Anna''s token', or use double quotes around the text."),
		newRule("", prefix+`(?:`+quoted+`|\[.*\]) *(,) *$`,
			"A comma is not allowed here.", "Delete the comma: entries that start with - need none."),
		newRule("", `(?:`+prefix+`|[\[{,] *)`+quoted+` *([^\s#:,\]}'"])`,
			"Text follows the closing quote.", "Put the whole name in quotes."),
		newRule("", prefix+`(?:\[[^\[\]]*\]|\{[^{}]*\}) *([\]}])`, "This bracket closes nothing.", "Delete it."),
		newRule("", prefix+`(\[)[^\[\]{}]*\] *[^\s#:,\]}]`,
			"Text follows the closing bracket.", "Put a name with brackets in quotes."),
		newRule("", `[\[{,] *(-) `, "- is not allowed inside brackets.", "Separate the entries with commas."),
		newRule("node content", `[\[,] *(,)`,
			"An entry is missing before this comma.", "Add the entry or delete the comma."),
		newRule("mapping values", `^ *(?:- +)*`+key+`: +([^\s"'\[{#].*?):(?: .*)?$`, colon, colonHint),
		newRule("mapping values", `^ *(?:- +)*([^\s"'\[{#].*?: .*?):(?: .*)?$`, colon, colonHint),
		newRule("", `[\[,] *(:)[^\s,\]]`, "A value in brackets must not start with a colon.", "Put it in quotes."),
		newRule("line break", prefix+`([|>])[^\s]`,
			"A value must not start with | or >.", "Put it in quotes, on one line."),
	}
	for _, first := range "&*!?%@`" {
		what, hint := reserved(first)
		at := `(` + regexp.QuoteMeta(string(first)) + `)`
		rules = append(rules, rule{"", regexp.MustCompile(`(?:` + prefix + `|[\[{,:] *)` + at), what, hint})
	}
	return rules
})

// hidden matches the parts of a line in which brackets mean nothing.
var hidden = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s#.*$|` + quoted) })

var commentRules = sync.OnceValue(func() []rule {
	return []rule{newRule("", `[\[{].*\s(#).*[\]}]`, "# starts a comment, so the bracket before it is not closed.",
		"If # is part of the name, put the name in quotes.")}
})

var quoteRules = sync.OnceValue(func() []rule {
	const what, hint = "The quote that opens here is not closed.", "Add the closing quote."
	return []rule{
		newRule("", `(?:`+prefix+`|[\[{,] *)(")(?:[^"\\]|\\.)*$`, what, hint),
		newRule("", `(?:`+prefix+`|[\[{,] *)(')(?:[^']|'')*$`, what, hint),
	}
})

// lastRules are for the line of a fault that nothing in the line itself explains.
var lastRules = sync.OnceValue(func() []rule {
	const content = `^\s*(\S)`
	var rules []rule
	for _, fault := range []string{"expected key", "'-' indicator", expectedDocument, "sequence entries are not allowed"} {
		rules = append(rules, rule{
			fault, regexp.MustCompile(content),
			message.New("The indentation of this line does not match the lines above."), align(),
		})
	}
	return append(rules,
		newRule("max depth", content,
			"Lists are nested too deep.", "A grants file is a list of grants, each with a list of Workspaces."),
		newRule("did not find expected ','", `[\[{,][^"'?]*(\?)`,
			"A name with ? in brackets must be in quotes.", "Put the name in quotes."),
		newRule("could not find expected ':'", `^\s*([\[{])`,
			"This line must be indented further than the key above it.", "Indent it with spaces."),
		newRule("mapping values", `.*(:)`, "A colon is not allowed here.", "Put text with a colon in quotes."),
		newRule("could not find expected ':'", content,
			"This line has no key, as in role: none, and does not start with - as the entry of a list does.",
			"Add what is missing. If the line belongs to the text above, write all of it on one line."),
	)
})
