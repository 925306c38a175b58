package access

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"astro-workspace-grant/internal/escape"
)

// Read returns the content of a file under root: a regular one, of at most [MaxSize], that no symbolic link leads out to.
// Its problems are of the file as a whole.
func Read(root, name string) ([]byte, []Problem) {
	fail := func(what, hint escape.Sentence) ([]byte, []Problem) { return nil, []Problem{{What: what, Hint: hint}} }
	if !filepath.IsLocal(name) {
		return fail(escape.Say("%s is no path inside of the checkout.", name), escape.Say("Give the path from the root of the repository, as in .github/grants.yml."))
	}
	if strings.Contains(filepath.Clean(name), "..") {
		return fail(escape.Say("%s has two dots in its name.", name), escape.Say("Rename it: GitHub's client refuses to ask for such a name, so that the file could not be compared with the default branch's."))
	}
	data, err := read(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(escape.Say("There is no file %s.", name),
			escape.Say("Was the repository checked out? The step needs actions/checkout before it; the path counts from the root of the repository."))
	case errors.Is(err, errNotRegular):
		return fail(escape.Say("%s is no regular file.", name), escape.Say("Name a file, not a folder or a device."))
	case errors.Is(err, errTooLarge):
		return fail(tooLarge())
	case err != nil:
		return fail(escape.Say("%s cannot be read: %s.", name, escape.Plain(reason(err))), escape.Say("It must be a file inside of the checkout that the step may read."))
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
	// Opened first and looked at then, so that what is looked at is what is read; without waiting for the other end of a pipe.
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

func tooLarge() (what, hint escape.Sentence) {
	return escape.Say("The file is larger than 1 MiB."), escape.Say("Split it, and let a step apply each part.")
}

// reason is why a file cannot be opened or read, without its name: words of Go's or of the system's.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
