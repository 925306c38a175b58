package explain

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/retry"
)

// while returns an error as a call of the Astro API returns it.
func while(doing string, err error) error { return &astro.OpError{Doing: doing, Err: err} }

const (
	runAgain  = "Run it again. Roles that were already granted are kept."
	retried   = "The request was retried until the timeout of 5m0s was reached. Run it again later."
	noRetry   = "Another attempt would not change this. Check the inputs api-url and organization"
	checkKept = "Check that the secret behind api-token holds a valid API token of this Organization that was not revoked."
	support   = "Check the inputs against the API's message."
	justNow   = " If an earlier step has just created it, "
	deleted   = "The API token was deleted, or it is so new that not every read shows it yet." + justNow
)

func TestError(t *testing.T) {
	const writing, reading = "setting the roles", astro.ReadingToken
	exhausted := func(attempts int, asked time.Duration, err error) error {
		return &retry.ExhaustedError{Attempts: attempts, Asked: asked, Err: err}
	}
	conflict := func(set grant.Role) error {
		wanted := grant.Outcome{Wanted: grant.Wanted{WorkspaceGiven: "Production", Role: grant.Operator}}
		return &grant.ConflictError{Wanted: wanted, Set: set}
	}
	reset := &astro.NetworkError{Sent: true, Err: errors.New("connection reset")}
	noSuchHost := errors.New("no such host")
	for _, tt := range []struct {
		name      string
		change    func(*Explainer)
		err       error
		kind      grant.Kind
		what      string
		hintStart string
	}{
		{
			"canceled", nil, while(writing, &astro.NetworkError{Err: context.Canceled}),
			grant.Canceled, "The run was canceled before it was finished.", runAgain,
		},
		{
			"canceled after a write", nil, &grant.UnverifiedError{Err: context.Canceled},
			grant.Canceled, "The run was canceled before it was finished.", runAgain,
		},
		{
			"another role was set", nil, conflict(grant.Member), grant.Conflict,
			`Another writer set the role "WORKSPACE_MEMBER" in Workspace "Production" ` +
				"while this run was granting WORKSPACE_OPERATOR.",
			"Find out which of the two roles is wanted.",
		},
		{
			"overwritten until the timeout", nil, conflict(""), grant.Conflict,
			"Other writers of this API token's roles kept overwriting the role (timeout 5m0s).",
			"Find out what else sets this API token's roles",
		},
		{
			"not verified", nil, &grant.UnverifiedError{Err: context.DeadlineExceeded}, grant.Unverified,
			"The roles were written, but the time ran out before they could be verified (timeout 5m0s).", runAgain,
		},
		{
			"401", nil, while(reading, &astro.Error{Status: 401, Message: "Invalid token", RequestID: "r1"}), grant.Unauthorized,
			`The Astro API answered 401 Unauthorized while reading the API token: "Invalid token" (request ID "r1").`, checkKept,
		},
		{
			"401, expired", func(e *Explainer) { e.Expires = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC) },
			while(reading, &astro.Error{Status: 401}), grant.Unauthorized,
			"The Astro API answered 401 Unauthorized while reading the API token.",
			"The API token expired at 2020-01-02T03:04:05Z.",
		},
		{
			"401, not expired", func(e *Explainer) { e.Expires = time.Now().Add(time.Hour) },
			while(reading, &astro.Error{Status: 401}), grant.Unauthorized,
			"The Astro API answered 401 Unauthorized while reading the API token.", checkKept,
		},
		{
			"403", nil, while(writing, &astro.Error{Status: 403}), grant.Forbidden,
			"The Astro API answered 403 Forbidden while setting the roles.",
			"The API token in api-token needs the Organization Owner role",
		},
		{
			"404 of the API token", nil, while(reading, &astro.Error{Status: 404}), grant.Rejected,
			"The Astro API answered 404 Not Found while reading the API token.", deleted + "set wait to 30s.",
		},
		{
			"404 of the API token, wait is set", func(e *Explainer) { e.Wait = 90 * time.Second },
			while(reading, &astro.Error{Status: 404}), grant.Rejected,
			"The Astro API answered 404 Not Found while reading the API token.", deleted + "raise wait (it is 1m30s).",
		},
		{
			"404 of something else", nil, while(writing, &astro.Error{Status: 404}), grant.Rejected,
			"The Astro API answered 404 Not Found while setting the roles.", support,
		},
		{
			"400", nil, while(writing, &astro.Error{Status: 400, Message: "Unknown role"}), grant.Rejected,
			`The Astro API answered 400 Bad Request while setting the roles: "Unknown role".`, support,
		},
		{
			"redirect", nil, while(reading, &astro.Error{Status: 302, Location: "https://login.example"}), grant.Rejected,
			"The Astro API answered 302 Found while reading the API token.",
			"Redirects are not followed, as they would take the API token to another address. " +
				`This one leads to "https://login.example". Check the input api-url.`,
		},
		{
			"429 until the timeout", nil, while(reading, exhausted(4, 0, &astro.Error{Status: 429})), grant.Unavailable,
			"The Astro API answered 429 Too Many Requests while reading the API token.",
			"Too many jobs share the API token in api-token: its rate limit was exceeded until the timeout of 5m0s was reached.",
		},
		{
			"503, asked to wait for longer", nil, while(reading, exhausted(1, 10*time.Minute, &astro.Error{Status: 503})),
			grant.Unavailable, "The Astro API answered 503 Service Unavailable while reading the API token.",
			"The API asked to wait 10m0s, which is longer than what is left of the timeout of 5m0s.",
		},
		{
			"an unknown status", nil, while(reading, &astro.Error{Status: 499}), grant.Rejected,
			"The Astro API answered 499 while reading the API token.", support,
		},
		{
			"proxy refuses", nil, while(reading, &astro.Error{Status: 407, Proxy: true}), grant.Rejected,
			"The proxy answered 407 Proxy Authentication Required while reading the API token.",
			"Check the variable HTTPS_PROXY, its user name and password",
		},
		{
			"proxy does not know the host", nil, while(reading, &astro.Error{Status: 404, Proxy: true}), grant.Rejected,
			"The proxy answered 404 Not Found while reading the API token.", "Check the variable HTTPS_PROXY",
		},
		{
			"proxy fails", nil, while(reading, exhausted(3, 0, &astro.Error{Status: 502, Proxy: true})), grant.Unavailable,
			"The proxy answered 502 Bad Gateway while reading the API token.", "Check the variable HTTPS_PROXY",
		},
		{
			"connection reset until the timeout", nil, while(reading, exhausted(3, 0, reset)), grant.Unavailable,
			`The Astro API could not be used while reading the API token: "connection reset".`, retried,
		},
		{
			"no answer until the timeout", nil, while(reading, &astro.NetworkError{Err: context.DeadlineExceeded}),
			grant.Unavailable,
			`The Astro API could not be used while reading the API token: "no answer before the timeout of 5m0s".`, retried,
		},
		{
			"no time for a first attempt", nil, exhausted(0, 0, context.DeadlineExceeded), grant.Unavailable,
			`The Astro API could not be used while granting: "no answer before the timeout of 5m0s".`,
			runAgain + " Or raise timeout (it is 5m0s).",
		},
		{
			"untrusted certificate", nil, while(reading, &astro.NetworkError{TLS: true, Err: errors.New("unknown authority")}),
			grant.Unavailable, `The Astro API could not be used while reading the API token: "unknown authority".`,
			"The connection is not trusted, so nothing was sent.",
		},
		{
			"unknown host", nil, while(reading, &astro.NetworkError{UnknownHost: true, Err: noSuchHost}), grant.Unavailable,
			`The Astro API could not be used while reading the API token: "no such host".`, "The host name is unknown here.",
		},
		{
			"broken answer", nil, while(reading, &astro.BrokenError{Reason: "no roles"}), grant.Unavailable,
			`The Astro API could not be used while reading the API token: "not a valid answer: no roles".`, noRetry,
		},
		{
			"web page", nil, while(reading, &astro.BrokenError{Reason: "a web page (text/html)", Said: "Sign in", Foreign: true}),
			grant.Unavailable, "The server answered with a web page (text/html) while reading the API token: \"Sign in\". " +
				"That is not an answer of the Astro API.", "A proxy or another server sent it.",
		},
		{
			"error with a status of success", nil,
			while(reading, &astro.BrokenError{Reason: "an error with the status 200 OK", Said: "Try later"}), grant.Unavailable,
			`The Astro API sent an error with the status 200 OK while reading the API token: "Try later".`,
			"Check the input api-url and the variable HTTPS_PROXY.",
		},
		{
			"no Organization role", nil, while(reading, &astro.BrokenError{Reason: "no role", NoRole: true}), grant.Unavailable,
			"The Astro API returned the API token without its one Organization role, each time that it was read.",
			"Nothing can be written",
		},
		{
			"404 of another server", nil, while(reading, &astro.Error{Status: 404, Foreign: true}), grant.Rejected,
			"The Astro API answered 404 Not Found while reading the API token. The answer is not the Astro API's.",
			"Check the input api-url",
		},
		{
			"any other error", nil, errors.New("strange"), grant.Unavailable,
			`The Astro API could not be used while granting: "strange".`, noRetry,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Explainer{Timeout: 5 * time.Minute}
			if tt.change != nil {
				tt.change(&e)
			}
			got := e.Error(tt.err)
			if got.Kind != tt.kind || got.What.String() != tt.what {
				t.Errorf("got %s, %s\nwant %s, %s", got.Kind, got.What, tt.kind, tt.what)
			}
			if !strings.HasPrefix(got.Hint.String(), tt.hintStart) {
				t.Errorf("got the hint  %s\nwant one with %s", got.Hint, tt.hintStart)
			}
			if wrapped := e.Error(fmt.Errorf("wrapped: %w", tt.err)); tt.kind != grant.Unavailable && wrapped.Kind != tt.kind {
				t.Errorf("wrapped, the kind is %s", wrapped.Kind)
			}
		})
	}
}

func TestLookUp(t *testing.T) {
	notFound := while("reading the Workspaces", &astro.Error{Status: 404, Message: "no Organization o1"})
	for _, tt := range []struct {
		name   string
		redact bool
		err    error
		kind   grant.Kind
		what   string
	}{
		{
			"unknown Organization", false, notFound, grant.OrganizationUnclear,
			`The Astro API does not know the Organization "o1".`,
		},
		{
			"unknown Organization, redacted", true, notFound, grant.OrganizationUnclear,
			"The Astro API does not know the Organization.",
		},
		{
			"404 of another server", false, while("reading the Workspaces", &astro.Error{Status: 404, Foreign: true}), grant.Rejected,
			"The Astro API answered 404 Not Found while reading the Workspaces. The answer is not the Astro API's.",
		},
		{
			"404 of a proxy", false, while("reading the Workspaces", &astro.Error{Status: 404, Proxy: true}), grant.Rejected,
			"The proxy answered 404 Not Found while reading the Workspaces.",
		},
		{
			"another error", false, while("reading the Workspaces", &astro.Error{Status: 403}), grant.Forbidden,
			"The Astro API answered 403 Forbidden while reading the Workspaces.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Explainer{Redact: tt.redact}.LookUp(tt.err, "o1")
			if got.Kind != tt.kind || got.What.String() != tt.what || got.Hint.IsEmpty() {
				t.Errorf("got %s, %s Hint: %s\nwant %s, %s", got.Kind, got.What, got.Hint, tt.kind, tt.what)
			}
		})
	}
}

// A redacted explanation contains nothing that the API returned.
func TestRedact(t *testing.T) {
	e := Explainer{Timeout: time.Minute, Redact: true}
	for _, status := range []int{302, 400, 401, 403, 404, 409, 429, 500} {
		answer := &astro.Error{Status: status, Message: "secret-m", RequestID: "secret-r", Location: "https://secret-l"}
		broken := &astro.BrokenError{Reason: "a web page", Said: "secret-s", Foreign: status < 400}
		refused := &grant.RefusedError{Err: while(astro.ReadingToken, answer), Sent: []grant.Entry{
			grant.WorkspaceEntry("secret-m", "secret-m"),
		}}
		for _, err := range []error{
			while(astro.ReadingToken, broken), refused, &grant.NotAppliedError{RequestID: "secret-r"},
			while(astro.ReadingToken, answer),
			while(astro.ReadingToken, &retry.ExhaustedError{Attempts: 2, Err: answer}),
		} {
			texts := []string{e.Reason(err)}
			for _, problem := range []grant.Problem{e.Error(err), e.LookUp(err, "secret-o")} {
				for _, text := range []message.Text{problem.What, problem.Hint} {
					texts = append(texts, text.String(), html.UnescapeString(text.Markdown()))
				}
			}
			if all := strings.Join(texts, "\n"); strings.Contains(all, "secret-") {
				t.Errorf("%d: %s", status, all)
			}
		}
	}
}

func TestMayBeNew(t *testing.T) {
	for _, tt := range []struct {
		wait time.Duration
		want string
	}{
		{0, "Check the name." + justNow + "set wait to 30s."},
		{30 * time.Second, "Check the name." + justNow + "raise wait (it is 30s)."},
	} {
		if got := (Explainer{Wait: tt.wait}).MayBeNew("Check the name.").String(); got != tt.want {
			t.Errorf("wait %v: got %s, want %s", tt.wait, got, tt.want)
		}
	}
}

func TestIsNotFound(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"404", &astro.Error{Status: 404}, true},
		{"404, wrapped", while("reading", &retry.ExhaustedError{Err: &astro.Error{Status: 404}}), true},
		{"404 of a proxy", &astro.Error{Status: 404, Proxy: true}, false},
		{"403", &astro.Error{Status: 403}, false},
		{"no answer", &astro.NetworkError{Err: errors.New("x")}, false},
		{"no error", nil, false},
	} {
		if got := IsNotFound(tt.err); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
