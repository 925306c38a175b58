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

// ownSandbox is the program's own sandbox, being served.
type ownSandbox struct {
	*process

	files, root, token string
}

// serveOwn starts the program as a sandbox alone and waits until it says that it answers.
func serveOwn(t *testing.T) ownSandbox {
	t.Helper()
	files := t.TempDir()
	p := launch(newSetup(t, nil, []option{terminal, args("-serve", "127.0.0.1:0", "-serve-files", files)}))
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
	contains(t, "where it serves", p.log.String(), root+"/v1", root+"/api/v3", files)
	return ownSandbox{p, files, root, read("api-token")}
}

// on are the options and inputs of a step that uses the sandbox, on its pull request.
func (o ownSandbox) on(pairs ...string) (map[string]string, []option) {
	repository := fmt.Sprintf(`{"full_name":%q}`, sandbox.DemoRepository)
	return with(append([]string{"api-token", o.token, "github-token", o.token}, pairs...)...), []option{
		env("SSL_CERT_FILE", filepath.Join(o.files, "ca.pem")), env("GITHUB_REPOSITORY", sandbox.DemoRepository),
		env("GITHUB_API_URL", o.root+"/api/v3"), env("GITHUB_GRAPHQL_URL", o.root+"/api/graphql"),
		event("pull_request", fmt.Sprintf(`{"pull_request":{"number":%d,"head":{"repo":%s},"base":{"repo":%s}}}`, sandbox.DemoPullRequest, repository, repository)),
	}
}

// TestServe has steps use the sandbox that the program serves, as the steps of a workflow do.
func TestServe(t *testing.T) {
	t.Parallel()
	o := serveOwn(t)
	inputs, options := o.on("comment", "always")
	r := run(t, o.root, inputs, options...)
	r.is(t, "status", "granted", "pull-request", fmt.Sprint(sandbox.DemoPullRequest))
	var first, second int64
	if err := json.Unmarshal([]byte(r.outputs["comment-id"]), &first); err != nil {
		t.Errorf("no comment was made: %v", err)
	}
	r = run(t, o.root, inputs, options...)
	r.is(t, "status", "unchanged")
	_ = json.Unmarshal([]byte(r.outputs["comment-id"]), &second)
	equal(t, "the second run's comment", second, first)

	// It does not answer to those who do not know its authority.
	inputs["comment"] = "never"
	run(t, o.root, inputs, options[1:]...).failed(t, "unavailable", "unknown authority", "SSL_CERT_FILE")

	sent := time.Now()
	if err := o.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r = o.wait()
	equal(t, "exit code", r.code, 0)
	if took := time.Since(sent); took > promptly {
		t.Errorf("ended %v after the signal", took)
	}
	if _, err := os.Stat(filepath.Join(o.files, "api-url")); err == nil {
		t.Error("api-url still says that it answers")
	}
	lacks(t, "the log", r.log, o.token)
}

// TestServedElsewhereStaysHTTPS has an address that is not this machine's own, without TLS.
func TestServedElsewhereStaysHTTPS(t *testing.T) {
	t.Parallel()
	// It is refused before any request.
	r := run(t, "", with("api-url", "http://172.17.0.1:8443/v1"))
	r.failed(t, "invalid-input", "api-url", "https")
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		args  []string
		words []string
	}{
		{"no files", []string{"-serve", "127.0.0.1:0"}, []string{"-serve-files"}},
		{"no address", []string{"-serve-files", "."}, []string{"-serve "}},
		{"no folder", []string{"-serve", "127.0.0.1:0", "-serve-files", "none"}, []string{"none"}},
		{"all addresses", []string{"-serve", ":0", "-serve-files", "."}, []string{":0", "host"}},
		{"no port", []string{"-serve", "127.0.0.1", "-serve-files", "."}, []string{"127.0.0.1", "port"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := shell(t, tt.args...)
			equal(t, "exit code", r.code, 1)
			contains(t, "output", r.log, tt.words...)
		})
	}
}
