package astro

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

func TestRequests(t *testing.T) {
	const newKind = `{"entityType":"X", "a" : "<&>é\u00e9", "n":12345678901234567890.10}`
	page := func(key string) string { return `{"` + key + `":[],"totalCount":0}` }
	for _, tt := range []struct {
		name, answer string
		call         func(ctx context.Context, c *Client) error
		method, path string
		query        url.Values
		body         string
	}{
		{
			"Organizations", page("organizations"),
			func(ctx context.Context, c *Client) error { _, err := c.Organizations(ctx); return err },
			"GET", "/v1/organizations",
			url.Values{"limit": {"1000"}, "offset": {"0"}},
			"",
		},
		{
			"Organization API tokens", page("tokens"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Tokens(ctx, false)
				return err
			},
			"GET", "/v1/organizations/" + org + "/tokens",
			url.Values{"limit": {"1000"}, "offset": {"0"}, "includeOnlyOrganizationTokens": {"true"}},
			"",
		},
		{
			"all API tokens", page("tokens"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).AllTokens(ctx)
				return err
			},
			"GET", "/v1/organizations/" + org + "/tokens",
			url.Values{"limit": {"1000"}, "offset": {"0"}},
			"",
		},
		{
			"Workspaces", page("workspaces"),
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Workspaces(ctx, []string{"a&b", "c d"}, []string{"e"})
				return err
			},
			"GET", "/v1/organizations/" + org + "/workspaces",
			url.Values{"limit": {"1000"}, "offset": {"0"}, "names": {"a&b", "c d"}, "workspaceIds": {"e"}},
			"",
		},
		{
			"API token", aToken,
			func(ctx context.Context, c *Client) error {
				_, err := c.Organization(org).Token(ctx, id, retry.Read)
				return err
			},
			"GET", "/v1/organizations/" + org + "/tokens/" + id,
			url.Values{},
			"",
		},
		{
			"roles", "{}",
			func(ctx context.Context, c *Client) error {
				entries := entriesOf(t, `[ `+newKind+`,`+memberRole+`]`)
				entries = append(entries, grant.WorkspaceEntry("w1", "R"))
				_, err := c.Organization(org).SetRoles(ctx, id, entries, time.Now().Add(time.Minute))
				return err
			},
			"POST", "/v1/organizations/" + org + "/tokens/" + id + "/roles",
			url.Values{},
			`{"roles":[` + newKind + `,` + memberRole + `,{"entityType":"WORKSPACE","entityId":"w1","role":"R"}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got *http.Request
			var body []byte
			client := newClient(server(func(r *http.Request) (*http.Response, error) {
				got = r
				body, _ = io.ReadAll(r.Body)
				return answer(200, tt.answer), nil
			}))
			if err := tt.call(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			equal(t, "request", got.Method+" "+got.URL.Path, tt.method+" "+tt.path)
			equal(t, "query", got.URL.Query(), tt.query)
			equal(t, "body", string(body), tt.body)
			want := http.Header{
				"Authorization": {"Bearer " + bearer}, "Accept": {"application/json"}, "X-Api-Version": {"1.0"},
				"User-Agent":                {"astro-workspace-grant/1.2.3"},
				"X-Astro-Client-Identifier": {"astro-workspace-grant"}, "X-Astro-Client-Version": {"1.2.3"},
			}
			if tt.method == "POST" {
				want.Set("Content-Type", "application/json")
			}
			equal(t, "headers", got.Header, want)
		})
	}
}

func TestPathsConsistOfIDs(t *testing.T) {
	client := newClient(fails(errors.New("a request was sent")))
	for _, bad := range []string{"", "..", "a/b", "a?b", "a%2fb", "a b", "é", "a\n"} {
		_, err := client.Organization(org).Token(t.Context(), bad, retry.Read)
		if err == nil || !strings.Contains(err.Error(), "is not a valid ID") {
			t.Errorf("%q: %v", bad, err)
		}
		_, err = client.Organization(bad).SetRoles(t.Context(), id, nil, time.Time{})
		if err == nil || !strings.Contains(err.Error(), "is not a valid ID") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSentAndAnswered(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		client := newClient(server(func(*http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return answer(200, aToken), nil
		}))
		start := time.Now()
		token, err := client.Organization(org).Token(ctx, id, retry.Read)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "sent", token.Sent, start)
		equal(t, "answered", token.Answered, start.Add(3*time.Second))
	})
}

func TestAPITokenInAnAnswer(t *testing.T) {
	item := `{"id":"` + bearer + `","name":"a` + bearer + `","scope":"` + bearer + `"}`
	client := newClient(answers(200, `{"tokens":[`+item+`],"totalCount":1}`))
	all, err := client.Organization(org).AllTokens(t.Context())
	equal(t, "error", err, nil)
	equal(t, "tokens", all, []grant.Resource{{ID: "***", Name: "a***", Scope: "***"}})

	entry := `{"entityType":"WORKSPACE","entityId":"w1","role":"` + bearer + `"}`
	body := strings.Replace(strings.Replace(aToken, "CI", bearer, 1), "[", "["+entry+",", 1)
	client = newClient(answers(200, body))
	token, err := client.Organization(org).Token(t.Context(), id, retry.Read)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "name", token.Name, "***")
	equal(t, "role", token.Roles[0].Role, "***")
	equal(t, "bytes to write", string(token.Roles[0].Raw()), entry)
}

// TestTokensWithRoles lists three API tokens, of which only the first one has valid roles.
func TestTokensWithRoles(t *testing.T) {
	list := `{"tokens":[{"id":"a","roles":[` + memberRole + `]},{"id":"b","roles":[]},{"id":"c"}],"totalCount":3}`
	for _, roles := range []bool{true, false} {
		tokens, err := newClient(answers(200, list)).Organization(org).Tokens(t.Context(), roles)
		if err != nil || len(tokens) != 3 {
			t.Fatalf("got %+v, %v", tokens, err)
		}
		for i, token := range tokens {
			want := roles && i == 0
			if (token.Roles != nil) != want || token.Answered.IsZero() == want {
				t.Errorf("with roles %t: %+v", roles, token)
			}
		}
	}
}
