package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// sandboxProcess is a process that serves a sandbox over TLS.
type sandboxProcess struct {
	*process

	files, root, token string
}

// serveSandbox starts the test tool that serves a sandbox, and waits until it is ready.
func serveSandbox(t *testing.T) sandboxProcess {
	t.Helper()
	files := t.TempDir()
	p := launch(newSetup(t, nil, []option{terminal, tool(serveBinary), args("-listen", "127.0.0.1:0", "-dir", files)}))
	t.Cleanup(func() { _ = p.command.Process.Kill() })
	p.log.await(t, "until a signal")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(files, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	root := strings.TrimSuffix(read("api-url"), "/v1")
	contains(t, "the log", p.log.String(), root+"/v1", root+"/api/v3", files)
	return sandboxProcess{p, files, root, read("api-token")}
}

// on returns the inputs and options of a step that uses the sandbox, for an event of its pull request.
func (o sandboxProcess) on(pairs ...string) (map[string]string, []option) {
	repository := fmt.Sprintf(`{"full_name":%q}`, sandbox.DemoRepository)
	return with(append([]string{"api-token", o.token, "github-token", o.token}, pairs...)...), []option{
		env("SSL_CERT_FILE", filepath.Join(o.files, "ca.pem")), env("GITHUB_REPOSITORY", sandbox.DemoRepository),
		env("GITHUB_API_URL", o.root+"/api/v3"), env("GITHUB_GRAPHQL_URL", o.root+"/api/graphql"),
		event("pull_request", fmt.Sprintf(`{"pull_request":{"number":%d,"head":{"repo":%s},"base":{"repo":%s}}}`, sandbox.DemoPullRequest, repository, repository)),
	}
}

// TestServe runs several steps against one sandbox over TLS, as a workflow does.
func TestServe(t *testing.T) {
	t.Parallel()
	o := serveSandbox(t)
	inputs, options := o.on("comment", "always")
	r := run(t, o.root, inputs, options...)
	r.is(t, "status", "granted", "pull-request", fmt.Sprint(sandbox.DemoPullRequest))
	var first, second int64
	if err := json.Unmarshal([]byte(r.outputs["comment-id"]), &first); err != nil {
		t.Errorf("no comment was created: %v", err)
	}
	r = run(t, o.root, inputs, options...)
	r.is(t, "status", "unchanged")
	_ = json.Unmarshal([]byte(r.outputs["comment-id"]), &second)
	equal(t, "the second run's comment", second, first)

	// A client without the sandbox's CA certificate rejects the connection.
	inputs["comment"] = "never"
	run(t, o.root, inputs, options[1:]...).failed(t, "unavailable", "unknown authority", "SSL_CERT_FILE")

	sent := time.Now()
	if err := o.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r = o.wait()
	equal(t, "exit code", r.code, 0)
	if took := time.Since(sent); took > maxShutdown {
		t.Errorf("exited %v after the signal", took)
	}
	if _, err := os.Stat(filepath.Join(o.files, "api-url")); err == nil {
		t.Error("api-url still exists")
	}
	lacks(t, "the log", r.log, o.token)
}

// TestHTTPSRequiredForRemoteHost has an api-url without TLS that is not a loopback address.
func TestHTTPSRequiredForRemoteHost(t *testing.T) {
	t.Parallel()
	// It is rejected before any request.
	r := run(t, "", with("api-url", "http://172.17.0.1:8443/v1"))
	r.failed(t, "invalid-input", "api-url", "https")
}

func TestServeInvalidFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		args  []string
		words []string
	}{
		{"missing -dir", []string{"-listen", "127.0.0.1:0"}, []string{"-dir is required"}},
		{"unknown directory", []string{"-listen", "127.0.0.1:0", "-dir", "none"}, []string{"none"}},
		{"all addresses", []string{"-listen", ":0", "-dir", "."}, []string{":0", "host"}},
		{"missing port", []string{"-listen", "127.0.0.1", "-dir", "."}, []string{"127.0.0.1", "port"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := launch(newSetup(t, nil, []option{terminal, tool(serveBinary), args(tt.args...)})).wait()
			equal(t, "exit code", r.code, 1)
			contains(t, "output", r.log, tt.words...)
		})
	}
}
