package pullrequest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

// limitWait is how long to wait after a rate limit without a time (GitHub's advice).
const limitWait = time.Minute

// classify marks an error that is worth another attempt.
func classify(err error) error {
	var answer *github.ErrorResponse
	var graphQL *graphQLError
	if errors.Is(err, github.ErrPathForbidden) || retry.IsUntrusted(err) || errors.As(err, &graphQL) {
		return err
	}
	if wait, ok := limited(err, time.Now()); ok {
		return retry.Retryable(err, wait)
	}
	if errors.As(err, &answer) {
		if !retry.IsRetryableStatus(answer.Response.StatusCode) {
			return err
		}
		return retry.Retryable(err, retry.ParseRetryAfter(answer.Response.Header.Get("Retry-After"), time.Now()))
	}
	return retry.Retryable(err, 0)
}

// limited reports whether an error is about a rate limit, and how long to wait. GitHub answers 403, 422 or 429, with or
// without a header. The library knows only some of its texts.
func limited(err error, now time.Time) (wait time.Duration, ok bool) {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.As(err, &limit) && !limit.Rate.Reset.IsZero():
		return max(0, limit.Rate.Reset.Sub(now)), true
	case errors.As(err, &limit):
		return limitWait, true
	case errors.As(err, &secondary) && secondary.RetryAfter != nil:
		return *secondary.RetryAfter, true
	case errors.As(err, &secondary):
		return limitWait, true
	case !errors.As(err, &answer):
		return 0, false
	}
	header, status := answer.Response.Header, answer.Response.StatusCode
	refused := status == http.StatusForbidden || status == http.StatusTooManyRequests
	switch after := header.Get("Retry-After"); {
	case refused && after != "":
		return retry.ParseRetryAfter(after, now), true
	case refused && header.Get("X-RateLimit-Remaining") == "0":
		if seconds, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return max(0, time.Unix(seconds, 0).Sub(now)), true
		}
		return limitWait, true
	case status == http.StatusTooManyRequests, (refused || status == http.StatusUnprocessableEntity) && speaksOfLimit(answer):
		return limitWait, true
	}
	return 0, false
}

// speaksOfLimit reports whether the text of an answer is about a secondary rate limit.
func speaksOfLimit(answer *github.ErrorResponse) bool {
	text := strings.ToLower(answerText(answer) + " " + answer.DocumentationURL)
	for _, words := range []string{"secondary rate limit", "secondary-rate-limit", "abuse", "submitted too quickly"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// Status returns the HTTP status of the answer that an error is about, or 0 if there was no answer. A rate limit has the
// status 429, whatever GitHub answered.
func Status(err error) int {
	var answer *github.ErrorResponse
	if _, ok := limited(err, time.Now()); ok {
		return http.StatusTooManyRequests
	}
	if errors.As(err, &answer) {
		return answer.Response.StatusCode
	}
	return 0
}

// Reason says in a few words why a request failed, without the address that go-github puts before it.
func Reason(err error) string {
	var limit *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	var graphQL *graphQLError
	var inURL *url.Error
	switch {
	case errors.As(err, &limit):
		return "rate limit reached until " + limit.Rate.Reset.UTC().Format(time.TimeOnly) + " UTC"
	case errors.As(err, &secondary):
		return "secondary rate limit reached"
	case errors.As(err, &answer):
		name := http.StatusText(answer.Response.StatusCode)
		text := fmt.Sprintf("%d %s", answer.Response.StatusCode, name)
		if said := answerText(answer); said != "" && !strings.EqualFold(said, name) {
			text += ": " + said
		}
		return text
	case errors.As(err, &graphQL):
		return graphQL.why
	case errors.As(err, &inURL):
		return inURL.Err.Error()
	}
	return err.Error()
}

// answerText returns what an answer says, with its details.
func answerText(answer *github.ErrorResponse) string {
	text := answer.Message
	for _, detail := range answer.Errors {
		said := detail.Message
		if said == "" {
			said = strings.TrimSpace(detail.Field + " " + detail.Code)
		}
		if said != "" && !strings.Contains(text, said) {
			text += ": " + said
		}
	}
	return text
}

// Cure returns what to do about an error, if that does not depend on what was being done; else an empty text.
func Cure(err error) string {
	if retry.IsUntrusted(err) {
		return "The connection is not trusted, so nothing was sent. If a proxy or your GitHub uses a certificate of its own, set " +
			"the variable SSL_CERT_FILE to it."
	}
	said := strings.ToLower(Reason(err))
	for _, known := range []struct{ words, cure string }{
		{"is locked", "The conversation is locked. Unlock it, or leave out comment."},
		{"saml", "Authorize the token in github-token for the organization's single sign-on."},
		{"ip allow list", "Add the runner's address to the IP allow list of the organization, or run the job on a runner that is on it."},
		{"archived", "The repository is archived, so nobody can comment. Leave out comment."},
	} {
		if strings.Contains(said, known.words) {
			return known.cure
		}
	}
	return ""
}
