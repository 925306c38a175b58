package grantsfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Read returns the content of a regular file under root, of at most [MaxSize]. A symbolic link must not lead out of
// root. The problems are of the file as a whole.
func Read(root, name string) ([]byte, []grant.Problem) {
	fail := func(what, hint message.Text) ([]byte, []grant.Problem) {
		return nil, []grant.Problem{ofFile(what, hint)}
	}
	if !filepath.IsLocal(name) {
		return fail(message.New("%s is not a path inside the checkout.", name),
			message.New("Give the path from the root of the repository, as in .github/grants.yml."))
	}
	if strings.Contains(filepath.Clean(name), "..") {
		return fail(message.New("%s has two dots in its name.", name),
			message.New("Rename it: GitHub's client refuses such names, and the file must be compared with the default branch."))
	}
	data, err := read(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(message.New("The file %s does not exist.", name),
			message.New("Run actions/checkout before this step, and give the path from the root of the repository."))
	case errors.Is(err, errNotRegular):
		return fail(message.New("%s is not a regular file.", name), message.New("Use a file, not a folder or a device."))
	case errors.Is(err, errTooLarge):
		return fail(tooLarge())
	case err != nil:
		return fail(message.New("%s cannot be read: %s.", name, message.Trusted(reason(err))),
			message.New("It must be a file inside the checkout that the step can read."))
	}
	return data, nil
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("too large")
)

func read(root, name string) ([]byte, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	// Opened before it is checked, so that the file that is checked is the one that is read. O_NONBLOCK: a pipe must
	// not block.
	file, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	switch info, err := file.Stat(); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if len(data) > MaxSize {
		return nil, errTooLarge
	}
	return data, err
}

func tooLarge() (what, hint message.Text) {
	return message.New("The file is larger than 512 KiB."),
		message.New("Split it into several files, and apply each in a step of its own.")
}

// reason is why a file cannot be opened or read, without the name of the file.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
