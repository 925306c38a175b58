package astro

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// ScopeOrganization is the scope of an Organization API token.
const ScopeOrganization = "ORGANIZATION"

// Named is a Workspace, an Organization or an API token as a list tells it.
type Named struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Scope string `json:"scope"` // of an API token only
}

// Token is an API token as read by its ID.
type Token struct {
	Named
	UpdatedAt string
	Roles     []Entry

	Sent     time.Time // when the request left whose answer this is
	Answered time.Time // when that answer had come
}

// Organization is an Organization's part of the API.
type Organization struct {
	client *Client
	id     string
}

// Organization returns the part of the API that is the Organization with this ID. It sends nothing.
func (c *Client) Organization(id string) *Organization {
	return &Organization{client: c, id: id}
}

func (o *Organization) path(parts ...string) []string {
	return append([]string{"organizations", o.id}, parts...)
}

// Organizations lists the Organizations that the API token can see.
func (c *Client) Organizations(ctx context.Context) ([]Named, error) {
	return listNamed(ctx, c, listQuery{what: "reading the Organizations", path: []string{"organizations"}, key: "organizations"})
}

// Tokens lists the API tokens of an Organization, without roles: those of the Organization, or with all those of
// its Workspaces and Deployments too.
func (o *Organization) Tokens(ctx context.Context, all bool) ([]Named, error) {
	return listNamed(ctx, o.client, o.tokens(all))
}

func (o *Organization) tokens(all bool) listQuery {
	query := url.Values{}
	if !all {
		query.Set("includeOnlyOrganizationTokens", "true")
	}
	return listQuery{what: "reading the API tokens", path: o.path("tokens"), query: query, key: "tokens"}
}

// TokensWithRoles lists the API tokens of the Organization itself, with their roles where the list carries them: else those are
// nil.
func (o *Organization) TokensWithRoles(ctx context.Context) ([]Token, error) {
	query := o.tokens(false)
	query.roles = true
	items, err := list(ctx, o.client, query)
	if err != nil {
		return nil, err
	}
	answered := time.Now()
	tokens := make([]Token, len(items))
	for i, item := range items {
		tokens[i].Named = item.Named
		var roles []Entry
		// What is no list of roles is as good as none: the token is read by itself then.
		if json.Unmarshal(item.Roles, &roles) == nil && oneOrganizationRole(roles) {
			tokens[i].Roles, tokens[i].Answered = roles, answered
		}
	}
	return tokens, nil
}

// Workspaces lists the Workspaces of an Organization: those of one of the names, with one of the IDs, or all.
func (o *Organization) Workspaces(ctx context.Context, names, ids []string) ([]Named, error) {
	query := url.Values{}
	if len(names) > 0 {
		query["names"] = names
	}
	if len(ids) > 0 {
		query["workspaceIds"] = ids
	}
	return listNamed(ctx, o.client, listQuery{what: "reading the Workspaces", path: o.path("workspaces"), query: query, key: "workspaces"})
}

// ReadingToken is what an [OpError] of [Organization.Token] says was being done.
const ReadingToken = "reading the API token"

// Token reads one API token. A token of the Organization comes with its roles, or not at all: writing from an answer
// without them would revoke everything.
func (o *Organization) Token(ctx context.Context, id string) (Token, error) {
	var token Token
	sent, err := o.client.read(ctx, ReadingToken, o.path("tokens", id), nil, func(body io.Reader) (err error) {
		token, err = decodeToken(body, id)
		return err
	})
	if err != nil {
		return Token{}, err
	}
	token.Sent, token.Answered = sent, time.Now()
	o.client.redactNamed(&token.Named)
	for i := range token.Roles {
		token.Roles[i].Role = o.client.redact(token.Roles[i].Role)
	}
	return token, nil
}

func decodeToken(body io.Reader, id string) (Token, error) {
	var answer struct {
		Named
		UpdatedAt string  `json:"updatedAt"`
		Roles     []Entry `json:"roles"`
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return Token{}, err
	}
	if answer.ID != id {
		return Token{}, errors.New("not the API token that was asked for")
	}
	if answer.Scope == "" {
		return Token{}, errors.New("an API token without a scope")
	}
	if answer.Scope == ScopeOrganization && !oneOrganizationRole(answer.Roles) {
		return Token{}, errors.New("an Organization API token without its one Organization role")
	}
	return Token{Named: answer.Named, UpdatedAt: answer.UpdatedAt, Roles: answer.Roles}, nil
}

// SetRoles replaces the whole set of roles of an API token, in one try that leaves until before or returns [ErrTooLate]. It
// returns the ID that the API gave the request, if any. Whether a failed one took effect, see [MaybeDone].
func (o *Organization) SetRoles(ctx context.Context, id string, entries []Entry, before time.Time) (requestID string, err error) {
	var body bytes.Buffer
	body.WriteString(`{"roles":[`)
	for i, entry := range entries {
		if i > 0 {
			body.WriteByte(',')
		}
		// Not through json.Marshal: it would compact and escape what came from the server.
		body.Write(entry.raw)
	}
	body.WriteString(`]}`)
	_, err = o.client.once(ctx, http.MethodPost, o.path("tokens", id, "roles"), nil, body.Bytes(), before, func(body io.Reader) error {
		var answer struct {
			RequestID any `json:"requestId"` // whatever it is, the write was acknowledged
		}
		err := json.NewDecoder(body).Decode(&answer)
		requestID, _ = answer.RequestID.(string)
		return err
	})
	if err != nil {
		return "", &OpError{Doing: "setting the API token's roles", Err: err}
	}
	return cut(o.client.redact(requestID), 100), nil
}
