// Cmd prepares a release, and a repository for its first one. It runs in the root of a checkout.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"astro-workspace-grant/internal/release"
	"astro-workspace-grant/internal/release/licenses"
)

const usage = `Usage: go run ./internal/release/cmd COMMAND

  rename ACCOUNT/NAME    set the module path and all mentions of the repository, once for a new repository
  licenses FOLDER        write the license texts of the image to a new folder
  files -version …       write the files in which a release differs from main to a new folder, or only check them
  notes -version …       print the text of a release
`

func main() {
	err := run(os.Args[1:])
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong command line")

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "rename":
		return release.Rename(".", args[1])
	case len(args) == 2 && args[0] == "licenses":
		_, err := licenses.Write(args[1])
		return err
	case len(args) > 1 && args[0] == "files":
		return files(args[1:])
	case len(args) > 1 && args[0] == "notes":
		return notes(args[1:])
	}
	return errUsage
}

// flags returns the flags that identify a release.
func flags(name string, r *release.Release) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ExitOnError)
	set.StringVar(&r.Version, "version", "", "version, for example v1.2.3")
	set.StringVar(&r.Repository, "repository", "", "repository: OWNER/NAME")
	set.StringVar(&r.Commit, "commit", "", "commit that the image was built from")
	set.StringVar(&r.Digest, "digest", "", "digest of the image: sha256:…")
	return set
}

func files(args []string) error {
	var r release.Release
	set := flags("files", &r)
	image := set.String("image", "", "image to use instead of the published one, for tests")
	dir := set.String("dir", "", "new folder for the files; if empty, only check")
	if err := errors.Join(set.Parse(args), r.Check()); err != nil {
		return err
	}
	if *image == "" {
		*image = r.Image()
	}
	files, err := r.Files(os.DirFS("."), *image)
	if err != nil || *dir == "" {
		return err
	}
	if err := os.Mkdir(*dir, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(*dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func notes(args []string) error {
	var r release.Release
	if err := errors.Join(flags("notes", &r).Parse(args), r.Check()); err != nil {
		return err
	}
	tags, err := git("tag", "--list", "v*.*.*")
	if err != nil {
		return err
	}
	before, subjects := r.Before(tags), []string(nil)
	if before != "" {
		if subjects, err = git("log", "--no-merges", "--format=%s", before+".."+r.Commit); err != nil {
			return err
		}
	}
	fmt.Print(r.Notes(before, subjects))
	return nil
}

// git returns the lines that a git command prints.
func git(args ...string) ([]string, error) {
	command := exec.Command("git", args...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.FieldsFunc(string(output), func(r rune) bool { return r == '\n' }), nil
}
