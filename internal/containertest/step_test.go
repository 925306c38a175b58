//go:build container

package containertest

import (
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// apiToken is the API token of all sandboxes that serve starts.
var apiToken = sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))

// hang is a fault of all requests.
func hang(int, *http.Request) sandbox.Fault { return sandbox.Fault{Hang: true} }

// serve starts a sandbox and returns a step that grants roles in it. The step uses the host's network, since the action
// allows plain HTTP only to loopback addresses.
func serve(t *testing.T, fault func(int, *http.Request) sandbox.Fault) (*sandbox.Astro, step) {
	t.Helper()
	astro := sandbox.Demo(sandbox.Options{APIToken: apiToken, Fault: fault})
	root, stop, err := sandbox.Listen(astro)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return astro, step{network: "host", inputs: map[string]string{
		"org-token-name": "CI Deployer",
		"org-token-id":   "",
		"role":           "WORKSPACE_OPERATOR",
		"workspace":      "Production\nStaging",
		"api-token":      apiToken,
		"api-url":        root + "/v1",
		"timeout":        "30s",
		"settle":         "200ms",
	}}
}

// checkOutputs compares the outputs in want.
func checkOutputs(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("output %s is %q, want %q", name, got[name], value)
		}
	}
}

// granted are outputs of the step that serve returns.
var granted = map[string]string{
	"status":         "granted",
	"changed":        "true",
	"token-name":     "CI Deployer",
	"role":           "WORKSPACE_OPERATOR",
	"workspace-name": "Production\nStaging",
	"previous-role":  "\nWORKSPACE_AUTHOR",
	"error":          "",
}

func TestGrant(t *testing.T) {
	for name, change := range map[string]func(*step){
		"image: Dockerfile":     func(*step) {},
		"image: docker://":      func(s *step) { s.entrypoint = "/astro-workspace-grant" },
		"read-only file system": func(s *step) { s.flags = []string{"--read-only"} },
		"no capabilities": func(s *step) {
			s.flags = []string{"--cap-drop", "ALL", "--security-opt", "no-new-privileges"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s := serve(t, nil)
			change(&s)
			r := s.run(t)
			if r.code != 0 {
				t.Errorf("exit code %d, want 0", r.code)
			}
			checkOutputs(t, r.outputs, granted)
			for _, want := range []string{"Production", "Staging", "WORKSPACE_OPERATOR"} {
				if !strings.Contains(r.summary, want) {
					t.Errorf("the summary does not name %s:\n%s", want, r.summary)
				}
			}
			if masked := strings.ReplaceAll(r.log, "::add-mask::"+apiToken, ""); strings.Contains(masked, apiToken) {
				t.Error("the log contains the API token")
			}
		})
	}
}

// TestBridge runs the step on the engine's bridge and the sandbox on the host, as e2e.yml does on GitHub's runners.
func TestBridge(t *testing.T) {
	t.Parallel()
	routes := output(t, "run", "--rm", "--entrypoint", "ip", setting(t, "IMAGE"), "route")
	_, after, _ := strings.Cut(routes, "default via ")
	gateway, _, ok := strings.Cut(after, " ")
	if !ok {
		t.Fatalf("no default route: %q", routes)
	}
	dir := serveTLS(t, gateway+":0")
	url := read(t, filepath.Join(dir, "api-url"))
	for _, certificate := range []string{"ca.pem", "/github/workspace/ca.pem"} {
		_, s := serve(t, nil)
		s.network = ""
		s.inputs["api-url"] = url
		s.inputs["api-token"] = read(t, filepath.Join(dir, "api-token"))
		s.inputs["dry-run"] = "true"
		s.workspace = map[string]string{"ca.pem": read(t, filepath.Join(dir, "ca.pem"))}
		s.env = map[string]string{"SSL_CERT_FILE": certificate}
		if r := s.run(t); r.code != 0 {
			t.Errorf("SSL_CERT_FILE=%s: exit code %d, want 0", certificate, r.code)
		}
		s.inputs["api-url"] = strings.Replace(url, "https:", "http:", 1)
		checkOutputs(t, s.run(t).outputs, map[string]string{"status": "failed", "error": "invalid-input"})
	}
}

// serveTLS starts the command that serves a sandbox over TLS, and returns the folder of its files.
func serveTLS(t *testing.T, address string) string {
	t.Helper()
	dir, binary := t.TempDir(), filepath.Join(t.TempDir(), "serve")
	if log, err := exec.Command("go", "build", "-o", binary, "../sandbox/serve").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, log)
	}
	cmd := exec.CommandContext(t.Context(), binary, "-listen", address, "-dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // the context has ended by then
	await(t, "the sandbox to start", func() bool {
		_, err := os.Stat(filepath.Join(dir, "api-url"))
		return err == nil
	})
	return dir
}

// await waits until the condition is true.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for began := time.Now(); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("waited 2 min for %s", what)
		}
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	_, s := serve(t, nil)
	s.inputs = maps.Clone(s.inputs)
	s.inputs["workspace"] = "Prodction"
	r := s.run(t)
	if r.code != 1 {
		t.Errorf("exit code %d, want 1", r.code)
	}
	checkOutputs(t, r.outputs, map[string]string{"status": "failed", "changed": "false", "error": "workspace-not-found"})
	if !strings.Contains(r.log, "::error ") {
		t.Error("the log has no error annotation")
	}
}

// TestCancel imitates a canceled workflow: the runner sends SIGINT to the docker client, which forwards it.
func TestCancel(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			astro, s := serve(t, hang)
			running := s.start(t)
			awaitRequest(t, astro)
			sent := time.Now()
			if err := running.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			r := running.wait(t)
			// The output canceled shows that the signal ended it. The runner sends SIGTERM 7.5 s after SIGINT.
			if took := time.Since(sent); took > 7500*time.Millisecond {
				t.Errorf("the step ended %v after the signal, want at most 7.5 s", took)
			} else {
				t.Logf("ended %v after the signal", took.Round(time.Millisecond))
			}
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
			checkOutputs(t, r.outputs, map[string]string{"status": "failed", "error": "canceled"})
		})
	}
}

func awaitRequest(t *testing.T, astro *sandbox.Astro) {
	t.Helper()
	await(t, "a request", func() bool { return len(astro.Requests()) > 0 })
}

func TestNoNetwork(t *testing.T) {
	t.Parallel()
	_, s := serve(t, nil)
	s.network = "none"
	s.inputs["api-url"] = "https://api.astronomer.io/v1"
	s.inputs["timeout"] = "5s"
	r := s.run(t)
	if r.code != 1 {
		t.Errorf("exit code %d, want 1", r.code)
	}
	if r.took > 30*time.Second { // starting and removing a container takes time on a busy machine
		t.Errorf("it took %v, want its timeout of 5 s plus the time to start and remove the container", r.took)
	}
	checkOutputs(t, r.outputs, map[string]string{"status": "failed", "error": "unavailable"})
	if !strings.Contains(r.log, "api.astronomer.io") {
		t.Error("the log does not contain the unreachable host")
	}
}

// TestNoSecretOnCommandLine checks the command lines that a process list and docker inspect show. It ignores the
// environment in docker inspect: the runner passes all inputs of an action that way.
func TestNoSecretOnCommandLine(t *testing.T) {
	t.Parallel()
	astro, s := serve(t, hang)
	running := s.start(t)
	awaitRequest(t, astro)
	type container struct {
		Path   string
		Args   []string
		Config struct {
			Cmd, Entrypoint []string
			Labels          map[string]string
		}
	}
	c := inspect[container](t, running.container)
	shown := []string{c.Path, strings.Join(running.cmd.Args, " ")}
	shown = append(shown, c.Args...)
	shown = append(shown, c.Config.Cmd...)
	shown = append(shown, c.Config.Entrypoint...)
	for _, label := range c.Config.Labels {
		shown = append(shown, label)
	}
	for _, text := range shown {
		if strings.Contains(text, apiToken) {
			t.Errorf("the API token is part of %q", text)
		}
	}
	if c.Path != "/astro-workspace-grant" || len(c.Args) > 0 {
		t.Errorf("the command line is %q %q, want only the entrypoint", c.Path, c.Args)
	}
	if err := running.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	running.wait(t)
}
