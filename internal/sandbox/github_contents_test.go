package sandbox

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestReadRepository(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	got := decode[wireRepository](t, send(g, "GET", "/api/v3/repos/"+testRepo, "").Body.String())
	equal(t, "repository", []any{got.FullName, got.Name, got.DefaultBranch, got.Private, got.Fork},
		[]any{testRepo, "airflow", "main", true, false})
}

func TestContents(t *testing.T) {
	const repo = "/api/v3/repos/" + testRepo
	g := newTestGitHub(GitHubOptions{})
	g.SetFile("main", ".github/a b.yml", "hello\n")
	g.SetFile("feature/x", ".github/a b.yml", strings.Repeat("x", 100))
	for _, tt := range []struct {
		name, path string
		status     int
		size       int
		sha        string
	}{
		// The SHAs come from `git hash-object`.
		{"default branch", "/contents/.github/a%20b.yml", 200, 6, "ce013625030ba8dba906f756967f9e9ca394464a"},
		{"empty ref", "/contents/.github/a%20b.yml?ref=", 200, 6, "ce013625030ba8dba906f756967f9e9ca394464a"},
		{"branch", "/contents/.github/a%20b.yml?ref=feature/x", 200, 100, objectID("blob", strings.Repeat("x", 100))},
		{"full name of a branch", "/contents/.github/a%20b.yml?ref=refs/heads/feature/x", 200, 100, ""},
		{"unknown branch", "/contents/.github/a%20b.yml?ref=other", 404, 0, ""},
		{"unknown file", "/contents/b.yml", 404, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := send(g, "GET", repo+tt.path, "")
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
				equal(t, "at most 60 characters per line", len(line) <= 61, true)
			}
		})
	}
}

func TestBranches(t *testing.T) {
	g := newTestGitHub(GitHubOptions{})
	read := func(name string) (status int, sha string) {
		w := send(g, "GET", "/api/v3/repos/"+testRepo+"/branches/"+name, "")
		type branch struct {
			Commit struct{ SHA string }
		}
		return w.Code, decode[branch](t, w.Body.String()).Commit.SHA
	}
	commits := make(map[string]bool)
	for range 3 {
		_, sha := read("main")
		equal(t, "length", len(sha), 40)
		commits[sha] = true
		pulls := send(g, "GET", "/repos/"+testRepo+"/commits/"+sha+"/pulls", "")
		equal(t, "pull requests", pulls.Body.String(), "[]")
		g.SetFile("main", "f", "same content")
	}
	equal(t, "distinct commits", len(commits), 3)

	g.SetFile("feature/x", "f", "1")
	for name, status := range map[string]int{"feature/x": 200, "feature%2Fx": 200, "unknown": 404} {
		got, _ := read(name)
		equal(t, name, got, status)
	}
}
