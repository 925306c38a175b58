package grantsfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRead opens all kinds of things under a folder.
func TestRead(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "checkout")
	must(t, os.MkdirAll(filepath.Join(root, ".github"), 0o755))
	must(t, os.WriteFile(filepath.Join(top, "outside.yml"), []byte("secret"), 0o600))
	must(t, os.WriteFile(filepath.Join(root, ".github", "grants.yml"), []byte("grants: []\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(root, "full.yml"), bytes.Repeat([]byte("a"), MaxSize), 0o600))
	must(t, os.WriteFile(filepath.Join(root, "large.yml"), bytes.Repeat([]byte("a"), MaxSize+1), 0o600))
	for path, content := range map[string]string{
		"empty/grants.txt": "x", "empty/below/grants.yml": "x", "two/b.yaml": "grants: []\n", "two/a.yml": "grants: []\n",
		"two/.yml.swp": "x", "much/a.yml": strings.Repeat("a", MaxSize), "much/b.yml": "a",
	} {
		must(t, os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755))
		must(t, os.WriteFile(filepath.Join(root, path), []byte(content), 0o600))
	}
	must(t, os.Symlink(filepath.Join(".github", "grants.yml"), filepath.Join(root, "inside.yml")))
	must(t, os.Symlink(filepath.Join("..", "outside.yml"), filepath.Join(root, "out.yml")))
	must(t, os.Symlink(filepath.Join(top, "outside.yml"), filepath.Join(root, "absolute.yml")))
	must(t, os.Symlink("..", filepath.Join(root, "up")))
	must(t, os.Symlink("loop.yml", filepath.Join(root, "loop.yml")))
	must(t, os.Symlink("/dev/zero", filepath.Join(root, "zero.yml")))
	must(t, syscall.Mkfifo(filepath.Join(root, "pipe.yml"), 0o600))
	for _, tt := range []struct {
		name, file string
		size       int
		want       string
	}{
		{"in a folder", ".github/grants.yml", 11, ""},
		{"by a way round", "./x/../.github//grants.yml", 0, `The file "./x/../.github//grants.yml" does not exist.`},
		{"with a dot", "./.github/../.github/grants.yml", 11, ""},
		{"as large as allowed", "full.yml", MaxSize, ""},
		{"larger", "large.yml", 0, "The file, or all files of the folder together, are larger than 512 KiB."},
		{"link inside", "inside.yml", 11, ""},
		{"link out", "out.yml", 0, `"out.yml" cannot be read: path escapes from parent.`},
		{"link to an absolute path", "absolute.yml", 0, `"absolute.yml" cannot be read: path escapes from parent.`},
		{"folder that leads out", "up/outside.yml", 0, `"up/outside.yml" cannot be read: path escapes from parent.`},
		{"link to itself", "loop.yml", 0, `"loop.yml" cannot be read: too many levels of symbolic links.`},
		{"link to a device", "zero.yml", 0, `"zero.yml" cannot be read: path escapes from parent.`},
		{"pipe", "pipe.yml", 0, `"pipe.yml" is not a regular file.`},
		{"folder", ".github", 11, ""},
		{"the root, with a link out", ".", 0, `"absolute.yml" cannot be read: path escapes from parent.`},
		{"folder without files", "empty", 0, `The folder "empty" has no file whose name ends in .yml or .yaml.`},
		{"folder of two files", "two", 22, ""},
		{"folder of too much", "much", 0, "The file, or all files of the folder together, are larger than 512 KiB."},
		{"missing", "grants.yml", 0, `The file "grants.yml" does not exist.`},
		{"below a file", "full.yml/grants.yml", 0, `"full.yml/grants.yml" cannot be read: not a directory.`},
		{"upward", "../outside.yml", 0, `"../outside.yml" is not a path inside the checkout.`},
		{"upward behind a folder", ".github/../../outside.yml", 0, `".github/../../outside.yml" is not a path inside the checkout.`},
		{"absolute", filepath.Join(root, "full.yml"), 0, `"` + filepath.Join(root, "full.yml") + `" is not a path inside the checkout.`},
		{"empty", "", 0, `"" is not a path inside the checkout.`},
		{"no name", "a\x00b", 0, `"a\u0000b" cannot be read: invalid argument.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files, problems := Read(root, tt.file)
			got, size := "", 0
			for _, file := range files {
				size += len(file.Content)
			}
			for _, p := range problems {
				got += strings.TrimPrefix(p.What.String(), "grants-file: ")
				if p.At.Line != 0 || p.At.Column != 0 || p.Hint.IsEmpty() {
					t.Errorf("got %+v", p)
				}
			}
			if got != tt.want || size != tt.size {
				t.Errorf("got %q and %d bytes, want %q and %d", got, size, tt.want, tt.size)
			}
		})
	}
}

func TestReadWithoutRoot(t *testing.T) {
	if _, problems := Read(filepath.Join(t.TempDir(), "none"), "grants.yml"); len(problems) != 1 {
		t.Errorf("got %v", problems)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
