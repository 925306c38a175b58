package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// gitHubLimit is how many requests GitHub answers in an hour.
const gitHubLimit = 5000

const aboutLimits = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"

// A meter counts the requests of an hour.
type meter struct {
	start time.Time
	used  int
}

// count counts one more request and returns the headers that tell of it.
func (m *meter) count(now time.Time) (http.Header, *denial) {
	if now.Sub(m.start) >= time.Hour {
		*m = meter{start: now}
	}
	reset := m.start.Add(time.Hour)
	if m.used == gitHubLimit {
		return limitHeader(m.used, reset), outOfRequests()
	}
	m.used++
	return limitHeader(m.used, reset), nil
}

func limitHeader(used int, reset time.Time) http.Header {
	header := make(http.Header)
	header.Set("X-RateLimit-Limit", strconv.Itoa(gitHubLimit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(gitHubLimit-used))
	header.Set("X-RateLimit-Used", strconv.Itoa(used))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	return header
}

func outOfRequests() *denial {
	d := deny(http.StatusForbidden, "API rate limit exceeded for installation ID 1.")
	d.DocumentationURL = aboutLimits
	return d
}

// GitHubRateLimit is GitHub's refusal once the requests of an hour are used up.
func GitHubRateLimit(reset time.Time) Fault {
	reply := outOfRequests().answer()
	header := limitHeader(gitHubLimit, reset)
	header.Set("Content-Type", gitHubType)
	return Fault{Status: reply.status, Header: header, Body: string(reply.body)}
}

// GitHubSecondaryRateLimit is GitHub's refusal of too many requests at once, with a status of 403 or 429. It
// names the time to wait, unless that is 0.
func GitHubSecondaryRateLimit(status int, wait time.Duration) Fault {
	d := deny(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	d.DocumentationURL = aboutLimits + "#about-secondary-rate-limits"
	header := http.Header{"Content-Type": {gitHubType}}
	if wait > 0 {
		header.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
	return Fault{Status: status, Header: header, Body: string(d.answer().body)}
}
