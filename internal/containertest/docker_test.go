//go:build container

// Package containertest runs the image as GitHub's runner does, against the sandbox, and holds it to what runners, users and
// Kubernetes ask of it. It needs a Docker engine and an image that is built: .ci/container brings both.
package containertest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// setting is a variable that .ci/container sets.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run .ci/container, which builds the image and starts this suite", name)
	}
	return value
}

// docker returns a call of the docker client with the environment of this process.
func docker(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), setting(t, "DOCKER"), args...)
}

// output runs a call of the docker client that has to succeed and returns what it printed.
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

// inspect decodes what docker inspect says of an image or a container.
func inspect[T any](t *testing.T, name string) T {
	t.Helper()
	var all []T
	if err := json.Unmarshal([]byte(output(t, "inspect", name)), &all); err != nil {
		t.Fatalf("docker inspect %s: %v", name, err)
	}
	if len(all) != 1 {
		t.Fatalf("docker inspect %s told of %d things, want 1", name, len(all))
	}
	return all[0]
}
