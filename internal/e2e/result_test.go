package e2e

import (
	"html"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// result is the result of a run.
type result struct {
	code    int
	log     string            // stdout and stderr
	outputs map[string]string // as the runner reads them; empty if it named no file
	summary string
	took    time.Duration
	cpu     time.Duration // user and system time
}

// grantOutputs are the outputs that every run sets, and commentOutputs those about the comment on a pull request.
var (
	grantOutputs = []string{
		"applied", "attempts", "changed", "drift", "error", "failed", "granted", "grants", "organization-id", "previous-role",
		"revoked", "role", "status", "token-id", "token-name", "unchanged", "updated", "workspace-id", "workspace-name",
	}
	commentOutputs = []string{"comment-id", "comment-url", "pull-request"}
)

// check checks what must hold for every run.
func (r result) check(s *setup) {
	s.t.Helper()
	// A secret with a line break has a mask for each line.
	for _, secret := range strings.Fields(s.env["INPUT_API-TOKEN"] + "\n" + s.env["ASTRO_API_TOKEN"]) {
		r.checkSecret(s, secret)
	}
	r.hides(s.t, githubToken)
	if strings.Contains(r.log, "goroutine ") {
		s.t.Errorf("the program crashed")
	}
	if s.env["GITHUB_ACTIONS"] != "true" {
		equal(s.t, "commands outside of a runner", r.commands(), nil)
		return
	}
	r.checkCommands(s)
	for _, name := range []string{"GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH"} {
		equal(s.t, name, s.read(name), "")
	}
	if s.hasFile("GITHUB_STEP_SUMMARY") && r.summary == "" {
		s.t.Errorf("no summary")
	}
	if s.hasFile("GITHUB_OUTPUT") {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(r.outputs)),
			func(name string) bool { return slices.Contains(commentOutputs, name) })
		equal(s.t, "names of outputs", names, grantOutputs)
		// A report file that is lost fails the step, but not the grant.
		isLost := func(c command) bool { return c.title == "Report file not written" }
		failed := r.code == 1 && !slices.ContainsFunc(r.named("error"), isLost)
		equal(s.t, "the output error is empty", r.outputs["error"] == "", !failed)
		equal(s.t, "status is failed", r.outputs["status"] == "failed", failed)
	}
	if r.code != 0 && r.code != 1 {
		s.t.Errorf("exit code %d", r.code)
	}
	equal(s.t, "is there an error annotation", len(r.named("error")) > 0, r.code == 1)
	for _, table := range r.tables() {
		for _, row := range table {
			if bars := strings.Count(row, "|"); bars != strings.Count(table[0], "|") {
				s.t.Errorf("%d bars in the row %.200s, which differs from the first: %s", bars, row, table[0])
			}
		}
	}
}

// checkSecret checks that an API token is shown nowhere, and that it is masked at the top of a runner's log.
func (r result) checkSecret(s *setup, secret string) {
	s.t.Helper()
	mask := "::add-mask::" + secret + "\n"
	if before, _, found := strings.Cut(r.log, mask); found != (s.env["GITHUB_ACTIONS"] == "true") {
		s.t.Errorf("API token masked: %t", found)
	} else if found && before != "" && !strings.HasPrefix(before, "::add-mask::") {
		s.t.Errorf("the log does not begin with the mask")
	}
	r.hides(s.t, secret)
}

// hides checks that a secret is shown nowhere but in the command that masks it.
func (r result) hides(t testing.TB, secret string) {
	t.Helper()
	left := strings.ReplaceAll(r.log, "::add-mask::"+secret+"\n", "")
	for _, value := range r.outputs {
		left += "\n" + value
	}
	left += r.summary
	if strings.Contains(html.UnescapeString(left), secret) {
		t.Errorf("a secret is shown:\n%s", left)
	}
}

// checkCommands checks that the log contains no workflow commands but the program's own.
func (r result) checkCommands(s *setup) {
	s.t.Helper()
	open := 0
	for _, c := range r.commands() {
		switch c.name {
		case "add-mask", "debug":
		case "group":
			open++
		case "endgroup":
			open--
		case "error", "warning", "notice":
			if c.title == "" {
				s.t.Errorf("an annotation without a title: %+v", c)
			}
			if len([]rune(c.message)) > 4096 {
				s.t.Errorf("an annotation of %d characters", len([]rune(c.message)))
			}
		default:
			s.t.Errorf("unexpected workflow command: %+v", c)
		}
	}
	equal(s.t, "unclosed groups", open, 0)
	if n := len(r.named("error")); n > 10 {
		s.t.Errorf("%d errors, but a runner shows only ten", n)
	}
}

// rows returns the rows of the summary's table of changes. Unlike the other tables, it is not folded.
func (r result) rows() []string {
	tables := r.tables()
	if len(tables) == 0 {
		return nil
	}
	before, _, _ := strings.Cut(r.summary, tables[0][0])
	if strings.Contains(before, "<details>") {
		return nil
	}
	return tables[0]
}

// tables returns the rows of the summary's tables.
func (r result) tables() [][]string {
	var tables [][]string
	inTable := false
	for line := range strings.Lines(r.summary) {
		isRow := strings.HasPrefix(line, "|")
		if isRow && !inTable {
			tables = append(tables, nil)
		}
		if inTable = isRow; isRow {
			tables[len(tables)-1] = append(tables[len(tables)-1], strings.TrimSpace(line))
		}
	}
	return tables
}

// is checks some of the outputs, given as name, value, name, value.
func (r result) is(t testing.TB, pairs ...string) {
	t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		equal(t, "output "+pair[0], r.outputs[pair[0]], pair[1])
	}
}

// failed checks that the run failed with one error that contains all words.
func (r result) failed(t testing.TB, kind string, words ...string) {
	t.Helper()
	r.is(t, "error", kind)
	errors := r.named("error")
	if equal(t, "number of errors", len(errors), 1); len(errors) != 1 {
		return
	}
	contains(t, "the error", errors[0].message, words...)
	contains(t, "the summary", r.summary, "failed: "+kind, "**What to do:**")
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !same(got, want) {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}

func contains(t testing.TB, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not contain %q: %s", what, w, text)
		}
	}
}

func lacks(t testing.TB, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s contains %q: %s", what, w, text)
		}
	}
}
