package astro

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

var errReset = &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}

// maybeApplied reports whether a write that failed may have taken effect, as the protocol does.
func maybeApplied(err error) bool {
	var uncertain interface{ MaybeApplied() bool }
	return errors.As(err, &uncertain) && uncertain.MaybeApplied()
}

func TestMaybeApplied(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"success", nil, false},
		{"sent, no answer", &NetworkError{Sent: true, Err: errReset}, true},
		{"not sent", &NetworkError{Err: errReset}, false},
		{"broken", &BrokenError{}, true},
		{"500", &Error{Status: 500}, true},
		{"501", &Error{Status: 501}, false},
		{"429", &Error{Status: 429}, false},
		{"400", &Error{Status: 400}, false},
		{"503 of the proxy", &Error{Status: 503, Proxy: true}, false},
		{"wrapped", &OpError{Err: retry.Retryable(&Error{Status: 503}, 0)}, true},
		{"canceled before it was sent", context.Canceled, false},
		{"too late", grant.ErrTooLate, false},
	} {
		t.Run(tt.name, func(t *testing.T) { equal(t, "maybe applied", maybeApplied(tt.err), tt.want) })
	}
}

func TestErrorText(t *testing.T) {
	repeat := strings.Repeat
	for _, tt := range []struct {
		name, body string
		want       Error
		text       string
	}{
		{
			"of the API", `{"message":"No.","requestId":"r1","statusCode":403}`,
			Error{Message: "No.", RequestID: "r1"},
			"403 Forbidden: No.",
		},
		{
			"with fields", `{"message":"No.","fieldErrors":[{"a":"b"}]}`,
			Error{Message: `No. [{"a":"b"}]`, Foreign: true},
			`403 Forbidden: No. [{"a":"b"}]`,
		},
		{"of a proxy", `<html>403</html>`, Error{Foreign: true}, "403 Forbidden"},
		{
			"of a proxy, with a title", "<html><head>\n<TITLE lang=en>\nBlocked &amp;\tlogged " + bearer + "</title>",
			Error{Foreign: true, Message: "Blocked & logged ***"},
			"403 Forbidden: Blocked & logged ***",
		},
		{"of a proxy, the title is the status", "<title>403 Forbidden</title>", Error{Foreign: true}, "403 Forbidden"},
		{"empty", ``, Error{Foreign: true}, "403 Forbidden"},
		{
			"API token in it",
			`{"message":"Bearer ` + bearer + `","requestId":"` + bearer + `","fieldErrors":"` + bearer + `"}`,
			Error{Message: `Bearer *** ***`, RequestID: "***"},
			`403 Forbidden: Bearer *** ***`,
		},
		{
			"API token where it is cut", `{"message":"` + repeat("x", 990) + bearer + `"}`,
			Error{Message: repeat("x", 990) + "***", Foreign: true},
			"403 Forbidden: " + repeat("x", 990) + "***",
		},
		{
			"long", `{"message":"` + repeat("é", 1001) + `","requestId":"` + repeat("é", 101) + `"}`,
			Error{Message: repeat("é", 1000) + "…", RequestID: repeat("é", 100) + "…"},
			"403 Forbidden: " + repeat("é", 1000) + "…",
		},
		{
			"message of another type", `{"message":["No."],"requestId":"r1"}`,
			Error{Message: `["No."]`, RequestID: "r1"},
			`403 Forbidden: ["No."]`,
		},
		{
			"ID of another type", `{"message":"No.","requestId":5,"fieldErrors":{"a":null}}`,
			Error{Message: `No. {"a":null}`, RequestID: "5"},
			`403 Forbidden: No. {"a":null}`,
		},
		{"null fields", `{"message":null,"requestId":null,"fieldErrors":null}`, Error{}, "403 Forbidden"},
		{"JSON string", `"No."`, Error{Foreign: true}, "403 Forbidden"},
		{"of another server", `{"error":"no route"}`, Error{Foreign: true}, "403 Forbidden"},
		{"only the status", `{"message":"No.","statusCode":403}`, Error{Message: "No."}, "403 Forbidden: No."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Status = 403
			var got *Error
			_, err := newClient(answers(403, tt.body)).Organizations(t.Context())
			if !errors.As(err, &got) {
				t.Fatal(err)
			}
			equal(t, "error", *got, tt.want)
			equal(t, "text", err.Error(), "reading the Organizations: "+tt.text)
		})
	}
}

func TestErrorsDoNotContainTheURL(t *testing.T) {
	timed(t, 3*time.Second, func(t *testing.T, ctx context.Context) {
		_, err := newClient(fails(errReset)).Organization(org).Workspaces(ctx, []string{"hostile name"}, nil)
		if err == nil || strings.Contains(err.Error(), "hostile") || strings.Contains(err.Error(), root) {
			t.Errorf("got %v", err)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	f.Add(403, `{"message":"§","requestId":"§","fieldErrors":[{"§":"§"}]}`, "https://x/§", "1")
	f.Add(502, `<html>§`, "§", "§")
	f.Add(400, `{"message":"`+strings.Repeat("x", 990)+`§\u0000","fieldErrors":{"a":null}}`, "", "")
	f.Fuzz(func(t *testing.T, status int, body, location, after string) {
		response := answer(status, echo(body), "Location", echo(location), "Retry-After", echo(after))
		client := newClient(server(func(*http.Request) (*http.Response, error) { return response, nil }))
		err := client.statusError(response)
		var got *Error
		if !errors.As(err, &got) {
			t.Fatalf("not an Error: %v", err)
		}
		keepsSecret(t, err.Error(), got.Message, got.RequestID, got.Location)
		if len([]rune(got.Message)) > 1001 || len([]rune(got.RequestID)) > 101 {
			t.Errorf("too long: %d and %d", len(got.Message), len(got.RequestID))
		}
	})
}
