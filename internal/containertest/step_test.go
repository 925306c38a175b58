//go:build container

package containertest

import (
	"maps"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// apiToken is the secret of all steps here.
var apiToken = sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))

// hung is a sandbox that answers nothing.
func hung(int, *http.Request) sandbox.Fault { return sandbox.Fault{Hang: true} }

// serve starts a sandbox and returns a step that makes a grant in it. The step has the machine's network: plain http is allowed
// toward loopback only.
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

// checkOutputs compares the outputs that want names.
func checkOutputs(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("output %s is %q, want %q", name, got[name], value)
		}
	}
}

// granted are outputs of the grant that serve's step makes.
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
		"image: Dockerfile":      func(*step) {},
		"released, entrypoint":   func(s *step) { s.entrypoint = "/astro-workspace-grant" },
		"read-only file system":  func(s *step) { s.flags = []string{"--read-only"} },
		"no capabilities at all": func(s *step) { s.flags = []string{"--cap-drop", "ALL", "--security-opt", "no-new-privileges"} },
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
				t.Error("the API token stands in the log")
			}
		})
	}
}

// TestBridge has the step where GitHub's runners put it, on the engine's bridge, and a sandbox at the address by which the machine
// is seen from there: what e2e.yml relies on.
func TestBridge(t *testing.T) {
	t.Parallel()
	routes := output(t, "run", "--rm", "--entrypoint", "ip", setting(t, "IMAGE"), "route")
	_, after, _ := strings.Cut(routes, "default via ")
	gateway, _, ok := strings.Cut(after, " ")
	if !ok {
		t.Fatalf("no default route: %q", routes)
	}
	root, authority, stop, err := sandbox.ListenTLS(gateway+":0", sandbox.Demo(sandbox.Options{APIToken: apiToken}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	for _, certificate := range []string{"ca.pem", "/github/workspace/ca.pem"} {
		_, s := serve(t, nil)
		s.network = ""
		s.inputs["api-url"] = root + "/v1"
		s.inputs["dry-run"] = "true"
		s.workspace = map[string]string{"ca.pem": authority}
		s.env = map[string]string{"SSL_CERT_FILE": certificate}
		if r := s.run(t); r.code != 0 {
			t.Errorf("SSL_CERT_FILE=%s: exit code %d, want 0", certificate, r.code)
		}
		s.inputs["api-url"] = strings.Replace(root, "https:", "http:", 1) + "/v1"
		checkOutputs(t, s.run(t).outputs, map[string]string{"status": "failed", "error": "invalid-input"})
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
		t.Error("no annotation tells of the failure")
	}
}

// TestCancel cancels the workflow: the runner sends SIGINT to the docker client, which passes it on.
func TestCancel(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			astro, s := serve(t, hung)
			running := s.start(t)
			awaitRequest(t, astro)
			sent := time.Now()
			if err := running.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			r := running.wait(t)
			// That it ended for the signal is what its output says. The limit is the runner's, which sends SIGTERM then.
			if took := time.Since(sent); took > 7500*time.Millisecond {
				t.Errorf("the step went on for %v, want at most 7.5 s", took)
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

// awaitRequest returns once the step has sent something.
func awaitRequest(t *testing.T, astro *sandbox.Astro) {
	t.Helper()
	for began := time.Now(); len(astro.Requests()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatal("no request arrived within 2 min")
		}
	}
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
	if r.took > 30*time.Second { // an engine on a busy machine is slow
		t.Errorf("it took %v, want at most the 5 s of its timeout and the container's start and end", r.took)
	}
	checkOutputs(t, r.outputs, map[string]string{"status": "failed", "error": "unavailable"})
	if !strings.Contains(r.log, "api.astronomer.io") {
		t.Error("the log does not name the host that is out of reach")
	}
}

// TestNoSecretOnCommandLine looks at what a process list and docker inspect show of a step: its command line. The engine's
// own record of the environment holds every input of every action, and is as secret as the engine itself.
func TestNoSecretOnCommandLine(t *testing.T) {
	t.Parallel()
	astro, s := serve(t, hung)
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
			t.Errorf("the API token stands in %q", text)
		}
	}
	if c.Path != "/astro-workspace-grant" || len(c.Args) > 0 {
		t.Errorf("the command line is %q %q, want the entrypoint alone", c.Path, c.Args)
	}
	if err := running.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	running.wait(t)
}
