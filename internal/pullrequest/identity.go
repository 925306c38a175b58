package pullrequest

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

// account is the account that a token belongs to.
type account struct {
	Login string `json:"login"`
	ID    int64  `json:"databaseId"`
}

// workflow is the account of a workflow's own token.
var workflow = account{Login: "github-actions[bot]"}

// wrote reports whether the account wrote the comment. Not every API returns the ID, and only some of them add [bot]
// to the login of a bot.
func (a account) wrote(comment *github.IssueComment) bool {
	if a.ID != 0 {
		return comment.GetUser().GetID() == a.ID
	}
	bare := func(login string) string { return strings.TrimSuffix(strings.ToLower(login), "[bot]") }
	return a.Login != "" && bare(comment.GetUser().GetLogin()) == bare(a.Login)
}

// Identify finds out which account the token belongs to, unless that is known. GraphQL answers all kinds of tokens, but
// not every server has it.
func (c *Client) Identify(ctx context.Context) (err error) {
	if c.us != (account{}) {
		return nil
	}
	if c.config.GraphQL != "" {
		if c.us, err = c.viewer(ctx); err == nil || retry.IsUntrusted(err) || ctx.Err() != nil {
			return err
		}
		c.config.NoGraphQL(err)
	}
	c.us, err = c.user(ctx)
	return err
}

// user asks REST. That refuses a workflow's own token, and the tokens of other apps.
func (c *Client) user(ctx context.Context) (account, error) {
	user, err := try(ctx, c, "reading the account of the GitHub token", func(ctx context.Context) (*github.User, error) {
		user, _, err := c.github.Users.Get(ctx, "")
		return user, err
	})
	switch Status(err) {
	case http.StatusForbidden, http.StatusNotFound:
		return workflow, nil
	}
	return account{Login: user.GetLogin(), ID: user.GetID()}, err
}

// graphQLError is an answer of GraphQL that is of no use. Another attempt would not change it.
type graphQLError struct{ why string }

func (e *graphQLError) Error() string { return e.why }

// viewer asks GraphQL.
func (c *Client) viewer(ctx context.Context) (account, error) {
	return try(ctx, c, "reading the account of the GitHub token (GraphQL)", func(ctx context.Context) (account, error) {
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
		response, err := c.github.Do(ctx, request, &answer)
		switch {
		case err != nil && response != nil && response.StatusCode < http.StatusMultipleChoices && !isJSON(response):
			return account{}, &graphQLError{fmt.Sprintf("the answer is %q, not JSON", response.Header.Get("Content-Type"))}
		case err != nil:
			return account{}, err
		case answer.Data.Viewer.Login != "":
			return answer.Data.Viewer, nil
		case len(answer.Errors) > 0:
			return account{}, &graphQLError{answer.Errors[0].Message}
		}
		return account{}, &graphQLError{"no viewer in the answer"}
	})
}

func isJSON(response *github.Response) bool {
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return err == nil && strings.HasSuffix(media, "json")
}
