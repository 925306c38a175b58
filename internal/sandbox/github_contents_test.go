package sandbox

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestReadRepository(t *testing.T) {
	g := newGitHub(GitHubOptions{})
	read := func() wireRepository {
		return decode[wireRepository](t, ask(g, "GET", "/api/v3/repos/"+testRepo, "").Body.String())
	}
	got := read()
	equal(t, "repository", []any{got.FullName, got.Name, got.DefaultBranch, got.Private, got.Fork},
		[]any{testRepo, "airflow", "main", true, false})
	g.SetDefaultBranch("trunk")
	equal(t, "default branch", read().DefaultBranch, "trunk")
}

func TestContents(t *testing.T) {
	const repo = "/api/v3/repos/" + testRepo
	g := newGitHub(GitHubOptions{})
	g.SetFile("main", ".github/a b.yml", "hello\n")
	g.SetFile("feature/x", ".github/a b.yml", strings.Repeat("x", 100))
	head := g.branches["feature/x"].sha
	for _, tt := range []struct {
		name, path string
		status     int
		size       int
		sha        string
	}{
		// The SHAs are what `git hash-object` says.
		{"default branch", "/contents/.github/a%20b.yml", 200, 6, "ce013625030ba8dba906f756967f9e9ca394464a"},
		{"no ref", "/contents/.github/a%20b.yml?ref=", 200, 6, "ce013625030ba8dba906f756967f9e9ca394464a"},
		{"a branch", "/contents/.github/a%20b.yml?ref=feature/x", 200, 100, objectName("blob", strings.Repeat("x", 100))},
		{"its full name", "/contents/.github/a%20b.yml?ref=refs/heads/feature/x", 200, 100, ""},
		{"its commit", "/contents/.github/a%20b.yml?ref=" + head, 200, 100, ""},
		{"another branch", "/contents/.github/a%20b.yml?ref=other", 404, 0, ""},
		{"another file", "/contents/b.yml", 404, 0, ""},
		{"a folder", "/contents/.github", 404, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(g, "GET", repo+tt.path, "")
			equal(t, "status", w.Code, tt.status)
			if tt.status != 200 {
				return
			}
			type file struct {
				Type, Name, Path, SHA, Encoding, Content string
				Size                                     int
			}
			got := decode[file](t, w.Body.String())
			equal(t, "file", []any{got.Type, got.Name, got.Path, got.Size, got.Encoding},
				[]any{"file", "a b.yml", ".github/a b.yml", tt.size, "base64"})
			if tt.sha != "" {
				equal(t, "SHA", got.SHA, tt.sha)
			}
			content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(got.Content, "\n", ""))
			equal(t, "content", []any{len(content), err}, []any{tt.size, nil})
			for line := range strings.Lines(got.Content) {
				equal(t, "a short line", len(line) <= 61, true)
			}
		})
	}
}

func TestBranches(t *testing.T) {
	g := newGitHub(GitHubOptions{})
	read := func(name string) (int, string) {
		w := ask(g, "GET", "/api/v3/repos/"+testRepo+"/branches/"+name, "")
		type named struct {
			Commit struct{ SHA string }
		}
		return w.Code, decode[named](t, w.Body.String()).Commit.SHA
	}
	_, empty := read("main")
	g.SetFile("main", "f", "1")
	_, first := read("main")
	g.SetFile("main", "f", "1")
	_, second := read("main")
	equal(t, "commits differ", empty != first && first != second && empty != second && len(first) == 40, true)
	equal(t, "a commit without pull requests", ask(g, "GET", "/repos/"+testRepo+"/commits/"+second+"/pulls", "").Body.String(), "[]")

	g.SetFile("feature/x", "f", "1")
	code, _ := read("feature/x")
	equal(t, "name with a slash", code, 200)
	code, _ = read("feature%2Fx")
	equal(t, "name with an escaped slash", code, 200)
	code, _ = read("other")
	equal(t, "unknown", code, 404)
}
