package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
	"astro-workspace-grant/internal/step"
)

// Limits of time. None of them is an expectation: a busy machine takes much longer than an idle one for all it does.
const (
	// patience is how long a program may take in all, and how long a test waits for it to get somewhere.
	patience = 4 * time.Minute
	// promptly is how long a program may take to end after a signal: less than the 10 s that one request may take.
	promptly = 8 * time.Second
	// atOnce is how long may take what does not wait for the default timeout of 5 minutes.
	atOnce = time.Minute
	// shortly is the timeout of runs that use it up: enough to meet first what they are about, and less than one
	// request may take.
	shortly = "8s"
)

// apiToken is what makes the grants, unless a test's inputs say otherwise.
var apiToken = sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))

// githubToken is what a runner puts in the place of ${{ github.token }}.
const githubToken = "ghs_OfTheTestsAndOfNobodyElse00000000000"

// setup is how a program is started.
type setup struct {
	t        testing.TB
	dir      string // of the runner's files
	env      map[string]string
	args     []string
	terminal bool
}

// An option changes a setup that is otherwise a runner's.
type option func(*setup)

func env(name, value string) option { return func(s *setup) { s.env[name] = value } }

func unset(name string) option { return func(s *setup) { delete(s.env, name) } }

func args(values ...string) option { return func(s *setup) { s.args = append(s.args, values...) } }

// event is what triggered the run, with its payload.
func event(name, payload string) option {
	return func(s *setup) {
		s.env["GITHUB_EVENT_NAME"] = name
		s.write("event.json", payload)
	}
}

// terminal starts the program from a shell: inputs are flags, and nothing tells of a runner.
func terminal(s *setup) { s.terminal = true }

func (s *setup) path(name string) string { return filepath.Join(s.dir, name) }

func (s *setup) write(name, text string) string {
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

// read returns what the program left in the file that a variable names, empty where there is no such file.
func (s *setup) read(variable string) string {
	text, _ := os.ReadFile(s.env[variable])
	return string(text)
}

// hasFile reports whether a variable names a file that can be written.
func (s *setup) hasFile(variable string) bool {
	info, err := os.Stat(s.env[variable])
	return err == nil && info.Mode().IsRegular()
}

// fileCommands are the files that a runner makes for a step.
var fileCommands = []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH"}

func newSetup(t testing.TB, inputs map[string]string, options []option) *setup {
	s := &setup{t: t, dir: t.TempDir(), env: map[string]string{
		"GITHUB_ACTIONS":    "true",
		"GITHUB_EVENT_NAME": "push",
		"GITHUB_REPOSITORY": "example/airline",
		"GITHUB_SHA":        "ffac537e6cbbf934b08745a378932722df287a53",
		"GITHUB_REF":        "refs/heads/main",
		"GITHUB_RUN_ID":     "1658821493",
		"GITHUB_SERVER_URL": "https://github.invalid", // for links only: no request goes there
		"GITHUB_API_URL":    "http://" + nobody(t),
	}}
	s.env["HOME"] = s.dir
	s.env["GITHUB_EVENT_PATH"] = s.write("event.json", `{"ref":"refs/heads/main","repository":{"id":1,"full_name":"example/airline"}}`)
	for _, name := range fileCommands {
		s.env[name] = s.write(strings.ToLower(name), "")
	}
	for name, value := range inputs {
		s.env["INPUT_"+strings.ToUpper(name)] = value
	}
	for _, option := range options {
		option(s)
	}
	if s.terminal {
		s.toTerminal(inputs)
	}
	return s
}

// toTerminal leaves nothing of a runner.
func (s *setup) toTerminal(inputs map[string]string) {
	maps.DeleteFunc(s.env, func(name, _ string) bool {
		return strings.HasPrefix(name, "GITHUB_") || strings.HasPrefix(name, "INPUT_")
	})
	for _, input := range step.Inputs() {
		if value := inputs[input.Name]; value != "" && !input.Secret {
			s.args = append(s.args, "-"+input.Name+"="+value)
		}
	}
	s.env["ASTRO_API_TOKEN"] = inputs["api-token"]
}

// process is a program under way.
type process struct {
	*setup
	command *exec.Cmd
	log     *logbook
	began   time.Time
	ended   time.Time // valid once done
	done    chan error
}

// start starts the program as a runner does, with all inputs of action.yml. The API is the one at root, as returned by
// [serve]; inputs given replace the defaults.
func start(t testing.TB, root string, inputs map[string]string, options ...option) *process {
	t.Helper()
	all := map[string]string{}
	for _, input := range step.Inputs() {
		all[input.Name] = input.Default
	}
	all["api-url"], all["api-token"], all["github-token"] = root+"/v1", apiToken, githubToken
	maps.Copy(all, inputs)
	p := launch(newSetup(t, all, options))
	t.Cleanup(func() { _ = p.command.Process.Kill() })
	return p
}

func launch(s *setup) *process {
	if err := lookAtSources(); err != nil {
		s.t.Fatal(err)
	}
	p := &process{setup: s, command: exec.Command(binary, s.args...), log: newLogbook(), done: make(chan error, 1)}
	p.command.Dir = s.dir
	for name, value := range s.env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.began = time.Now()
	if err := p.command.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		err := p.command.Wait()
		p.ended = time.Now()
		p.done <- err
	}()
	return p
}

// wait returns what became of the program when it has ended.
func (p *process) wait() result {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("not done after %v:\n%s", patience, p.log)
	}
	r := result{
		code: p.command.ProcessState.ExitCode(), log: p.log.String(), took: time.Since(p.began),
		cpu:     p.command.ProcessState.UserTime() + p.command.ProcessState.SystemTime(),
		outputs: readOutputs(p.t, p.read("GITHUB_OUTPUT")), summary: p.read("GITHUB_STEP_SUMMARY"),
	}
	r.check(p.setup)
	p.t.Cleanup(func() {
		if p.t.Failed() {
			p.t.Logf("log:\n%s\nsummary:\n%s", r.log, r.summary)
		}
	})
	return r
}

// run starts the program and waits for its end.
func run(t testing.TB, root string, inputs map[string]string, options ...option) result {
	t.Helper()
	return start(t, root, inputs, options...).wait()
}
