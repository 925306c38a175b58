//go:build container

package containertest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// step is a step that uses the action.
type step struct {
	inputs     map[string]string // by name
	env        map[string]string // overrides the runner's
	workspace  map[string]string // files in the workspace, by name
	entrypoint string            // runs.entrypoint in action.yml
	network    string            // the job's network; empty: the engine's default
	flags      []string          // additional flags of docker run
}

// runningStep is a step in progress.
type runningStep struct {
	cmd       *exec.Cmd
	container string
	log       *bytes.Buffer
	began     time.Time
	files     string // the folder of the files for outputs and the job summary
}

// result is the result of a step.
type result struct {
	code    int
	log     string
	took    time.Duration
	outputs map[string]string
	summary string
}

// start runs the image with the command line of actions/runner (DockerCommandManager.DockerRun and
// ContainerActionHandler), which contains the names of variables but not their values.
func (s step) start(t *testing.T) *runningStep {
	t.Helper()
	temp := t.TempDir()
	folder := func(name string) string {
		path := filepath.Join(temp, name)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	files := folder("_runner_file_commands")
	for _, name := range []string{"set_output_1", "step_summary_1", "save_state_1", "set_env_1", "add_path_1"} {
		write(t, filepath.Join(files, name), "")
	}
	write(t, filepath.Join(folder("_github_workflow"), "event.json"), "{}")
	for name, text := range s.workspace {
		write(t, filepath.Join(folder("workspace"), name), text)
	}

	env := map[string]string{
		"HOME":                "/github/home",
		"GITHUB_ACTION":       "__self",
		"GITHUB_API_URL":      "https://api.github.com",
		"GITHUB_ENV":          "/github/file_commands/set_env_1",
		"GITHUB_EVENT_NAME":   "push",
		"GITHUB_EVENT_PATH":   "/github/workflow/event.json",
		"GITHUB_OUTPUT":       "/github/file_commands/set_output_1",
		"GITHUB_PATH":         "/github/file_commands/add_path_1",
		"GITHUB_REPOSITORY":   "example-airlines/dags",
		"GITHUB_SERVER_URL":   "https://github.com",
		"GITHUB_STATE":        "/github/file_commands/save_state_1",
		"GITHUB_STEP_SUMMARY": "/github/file_commands/step_summary_1",
		"GITHUB_WORKSPACE":    "/github/workspace",
		"RUNNER_OS":           "Linux",
		"RUNNER_TEMP":         "/github/runner_temp",
		"RUNNER_WORKSPACE":    filepath.Dir(folder("workspace")),
	}
	for name, value := range s.inputs {
		env["INPUT_"+strings.ToUpper(strings.ReplaceAll(name, " ", "_"))] = value
	}
	maps.Copy(env, s.env)

	container := fmt.Sprintf("containertest_%d", time.Now().UnixNano())
	args := []string{"run", "--name", container, "--label", "containertest", "--workdir", "/github/workspace", "--rm"}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		args = append(args, "-e", name)
	}
	args = append(args, "-e", "GITHUB_ACTIONS=true", "-e", "CI=true")
	if s.entrypoint != "" {
		args = append(args, "--entrypoint", s.entrypoint)
	}
	if s.network != "" {
		args = append(args, "--network", s.network)
	}
	if socket, ok := strings.CutPrefix(engine(), "unix://"); ok {
		args = append(args, "-v", socket+":/var/run/docker.sock")
	}
	args = append(args,
		"-v", temp+":/github/runner_temp",
		"-v", folder("_github_home")+":/github/home",
		"-v", folder("_github_workflow")+":/github/workflow",
		"-v", files+":/github/file_commands",
		"-v", folder("workspace")+":/github/workspace",
	)
	args = append(args, s.flags...)
	args = append(args, setting(t, "IMAGE"))

	log := &bytes.Buffer{}
	cmd := docker(t, args...)
	cmd.Stdout, cmd.Stderr = log, log // the runner merges them, too
	cmd.Env = os.Environ()            // the client reads the values here; the last duplicate wins
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	running := &runningStep{cmd: cmd, container: container, log: log, began: time.Now(), files: files}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exec.Command(cmd.Path, "rm", "--force", container).Run() }) // in case the test was aborted
	return running
}

// wait waits until the step ends.
func (s *runningStep) wait(t *testing.T) result {
	t.Helper()
	err := s.cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("docker run: %v\n%s", err, s.log)
	}
	r := result{
		code:    s.cmd.ProcessState.ExitCode(),
		log:     s.log.String(),
		took:    time.Since(s.began),
		outputs: readOutputs(t, filepath.Join(s.files, "set_output_1")),
		summary: read(t, filepath.Join(s.files, "step_summary_1")),
	}
	t.Logf("exit code %d after %v, log:\n%s", r.code, r.took.Round(time.Millisecond), r.log)
	return r
}

// run starts the step and waits until it ends.
func (s step) run(t *testing.T) result {
	t.Helper()
	return s.start(t).wait(t)
}

// engine returns the address of the Docker engine.
func engine() string {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return host
	}
	return "unix:///var/run/docker.sock"
}

// readOutputs parses the file of outputs as the runner does.
func readOutputs(t *testing.T, path string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(read(t, path), "\n"), "\n")
	for i := 0; i < len(lines) && lines[i] != ""; i++ {
		name, delimiter, ok := strings.Cut(lines[i], "<<")
		if !ok {
			t.Fatalf("line %d of the outputs has no delimiter: %q", i+1, lines[i])
		}
		length := slices.Index(lines[i+1:], delimiter)
		if length < 0 {
			t.Fatalf("the output %s has no closing delimiter", name)
		}
		outputs[name] = strings.Join(lines[i+1:i+1+length], "\n")
		i += length + 1
	}
	return outputs
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
