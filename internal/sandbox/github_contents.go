package sandbox

import (
	"crypto/sha1" // Git's object IDs
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// A branch is the latest commit of a branch.
type branch struct {
	sha    string
	files  map[string]string
	before map[string]string // the files of the commit before, for reads that are behind
	behind int               // how many more reads show those
}

// SetFile commits a file to a branch, and creates the branch if necessary.
func (g *GitHub) SetFile(branchName, file, content string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.branch(branchName)
	b.before, b.behind = b.files, g.contentsBehind
	b.files = maps.Clone(b.files)
	b.files[file] = content
	g.commit(b)
}

func (g *GitHub) branch(name string) *branch {
	b, ok := g.branches[name]
	if !ok {
		b = &branch{files: make(map[string]string)}
		g.branches[name] = b
		g.commit(b)
	}
	return b
}

// commit adds a commit to a branch.
func (g *GitHub) commit(b *branch) {
	b.sha = objectID("commit", fmt.Sprint(len(g.commits)))
	g.commits[b.sha] = b.files
}

// Head returns the latest commit of a branch.
func (g *GitHub) Head(branchName string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.branch(branchName).sha
}

// objectID returns the SHA-1 that Git computes for an object.
func objectID(kind, content string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))
	return hex.EncodeToString(sum[:])
}

func (g *GitHub) readRepository(*gitHubCall) (response, *gitHubError) {
	return jsonResponse(http.StatusOK, g.renderRepository(g.repository)), nil
}

func (g *GitHub) readBranch(c *gitHubCall) (response, *gitHubError) {
	type commit struct {
		SHA string `json:"sha"`
	}
	name := c.args[0]
	b, ok := g.branches[name]
	if !ok {
		return response{}, gitHubErrorf(http.StatusNotFound, "Branch not found")
	}
	return jsonResponse(http.StatusOK, struct {
		Name   string `json:"name"`
		Commit commit `json:"commit"`
	}{name, commit{b.sha}}), nil
}

type gitHubFile struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	Path     string `json:"path"`
	SHA      string `json:"sha"`
	Size     int    `json:"size"`
	Encoding string `json:"encoding,omitempty"`
	Content  string `json:"content,omitempty"`
}

func newGitHubFile(file, content string) gitHubFile {
	return gitHubFile{Type: "file", Name: path.Base(file), Path: file, SHA: objectID("blob", content), Size: len(content)}
}

// readContents returns a file, or the list of what is directly in a folder.
func (g *GitHub) readContents(c *gitHubCall) (response, *gitHubError) {
	ref := c.URL.Query().Get("ref")
	files, ok := g.filesOf(ref)
	if !ok {
		return response{}, gitHubErrorf(http.StatusNotFound, "No commit found for the ref %s", ref)
	}
	name := c.args[0]
	if content, ok := files[name]; ok {
		file := newGitHubFile(name, content)
		file.Encoding, file.Content = "base64", base64Lines(content)
		return jsonResponse(http.StatusOK, file), nil
	}
	list := []gitHubFile{}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		rest, ok := strings.CutPrefix(file, name+"/")
		folder, _, isBelow := strings.Cut(rest, "/")
		switch {
		case !ok:
		case !isBelow:
			list = append(list, newGitHubFile(file, files[file]))
		case len(list) == 0 || list[len(list)-1].Name != folder:
			list = append(list, gitHubFile{Type: "dir", Name: folder, Path: name + "/" + folder, SHA: objectID("tree", folder)})
		}
	}
	if len(list) == 0 {
		return response{}, gitHubErrorf(http.StatusNotFound, "Not Found")
	}
	return jsonResponse(http.StatusOK, list), nil
}

// filesOf returns the files of a commit, or of a branch by its name or full name. An empty ref selects the default branch.
func (g *GitHub) filesOf(ref string) (map[string]string, bool) {
	if files, ok := g.commits[ref]; ok && files != nil {
		return files, true
	}
	if ref == "" {
		ref = defaultBranch
	}
	b, ok := g.branches[strings.TrimPrefix(ref, "refs/heads/")]
	switch {
	case !ok:
		return nil, false
	case b.behind > 0:
		b.behind--
		return b.before, true
	}
	return b.files, true
}

// base64Lines encodes in lines of 60 characters, as GitHub does.
func base64Lines(content string) string {
	text := base64.StdEncoding.EncodeToString([]byte(content))
	var b strings.Builder
	for len(text) > 60 {
		b.WriteString(text[:60] + "\n")
		text = text[60:]
	}
	b.WriteString(text + "\n")
	return b.String()
}
