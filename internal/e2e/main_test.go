package e2e

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// binary is the program, and serveBinary the tool that serves the sandbox over TLS. Both are built once for all tests.
var binary, serveBinary string

var buildFlags []string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	flag.Parse()
	if err := raiseParallelism(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary, serveBinary = filepath.Join(dir, "astro-workspace-grant"), filepath.Join(dir, "serve")
	for path, pkg := range map[string]string{binary: "../..", serveBinary: "../sandbox/serve"} {
		build := exec.Command("go", append(append([]string{"build", "-o", path}, buildFlags...), pkg)...)
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "building", pkg, "failed:", err)
			return 1
		}
	}
	return m.Run()
}

// raiseParallelism runs many tests in parallel, because their processes mostly wait. A -parallel flag takes precedence.
func raiseParallelism() error {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", "32")
}

// statSources makes the test cache depend on the source files of the program, so that go test runs the tests again
// after a change. The cache only notices files that are accessed while tests run, not before.
var statSources = sync.OnceValue(func() error {
	return filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
})
