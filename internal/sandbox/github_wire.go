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

// gitHubSite is where the pages are that the API's answers link to.
const gitHubSite = "https://github.example/"

// A denial is an error as GitHub tells it.
type denial struct {
	Message          string       `json:"message"`
	Errors           []fieldFault `json:"errors,omitempty"`
	DocumentationURL string       `json:"documentation_url"`
	Status           string       `json:"status"`
}

type fieldFault struct {
	Resource string `json:"resource"`
	Code     string `json:"code"`
	Field    string `json:"field"`
	Message  string `json:"message"`
}

func deny(status int, format string, args ...any) *denial {
	return &denial{
		Message:          fmt.Sprintf(format, args...),
		DocumentationURL: "https://docs.github.com/rest",
		Status:           strconv.Itoa(status),
	}
}

func (d *denial) answer() answer {
	status, _ := strconv.Atoi(d.Status)
	return sent(status, d)
}

// sent is an answer with JSON.
func sent(status int, v any) answer {
	return answer{status, http.Header{"Content-Type": {gitHubType}}, encode(v)}
}

type wireUser struct {
	Login     string `json:"login"`
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	HTMLURL   string `json:"html_url"`
	SiteAdmin bool   `json:"site_admin"`
}

func renderUser(a Account) wireUser {
	return wireUser{Login: a.Login, ID: a.ID, Type: a.Type, HTMLURL: gitHubSite + strings.TrimSuffix(a.Login, "[bot]")}
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

// renderRepository renders the repository itself or one that a pull request names: a fork, then.
func (g *GitHub) renderRepository(fullName string) wireRepository {
	owner, name, _ := strings.Cut(fullName, "/")
	return wireRepository{
		ID: repositoryID(fullName), Name: name, FullName: fullName,
		Owner:   wireUser{Login: owner, ID: repositoryID(owner), Type: "Organization", HTMLURL: gitHubSite + owner},
		Private: true, Fork: !strings.EqualFold(fullName, g.repository),
		HTMLURL: gitHubSite + fullName, DefaultBranch: g.defaultBranch,
	}
}

// repositoryID is the same for the same name, whatever its case.
func repositoryID(name string) int64 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(strings.ToLower(name)))
	return int64(hash.Sum32()%1_000_000_000) + 1
}

// moment is a time as GitHub writes it: in UTC, in whole seconds.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
