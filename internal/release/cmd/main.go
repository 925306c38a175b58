// Cmd writes the files of a release to a new folder.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"astro-workspace-grant/internal/release"
)

func main() {
	var r release.Release
	flag.StringVar(&r.Version, "version", "", "version, for example v1.2.3")
	flag.StringVar(&r.Repository, "repository", "", "repository: OWNER/NAME")
	flag.StringVar(&r.Commit, "commit", "", "commit that the image was built from")
	flag.StringVar(&r.Digest, "digest", "", "digest of the image: sha256:…")
	image := flag.String("image", "", "image to use instead of the published one, for tests")
	dir := flag.String("dir", "", "new folder for the files; if empty, only check")
	flag.Parse()
	if err := run(r, *image, *dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(r release.Release, image, dir string) error {
	if err := r.Check(); err != nil {
		return err
	}
	if image == "" {
		image = r.Image()
	}
	action, err1 := os.ReadFile("action.yml")
	readme, err2 := os.ReadFile("README.md")
	license, err3 := os.ReadFile("LICENSE")
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	action, err1 = release.Action(action, image)
	readme, err2 = r.Readme(readme)
	if err := errors.Join(err1, err2); err != nil || dir == "" {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"action.yml": action, "README.md": readme, "LICENSE": license} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
