package sandbox

import (
	"crypto/sha1" // Git's object IDs
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// A branch is the latest commit of a branch.
type branch struct {
	sha   string
	files map[string]string
}

// SetFile commits a file to a branch, and creates the branch if necessary.
func (g *GitHub) SetFile(branchName, file, content string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.branch(branchName)
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
	g.commits[b.sha] = true
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

// readContents returns a file. Folders are not implemented.
func (g *GitHub) readContents(c *gitHubCall) (response, *gitHubError) {
	ref := c.URL.Query().Get("ref")
	b := g.findRef(ref)
	if b == nil {
		return response{}, gitHubErrorf(http.StatusNotFound, "No commit found for the ref %s", ref)
	}
	content, ok := b.files[c.args[0]]
	if !ok {
		return response{}, gitHubErrorf(http.StatusNotFound, "Not Found")
	}
	file := c.args[0]
	return jsonResponse(http.StatusOK, struct {
		Type     string `json:"type"`
		Name     string `json:"name"`
		Path     string `json:"path"`
		SHA      string `json:"sha"`
		Size     int    `json:"size"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}{"file", path.Base(file), file, objectID("blob", content), len(content), "base64", base64Lines(content)}), nil
}

// findRef finds a branch by name or full name. An empty ref selects the default branch.
func (g *GitHub) findRef(ref string) *branch {
	if ref == "" {
		ref = defaultBranch
	}
	return g.branches[strings.TrimPrefix(ref, "refs/heads/")]
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
