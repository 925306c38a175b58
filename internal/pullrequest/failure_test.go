package pullrequest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

func TestAddresses(t *testing.T) {
	const public, publicGraphQL = "https://api.github.com", "https://api.github.com/graphql"
	for _, tt := range []struct{ api, graphQL, wantAPI, wantGraphQL string }{
		{"", "", public, publicGraphQL},
		{public, "", public, publicGraphQL},
		{public + "/", publicGraphQL, public, publicGraphQL},
		{"", publicGraphQL, public, publicGraphQL},
		{"https://ghe.example/api/v3", "", "https://ghe.example/api/v3", "https://ghe.example/api/graphql"},
		{"", "https://ghe.example/api/graphql", "https://ghe.example/api/v3", "https://ghe.example/api/graphql"},
		{"https://api.octo.ghe.com", "", "https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql"},
		{"", "https://api.octo.ghe.com/graphql", "https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql"},
		{"https://forge.example/api/v1", "", "https://forge.example/api/v1", ""},
		{"https://forge.example/x", "", "https://forge.example/x", ""},
	} {
		if api, graphQL := addresses(tt.api, tt.graphQL); api != tt.wantAPI || graphQL != tt.wantGraphQL {
			t.Errorf("%q and %q: %q and %q", tt.api, tt.graphQL, api, graphQL)
		}
	}
	for server, fails := range map[string]bool{"": false, "https://github.com": false, "https://ghe.example": true} {
		if _, err := New(Config{Server: server, Repository: "o/r"}); (err != nil) != fails {
			t.Errorf("only the server %q: %v", server, err)
		}
	}
	for graphQL, want := range map[string]string{
		"https://ghe.example/api/graphql":   "https://ghe.example/api/graphql",
		"https://api.github.com/graphql":    "",
		"http://ghe.example/api/graphql":    "",
		"https://ghe.example:1/api/graphql": "",
	} {
		client, err := New(Config{API: "https://ghe.example/api/v3", GraphQL: graphQL, Repository: "o/r"})
		if err != nil || client.config.GraphQL != want {
			t.Errorf("%s becomes %q, %v", graphQL, client.config.GraphQL, err)
		}
	}
}

// answer returns the error that go-github makes of an answer.
func answer(status int, header map[string]string, body string) error {
	response := &http.Response{
		StatusCode: status, Header: http.Header{},
		Request: &http.Request{Method: http.MethodGet},
	}
	for name, value := range header {
		response.Header.Set(name, value)
	}
	response.Body = io.NopCloser(strings.NewReader(body))
	return github.CheckResponse(response)
}

func TestLimited(t *testing.T) {
	reset := fmt.Sprint(time.Now().Add(90 * time.Second).Unix())
	for _, tt := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		want   time.Duration // negative: not limited
	}{
		{"429", 429, nil, `{}`, time.Minute},
		{"429 with a time", 429, map[string]string{"Retry-After": "7"}, `{}`, 7 * time.Second},
		{"403 with a time", 403, map[string]string{"Retry-After": "7"}, `{"message":"x"}`, 7 * time.Second},
		{
			"403, nothing remaining", 403,
			map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset},
			`{}`,
			90 * time.Second,
		},
		{
			"429, nothing remaining", 429,
			map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset},
			`{}`,
			90 * time.Second,
		},
		{"403, nothing remaining, no time", 403, map[string]string{"X-RateLimit-Remaining": "0"}, `{}`, time.Minute},
		{"403, secondary limit", 403, nil, `{"message":"You have exceeded a secondary rate limit."}`, time.Minute},
		{"403, abuse", 403, nil, `{"message":"You have triggered an abuse detection mechanism."}`, time.Minute},
		{
			"403, documentation", 403, nil,
			`{"message":"x","documentation_url":"https://docs.github.com/x#about-secondary-rate-limits"}`, time.Minute,
		},
		{"422, too quickly", 422, nil, `{"message":"Validation Failed","errors":[{"message":"was submitted too quickly"}]}`, time.Minute},
		{"403, permission", 403, nil, `{"message":"Resource not accessible by integration"}`, -1},
		{"403, something remaining", 403, map[string]string{"X-RateLimit-Remaining": "10"}, `{"message":"x"}`, -1},
		{"422", 422, nil, `{"message":"Validation Failed"}`, -1},
		{"502 with a time", 502, map[string]string{"Retry-After": "7"}, `{}`, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := answer(tt.status, tt.header, tt.body)
			wait, ok := limited(err, time.Now())
			if ok != (tt.want >= 0) || ok && (wait < tt.want-2*time.Second || wait > tt.want) {
				t.Errorf("%v, %v: %v", wait, ok, err)
			}
			if ok && (Status(err) != http.StatusTooManyRequests || !retry.IsRetryable(classify(err))) {
				t.Errorf("status %d", Status(err))
			}
		})
	}
}

func TestReasonAndCure(t *testing.T) {
	for _, tt := range []struct {
		name         string
		status       int
		body         string
		reason, cure string
	}{
		{
			"details", 422, `{"message":"Validation Failed","errors":[{"field":"body","code":"invalid"},{"message":"Body is too long"}]}`,
			"422 Unprocessable Entity: Validation Failed: body invalid: Body is too long", "",
		},
		{"locked", 403, `{"message":"Unable to create comment because issue is locked."}`, "is locked", "Unlock it"},
		{"SSO", 403, `{"message":"Resource protected by organization SAML enforcement. You must grant your token access."}`, "SAML", "single sign-on"},
		{
			"IP allow list", 403, "{\"message\":\"the `x` organization has an IP allow list enabled, and your IP address is not permitted\"}",
			"IP allow list", "address to the IP allow list",
		},
		{"archived", 403, `{"message":"Repository was archived so is read-only."}`, "archived", "archived"},
		{"expired", 401, `{"message":"Bad credentials"}`, "401 Unauthorized: Bad credentials", ""},
		{"permission", 403, `{"message":"Resource not accessible by integration"}`, "403 Forbidden", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := answer(tt.status, nil, tt.body)
			if reason := Reason(err); !strings.Contains(reason, tt.reason) {
				t.Errorf("reason %q", reason)
			}
			if cure := Cure(err); !strings.Contains(cure, tt.cure) || (tt.cure == "") != (cure == "") {
				t.Errorf("cure %q", cure)
			}
			if retry.IsRetryable(classify(err)) {
				t.Error("another attempt is worth it")
			}
		})
	}
}
