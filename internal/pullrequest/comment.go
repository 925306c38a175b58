package pullrequest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/go-github/v62/github"
)

// Comment is a comment of ours on a pull request.
type Comment struct {
	ID    int64
	URL   string
	State State
}

func newComment(comment *github.IssueComment) Comment {
	state, _ := readMarker(comment.GetBody())
	return Comment{ID: comment.GetID(), URL: comment.GetHTMLURL(), State: state}
}

const (
	perPage = 100
	// maxSearchAge is how old a search for our comment may be when a new one is created. Another run may have created it since.
	maxSearchAge = 5 * time.Second
)

// FindComments returns the comments that have one of the keys and were written by the token's account, the oldest first.
// There is more than one only if several jobs created one at the same time.
func (c *Client) FindComments(ctx context.Context, number int, keys []string) ([]Comment, error) {
	c.searched = time.Now()
	comments, err := c.comments(ctx, number)
	if err != nil {
		return nil, err
	}
	marked := slices.DeleteFunc(comments, func(comment *github.IssueComment) bool {
		state, ok := readMarker(comment.GetBody())
		return !ok || !slices.Contains(keys, state.Key)
	})
	if len(marked) == 0 {
		return nil, nil
	}
	// Anyone can quote a marker. Only our own comments may be edited.
	if err := c.Identify(ctx); err != nil {
		return nil, err
	}
	var ours []Comment
	for _, comment := range marked {
		if c.us.wrote(comment) {
			ours = append(ours, newComment(comment))
		}
	}
	slices.SortFunc(ours, func(a, b Comment) int { return cmp.Compare(a.ID, b.ID) })
	return ours, nil
}

// comments reads all comments: the first page, which names the last one, and then the others at the same time.
func (c *Client) comments(ctx context.Context, number int) ([]*github.IssueComment, error) {
	page := func(ctx context.Context, n int) (comments []*github.IssueComment, last int, err error) {
		comments, err = try(ctx, c, "reading the comments", func(ctx context.Context) ([]*github.IssueComment, error) {
			list, answer, err := c.github.Issues.ListComments(ctx, c.owner, c.name, number,
				&github.IssueListCommentsOptions{ListOptions: github.ListOptions{Page: n, PerPage: perPage}})
			if answer != nil {
				last = answer.LastPage
			}
			return list, err
		})
		return comments, last, err
	}
	all, last, err := page(ctx, 1)
	if err != nil || last < 2 {
		return all, err
	}
	pages := make([][]*github.IssueComment, last+1)
	errs := make([]error, last+1)
	slots := make(chan struct{}, 10)
	var requests sync.WaitGroup
	for n := 2; n <= last; n++ {
		requests.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			pages[n], _, errs[n] = page(ctx, n)
		})
	}
	requests.Wait()
	for _, comments := range pages {
		all = append(all, comments...)
	}
	return all, errors.Join(errs...)
}
