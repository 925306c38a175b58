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

	told Telling
}

func newComment(comment *github.IssueComment) *Comment {
	told, _ := readMarker(comment.GetBody())
	return &Comment{ID: comment.GetID(), URL: comment.GetHTMLURL(), told: told}
}

const (
	perPage = 100
	// fresh is how old a look for our comment may be on which a new one is made: another run may have made it since.
	fresh = 5 * time.Second
)

// Lookup returns the comment that tells about the same thing and was written by whom the token stands for; nil if there is none.
func (c *Client) Lookup(ctx context.Context, number int, about string) (*Comment, error) {
	c.looked = time.Now()
	comments, err := c.comments(ctx, number)
	if err != nil {
		return nil, err
	}
	var marked []*github.IssueComment
	for _, comment := range comments {
		if told, ok := readMarker(comment.GetBody()); ok && told.About == about {
			marked = append(marked, comment)
		}
	}
	if len(marked) == 0 {
		return nil, nil
	}
	// Anyone can quote a marker. Only our own comment may be edited.
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

// comments reads all comments: the first page, which names the last, and then the rest at once.
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

// account is whom a token stands for.
type account struct {
	Login string `json:"login"`
	ID    int64  `json:"databaseId"`
}

// wrote reports whether the account wrote the comment. Not every API tells the ID; and of bots' logins some end in [bot].
func (a account) wrote(comment *github.IssueComment) bool {
	if a.ID != 0 {
		return comment.GetUser().GetID() == a.ID
	}
	bare := func(login string) string { return strings.TrimSuffix(strings.ToLower(login), "[bot]") }
	return a.Login != "" && bare(comment.GetUser().GetLogin()) == bare(a.Login)
}

// viewer asks whom the token stands for. REST's GET /user refuses a workflow's own token; GraphQL answers every kind.
func (c *Client) viewer(ctx context.Context) (account, error) {
	return try(ctx, c, "asking whose GitHub token this is", func(ctx context.Context) (account, error) {
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

// Say puts text into our comment on a pull request: the earlier one, or a new one where there is none. It does nothing
// where that is not needed, and returns the comment that there is then, nil for none.
func (c *Client) Say(ctx context.Context, number int, mode Mode, earlier *Comment, text string, now Telling) (*Comment, error) {
	if !wanted(mode, now, earlier) {
		return earlier, nil
	}
	body := text + "\n" + now.marker() + "\n"
	if earlier != nil {
		edited, err := c.update(ctx, earlier.ID, body, mode, now)
		if Status(err) != http.StatusNotFound {
			return edited, err
		}
		// Somebody has deleted it since.
	}
	return c.create(ctx, number, body, mode, now)
}

// update edits the comment, unless a newer run has told something in it since it was looked for.
func (c *Client) update(ctx context.Context, id int64, body string, mode Mode, now Telling) (*Comment, error) {
	present, err := try(ctx, c, "reading the comment", func(ctx context.Context) (*github.IssueComment, error) {
		comment, _, err := c.github.Issues.GetComment(ctx, c.owner, c.name, id)
		return comment, err
	})
	if err != nil {
		return nil, err
	}
	if ours := newComment(present); !wanted(mode, now, ours) {
		return ours, nil
	}
	return c.edit(ctx, id, body)
}

func wanted(mode Mode, now Telling, earlier *Comment) bool {
	if earlier == nil {
		return needed(mode, now, nil)
	}
	return needed(mode, now, &earlier.told)
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

// create makes a new comment. It looks first whether there is one where another run had the time to make it; and after a
// failure, of which only the answer may be lost.
func (c *Client) create(ctx context.Context, number int, body string, mode Mode, now Telling) (*Comment, error) {
	const what = "writing the comment"
	look := time.Since(c.looked) > fresh
	pauses := retry.NewPauses(retry.Config{Notify: func(w retry.Wait) { c.config.Retrying(what, w) }})
	created, err := retry.Do(ctx, pauses, func(ctx context.Context) (*Comment, error) {
		if look {
			switch earlier, err := c.Lookup(ctx, number, now.About); {
			case err != nil || earlier != nil && !wanted(mode, now, earlier):
				return earlier, err
			case earlier != nil:
				return c.edit(ctx, earlier.ID, body)
			}
		}
		look = true
		return once(ctx, func(ctx context.Context) (*Comment, error) {
			made, _, err := c.github.Issues.CreateComment(ctx, c.owner, c.name, number, &github.IssueComment{Body: &body})
			if err != nil {
				return nil, err
			}
			return newComment(made), nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return created, nil
}
