package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// gitHubHourlyLimit is GitHub's limit for users, and the minimum for GitHub Apps.
const gitHubHourlyLimit = 5000

const rateLimitDocs = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"

// An hourlyLimit is the primary rate limit.
type hourlyLimit struct {
	start time.Time
	used  int
}

// count counts a request and returns the rate limit headers.
func (m *hourlyLimit) count(now time.Time) (http.Header, *gitHubError) {
	if now.Sub(m.start) >= time.Hour {
		*m = hourlyLimit{start: now}
	}
	reset := m.start.Add(time.Hour)
	if m.used == gitHubHourlyLimit {
		return limitHeader(m.used, reset), rateLimitError()
	}
	m.used++
	return limitHeader(m.used, reset), nil
}

func limitHeader(used int, reset time.Time) http.Header {
	header := make(http.Header)
	header.Set("X-RateLimit-Limit", strconv.Itoa(gitHubHourlyLimit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(gitHubHourlyLimit-used))
	header.Set("X-RateLimit-Used", strconv.Itoa(used))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	return header
}

func rateLimitError() *gitHubError {
	e := gitHubErrorf(http.StatusForbidden, "API rate limit exceeded for installation ID 1.")
	e.DocumentationURL = rateLimitDocs
	return e
}

// GitHubRateLimit is GitHub's response when the primary rate limit is exceeded.
func GitHubRateLimit(reset time.Time) Fault {
	reply := rateLimitError().response()
	header := limitHeader(gitHubHourlyLimit, reset)
	header.Set("Content-Type", gitHubType)
	return Fault{Status: reply.status, Header: header, Body: string(reply.body)}
}

// GitHubSecondaryRateLimit is GitHub's response when a secondary rate limit is exceeded, with status 403 or
// 429. It has a Retry-After header unless wait is 0.
func GitHubSecondaryRateLimit(status int, wait time.Duration) Fault {
	e := gitHubErrorf(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	e.DocumentationURL = rateLimitDocs + "#about-secondary-rate-limits"
	header := http.Header{"Content-Type": {gitHubType}}
	if wait > 0 {
		header.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
	return Fault{Status: status, Header: header, Body: string(e.response().body)}
}
