//go:build unix

package report

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestCheckFile expects that a check finds out what a write would do, and leaves everything as it was.
func TestCheckFile(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		writable   bool
	}{
		{"new file", "report.json", true},
		{"new folders", "a/b/report.json", true},
		{"existing file", "folder/old.json", true},
		{"new file in a folder", "folder/report.json", true},
		{"folder", "folder", false},
		{"below a file", "folder/old.json/report.json", false},
		{"name that is too long", "a/b/" + strings.Repeat("x", 300), false},
		{"folder with a name that is too long", "a/" + strings.Repeat("x", 300) + "/report.json", false},
		{"pipe", "folder/pipe", false},
		{"outside", "folder/out/report.json", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			folder := filepath.Join(root, "folder")
			for _, err := range []error{
				os.Mkdir(folder, 0o755),
				os.WriteFile(filepath.Join(folder, "old.json"), []byte("old"), 0o600),
				syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600),
				os.Symlink(t.TempDir(), filepath.Join(folder, "out")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := CheckFile(root, tt.path); (err == nil) != tt.writable {
				t.Errorf("check: %v", err)
			}
			left, _ := filepath.Glob(filepath.Join(root, "*"))
			inside, _ := filepath.Glob(filepath.Join(folder, "*"))
			if len(left) != 1 || len(inside) != 3 {
				t.Errorf("the check left %q and %q", left, inside)
			}
			if old, err := os.ReadFile(filepath.Join(folder, "old.json")); string(old) != "old" {
				t.Errorf("the existing file has %q, %v", old, err)
			}
			if tt.name == "pipe" { // a write would wait for a reader
				return
			}
			if err := WriteFile(root, tt.path, "new"); (err == nil) != tt.writable {
				t.Errorf("write: %v", err)
			}
		})
	}
}

// TestOwnerOfFolders has a file that cannot be created after its folders were. They belong to the owner of the checkout
// all the same, or the runner could not delete them.
func TestOwnerOfFolders(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	root := t.TempDir()
	if err := os.Chown(root, 1001, 1002); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(root, "a/b/"+strings.Repeat("x", 300), ""); err == nil {
		t.Fatal("the file was written")
	}
	for _, name := range []string{"a", "a/b"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 1001 || owner.Gid != 1002 {
			t.Errorf("%s belongs to %d:%d", name, owner.Uid, owner.Gid)
		}
	}
}
