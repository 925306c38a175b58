package report

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// WriteFile writes a file and its folders under root. No symbolic link can lead out of root. What is new belongs to the
// owner of the folder that it is in: the container runs as root, and the runner has to be able to delete it.
func WriteFile(root, path, text string) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("opening the checkout: %w", err)
	}
	defer dir.Close()
	missing := missingIn(dir, path)
	if folder := filepath.Dir(path); folder != "." {
		if err := dir.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("creating its folder: %w", err)
		}
	}
	if err := dir.WriteFile(path, []byte(text), 0o644); err != nil {
		return err
	}
	for _, name := range missing {
		giveToOwnerOfFolder(dir, name)
	}
	return nil
}

// CheckFile reports whether [WriteFile] could write a file. It leaves nothing behind.
func CheckFile(root, path string) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("opening the checkout: %w", err)
	}
	defer dir.Close()
	missing := missingIn(dir, path)
	if len(missing) == 0 {
		file, err := dir.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0) // a pipe must not block
		if err != nil {
			return err
		}
		return file.Close()
	}
	probe := filepath.Join(filepath.Dir(missing[0]), ".astro-workspace-grant-"+rand.Text())
	file, err := dir.OpenFile(probe, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), dir.Remove(probe))
}

// missingIn returns what does not exist of a path, the outermost folder first.
func missingIn(dir *os.Root, path string) (missing []string) {
	for ; path != "."; path = filepath.Dir(path) {
		if _, err := dir.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append([]string{path}, missing...)
	}
	return missing
}
