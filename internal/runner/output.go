package runner

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// Output is a step output.
type Output struct {
	Name, Value string
}

// Outputs sets the step's outputs, all in one write: a step that is killed leaves all or none.
func (r *Runner) Outputs(outputs []Output) error {
	if !r.OnRunner() && r.getenv("GITHUB_OUTPUT") == "" {
		r.Infof("── Outputs")
		for _, output := range outputs {
			r.Infof("%s=%s", output.Name, output.Value)
		}
		return nil
	}
	var b strings.Builder
	for _, output := range outputs {
		writeOutput(&b, output.Name, r.Redact(output.Value))
	}
	if err := r.fileCommand("OUTPUT", strings.TrimSuffix(b.String(), "\n")); err != nil {
		return fmt.Errorf("setting the step outputs: %w", err)
	}
	return nil
}

// writeOutput writes one output in the form that may hold line breaks. Its delimiter is random for each value, since
// whoever knows it could end the value and go on with outputs of their own.
func writeOutput(b *strings.Builder, name, value string) {
	delimiter := "ghadelimiter_" + rand.Text()
	for strings.Contains(value, delimiter) {
		delimiter = "ghadelimiter_" + rand.Text()
	}
	fmt.Fprintf(b, "%s<<%s\n%s\n%s\n", name, delimiter, value, delimiter)
}

// Summary adds Markdown to the job summary. The Markdown is made safe by whoever made it.
func (r *Runner) Summary(markdown string) error {
	markdown = r.RedactMarkdown(markdown)
	if !r.OnRunner() && r.getenv("GITHUB_STEP_SUMMARY") == "" {
		r.Infof("── Job summary")
		fmt.Fprintln(r.out, markdown)
		return nil
	}
	if err := r.fileCommand("STEP_SUMMARY", markdown); err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	return nil
}

// fileCommand appends to the file that the runner named for it. The library panics where it cannot.
func (r *Runner) fileCommand(name, text string) (err error) {
	if r.getenv("GITHUB_"+name) == "" {
		return fmt.Errorf("the runner named no file for it (GITHUB_%s is not set)", name)
	}
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v", failure)
		}
	}()
	r.action.IssueFileCommand(&githubactions.Command{Name: name, Message: text})
	return nil
}
