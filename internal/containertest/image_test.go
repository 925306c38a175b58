//go:build container

package containertest

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
)

const megabyte = 1e6

// packedBase is busybox:1.37.0-musl for linux/amd64 as a registry has it (docker-library/repo-info). What .ci/container makes in
// its place is larger.
const packedBase = 871_090

func TestSize(t *testing.T) {
	type image struct{ Size int64 }
	unpacked := inspect[image](t, setting(t, "IMAGE")).Size
	base := inspect[image](t, setting(t, "BASE_IMAGE")).Size
	t.Logf("unpacked: %.2f MB, of which the base here %.2f MB", float64(unpacked)/megabyte, float64(base)/megabyte)
	if unpacked > 12*megabyte {
		t.Errorf("the image has %d bytes, want at most 12 MB", unpacked)
	}
	ours := packedSize(t, setting(t, "IMAGE")) - packedSize(t, setting(t, "BASE_IMAGE"))
	t.Logf("packed: %.2f MB on a base of %.2f MB", float64(ours)/megabyte, packedBase/megabyte)
	if ours+packedBase > 5*megabyte {
		t.Errorf("the image has %d bytes packed, want at most 5 MB", ours+packedBase)
	}
}

// packedSize is about what a registry keeps and a pull transfers.
func packedSize(t *testing.T, image string) int64 {
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
	packer := gzip.NewWriter(&size)
	if _, err := io.Copy(packer, archive); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// TestReproducible compares the binaries of two builds of the same files.
func TestReproducible(t *testing.T) {
	first, second := binarySum(t, setting(t, "IMAGE")), binarySum(t, setting(t, "IMAGE_AGAIN"))
	t.Logf("sha256 %s", first)
	if first != second {
		t.Errorf("the second build's binary has the sha256 %s, want the first one's, %s", second, first)
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
		t.Errorf("the image runs as %s; the runner's files belong to root", config.User)
	}
	if len(config.Entrypoint) != 1 || config.Entrypoint[0] != "/astro-workspace-grant" || len(config.Cmd) > 0 {
		t.Errorf("the image starts %q %q, want the program alone", config.Entrypoint, config.Cmd)
	}
	for name, want := range map[string]string{
		"title":    "Astro Workspace Grant",
		"licenses": "Apache-2.0",
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
	if got := output(t, "run", "--rm", "--network", "none", setting(t, "IMAGE"), "-version"); got != "astro-workspace-grant dev\n" {
		t.Errorf("it calls itself %q", got)
	}
}

// TestCertificates looks for the certificates that https needs.
func TestCertificates(t *testing.T) {
	count := output(t, "run", "--rm", "--network", "none", "--entrypoint", "grep", setting(t, "IMAGE"),
		"-c", "BEGIN CERTIFICATE", "/etc/ssl/certs/ca-certificates.crt")
	t.Logf("%s certificates", strings.TrimSpace(count))
}

// TestKubernetesTools does with the image's own tools what the hooks of runners on Kubernetes do in a step's pod.
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
