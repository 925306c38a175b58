package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	file, err := open(dir, path, os.O_TRUNC)
	for _, name := range missing { // also if only the folders could be created
		giveToOwnerOfFolder(dir, name)
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// CheckFile reports whether [WriteFile] could write a file. What it creates to find out, it removes.
func CheckFile(root, path string) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("opening the checkout: %w", err)
	}
	defer dir.Close()
	missing := missingIn(dir, path)
	file, err := open(dir, path, syscall.O_NONBLOCK) // a pipe must not block
	if err == nil {
		err = file.Close()
	}
	for _, name := range slices.Backward(missing) {
		_ = dir.Remove(name) // it may not have been created
	}
	return err
}

// open opens a file for writing, and creates it and its folders if they do not exist.
func open(dir *os.Root, path string, flags int) (*os.File, error) {
	if err := dir.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("creating its folder: %w", err)
	}
	return dir.OpenFile(path, os.O_WRONLY|os.O_CREATE|flags, 0o644)
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
