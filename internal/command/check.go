package command

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"astro-workspace-grant/internal/grantsfile"
	"astro-workspace-grant/internal/message"
)

// check checks a grants file or a folder of them, and prints all problems with their places. It returns the exit code.
func check(out io.Writer, name string) int {
	root, path := ".", filepath.Clean(name)
	if !filepath.IsLocal(path) {
		root, path = filepath.Split(path)
	}
	files, problems := grantsfile.Read(root, path)
	if root != "." {
		for i := range files {
			files[i].Path = filepath.Join(root, files[i].Path)
		}
	}
	var grants grantsfile.Grants
	if len(problems) == 0 {
		grants, problems = grantsfile.Parse(time.Now(), files...)
	}
	for _, problem := range problems {
		place := ""
		if at := problem.At; at.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d: ", message.Line(at.File), at.Line, at.Column)
		}
		fmt.Fprintf(out, "%s%s %s\n", place, problem.What, problem.Hint)
	}
	if len(problems) > 0 {
		return 1
	}
	fmt.Fprintf(out, "%s is valid. Grants: %d.\n", message.Line(name), len(grants.Wanted))
	return 0
}
