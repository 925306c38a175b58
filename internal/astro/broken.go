package astro

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"astro-workspace-grant/internal/retry"
)

// BrokenError is an answer with a status of success that is not what the API promises.
type BrokenError struct {
	Reason  string
	Said    string // the title of a web page or the message of an error, without the API token; untrusted
	Foreign bool   // the answer is not the API's: a proxy or another server sent it

	// NoRole is set if an Organization API token came without its one Organization role.
	NoRole bool
}

func (e *BrokenError) Error() string {
	text := "not a valid answer: " + e.Reason
	if e.Said != "" {
		text += ": " + e.Said
	}
	return text
}

// MaybeApplied reports true: an accepted write may have an answer that cannot be read.
func (e *BrokenError) MaybeApplied() bool { return true }

// How often a request is sent whose answer is broken each time: it seldom changes.
const (
	brokenAttempts = 5
	noRoleAttempts = 3
)

// brokenAnswers counts the broken answers to one request.
type brokenAnswers int

// check makes the error of the last attempt final.
func (n *brokenAnswers) check(err error) error {
	var broken *BrokenError
	if !errors.As(err, &broken) {
		return err
	}
	if *n++; *n >= brokenAttempts || broken.NoRole && *n >= noRoleAttempts {
		return broken
	}
	return err
}

var errNoRole = errors.New("an Organization API token without its one Organization role")

// broken returns the error for an answer that could not be decoded. It looks at what the answer is instead.
func (c *Client) broken(answer *http.Response, read *body, err error) error {
	_, _ = io.CopyN(io.Discard, read, maxStart)
	result := &BrokenError{Reason: err.Error(), NoRole: errors.Is(err, errNoRole)}
	var syntax *json.SyntaxError
	start := strings.TrimSpace(string(read.start))
	var members map[string]any
	switch {
	case compression(answer) != "":
		result.Foreign = true
		result.Reason = fmt.Sprintf("content in the encoding %s, which was not asked for,", cut(compression(answer), 20))
	case isPage(answer, start):
		result.Foreign = true
		result.Reason, result.Said = "a web page (text/html)", c.title(start)
	case json.Unmarshal([]byte(start), &members) == nil && errorMessage(members) != "":
		result.Reason = "an error with the status " + StatusText(answer.StatusCode)
		result.Said = cut(c.redact(errorMessage(members)), 1000)
	case start == "":
		result.Reason = "an empty answer"
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		result.Reason = "text that is not JSON"
	}
	return retry.Retryable(result, 0)
}

// compression returns the encoding of an answer that is still compressed: net/http asks for gzip and decodes it.
func compression(answer *http.Response) string {
	encoding := answer.Header.Get("Content-Encoding")
	if strings.EqualFold(encoding, "identity") {
		return ""
	}
	return encoding
}

func isPage(answer *http.Response, start string) bool {
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return media == "text/html" && !strings.HasPrefix(start, "{") && start != "" || strings.HasPrefix(start, "<")
}

var pageTitle = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`) })

func (c *Client) title(page string) string {
	found := pageTitle().FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return cut(c.redact(strings.Join(strings.Fields(html.UnescapeString(found[1])), " ")), 200)
}

// errorMessage returns the message of an error object, in the API's form or another common one.
func errorMessage(members map[string]any) string {
	for _, name := range []string{"message", "error", "detail"} {
		value := members[name]
		if nested, ok := value.(map[string]any); ok {
			value = nested["message"]
		}
		if text, ok := value.(string); ok && text != "" {
			return text
		}
	}
	return ""
}
