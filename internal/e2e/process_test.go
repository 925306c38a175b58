package e2e

import (
	"cmp"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/sandbox"
)

// Time limits. They are generous, because everything takes much longer on a busy machine.
const (
	// maxWait is how long a program may run, and how long a test waits for an event.
	maxWait = 4 * time.Minute
	// maxShutdown is how long a program may take to exit after a signal: less than the 10 s that one request may take.
	maxShutdown = 8 * time.Second
	// maxFailFast is the limit for a run that must not wait for the default timeout of 5 minutes.
	maxFailFast = time.Minute
	// shortTimeout is the timeout of runs that are expected to reach it. It is long enough for the tested event, and
	// shorter than one request may take.
	shortTimeout = "8s"
)

// apiToken is the default API token of all runs.
var apiToken = sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))

// githubToken is the value of ${{ github.token }}.
const githubToken = "ghs_OfTheTestsAndOfNobodyElse00000000000"

// setup describes how a program is started.
type setup struct {
	t        testing.TB
	dir      string // directory of the runner's files
	env      map[string]string
	args     []string
	terminal bool
	tool     string // the program to start; empty: the binary under test
}

// An option changes a setup. The default setup is that of a runner.
type option func(*setup)

func env(name, value string) option { return func(s *setup) { s.env[name] = value } }

func unset(name string) option { return func(s *setup) { delete(s.env, name) } }

func args(values ...string) option { return func(s *setup) { s.args = append(s.args, values...) } }

// tool starts the program at path instead.
func tool(path string) option { return func(s *setup) { s.tool = path } }

// event sets the event that triggered the run and its payload.
func event(name, payload string) option {
	return func(s *setup) {
		s.env["GITHUB_EVENT_NAME"] = name
		s.write("event.json", payload)
	}
}

// terminal starts the program as from a shell: inputs are flags, and no variables of a runner are set.
func terminal(s *setup) { s.terminal = true }

func (s *setup) path(name string) string { return filepath.Join(s.dir, name) }

func (s *setup) write(name, text string) string {
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.path(name)
}

// read returns the content of the file that a variable names, or an empty string if there is no such file.
func (s *setup) read(variable string) string {
	text, _ := os.ReadFile(s.env[variable])
	return string(text)
}

// hasFile reports whether a variable names a regular file.
func (s *setup) hasFile(variable string) bool {
	info, err := os.Stat(s.env[variable])
	return err == nil && info.Mode().IsRegular()
}

// fileCommands are the variables of the files that a runner creates for a step.
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
		"GITHUB_API_URL":    "http://" + closedPort(t),
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

// toTerminal removes the variables of a runner and passes the inputs as flags.
func (s *setup) toTerminal(inputs map[string]string) {
	maps.DeleteFunc(s.env, func(name, _ string) bool {
		return strings.HasPrefix(name, "GITHUB_") || strings.HasPrefix(name, "INPUT_")
	})
	for _, in := range input.All() {
		if value := inputs[in.Name]; value != "" && in.Usage != "" {
			s.args = append(s.args, "-"+in.Name+"="+value)
		}
	}
	s.env["ASTRO_API_TOKEN"] = inputs["api-token"]
}

// process is a running program.
type process struct {
	*setup
	command *exec.Cmd
	log     *liveLog
	began   time.Time
	ended   time.Time // valid after done has received
	done    chan error
}

// start starts the program as a runner does, with all inputs of action.yml. The API is at root, as returned by [serve].
// The given inputs replace the defaults.
func start(t testing.TB, root string, inputs map[string]string, options ...option) *process {
	t.Helper()
	all := map[string]string{}
	for _, in := range input.All() {
		all[in.Name] = in.Default
	}
	all["api-url"], all["api-token"], all["github-token"] = root+"/v1", apiToken, githubToken
	maps.Copy(all, inputs)
	p := launch(newSetup(t, all, options))
	t.Cleanup(func() { _ = p.command.Process.Kill() })
	return p
}

func launch(s *setup) *process {
	if err := statSources(); err != nil {
		s.t.Fatal(err)
	}
	command := exec.Command(cmp.Or(s.tool, binary), s.args...)
	p := &process{setup: s, command: command, log: newLiveLog(), done: make(chan error, 1)}
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

// wait waits until the program exits and returns its result.
func (p *process) wait() result {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(maxWait):
		p.t.Fatalf("still running after %v:\n%s", maxWait, p.log)
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

// run starts the program and waits until it exits.
func run(t testing.TB, root string, inputs map[string]string, options ...option) result {
	t.Helper()
	return start(t, root, inputs, options...).wait()
}
