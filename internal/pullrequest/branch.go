package pullrequest

import (
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

// SameAsOn reports whether a file has exactly this content at the head of a branch. It is an error if the token
// cannot see the branch, but not if the branch has no such file.
func (c *Client) SameAsOn(ctx context.Context, branch, path string, content []byte) (bool, error) {
	file, err := try(
		ctx,
		c,
		"reading the grants file of the default branch",
		func(ctx context.Context) (*github.RepositoryContent, error) {
			file, _, _, err := c.github.Repositories.GetContents(
				ctx,
				c.owner,
				c.name,
				path,
				&github.RepositoryContentGetOptions{Ref: "refs/heads/" + branch},
			)
			return file, err
		},
	)
	if Status(err) == http.StatusNotFound {
		// GitHub also answers 404 for what a token cannot see.
		return false, c.seeBranch(ctx, branch)
	}
	if err != nil {
		return false, err
	}
	return file.GetSHA() == blob(content), nil
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

// blob returns the hash that git gives the content of a file.
func blob(content []byte) string {
	hash := sha1.New()
	fmt.Fprintf(hash, "blob %d\x00", len(content))
	hash.Write(content)
	return hex.EncodeToString(hash.Sum(nil))
}
