package sandbox

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const gitHubType = "application/json; charset=utf-8"

// gitHubWebURL is the base of the html_url fields.
const gitHubWebURL = "https://github.example/"

// A gitHubError is an error response of GitHub's API.
type gitHubError struct {
	Message          string             `json:"message"`
	Errors           []gitHubFieldError `json:"errors,omitempty"`
	DocumentationURL string             `json:"documentation_url"`
	Status           string             `json:"status"`

	retryAfter time.Duration // 0: the response does not say
}

type gitHubFieldError struct {
	Resource string `json:"resource"`
	Code     string `json:"code"`
	Field    string `json:"field"`
	Message  string `json:"message"`
}

func gitHubErrorf(status int, format string, args ...any) *gitHubError {
	return &gitHubError{
		Message:          fmt.Sprintf(format, args...),
		DocumentationURL: "https://docs.github.com/rest",
		Status:           strconv.Itoa(status),
	}
}

func (e *gitHubError) response() response {
	status, _ := strconv.Atoi(e.Status)
	reply := jsonResponse(status, e)
	if e.retryAfter > 0 {
		reply.header.Set("Retry-After", strconv.Itoa(int(e.retryAfter.Seconds())))
	}
	return reply
}

func jsonResponse(status int, v any) response {
	return response{status, http.Header{"Content-Type": {gitHubType}}, encode(v)}
}

type wireUser struct {
	Login     string `json:"login"`
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	HTMLURL   string `json:"html_url"`
	SiteAdmin bool   `json:"site_admin"`
}

func renderUser(a Account) wireUser {
	return wireUser{Login: a.Login, ID: a.ID, Type: a.Type, HTMLURL: gitHubWebURL + strings.TrimSuffix(a.Login, "[bot]")}
}

type wireRepository struct {
	ID            int64    `json:"id"`
	Name          string   `json:"name"`
	FullName      string   `json:"full_name"`
	Owner         wireUser `json:"owner"`
	Private       bool     `json:"private"`
	Fork          bool     `json:"fork"`
	HTMLURL       string   `json:"html_url"`
	DefaultBranch string   `json:"default_branch"`
}

// renderRepository renders the repository or, under any other name, a fork of it.
func (g *GitHub) renderRepository(fullName string) wireRepository {
	owner, name, _ := strings.Cut(fullName, "/")
	return wireRepository{
		ID: repositoryID(fullName), Name: name, FullName: fullName,
		Owner:   wireUser{Login: owner, ID: repositoryID(owner), Type: "Organization", HTMLURL: gitHubWebURL + owner},
		Private: true, Fork: !strings.EqualFold(fullName, g.repository),
		HTMLURL: gitHubWebURL + fullName, DefaultBranch: defaultBranch,
	}
}

// repositoryID derives an ID from a name, ignoring case.
func repositoryID(name string) int64 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(strings.ToLower(name)))
	return int64(hash.Sum32()%1_000_000_000) + 1
}

// formatTime formats a time like GitHub: in UTC, in whole seconds.
func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
