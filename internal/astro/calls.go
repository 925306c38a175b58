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

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// ScopeOrganization is the scope of an Organization API token.
const ScopeOrganization = "ORGANIZATION"

// Organization is the part of the API that concerns one Organization.
type Organization struct {
	client *Client
	id     string
	broken brokenAnswers // to writes, which are sequential
}

// Organization returns the part of the API that concerns the Organization with this ID. It sends nothing.
func (c *Client) Organization(id string) *Organization {
	return &Organization{client: c, id: id}
}

func (o *Organization) path(parts ...string) []string {
	return append([]string{"organizations", o.id}, parts...)
}

// Organizations lists the Organizations that the API token can see.
func (c *Client) Organizations(ctx context.Context) ([]grant.Resource, error) {
	return listResources(ctx, c, listQuery{
		what: "reading the Organizations", path: []string{"organizations"}, key: "organizations",
	})
}

// AllTokens lists the API tokens of an Organization and of its Workspaces and Deployments, without roles.
func (o *Organization) AllTokens(ctx context.Context) ([]grant.Resource, error) {
	return listResources(ctx, o.client, o.tokens(url.Values{}))
}

// Tokens lists the Organization API tokens. With roles, it returns their roles too where the list carries them. Their
// roles are nil otherwise.
func (o *Organization) Tokens(ctx context.Context, roles bool) ([]grant.Token, error) {
	query := o.tokens(url.Values{"includeOnlyOrganizationTokens": {"true"}})
	query.roles = roles
	items, err := list(ctx, o.client, query)
	if err != nil {
		return nil, err
	}
	answered := time.Now()
	tokens := make([]grant.Token, len(items))
	for i, item := range items {
		tokens[i].Resource = item.Resource
		if len(item.Roles) == 0 {
			continue
		}
		var roles []grant.Entry
		// If it is not a valid list of roles, the token is read by its ID later.
		if json.Unmarshal(item.Roles, &roles) == nil && grant.HasOneOrganizationRole(roles) {
			tokens[i].Roles, tokens[i].Answered = roles, answered
		}
	}
	return tokens, nil
}

func (o *Organization) tokens(query url.Values) listQuery {
	return listQuery{what: "reading the API tokens", path: o.path("tokens"), query: query, key: "tokens"}
}

// Workspaces lists the Workspaces of an Organization: those with one of the names or IDs, or all.
func (o *Organization) Workspaces(ctx context.Context, names, ids []string) ([]grant.Resource, error) {
	query := url.Values{}
	if len(names) > 0 {
		query["names"] = names
	}
	if len(ids) > 0 {
		query["workspaceIds"] = ids
	}
	return listResources(ctx, o.client, listQuery{
		what: "reading the Workspaces", path: o.path("workspaces"), query: query, key: "workspaces",
	})
}

// ReadingToken is the Doing of an [OpError] of [Organization.Token].
const ReadingToken = "reading the API token"

// Token reads an API token with its roles. An Organization API token without its Organization role is an error: a write
// based on such an answer would revoke everything. Kind is [retry.Read] or [retry.Reserved].
func (o *Organization) Token(ctx context.Context, id string, kind retry.Kind) (grant.Token, error) {
	var token grant.Token
	query := request{method: http.MethodGet, path: o.path("tokens", id), kind: kind}
	sent, err := o.client.read(ctx, ReadingToken, query, func(body io.Reader) (err error) {
		token, err = decodeToken(body, id)
		return err
	})
	if err != nil {
		return grant.Token{}, err
	}
	token.Sent, token.Answered = sent, time.Now()
	o.client.redactResource(&token.Resource)
	for i := range token.Roles {
		token.Roles[i].Role = o.client.redact(token.Roles[i].Role)
	}
	return token, nil
}

func decodeToken(body io.Reader, id string) (grant.Token, error) {
	var answer struct {
		grant.Resource
		UpdatedAt string        `json:"updatedAt"`
		EndAt     string        `json:"endAt"`
		Roles     []grant.Entry `json:"roles"`
	}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return grant.Token{}, plainDecodeError(err)
	}
	if answer.ID != id {
		return grant.Token{}, errors.New("not the API token that was asked for")
	}
	if answer.Scope == "" {
		return grant.Token{}, errors.New("an API token without a scope")
	}
	if answer.Scope == ScopeOrganization && !grant.HasOneOrganizationRole(answer.Roles) {
		return grant.Token{}, errNoRole
	}
	ends, _ := time.Parse(time.RFC3339, answer.EndAt) // only for a warning
	return grant.Token{Resource: answer.Resource, UpdatedAt: answer.UpdatedAt, EndAt: ends, Roles: answer.Roles}, nil
}

// SetRoles replaces the whole set of roles of an API token, in one attempt. If that cannot be sent before the given
// time, it sends nothing and returns [grant.ErrTooLate]. It returns the API's ID of the request, if any.
func (o *Organization) SetRoles(
	ctx context.Context, id string, entries []grant.Entry, before time.Time,
) (string, error) {
	var body bytes.Buffer
	body.WriteString(`{"roles":[`)
	for i, entry := range entries {
		if i > 0 {
			body.WriteByte(',')
		}
		// Not json.Marshal: it would compact and escape what came from the server.
		body.Write(entry.Raw())
	}
	body.WriteString(`]}`)
	write := request{
		method: http.MethodPost, path: o.path("tokens", id, "roles"), body: body.Bytes(), before: before,
		kind: retry.Reserved, // before the read that the write is based on
	}
	requestID := ""
	_, err := o.client.once(ctx, write, func(body io.Reader) error {
		var answer struct {
			RequestID  any `json:"requestId"` // of any type: the write was accepted
			StatusCode any `json:"statusCode"`
		}
		err := json.NewDecoder(body).Decode(&answer)
		if status, ok := answer.StatusCode.(float64); ok && err == nil && status >= 400 {
			err = errNotExpected
		}
		requestID, _ = answer.RequestID.(string)
		return plainDecodeError(err)
	})
	if err = o.broken.check(err); err != nil {
		return "", &OpError{Doing: "setting the API token's roles", Err: err}
	}
	return cut(o.client.redact(requestID), 100), nil
}
