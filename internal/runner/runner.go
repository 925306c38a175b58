// Package runner is the way to and from GitHub's runner: inputs, log, outputs, summary, masks and the event. Whatever leaves
// through it is made safe in it: no text can start a workflow command or forge an output, and no secret shows.
//
// Off a runner it serves a terminal: outputs and summary are printed, and nothing is asked of a runner that is not there.
package runner

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sethvargo/go-githubactions"

	"astro-workspace-grant/internal/escape"
)

// Runner is the runner that started this step, or the terminal.
type Runner struct {
	action *githubactions.Action
	getenv func(string) string
	out    io.Writer

	mu      sync.Mutex
	secrets []string
	issued  map[string]int
}

// New returns the Runner that the environment tells of. Its log goes to out.
func New(getenv func(string) string, out io.Writer) *Runner {
	return &Runner{
		action: githubactions.New(githubactions.WithWriter(out), githubactions.WithGetenv(getenv)),
		getenv: getenv,
		out:    out,
		issued: map[string]int{},
	}
}

// OnRunner reports whether a runner of GitHub's started this step.
func (r *Runner) OnRunner() bool { return r.getenv("GITHUB_ACTIONS") == "true" }

// Input returns an input, white space around it trimmed.
func (r *Runner) Input(name string) string { return r.action.GetInput(name) }

// Env returns a variable of the environment.
func (r *Runner) Env(name string) string { return r.getenv(name) }

// Secret keeps a value from ever being shown. A runner is told to mask it; on a terminal that would print it.
func (r *Runner) Secret(value string) {
	if value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// The mask is a line each: the runner matches lines, and a secret that was pasted with a line break has several.
	for line := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r.secrets = append(r.secrets, line)
		if r.OnRunner() {
			r.action.AddMask(line)
		}
	}
	// The longest first: one may be a part of another.
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// Redact takes the secrets out of a text that is about to leave.
func (r *Runner) Redact(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return s
}

// RedactMarkdown takes the secrets out of Markdown that leaves by another way than this package. Where they stand as code,
// neither Redact nor the runner finds them.
func (r *Runner) RedactMarkdown(markdown string) string {
	for _, secret := range r.secrets {
		markdown = strings.ReplaceAll(markdown, escape.Inside(secret), "***")
	}
	return r.Redact(markdown)
}

// Infof logs a line.
func (r *Runner) Infof(format string, values ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.action.Infof("%s", escape.Line(r.Redact(fmt.Sprintf(format, values...))))
}

// Debugf logs a line that shows only where the runner's debug log is on.
func (r *Runner) Debugf(format string, values ...any) {
	if r.getenv("RUNNER_DEBUG") != "1" {
		return
	}
	line := escape.Line(r.Redact(fmt.Sprintf(format, values...)))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.OnRunner() {
		r.action.Debugf("%s", line)
		return
	}
	r.action.Infof("debug: %s", line)
}

// Group runs a phase of the step, its log lines folded under title on a runner.
func (r *Runner) Group(title string, phase func()) {
	title = escape.Line(title)
	if !r.OnRunner() {
		r.Infof("── %s", title)
		phase()
		return
	}
	r.mu.Lock()
	r.action.Group(title)
	r.mu.Unlock()
	phase()
	r.mu.Lock()
	r.action.EndGroup()
	r.mu.Unlock()
}

// An annotation holds 4,096 characters, and a step ten of a kind (the rest would show in the log only).
const (
	annotationLength = 4000
	annotations      = 10
)

// Error says that the step fails and why: an annotation of the run. The title is ours.
func (r *Runner) Error(title, message string) { r.annotate("error", title, message, nil) }

// ErrorAt is Error for a line of a file: it shows on a pull request's diff.
func (r *Runner) ErrorAt(file string, line, column int, title, message string) {
	r.annotate("error", title, message, githubactions.CommandProperties{
		"file": escape.Line(r.Redact(file)), "line": strconv.Itoa(line), "col": strconv.Itoa(column),
	})
}

// Warning says what somebody should look at.
func (r *Runner) Warning(title, message string) { r.annotate("warning", title, message, nil) }

// Notice says what somebody may want to know.
func (r *Runner) Notice(title, message string) { r.annotate("notice", title, message, nil) }

func (r *Runner) annotate(kind, title, message string, place githubactions.CommandProperties) {
	r.mu.Lock()
	defer r.mu.Unlock()
	title, message = escape.Line(title), escape.Lines(r.Redact(message))
	if !r.OnRunner() {
		where := ""
		if place != nil {
			where = fmt.Sprintf("%s:%s:%s: ", place["file"], place["line"], place["col"])
		}
		fmt.Fprintf(r.out, "%s: %s%s: %s\n", kind, where, title, strings.ReplaceAll(message, "\n", "\n    "))
		return
	}
	r.issued[kind]++
	if r.issued[kind] > annotations {
		r.action.Infof("%s", escape.Line(title+": "+message))
		return
	}
	short := message
	if runes := []rune(message); len(runes) > annotationLength {
		short = string(runes[:annotationLength]) + "…"
		r.action.Infof("%s", escape.Line(title+": "+message))
	}
	properties := githubactions.CommandProperties{"title": title}
	maps.Copy(properties, place)
	r.action.IssueCommand(&githubactions.Command{Name: kind, Message: short, Properties: properties})
}

// Event reads the payload of the event that triggered the run, nil where there is none.
func (r *Runner) Event() ([]byte, error) {
	path := r.getenv("GITHUB_EVENT_PATH")
	if path == "" {
		return nil, nil
	}
	payload, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	return payload, nil
}
