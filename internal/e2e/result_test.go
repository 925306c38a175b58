package e2e

import (
	"html"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// result is what a run left behind.
type result struct {
	code    int
	log     string            // stdout and stderr, as the runner has them
	outputs map[string]string // as the runner reads them; empty where it named no file
	summary string
	took    time.Duration
	cpu     time.Duration // of which it kept a core busy, however busy others kept the machine
}

// grantOutputs are the outputs that every run sets, and commentOutputs those of a pull request's comment.
var (
	grantOutputs = []string{
		"applied", "attempts", "changed", "error", "failed", "granted", "grants", "organization-id", "previous-role", "revoked", "role", "status",
		"token-id", "token-name", "unchanged", "updated", "workspace-id", "workspace-name",
	}
	commentOutputs = []string{"comment-id", "comment-url", "pull-request"}
)

// check holds the run against what is true of every run, whatever it was about.
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
		equal(s.t, "commands off a runner", r.commands(), nil)
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
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(r.outputs)), func(name string) bool { return slices.Contains(commentOutputs, name) })
		equal(s.t, "names of outputs", names, grantOutputs)
		failed := r.code == 1
		equal(s.t, "the output error is empty", r.outputs["error"] == "", !failed)
		equal(s.t, "status is failed", r.outputs["status"] == "failed", failed)
	}
	if r.code != 0 && r.code != 1 {
		s.t.Errorf("exit code %d", r.code)
	}
	equal(s.t, "some ::error", len(r.named("error")) > 0, r.code == 1)
	for _, row := range r.rows() {
		if bars := strings.Count(row, "|"); bars != strings.Count(r.rows()[0], "|") {
			s.t.Errorf("%d bars in the row %.200s, unlike in the first: %s", bars, row, r.rows()[0])
		}
	}
}

// checkSecret looks for an API token wherever the run left text, and for its mask at the top of a runner's log.
func (r result) checkSecret(s *setup, secret string) {
	s.t.Helper()
	mask := "::add-mask::" + secret + "\n"
	if before, _, found := strings.Cut(r.log, mask); found != (s.env["GITHUB_ACTIONS"] == "true") {
		s.t.Errorf("is it masked: %t", found)
	} else if found && before != "" && !strings.HasPrefix(before, "::add-mask::") {
		s.t.Errorf("the log does not begin with the mask")
	}
	r.hides(s.t, secret)
}

// hides makes sure that a secret shows nowhere but in the order to mask it.
func (r result) hides(t testing.TB, secret string) {
	t.Helper()
	left := strings.ReplaceAll(r.log, "::add-mask::"+secret+"\n", "")
	for _, value := range r.outputs {
		left += "\n" + value
	}
	left += r.summary
	if strings.Contains(html.UnescapeString(left), secret) {
		t.Errorf("a secret shows:\n%s", left)
	}
}

// checkCommands makes sure that the log gives no orders but the program's own.
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
			s.t.Errorf("a command that is not ours: %+v", c)
		}
	}
	equal(s.t, "groups left open", open, 0)
	if n := len(r.named("error")); n > 10 {
		s.t.Errorf("%d errors, of which a runner shows ten", n)
	}
}

// rows returns the lines of the summary's table.
func (r result) rows() []string {
	var rows []string
	for line := range strings.Lines(r.summary) {
		if strings.HasPrefix(line, "|") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	return rows
}

// is checks some of the outputs, given as name, value, name, value.
func (r result) is(t testing.TB, pairs ...string) {
	t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		equal(t, "output "+pair[0], r.outputs[pair[0]], pair[1])
	}
}

// failed checks that the run failed for one reason, told with all words.
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
		t.Errorf("%s: %#v, not %#v", what, got, want)
	}
}

func contains(t testing.TB, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %s", what, w, text)
		}
	}
}

func lacks(t testing.TB, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q: %s", what, w, text)
		}
	}
}
