package sandbox

import (
	"net/http"
	"slices"
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

// GitHub's limits for requests that create content. They are rounded in its documentation ("about").
const (
	writesPerMinute = 80
	writesPerHour   = 500
)

// countWrite counts a write, and refuses it above GitHub's secondary rate limits for content.
func (g *GitHub) countWrite(c *gitHubCall) *gitHubError {
	if c.Method == http.MethodGet || c.path == "" { // GraphQL is only read here
		return nil
	}
	now := c.record.Start
	g.writes = slices.DeleteFunc(g.writes, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	inMinute := filter(g.writes, func(at time.Time) bool { return now.Sub(at) < time.Minute })
	if len(inMinute) >= writesPerMinute || len(g.writes) >= writesPerHour {
		return secondaryLimitError(http.StatusForbidden, time.Minute)
	}
	g.writes = append(g.writes, now)
	return nil
}

func secondaryLimitError(status int, wait time.Duration) *gitHubError {
	e := gitHubErrorf(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	e.retryAfter = wait
	e.DocumentationURL = rateLimitDocs + "#about-secondary-rate-limits"
	return e
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
	reply := secondaryLimitError(status, wait).response()
	return Fault{Status: status, Header: reply.header, Body: string(reply.body)}
}
