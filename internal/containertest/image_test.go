//go:build container

package containertest

import (
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

const megabyte = 1e6

// compressedBase is the size of busybox:1.37.0-musl for linux/amd64 in the registry, from docker-library/repo-info. The
// base image that .ci/container creates without network access is larger.
const compressedBase = 871_090

func TestSize(t *testing.T) {
	type image struct{ Size int64 }
	uncompressed := inspect[image](t, setting(t, "IMAGE")).Size
	base := inspect[image](t, setting(t, "BASE_IMAGE")).Size
	t.Logf("uncompressed: %.2f MB, of which base: %.2f MB", float64(uncompressed)/megabyte, float64(base)/megabyte)
	if uncompressed > 12*megabyte {
		t.Errorf("the image has %d bytes, want at most 12 MB", uncompressed)
	}
	layers := compressedSize(t, setting(t, "IMAGE")) - compressedSize(t, setting(t, "BASE_IMAGE"))
	t.Logf("compressed: %.2f MB, of which base: %.2f MB", float64(layers+compressedBase)/megabyte, compressedBase/megabyte)
	if layers+compressedBase > 4.4*megabyte {
		t.Errorf("the compressed image has %d bytes, want at most 4.4 MB", layers+compressedBase)
	}
}

// compressedSize estimates the size of the image in a registry.
func compressedSize(t *testing.T, image string) int64 {
	t.Helper()
	cmd := docker(t, "save", image)
	archive, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var size counter
	compressor := gzip.NewWriter(&size)
	if _, err := io.Copy(compressor, archive); err != nil {
		t.Fatal(err)
	}
	if err := compressor.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

// counter counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func TestReproducible(t *testing.T) {
	first, second := binarySum(t, setting(t, "IMAGE")), binarySum(t, setting(t, "IMAGE_AGAIN"))
	t.Logf("sha256 %s", first)
	if first != second {
		t.Errorf("the binary of the second build has the sha256 %s, want %s", second, first)
	}
}

func binarySum(t *testing.T, image string) string {
	t.Helper()
	binary := output(t, "run", "--rm", "--network", "none", "--entrypoint", "cat", image, "/astro-workspace-grant")
	return fmt.Sprintf("%x", sha256.Sum256([]byte(binary)))
}

func TestConfig(t *testing.T) {
	type image struct {
		Config struct {
			User            string
			Entrypoint, Cmd []string
			Labels          map[string]string
		}
	}
	config := inspect[image](t, setting(t, "IMAGE")).Config
	if config.User != "" {
		t.Errorf("the image runs as %s, but the runner's files belong to root", config.User)
	}
	if len(config.Entrypoint) != 1 || config.Entrypoint[0] != "/astro-workspace-grant" || len(config.Cmd) > 0 {
		t.Errorf("the image starts %q %q, want only the program", config.Entrypoint, config.Cmd)
	}
	for name, want := range map[string]string{
		"title":    "Astro Workspace Grant",
		"licenses": "Apache-2.0 AND BSD-3-Clause AND GPL-2.0-only AND MIT AND MPL-2.0",
		"version":  "dev",
	} {
		if got := config.Labels["org.opencontainers.image."+name]; got != want {
			t.Errorf("the label %s is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"description", "source", "revision"} {
		if _, ok := config.Labels["org.opencontainers.image."+name]; !ok {
			t.Errorf("the label %s is missing", name)
		}
	}
	version := output(t, "run", "--rm", "--network", "none", setting(t, "IMAGE"), "-version")
	if version != "astro-workspace-grant dev\n" {
		t.Errorf("-version prints %q", version)
	}
}

// TestLicenses checks that the image contains a license text for every module in its program.
func TestLicenses(t *testing.T) {
	root := t.TempDir()
	container := strings.TrimSpace(output(t, "create", setting(t, "IMAGE")))
	defer output(t, "rm", container)
	output(t, "cp", container+":/licenses", root)
	output(t, "cp", container+":/astro-workspace-grant", root)
	program, err := buildinfo.ReadFile(filepath.Join(root, "astro-workspace-grant"))
	if err != nil {
		t.Fatal(err)
	}
	if len(program.Deps) == 0 {
		t.Error("the program has no modules")
	}
	for _, module := range program.Deps {
		read(t, filepath.Join(root, "licenses", module.Path, "LICENSE"))
	}
	for _, name := range []string{"astro-workspace-grant", "busybox", "go", "musl"} {
		read(t, filepath.Join(root, "licenses", name, "LICENSE"))
	}
}

// TestSandbox runs the first command of the README.
func TestSandbox(t *testing.T) {
	log := output(t, "run", "--rm", "--network", "none", setting(t, "IMAGE"), "-sandbox", "-settle", "0s")
	if !strings.Contains(log, "Production") || !strings.Contains(log, "WORKSPACE_OPERATOR") {
		t.Errorf("the log does not name what was granted:\n%s", log)
	}
}

// TestCheck checks a grants file with the command of the reference.
func TestCheck(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "grants.yml"), "grants: []\n")
	log := output(t, "run", "--rm", "-v", folder+":/repo", "-w", "/repo", setting(t, "IMAGE"), "-check", "grants.yml")
	if want := "grants.yml is valid. Grants: 0.\n"; log != want {
		t.Errorf("-check prints %q, want %q", log, want)
	}
}

// TestCertificates fails if the image contains no CA certificates.
func TestCertificates(t *testing.T) {
	count := output(t, "run", "--rm", "--network", "none", "--entrypoint", "grep", setting(t, "IMAGE"),
		"-c", "BEGIN CERTIFICATE", "/etc/ssl/certs/ca-certificates.crt")
	t.Logf("%s certificates", strings.TrimSpace(count))
}

// TestKubernetesTools runs the tools that the container hooks of runners on Kubernetes run in the pod of a step.
func TestKubernetesTools(t *testing.T) {
	got := output(t, "run", "--rm", "--network", "none", "--entrypoint", "sh", setting(t, "IMAGE"), "-e", "-c", `
		for tool in sh env tail mv rm tar find chmod stat; do command -v "$tool" >/dev/null || echo "no $tool"; done
		mkdir -p /__w/from /__w/to
		printf 'hello' >/__w/from/file
		tar -c -f - -C /__w/from . | tar -x -f - -C /__w/to
		chmod 0755 /__w/to/file
		mv /__w/to/file /__w/to/moved
		(cd /__w/to && find . -type f -exec stat -c '%s %a %n' {} \;)
		env A=b sh -c 'echo "A is $A"'
		rm -r /__w/from
		test ! -e /__w/from
		tail -f /dev/null &
		kill $!
		echo done`)
	const want = "5 755 ./moved\nA is b\ndone\n"
	if got != want {
		t.Errorf("the tools printed %q, want %q", got, want)
	}
}
