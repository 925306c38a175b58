package runner_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/runner"
)

const secret = "eyJhbGciOi.eyJwZXJtaXNz.c2lnbmF0dXJl"

// place is a Runner with its environment, its log and its files.
type place struct {
	*runner.Runner
	log bytes.Buffer
	env map[string]string
}

func newPlace(env map[string]string) *place {
	p := &place{env: env}
	p.Runner = runner.New(func(name string) string { return p.env[name] }, &p.log)
	return p
}

// onRunner returns a place with the environment and the files that GitHub's runner sets up.
func onRunner(t testing.TB) *place {
	t.Helper()
	dir := t.TempDir()
	return newPlace(map[string]string{
		"GITHUB_ACTIONS":      "true",
		"RUNNER_DEBUG":        "1",
		"GITHUB_OUTPUT":       filepath.Join(dir, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	})
}

func (p *place) file(t testing.TB, variable string) string {
	t.Helper()
	text, err := os.ReadFile(p.env[variable])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLog(t *testing.T) {
	long := strings.Repeat("é", 4001)
	for _, tt := range []struct {
		name               string
		do                 func(r *runner.Runner)
		onRunner, terminal string
	}{
		{
			"info", func(r *runner.Runner) { r.Infof("%s is %d", "a\n::b::", 1) },
			"a\\n::b:: is 1\n", "a\\n::b:: is 1\n",
		},
		{
			"debug", func(r *runner.Runner) { r.Debugf("%s", "100%") },
			"::debug::100%25\n", "debug: 100%\n",
		},
		{
			"error", func(r *runner.Runner) { r.Error("A, b", "c\nd") },
			"::error title=A%2C b::c%0Ad\n", "error: A, b: c\n    d\n",
		},
		{
			"warning", func(r *runner.Runner) { r.Warning("A", "b") },
			"::warning title=A::b\n", "warning: A: b\n",
		},
		{
			"notice", func(r *runner.Runner) { r.Notice("A", "b") },
			"::notice title=A::b\n", "notice: A: b\n",
		},
		{
			"group", func(r *runner.Runner) { r.Group("A\nb", func() { r.Infof("c") }) },
			"::group::A\\nb\nc\n::endgroup::\n", "── A\\nb\nc\n",
		},
		{
			"secret", func(r *runner.Runner) { r.Secret("s1\r\ns2"); r.Infof("a s1 b s2"); r.Error("A", "s2") },
			"::add-mask::s1\n::add-mask::s2\na *** b ***\n::error title=A::***\n", "a *** b ***\nerror: A: ***\n",
		},
		{
			"no secret", func(r *runner.Runner) { r.Secret(""); r.Infof("a") },
			"a\n", "a\n",
		},
		{
			"long annotation", func(r *runner.Runner) { r.Error("A", long) },
			"A: " + long + "\n::error title=A::" + long[:8000] + "…\n", "error: A: " + long + "\n",
		},
		{
			"more annotations than GitHub shows", func(r *runner.Runner) {
				for range 11 {
					r.Error("A", "b")
				}
				r.Warning("A", "b")
			},
			strings.Repeat("::error title=A::b\n", 10) + "A: b\n::warning title=A::b\n",
			strings.Repeat("error: A: b\n", 11) + "warning: A: b\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, at := range []struct {
				place *place
				want  string
			}{
				{onRunner(t), tt.onRunner},
				{newPlace(map[string]string{"RUNNER_DEBUG": "1"}), tt.terminal},
			} {
				tt.do(at.place.Runner)
				if got := at.place.log.String(); got != at.want {
					t.Errorf("got:\n%s\nwant:\n%s", got, at.want)
				}
			}
		})
	}
}

func TestDebugLogIsOffByDefault(t *testing.T) {
	for _, env := range []map[string]string{{}, {"GITHUB_ACTIONS": "true"}, {"RUNNER_DEBUG": "0"}} {
		p := newPlace(env)
		p.Debugf("x")
		if p.log.Len() > 0 {
			t.Errorf("%v logs %q", env, p.log.String())
		}
	}
}

func TestInput(t *testing.T) {
	p := newPlace(map[string]string{"INPUT_ORG-TOKEN-NAME": " \tCI Deployer\n"})
	if got := p.Input("org-token-name"); got != "CI Deployer" {
		t.Errorf("got %q", got)
	}
	if got := p.Input("role"); got != "" {
		t.Errorf("an input that is not set is %q", got)
	}
}

// inTerminal is what differs in the environment of a terminal.
var inTerminal = map[string]string{"GITHUB_ACTIONS": "", "GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""}

func TestFileCommands(t *testing.T) {
	outputs := []runner.Output{{Name: "status", Value: "granted"}}
	for _, tt := range []struct {
		name                string
		env                 map[string]string // changes to the runner's
		verbose             bool
		output, summary     string // parts of the errors
		logged, notInTheLog string
	}{
		{name: "on a runner", notInTheLog: "granted"},
		{name: "on a runner, verbose", verbose: true, notInTheLog: "granted"},
		{
			name: "no files on a runner", env: map[string]string{"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""},
			output: "GITHUB_OUTPUT is not set", summary: "GITHUB_STEP_SUMMARY is not set",
		},
		{
			name:   "unwritable files on a runner",
			env:    map[string]string{"GITHUB_OUTPUT": "/nowhere/a", "GITHUB_STEP_SUMMARY": "/nowhere/b"},
			output: "/nowhere/a", summary: "/nowhere/b",
		},
		{name: "no files in a terminal", env: inTerminal, notInTheLog: "granted"},
		{
			name: "no files in a terminal, verbose", env: inTerminal, verbose: true,
			logged: "── Outputs\nstatus=granted\n── Job summary\n# S\n",
		},
		{name: "files in a terminal", env: map[string]string{"GITHUB_ACTIONS": ""}, verbose: true, notInTheLog: "granted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := onRunner(t)
			p.Verbose = tt.verbose
			maps.Copy(p.env, tt.env)
			checkError(t, "outputs", p.Outputs(outputs), tt.output)
			checkError(t, "summary", p.Summary("# S"), tt.summary)
			log := p.log.String()
			if !strings.Contains(log, tt.logged) || tt.notInTheLog != "" && strings.Contains(log, tt.notInTheLog) {
				t.Errorf("the log is:\n%s", log)
			}
			if _, changed := tt.env["GITHUB_OUTPUT"]; !changed && p.file(t, "GITHUB_STEP_SUMMARY") != "# S\n" {
				t.Errorf("the summary is %q", p.file(t, "GITHUB_STEP_SUMMARY"))
			}
		})
	}
}

// checkError fails the test unless err contains part, or is nil if part is empty.
func checkError(t *testing.T, what string, err error, part string) {
	t.Helper()
	switch {
	case (err == nil) != (part == ""):
		t.Errorf("%s: %v", what, err)
	case err != nil && !strings.Contains(err.Error(), part):
		t.Errorf("%s: %v does not contain %s", what, err, part)
	}
}

func TestDelimitersDiffer(t *testing.T) {
	p := onRunner(t)
	if err := p.Outputs([]runner.Output{{"a", "1"}, {"b", "2"}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(p.file(t, "GITHUB_OUTPUT"), "\n")
	_, first, _ := strings.Cut(lines[0], "<<")
	_, second, _ := strings.Cut(lines[3], "<<")
	if first == second || len(first) < len("ghadelimiter_")+20 {
		t.Errorf("delimiters %q and %q", first, second)
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	for _, env := range []map[string]string{nil, inTerminal} {
		p := onRunner(t)
		p.Verbose = true
		maps.Copy(p.env, env)
		p.Secret(secret)
		p.log.Reset() // the mask itself
		text := "the server returned " + secret
		logEverywhere(p, "Title", text)
		err := errors.Join(
			p.Outputs([]runner.Output{{Name: "token-name", Value: text}}),
			p.Summary(message.New("%s", text).Markdown()))
		checkError(t, "outputs and summary", err, "")
		inCode := strings.NewReplacer(".", "&#46;").Replace(secret)
		shown := p.log.String()
		if env == nil {
			shown += p.file(t, "GITHUB_OUTPUT") + p.file(t, "GITHUB_STEP_SUMMARY")
		}
		if strings.Contains(shown, secret) || strings.Contains(shown, inCode) {
			t.Errorf("the secret is shown in:\n%s", shown)
		}
		if !strings.Contains(shown, "***") {
			t.Errorf("nothing was shown:\n%s", shown)
		}
	}
}

func TestEvent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	mark := file + "-with-mark"
	if err := os.WriteFile(mark, []byte("\ufeff{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want, problem string }{
		{"none", "", "", "GITHUB_EVENT_PATH is not set"},
		{"byte order mark", mark, "{}", ""},
		{"readable", file, "{}", ""},
		{"missing", file + "x", "", "reading the event"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			payload, err := newPlace(map[string]string{"GITHUB_EVENT_PATH": tt.path}).Event()
			checkError(t, "event", err, tt.problem)
			if string(payload) != tt.want {
				t.Errorf("got %q", payload)
			}
		})
	}
}
