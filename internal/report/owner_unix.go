//go:build unix

package report

import (
	"os"
	"path/filepath"
	"syscall"
)

// giveToOwnerOfFolder gives a file to the owner of its folder. Only root can; for anybody else, it is right as it is.
func giveToOwnerOfFolder(dir *os.Root, name string) {
	info, err := dir.Stat(filepath.Dir(name))
	if err != nil {
		return
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = dir.Lchown(name, int(owner.Uid), int(owner.Gid))
	}
}
