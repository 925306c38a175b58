package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxComment is GitHub's limit, in characters.
const maxComment = 65536

type wireComment struct {
	ID                int64    `json:"id"`
	URL               string   `json:"url"`
	HTMLURL           string   `json:"html_url"`
	IssueURL          string   `json:"issue_url"`
	User              wireUser `json:"user"`
	CreatedAt         string   `json:"created_at"`
	UpdatedAt         string   `json:"updated_at"`
	AuthorAssociation string   `json:"author_association"`
	Body              string   `json:"body"`
}

func (g *GitHub) renderComment(c *gitHubCall, comment *Comment) wireComment {
	api := c.baseURL() + c.root + "/repos/" + g.repository
	return wireComment{
		ID:       comment.ID,
		URL:      fmt.Sprintf("%s/issues/comments/%d", api, comment.ID),
		HTMLURL:  fmt.Sprintf("%s#issuecomment-%d", g.webURL(comment.Number), comment.ID),
		IssueURL: fmt.Sprintf("%s/issues/%d", api, comment.Number),
		User:     renderUser(comment.Author), AuthorAssociation: "NONE", Body: comment.Body,
		CreatedAt: formatTime(comment.CreatedAt), UpdatedAt: formatTime(comment.UpdatedAt),
	}
}

func (g *GitHub) addComment(number int, author Account, body string) *Comment {
	now := time.Now()
	if author.Type == "" {
		author.Type = "User"
	}
	comment := &Comment{firstComment + g.added, number, author, body, now, now}
	g.added++
	g.comments = append(g.comments, comment)
	return comment
}

func (g *GitHub) commentsOn(number int) []*Comment {
	return filter(g.comments, func(c *Comment) bool { return c.Number == number })
}

func (g *GitHub) listComments(c *gitHubCall) (response, *gitHubError) {
	p, apiErr := g.findPull(c.args[0])
	if apiErr != nil {
		return response{}, apiErr
	}
	comments := []wireComment{}
	for _, comment := range g.commentsOn(p.Number) {
		comments = append(comments, g.renderComment(c, comment))
	}
	return pageResponse(g, c, comments), nil
}

func (g *GitHub) createComment(c *gitHubCall) (response, *gitHubError) {
	p, apiErr := g.findPull(c.args[0])
	if apiErr != nil {
		return response{}, apiErr
	}
	body, apiErr := parseComment(c.body)
	if apiErr != nil {
		return response{}, apiErr
	}
	comment := g.renderComment(c, g.addComment(p.Number, c.actor.Account, body))
	reply := jsonResponse(http.StatusCreated, comment)
	reply.header.Set("Location", comment.URL)
	return reply, nil
}

func (g *GitHub) findComment(id string) (*Comment, *gitHubError) {
	n, err := strconv.ParseInt(id, 10, 64)
	i := slices.IndexFunc(g.comments, func(c *Comment) bool { return c.ID == n })
	if err != nil || i < 0 {
		return nil, gitHubErrorf(http.StatusNotFound, "Not Found")
	}
	return g.comments[i], nil
}

func (g *GitHub) readComment(c *gitHubCall) (response, *gitHubError) {
	comment, apiErr := g.findComment(c.args[0])
	if apiErr != nil {
		return response{}, apiErr
	}
	return jsonResponse(http.StatusOK, g.renderComment(c, comment)), nil
}

// findOwnComment is stricter than GitHub, where anyone with write access can edit and delete all comments: here, an
// account can do so only with its own.
func (g *GitHub) findOwnComment(c *gitHubCall) (*Comment, *gitHubError) {
	comment, apiErr := g.findComment(c.args[0])
	if apiErr == nil && (comment.Author.ID != c.actor.ID || comment.Author.Login != c.actor.Login) {
		apiErr = gitHubErrorf(http.StatusForbidden, "Must have admin rights to Repository.")
	}
	return comment, apiErr
}

func (g *GitHub) deleteComment(c *gitHubCall) (response, *gitHubError) {
	comment, apiErr := g.findOwnComment(c)
	if apiErr != nil {
		return response{}, apiErr
	}
	g.comments = filter(g.comments, func(other *Comment) bool { return other != comment })
	return response{http.StatusNoContent, http.Header{}, nil}, nil
}

func (g *GitHub) editComment(c *gitHubCall) (response, *gitHubError) {
	comment, apiErr := g.findOwnComment(c)
	if apiErr != nil {
		return response{}, apiErr
	}
	body, apiErr := parseComment(c.body)
	if apiErr != nil {
		return response{}, apiErr
	}
	comment.Body, comment.UpdatedAt = body, time.Now()
	return jsonResponse(http.StatusOK, g.renderComment(c, comment)), nil
}

// parseComment returns the text of a request body, whose only key must be "body".
func parseComment(object []byte) (string, *gitHubError) {
	keys, values, err := members(object)
	if err != nil {
		return "", gitHubErrorf(http.StatusBadRequest, "Problems parsing JSON")
	}
	for _, key := range keys {
		if key != "body" {
			return "", gitHubErrorf(http.StatusUnprocessableEntity, "Invalid request.\n\n%q is not a permitted key.", key)
		}
	}
	raw, ok := values["body"]
	if !ok {
		return "", gitHubErrorf(http.StatusUnprocessableEntity, "Invalid request.\n\n\"body\" wasn't supplied.")
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return "", gitHubErrorf(http.StatusUnprocessableEntity,
			"Invalid request.\n\nFor 'properties/body', %s is not a string.", raw)
	}
	switch {
	case strings.TrimSpace(*text) == "":
		return "", invalidComment("Body cannot be blank")
	case utf8.RuneCountInString(*text) > maxComment:
		return "", invalidComment(fmt.Sprintf("Body is too long (maximum is %d characters)", maxComment))
	}
	return *text, nil
}

func invalidComment(message string) *gitHubError {
	e := gitHubErrorf(http.StatusUnprocessableEntity, "Validation Failed")
	e.Errors = []gitHubFieldError{{"IssueComment", "unprocessable", "data", message}}
	e.DocumentationURL += "/issues/comments#create-an-issue-comment"
	return e
}
