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

// Read returns a regular file under root, or those in a folder there whose name ends in .yml or .yaml, ordered by name.
// Together they have at most [MaxSize]. A symbolic link must not lead out of root. The problems are of a file as a whole.
func Read(root, name string) ([]File, []grant.Problem) {
	fail := func(what, hint message.Text) ([]File, []grant.Problem) {
		return nil, []grant.Problem{ofFile("", what, hint)}
	}
	if !filepath.IsLocal(name) {
		return fail(message.New("%s is not a path inside the checkout.", name),
			message.New("Give the path from the root of the repository, as in .github/grants.yml."))
	}
	if strings.Contains(filepath.Clean(name), "..") {
		return fail(message.New("%s has two dots in its name.", name),
			message.New("Rename it: GitHub's client refuses such names, and the file must be compared with the default branch."))
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fail(whyNotRead(name, err))
	}
	defer dir.Close()
	paths := []string{name}
	if info, err := dir.Stat(name); err == nil && info.IsDir() {
		if paths, err = list(dir, name); err != nil {
			return fail(whyNotRead(name, err))
		}
	}
	var files []File
	left := int64(MaxSize)
	for _, path := range paths {
		content, err := readFile(dir, path, left)
		if err != nil {
			what, hint := whyNotRead(path, err)
			if other := neighbor(dir, path); errors.Is(err, fs.ErrNotExist) && other != "" {
				hint = message.New("There is %s. If you mean that file, use its path.", other)
			}
			return fail(what, hint)
		}
		left -= int64(len(content))
		files = append(files, File{path, content})
	}
	return files, nil
}

// neighbor returns the path of a grants file in the same folder whose name differs only in its extension or in case.
func neighbor(dir *os.Root, path string) string {
	folder := filepath.Dir(path)
	stem := func(name string) string { return strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)) }
	names, _ := list(dir, folder)
	for _, name := range names {
		if strings.EqualFold(stem(name), stem(path)) {
			return name
		}
	}
	return ""
}

var (
	errNotRegular = errors.New("not a regular file")
	errNoFiles    = errors.New("no files")
	errTooLarge   = errors.New("too large")
)

func whyNotRead(name string, err error) (what, hint message.Text) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return message.New("The file %s does not exist.", name),
			message.New("Run actions/checkout before this step, and give the path from the root of the repository.")
	case errors.Is(err, errNotRegular):
		return message.New("%s is not a regular file.", name),
			message.New("Use a file, or a folder of files.")
	case errors.Is(err, errNoFiles):
		return message.New("The folder %s has no file whose name ends in .yml or .yaml.", name),
			message.New("Add one. A file without grants is grants: []")
	case errors.Is(err, errTooLarge):
		return tooLarge()
	}
	return message.New("%s cannot be read: %s.", name, message.Trusted(reason(err))),
		message.New("It must be a file inside the checkout that the step can read.")
}

// list returns the paths of the grants files directly in a folder, ordered by name.
func list(dir *os.Root, folder string) ([]string, error) {
	entries, err := fs.ReadDir(dir.FS(), filepath.ToSlash(folder))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && IsGrantsFile(entry.Name()) {
			names = append(names, filepath.Join(folder, entry.Name()))
		}
	}
	if len(names) == 0 {
		return nil, errNoFiles
	}
	return names, nil
}

// IsGrantsFile reports whether a file in a folder of grants files is one of them, by its name.
func IsGrantsFile(name string) bool {
	return strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
}

func readFile(dir *os.Root, name string, limit int64) ([]byte, error) {
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
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, err
}

func tooLarge() (what, hint message.Text) {
	return message.New("The file, or all files of the folder together, are larger than 512 KiB."),
		message.New("Split the grants into several files or folders, and apply each in a step of its own.")
}

// reason is why a file cannot be opened or read, without the name of the file.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
