package pullrequest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

// Comment is a comment of ours on a pull request.
type Comment struct {
	ID  int64
	URL string

	state State
}

func newComment(comment *github.IssueComment) *Comment {
	state, _ := readMarker(comment.GetBody())
	return &Comment{ID: comment.GetID(), URL: comment.GetHTMLURL(), state: state}
}

const (
	perPage = 100
	// maxSearchAge is how old a search for our comment may be when a new one is created. Another run may have created it since.
	maxSearchAge = 5 * time.Second
)

// FindComment returns the comment that has the key and was written by the token's account; nil if there is none.
func (c *Client) FindComment(ctx context.Context, number int, key string) (*Comment, error) {
	c.searched = time.Now()
	comments, err := c.comments(ctx, number)
	if err != nil {
		return nil, err
	}
	var marked []*github.IssueComment
	for _, comment := range comments {
		if state, ok := readMarker(comment.GetBody()); ok && state.Key == key {
			marked = append(marked, comment)
		}
	}
	if len(marked) == 0 {
		return nil, nil
	}
	// Anyone can quote a marker. Only our own comments may be edited.
	us, err := c.viewer(ctx)
	if err != nil {
		return nil, err
	}
	for _, comment := range marked {
		if us.wrote(comment) {
			return newComment(comment), nil
		}
	}
	return nil, nil
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

// account is the account that a token belongs to.
type account struct {
	Login string `json:"login"`
	ID    int64  `json:"databaseId"`
}

// wrote reports whether the account wrote the comment. Not every API returns the ID, and only some of them add [bot]
// to the login of a bot.
func (a account) wrote(comment *github.IssueComment) bool {
	if a.ID != 0 {
		return comment.GetUser().GetID() == a.ID
	}
	bare := func(login string) string { return strings.TrimSuffix(strings.ToLower(login), "[bot]") }
	return a.Login != "" && bare(comment.GetUser().GetLogin()) == bare(a.Login)
}

// viewer asks which account the token belongs to. REST's GET /user refuses a workflow's own token; GraphQL answers
// all kinds.
func (c *Client) viewer(ctx context.Context) (account, error) {
	return try(ctx, c, "reading the account of the GitHub token", func(ctx context.Context) (account, error) {
		query := map[string]string{"query": "query { viewer { login databaseId } }"}
		request, err := c.github.NewRequest(http.MethodPost, c.config.GraphQL, query)
		if err != nil {
			return account{}, err
		}
		var answer struct {
			Data struct {
				Viewer account `json:"viewer"`
			} `json:"data"`
			Errors []struct {
				Message string `json:"message"`
			} `json:"errors"`
		}
		if _, err := c.github.Do(ctx, request, &answer); err != nil {
			return account{}, err
		}
		if answer.Data.Viewer.Login == "" {
			why := "no viewer in the answer"
			if len(answer.Errors) > 0 {
				why = answer.Errors[0].Message
			}
			return account{}, errors.New(why)
		}
		return answer.Data.Viewer, nil
	})
}

// WriteComment writes text to our comment on a pull request: the earlier one, or a new one if there is none. It does
// nothing if that is not needed. It returns the comment, or nil if there is none.
func (c *Client) WriteComment(
	ctx context.Context,
	number int,
	mode Mode,
	earlier *Comment,
	text string,
	now State,
) (*Comment, error) {
	if !isNeeded(mode, now, earlier) {
		return earlier, nil
	}
	body := text + "\n" + now.marker() + "\n"
	if earlier != nil {
		edited, err := c.update(ctx, earlier.ID, body, mode, now)
		if Status(err) != http.StatusNotFound {
			return edited, err
		}
		// It was deleted meanwhile.
	}
	return c.create(ctx, number, body, mode, now)
}

// update edits the comment, unless a newer run has written it since the search.
func (c *Client) update(ctx context.Context, id int64, body string, mode Mode, now State) (*Comment, error) {
	present, err := try(ctx, c, "reading the comment", func(ctx context.Context) (*github.IssueComment, error) {
		comment, _, err := c.github.Issues.GetComment(ctx, c.owner, c.name, id)
		return comment, err
	})
	if err != nil {
		return nil, err
	}
	if ours := newComment(present); !isNeeded(mode, now, ours) {
		return ours, nil
	}
	return c.edit(ctx, id, body)
}

func isNeeded(mode Mode, now State, earlier *Comment) bool {
	if earlier == nil {
		return needed(mode, now, nil)
	}
	return needed(mode, now, &earlier.state)
}

func (c *Client) edit(ctx context.Context, id int64, body string) (*Comment, error) {
	return try(ctx, c, "updating the comment", func(ctx context.Context) (*Comment, error) {
		edited, _, err := c.github.Issues.EditComment(ctx, c.owner, c.name, id, &github.IssueComment{Body: &body})
		if err != nil {
			return nil, err
		}
		return newComment(edited), nil
	})
}

// create creates a comment. It searches for one first, if another run had time to create it, and again after a failure,
// because the comment may have been created although the answer was lost.
func (c *Client) create(ctx context.Context, number int, body string, mode Mode, now State) (*Comment, error) {
	const what = "creating the comment"
	search := time.Since(c.searched) > maxSearchAge
	backoff := retry.NewBackoff(retry.Config{Notify: func(w retry.Wait) { c.config.Retrying(what, w) }})
	created, err := retry.Do(ctx, backoff, func(ctx context.Context) (*Comment, error) {
		if search {
			switch earlier, err := c.FindComment(ctx, number, now.Key); {
			case err != nil || earlier != nil && !isNeeded(mode, now, earlier):
				return earlier, err
			case earlier != nil:
				return c.edit(ctx, earlier.ID, body)
			}
		}
		search = true
		return once(ctx, func(ctx context.Context) (*Comment, error) {
			created, _, err := c.github.Issues.CreateComment(ctx, c.owner, c.name, number, &github.IssueComment{Body: &body})
			if err != nil {
				return nil, err
			}
			return newComment(created), nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return created, nil
}
