//go:build container

// Package containertest runs the image as GitHub's runner does, against the sandbox, and checks what runners, users and
// Kubernetes require of it. It needs a Docker engine and the built image; .ci/container provides both.
package containertest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// setting returns an environment variable that .ci/container sets.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run .ci/container, which builds the image and runs these tests", name)
	}
	return value
}

// docker returns a command of the docker client.
func docker(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), setting(t, "DOCKER"), args...)
}

// output returns the output of a command of the docker client, which must succeed.
func output(t *testing.T, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := docker(t, args...)
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s%s", strings.Join(args, " "), err, stdout, stderr.Bytes())
	}
	return string(stdout)
}

// inspect decodes the output of docker inspect for one image or container.
func inspect[T any](t *testing.T, name string) T {
	t.Helper()
	var all []T
	if err := json.Unmarshal([]byte(output(t, "inspect", name)), &all); err != nil {
		t.Fatalf("docker inspect %s: %v", name, err)
	}
	if len(all) != 1 {
		t.Fatalf("docker inspect %s returned %d objects, want 1", name, len(all))
	}
	return all[0]
}
