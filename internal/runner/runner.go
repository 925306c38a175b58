// Package runner talks to GitHub's runner: inputs, log, outputs, job summary, masks and the event. It makes everything
// safe that leaves through it: no text can start a workflow command or forge an output, and no secret is shown.
//
// Without a runner it serves a terminal.
package runner

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sethvargo/go-githubactions"

	"astro-workspace-grant/internal/message"
)

// Runner is the runner that started this step, or a terminal.
type Runner struct {
	// Verbose prints outputs and job summary in a terminal.
	Verbose bool

	action *githubactions.Action
	getenv func(string) string
	out    io.Writer

	mu      sync.Mutex
	secrets []string
	issued  map[string]int
}

// New returns the Runner that the environment describes. Its log goes to out.
func New(getenv func(string) string, out io.Writer) *Runner {
	return &Runner{
		action: githubactions.New(githubactions.WithWriter(out), githubactions.WithGetenv(getenv)),
		getenv: getenv,
		out:    out,
		issued: map[string]int{},
	}
}

// OnRunner reports whether GitHub's runner started this step.
func (r *Runner) OnRunner() bool { return r.getenv("GITHUB_ACTIONS") == "true" }

// Input returns an input without surrounding white space.
func (r *Runner) Input(name string) string { return r.action.GetInput(name) }

// Env returns an environment variable.
func (r *Runner) Env(name string) string { return r.getenv(name) }

// Secret keeps a value from being shown. On a runner it also masks the value; in a terminal that would print it.
func (r *Runner) Secret(value string) {
	if value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// The runner matches masks within lines, and a secret that was pasted with a line break has several.
	for line := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r.secrets = append(r.secrets, line)
		if r.OnRunner() {
			r.action.AddMask(line)
		}
	}
	// The longest comes first, as one may be part of another.
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// Redact removes the secrets from a text.
func (r *Runner) Redact(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return s
}

// RedactMarkdown removes the secrets from Markdown, including those that [message.Code] has encoded, which neither
// [Runner.Redact] nor the runner would find.
func (r *Runner) RedactMarkdown(markdown string) string {
	for _, secret := range r.secrets {
		markdown = strings.ReplaceAll(markdown, message.Inside(secret), "***")
	}
	return r.Redact(markdown)
}

// Infof logs a line.
func (r *Runner) Infof(format string, values ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.action.Infof("%s", message.Line(r.Redact(fmt.Sprintf(format, values...))))
}

// Debugf logs a line if the runner's debug log is on.
func (r *Runner) Debugf(format string, values ...any) {
	if r.getenv("RUNNER_DEBUG") != "1" {
		return
	}
	line := message.Line(r.Redact(fmt.Sprintf(format, values...)))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.OnRunner() {
		r.action.Debugf("%s", line)
		return
	}
	r.action.Infof("debug: %s", line)
}

// Group runs a phase of the step. A runner folds its log lines under the title.
func (r *Runner) Group(title string, phase func()) {
	title = message.Line(title)
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

// An annotation holds 4,096 characters. A step can have ten of each kind; further ones appear in the log only.
const (
	annotationLength = 4000
	annotations      = 10
)

// Error reports why the step fails, as an annotation of the run. The title is ours.
func (r *Runner) Error(title, text string) { r.annotate("error", title, text, nil) }

// ErrorAt is like [Runner.Error] for a position in a file. GitHub shows it on a pull request's diff.
func (r *Runner) ErrorAt(file string, line, column int, title, text string) {
	r.annotate("error", title, text, githubactions.CommandProperties{
		"file": message.Line(r.Redact(file)), "line": strconv.Itoa(line), "col": strconv.Itoa(column),
	})
}

// Warning reports something that needs attention.
func (r *Runner) Warning(title, text string) { r.annotate("warning", title, text, nil) }

// Notice reports something worth knowing.
func (r *Runner) Notice(title, text string) { r.annotate("notice", title, text, nil) }

func (r *Runner) annotate(kind, title, text string, position githubactions.CommandProperties) {
	r.mu.Lock()
	defer r.mu.Unlock()
	title, text = message.Line(title), message.Lines(r.Redact(text))
	if !r.OnRunner() {
		where := ""
		if position != nil {
			where = fmt.Sprintf("%s:%s:%s: ", position["file"], position["line"], position["col"])
		}
		fmt.Fprintf(r.out, "%s: %s%s: %s\n", kind, where, title, strings.ReplaceAll(text, "\n", "\n    "))
		return
	}
	r.issued[kind]++
	if r.issued[kind] > annotations {
		r.action.Infof("%s", message.Line(title+": "+text))
		return
	}
	short := text
	if runes := []rune(text); len(runes) > annotationLength {
		short = string(runes[:annotationLength]) + "…"
		r.action.Infof("%s", message.Line(title+": "+text))
	}
	properties := githubactions.CommandProperties{"title": title}
	maps.Copy(properties, position)
	r.action.IssueCommand(&githubactions.Command{Name: kind, Message: short, Properties: properties})
}

// Event reads the payload of the event that triggered the run, without a byte order mark.
func (r *Runner) Event() ([]byte, error) {
	path := r.getenv("GITHUB_EVENT_PATH")
	if path == "" {
		return nil, errors.New("GITHUB_EVENT_PATH is not set")
	}
	payload, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	return bytes.TrimPrefix(payload, []byte("\ufeff")), nil
}
