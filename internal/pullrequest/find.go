package pullrequest

import (
	"context"
	"slices"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

// Found is a pull request.
type Found struct {
	Number int    // 0: there is none
	Head   string // its head commit; empty if unknown
}

// lookupDelays are the waits before further searches for the pull request of a merge: GitHub's list can be seconds
// behind a squash merge.
var lookupDelays = [...]time.Duration{2 * time.Second, 4 * time.Second}

// Find returns the pull request of a trigger. It is not an error if there is none.
func (c *Client) Find(ctx context.Context, trigger Trigger) (Found, error) {
	if trigger.Number != 0 || trigger.Commit == "" {
		return Found{Number: trigger.Number, Head: trigger.Head}, nil
	}
	found, err := c.byCommit(ctx, trigger)
	if !trigger.Merged || !squashed().MatchString(trigger.Title) {
		return found, err
	}
	for _, wait := range lookupDelays {
		if found.Number != 0 || err != nil {
			break
		}
		if err := retry.Sleep(ctx, wait); err != nil {
			return Found{}, err
		}
		found, err = c.byCommit(ctx, trigger)
	}
	return found, err
}

func (c *Client) byCommit(ctx context.Context, trigger Trigger) (Found, error) {
	list, err := try(
		ctx,
		c,
		"finding the pull request of the commit",
		func(ctx context.Context) ([]*github.PullRequest, error) {
			list, _, err := c.github.PullRequests.ListPullRequestsWithCommit(
				ctx,
				c.owner,
				c.name,
				trigger.Commit,
				&github.ListOptions{PerPage: 100},
			)
			return list, err
		},
	)
	if err != nil {
		return Found{}, err
	}
	if pr := choose(list, trigger); pr != nil {
		return Found{Number: pr.GetNumber(), Head: pr.GetHead().GetSHA()}, nil
	}
	return Found{}, nil
}

// choose returns the pull request that the commit belongs to, or nil if that is not certain.
func choose(list []*github.PullRequest, trigger Trigger) *github.PullRequest {
	fits := func(pr *github.PullRequest) bool {
		if trigger.Merged && pr.MergedAt != nil {
			return true
		}
		return (!trigger.Merged || trigger.Either) && pr.GetHead().GetSHA() == trigger.Commit
	}
	list = slices.DeleteFunc(slices.Clone(list), func(pr *github.PullRequest) bool { return !fits(pr) })
	for _, pr := range list {
		if trigger.Merged && pr.GetMergeCommitSHA() == trigger.Commit {
			return pr
		}
	}
	// A rebase adds several commits to the branch, of which only the last one is the merge commit.
	if len(list) == 1 {
		return list[0]
	}
	return nil
}

// Read reads a pull request by its number, and whether it comes from a fork and is not merged.
func (c *Client) Read(ctx context.Context, number int) (found Found, fromFork bool, err error) {
	pr, err := try(ctx, c, "reading the pull request", func(ctx context.Context) (*github.PullRequest, error) {
		pr, _, err := c.github.PullRequests.Get(ctx, c.owner, c.name, number)
		return pr, err
	})
	if err != nil {
		return Found{}, true, err
	}
	read := pullRequest{Merged: pr.GetMerged() || pr.MergedAt != nil}
	read.Head.Repo = repositoryOf(pr.GetHead())
	read.Base.Repo = repositoryOf(pr.GetBase())
	return Found{Number: pr.GetNumber(), Head: pr.GetHead().GetSHA()}, read.fromFork(), nil
}

func repositoryOf(branch *github.PullRequestBranch) *repository {
	if branch == nil || branch.Repo == nil {
		return nil
	}
	return &repository{ID: branch.Repo.GetID(), FullName: branch.Repo.GetFullName()}
}
