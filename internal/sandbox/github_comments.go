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

// maxComment is how many characters a comment holds.
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

func (g *GitHub) renderComment(v *visit, c *Comment) wireComment {
	api := v.site() + v.root + "/repos/" + g.repository
	return wireComment{
		ID:       c.ID,
		URL:      fmt.Sprintf("%s/issues/comments/%d", api, c.ID),
		HTMLURL:  fmt.Sprintf("%s#issuecomment-%d", g.page(g.issues[c.Number]), c.ID),
		IssueURL: fmt.Sprintf("%s/issues/%d", api, c.Number),
		User:     renderUser(c.Author), CreatedAt: moment(c.CreatedAt), UpdatedAt: moment(c.UpdatedAt),
		AuthorAssociation: "NONE", Body: c.Body,
	}
}

// comment is the one place where comments begin.
func (g *GitHub) comment(number int, author Account, body string) *Comment {
	now := time.Now()
	if author.Type == "" {
		author.Type = "User"
	}
	c := &Comment{firstComment + int64(len(g.comments)), number, author, body, now, now}
	g.comments = append(g.comments, c)
	return c
}

func (g *GitHub) commentsOn(number int) []*Comment {
	return filter(g.comments, func(c *Comment) bool { return c.Number == number })
}

func (g *GitHub) listComments(v *visit) (answer, *denial) {
	i, denied := g.findIssue(v.args[0])
	if denied != nil {
		return answer{}, denied
	}
	comments := []wireComment{}
	for _, c := range g.commentsOn(i.number) {
		comments = append(comments, g.renderComment(v, c))
	}
	return sentPage(g, v, comments), nil
}

// sentPage is an answer with the page of a list that a request asks for.
func sentPage[T any](g *GitHub, v *visit, all []T) answer {
	page, link := paged(g, v, all)
	if page == nil {
		page = []T{}
	}
	reply := sent(http.StatusOK, page)
	if link != "" {
		reply.header.Set("Link", link)
	}
	return reply
}

func (g *GitHub) createComment(v *visit) (answer, *denial) {
	i, denied := g.findIssue(v.args[0])
	if denied != nil {
		return answer{}, denied
	}
	body, denied := parseComment(v.body)
	if denied != nil {
		return answer{}, denied
	}
	w := g.renderComment(v, g.comment(i.number, v.who.Account, body))
	reply := sent(http.StatusCreated, w)
	reply.header.Set("Location", w.URL)
	return reply, nil
}

func (g *GitHub) findComment(id string) (*Comment, *denial) {
	n, err := strconv.ParseInt(id, 10, 64)
	i := slices.IndexFunc(g.comments, func(c *Comment) bool { return c.ID == n })
	if err != nil || i < 0 {
		return nil, deny(http.StatusNotFound, "Not Found")
	}
	return g.comments[i], nil
}

func (g *GitHub) readComment(v *visit) (answer, *denial) {
	c, denied := g.findComment(v.args[0])
	if denied != nil {
		return answer{}, denied
	}
	return sent(http.StatusOK, g.renderComment(v, c)), nil
}

// editComment is stricter than GitHub, where whoever may write may edit everybody's comments: here each token
// may edit its account's own.
func (g *GitHub) editComment(v *visit) (answer, *denial) {
	c, denied := g.findComment(v.args[0])
	if denied == nil && (c.Author.ID != v.who.ID || c.Author.Login != v.who.Login) {
		denied = deny(http.StatusForbidden, "Must have admin rights to Repository.")
	}
	if denied != nil {
		return answer{}, denied
	}
	body, denied := parseComment(v.body)
	if denied != nil {
		return answer{}, denied
	}
	c.Body, c.UpdatedAt = body, time.Now()
	return sent(http.StatusOK, g.renderComment(v, c)), nil
}

// parseComment takes the text out of a body that has the one key "body" and nothing else.
func parseComment(object []byte) (string, *denial) {
	keys, values, err := members(object)
	if err != nil {
		return "", deny(http.StatusBadRequest, "Problems parsing JSON")
	}
	for _, key := range keys {
		if key != "body" {
			return "", deny(http.StatusUnprocessableEntity, "Invalid request.\n\n%q is not a permitted key.", key)
		}
	}
	raw, ok := values["body"]
	if !ok {
		return "", deny(http.StatusUnprocessableEntity, "Invalid request.\n\n\"body\" wasn't supplied.")
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return "", deny(http.StatusUnprocessableEntity,
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

func invalidComment(message string) *denial {
	d := deny(http.StatusUnprocessableEntity, "Validation Failed")
	d.Errors = []fieldFault{{"IssueComment", "unprocessable", "data", message}}
	d.DocumentationURL += "/issues/comments#create-an-issue-comment"
	return d
}
