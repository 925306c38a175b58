package runner

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/sethvargo/go-githubactions"
)

// Output is a step output.
type Output struct {
	Name, Value string
}

// Outputs sets the step's outputs in one write, so that a step that is killed leaves all of them or none.
func (r *Runner) Outputs(outputs []Output) error {
	if !r.OnRunner() && r.getenv("GITHUB_OUTPUT") == "" {
		if !r.Verbose {
			return nil
		}
		r.Infof("── Outputs")
		for _, output := range outputs {
			r.Infof("%s=%s", output.Name, strings.Join(strings.Split(output.Value, "\n"), ", "))
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

// writeOutput writes one output in the multiline form. Each value has a random delimiter: a value that contained a
// known delimiter could end early and add outputs of its own.
func writeOutput(b *strings.Builder, name, value string) {
	delimiter := "ghadelimiter_" + rand.Text()
	for strings.Contains(value, delimiter) {
		delimiter = "ghadelimiter_" + rand.Text()
	}
	fmt.Fprintf(b, "%s<<%s\n%s\n%s\n", name, delimiter, value, delimiter)
}

// Summary appends Markdown to the job summary. The caller has made its values safe.
func (r *Runner) Summary(markdown string) error {
	markdown = r.RedactMarkdown(markdown)
	if !r.OnRunner() && r.getenv("GITHUB_STEP_SUMMARY") == "" {
		if !r.Verbose {
			return nil
		}
		r.Infof("── Job summary")
		fmt.Fprintln(r.out, markdown)
		return nil
	}
	if err := r.fileCommand("STEP_SUMMARY", markdown); err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	return nil
}

// CheckFiles reports why [Runner.Outputs] and [Runner.Summary] could not write to the runner's files. Some runners have
// no job summary.
func (r *Runner) CheckFiles() (problems []error) {
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		path := r.getenv(name)
		switch {
		case path == "" && name == "GITHUB_OUTPUT" && r.OnRunner():
			problems = append(problems, fmt.Errorf("%s is not set", name))
			continue
		case path == "":
			continue
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	return problems
}

// fileCommand appends to a file of the runner. The library panics if it cannot.
func (r *Runner) fileCommand(name, text string) (err error) {
	if r.getenv("GITHUB_"+name) == "" {
		return fmt.Errorf("GITHUB_%s is not set", name)
	}
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v", failure)
		}
	}()
	r.action.IssueFileCommand(&githubactions.Command{Name: name, Message: text})
	return nil
}
