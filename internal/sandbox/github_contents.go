package sandbox

import (
	"crypto/sha1" // what Git names its objects by
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// A branch is the newest commit of a branch.
type branch struct {
	sha   string
	files map[string]string
}

// SetDefaultBranch makes a branch the repository's default, an empty one where it is new.
func (g *GitHub) SetDefaultBranch(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.branch(name)
	g.defaultBranch = name
}

// SetFile commits a file to a branch, an empty one where it is new.
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

// commit gives a branch a new commit.
func (g *GitHub) commit(b *branch) {
	b.sha = objectName("commit", fmt.Sprint(len(g.commits)))
	g.commits[b.sha] = true
}

// objectName is how Git names an object.
func objectName(kind, content string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content))
	return hex.EncodeToString(sum[:])
}

func (g *GitHub) readRepository(*visit) (answer, *denial) {
	return sent(http.StatusOK, g.renderRepository(g.repository)), nil
}

func (g *GitHub) readBranch(v *visit) (answer, *denial) {
	type commit struct {
		SHA string `json:"sha"`
	}
	b, ok := g.branches[v.args[0]]
	if !ok {
		return answer{}, deny(http.StatusNotFound, "Branch not found")
	}
	return sent(http.StatusOK, struct {
		Name      string `json:"name"`
		Commit    commit `json:"commit"`
		Protected bool   `json:"protected"`
	}{v.args[0], commit{b.sha}, false}), nil
}

// readContents answers with a file. Folders are not here.
func (g *GitHub) readContents(v *visit) (answer, *denial) {
	ref := v.URL.Query().Get("ref")
	b := g.findRef(ref)
	if b == nil {
		return answer{}, deny(http.StatusNotFound, "No commit found for the ref %s", ref)
	}
	content, ok := b.files[v.args[0]]
	if !ok {
		return answer{}, deny(http.StatusNotFound, "Not Found")
	}
	file := v.args[0]
	return sent(http.StatusOK, struct {
		Type     string `json:"type"`
		Name     string `json:"name"`
		Path     string `json:"path"`
		SHA      string `json:"sha"`
		Size     int    `json:"size"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}{"file", path.Base(file), file, objectName("blob", content), len(content), "base64", base64Lines(content)}), nil
}

// findRef finds a branch by its name, its full name or its newest commit; the default one where none is named.
func (g *GitHub) findRef(ref string) *branch {
	if ref == "" {
		ref = g.defaultBranch
	}
	if b, ok := g.branches[strings.TrimPrefix(ref, "refs/heads/")]; ok {
		return b
	}
	for _, b := range g.branches {
		if b.sha == ref {
			return b
		}
	}
	return nil
}

// base64Lines breaks its lines after 60 characters, as GitHub does.
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
