package pullrequest

import (
	"bytes"
	"context"
	"crypto/sha1" // what git names blobs by
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v62/github"
)

// Landing says whether an event is of something that landed on the default branch.
type Landing struct {
	Branch string
	Landed bool
	Known  bool // the payload names the default branch; otherwise Landed holds only if it is Branch
}

// ReadLanding reads whether an event is a push to the default branch, a manual or scheduled run on it, or a pull
// request that is closed as merged into it.
func ReadLanding(event, ref string, raw []byte) Landing {
	var p struct {
		Action      string `json:"action"`
		Deleted     bool   `json:"deleted"`
		PullRequest *struct {
			Merged bool `json:"merged"`
			Base   struct {
				Ref string `json:"ref"`
			} `json:"base"`
		} `json:"pull_request"`
		Repository struct {
			DefaultBranch string `json:"default_branch"`
		} `json:"repository"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return Landing{Known: true}
	}
	branch, ok := "", false
	switch {
	case event == "push" || event == "schedule" || event == "workflow_dispatch":
		branch, ok = strings.CutPrefix(ref, "refs/heads/")
		ok = ok && !p.Deleted
	case isPullRequest(event) && p.PullRequest != nil:
		branch, ok = p.PullRequest.Base.Ref, p.Action == "closed" && p.PullRequest.Merged
	}
	if !ok || branch == "" {
		return Landing{Known: true}
	}
	if p.Repository.DefaultBranch == "" {
		return Landing{Branch: branch, Landed: true}
	}
	return Landing{Branch: branch, Landed: branch == p.Repository.DefaultBranch, Known: true}
}

// DefaultBranch returns the repository's default branch.
func (c *Client) DefaultBranch(ctx context.Context) (string, error) {
	repository, err := try(ctx, c, "reading the default branch", func(ctx context.Context) (*github.Repository, error) {
		repository, _, err := c.github.Repositories.Get(ctx, c.owner, c.name)
		return repository, err
	})
	return repository.GetDefaultBranch(), err
}

// Blobs returns the hashes that git gives a file, or the files directly in a folder, by path. The ref is a commit, or a
// branch with its full name. If there is nothing at the path, there are no hashes. It is an error if the token cannot see
// the branch.
func (c *Client) Blobs(ctx context.Context, ref, path string) (map[string]string, error) {
	type contents struct {
		file   *github.RepositoryContent
		folder []*github.RepositoryContent
	}
	const doing = "reading the grants file of the default branch"
	found, err := try(ctx, c, doing, func(ctx context.Context) (contents, error) {
		options := &github.RepositoryContentGetOptions{Ref: ref}
		file, folder, _, err := c.github.Repositories.GetContents(ctx, c.owner, c.name, path, options)
		return contents{file, folder}, err
	})
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok && Status(err) == http.StatusNotFound {
		// GitHub also answers 404 for what a token cannot see.
		return nil, c.seeBranch(ctx, branch)
	}
	if err != nil {
		return nil, err
	}
	if found.file != nil {
		return map[string]string{path: found.file.GetSHA()}, nil
	}
	blobs := map[string]string{}
	for _, entry := range found.folder {
		if entry.GetType() != "dir" {
			blobs[entry.GetPath()] = entry.GetSHA()
		}
	}
	return blobs, nil
}

// Content returns the content of a file at a commit.
func (c *Client) Content(ctx context.Context, commit, path string) ([]byte, error) {
	return try(ctx, c, "reading the earlier grants file", func(ctx context.Context) ([]byte, error) {
		options := &github.RepositoryContentGetOptions{Ref: commit}
		file, _, _, err := c.github.Repositories.GetContents(ctx, c.owner, c.name, path, options)
		if err != nil || file == nil {
			return nil, err
		}
		text, err := file.GetContent()
		return []byte(text), err
	})
}

// seeBranch returns an error if the token cannot see a branch, or there is none. (The library's own method hides the
// status.)
func (c *Client) seeBranch(ctx context.Context, branch string) error {
	_, err := try(ctx, c, "reading the default branch", func(ctx context.Context) (*github.Branch, error) {
		request, err := c.github.NewRequest(
			http.MethodGet,
			fmt.Sprintf("repos/%s/%s/branches/%s", c.owner, c.name, url.PathEscape(branch)),
			nil,
		)
		if err != nil {
			return nil, err
		}
		var head github.Branch
		_, err = c.github.Do(ctx, request, &head)
		return &head, err
	})
	return err
}

// IsBlob reports whether git stores a content under a hash, however its lines end: a checkout can change LF to CRLF.
func IsBlob(hash string, content []byte) bool {
	lf := bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	crlf := bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n"))
	return hash == blob(content) || hash == blob(lf) || hash == blob(crlf)
}

// blob returns the hash that git gives the content of a file.
func blob(content []byte) string {
	hash := sha1.New()
	fmt.Fprintf(hash, "blob %d\x00", len(content))
	hash.Write(content)
	return hex.EncodeToString(hash.Sum(nil))
}
