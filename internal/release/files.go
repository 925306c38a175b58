package release

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// reusable is the workflow that others call. A release cannot change it: the token of a workflow cannot push changes of
// workflows.
const reusable = ".github/workflows/grants.yml"

// Files returns the files of the released commit that differ from those on main: action.yml with the published image,
// and every text for users with the name of the repository.
func (r Release) Files(main fs.FS, image string) (map[string][]byte, error) {
	files := map[string][]byte{}
	action, err := fs.ReadFile(main, "action.yml")
	if err != nil {
		return nil, err
	}
	if files["action.yml"], err = Action(action, image); err != nil {
		return nil, err
	}
	readme, err := fs.ReadFile(main, "README.md")
	if err != nil {
		return nil, err
	}
	if files["README.md"], err = r.Readme(readme); err != nil {
		return nil, err
	}
	if err := r.checkReusable(main); err != nil {
		return nil, err
	}
	err = fs.WalkDir(main, ".github", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == path.Dir(reusable):
			return fs.SkipDir
		case entry.IsDir() || !slices.Contains([]string{".md", ".yml", ".json"}, path.Ext(name)):
			return nil
		}
		text, err := fs.ReadFile(main, name)
		if err != nil {
			return err
		}
		filled, err := r.fill(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if filled != string(text) {
			files[name] = []byte(filled)
		}
		return nil
	})
	return files, err
}

// checkReusable verifies that the workflow that others call uses this repository.
func (r Release) checkReusable(main fs.FS) error {
	text, err := fs.ReadFile(main, reusable)
	if err != nil {
		return err
	}
	if uses := "uses: " + r.Repository + "@" + r.Major() + "\n"; !strings.Contains(string(text), uses) {
		return fmt.Errorf("%s has no line with %q. In a new repository, run `go run ./internal/release/cmd rename %s`, "+
			"and commit the result to main", reusable, uses, r.Repository)
	}
	return nil
}
