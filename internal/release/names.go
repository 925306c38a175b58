package release

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// placeholder is the name of the repository in the files on main, until the owner of a repository runs Rename.
const placeholder = "OWNER/astro-workspace-grant"

var leftover = regexp.MustCompile(`\bOWNER/|ghcr\.io/owner/`)

// fill puts the name and the major version of the release into a text.
func (r Release) fill(text string) (string, error) {
	for _, name := range []string{placeholder, r.Repository} {
		text = replaceName(text, name, r.Repository, r.Major())
	}
	if leftover.MatchString(text) {
		return "", errors.New("it has an OWNER outside of " + placeholder)
	}
	return text, nil
}

// replaceName replaces the name of a repository, of its image, and the major version after them.
func replaceName(text, before, after, major string) string {
	image, newImage := "ghcr.io/"+strings.ToLower(before), "ghcr.io/"+strings.ToLower(after)
	return strings.NewReplacer(
		before+"@v1", after+"@"+major,
		before+"/.github/workflows/grants.yml@v1", after+"/.github/workflows/grants.yml@"+major,
		before+"/v1/", after+"/"+major+"/",
		image+":v1", newImage+":"+major,
		image, newImage,
		before, after,
	).Replace(text)
}

var moduleLine = regexp.MustCompile(`(?m)^module (\S+)$`)

// Rename gives the module and all mentions of the repository in a checkout the name of a repository on GitHub.
func Rename(checkout, repository string) error {
	if !repositoryForm.MatchString(repository) {
		return fmt.Errorf("%q is not OWNER/NAME", repository)
	}
	mod, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if err != nil {
		return err
	}
	match := moduleLine.FindSubmatch(mod)
	if match == nil {
		return errors.New("go.mod has no module line")
	}
	module := string(match[1])
	name, renamed := strings.CutPrefix(module, "github.com/")
	if !renamed {
		name = placeholder
	}
	list := exec.Command("git", "-C", checkout, "ls-files", "-z")
	list.Stderr = os.Stderr
	files, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for file := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		err := edit(filepath.Join(checkout, file), func(text string) string {
			switch {
			case file == "go.mod":
				return strings.Replace(text, "module "+module+"\n", "module github.com/"+repository+"\n", 1)
			case strings.HasSuffix(file, ".go"):
				text = strings.ReplaceAll(text, `"`+module+"/internal/", `"github.com/`+repository+"/internal/")
			}
			if strings.HasPrefix(file, "internal/release/") {
				return text // it has to know the placeholder
			}
			switch file {
			case ".github/CODEOWNERS":
				return strings.ReplaceAll(text, "@"+path.Dir(name)+"\n", "@"+path.Dir(repository)+"\n")
			case ".pre-commit-hooks.yaml": // go install names the program after the module
				return strings.ReplaceAll(text, "entry: "+path.Base(name)+"\n", "entry: "+path.Base(repository)+"\n")
			}
			return replaceName(text, name, repository, "v1")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// edit changes the text of a file. It does not write a file that stays the same.
func edit(file string, change func(string) string) error {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if changed := change(string(text)); changed != string(text) {
		return os.WriteFile(file, []byte(changed), info.Mode().Perm())
	}
	return nil
}
