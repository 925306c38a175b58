package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// GitHubOptions configure GitHub. The zero value responds immediately and without faults.
type GitHubOptions struct {
	Latency func() time.Duration               // see [Options]
	Fault   func(n int, r *http.Request) Fault // see [Options]; may call methods of the GitHub

	// ContentsBehind is how many reads of files show the commit before the latest one of a branch: GitHub's answer can be
	// behind a push.
	ContentsBehind int
}

// GitHub is one private repository on GitHub in memory, with its pull requests, comments and files. It is an
// [http.Handler] that serves the paths of GitHub Enterprise Server (REST under /api/v3, GraphQL at
// /api/graphql) and those of github.com (REST under /, GraphQL at /graphql). It is safe for concurrent use.
//
// See [Astro] for how it drops connections.
type GitHub struct {
	frontend
	repository     string // owner/name
	contentsBehind int

	mu       sync.Mutex
	tokens   map[string]actor
	pulls    map[int]*pull
	comments []*Comment                   // oldest first
	commits  map[string]map[string]string // their files; none for a commit that is not on a branch
	branches map[string]*branch
	added    int64 // how many comments there have ever been
	limit    hourlyLimit
	writes   []time.Time // of content, in the last hour
}

// Account is the account that a token belongs to.
type Account struct {
	Login string // as in REST: a bot's login ends in [bot]
	ID    int64
	Type  string // User (the default) or Bot

	HideDatabaseID bool // GraphQL returns null for the viewer's databaseId
	HideBot        bool // GraphQL returns the viewer's login without [bot]
}

// PullRequest describes a pull request to add.
type PullRequest struct {
	Number                  int
	Title                   string
	HeadRepo                string // owner/name; empty if it was deleted
	HeadSHA, MergeCommitSHA string
	Merged                  bool // closed if merged, open otherwise

	Commits      []string // the SHAs whose list of pull requests contains it
	VisibleAfter int      // that many lists omit it: GitHub's list is updated some time after a merge
}

// Comment is a comment on a pull request.
type Comment struct {
	ID                   int64
	Number               int // of the pull request
	Author               Account
	Body                 string
	CreatedAt, UpdatedAt time.Time
}

// An actor is the account behind a request and its rights. The zero actor is anonymous.
type actor struct {
	Account
	write bool
}

// A pull is a pull request in the repository.
type pull struct {
	PullRequest
	opened      time.Time
	timesHidden int // see PullRequest.VisibleAfter
}

// firstComment exceeds 32 bits, as today's comment IDs do.
const firstComment = 3_000_000_001

const defaultBranch = "main"

// NewGitHub returns a repository, named owner/name, whose default branch is an empty main.
func NewGitHub(repository string, o GitHubOptions) *GitHub {
	if owner, name, ok := strings.Cut(repository, "/"); !ok || owner == "" || name == "" {
		panic(fmt.Sprintf("sandbox: %q is not owner/name", repository))
	}
	g := &GitHub{
		frontend:   frontend{latency: o.Latency, fault: o.Fault},
		repository: repository, contentsBehind: o.ContentsBehind,
		tokens:   make(map[string]actor),
		pulls:    make(map[int]*pull),
		commits:  make(map[string]map[string]string),
		branches: make(map[string]*branch),
	}
	g.handle = g.respond
	g.branch(defaultBranch)
	return g
}

// AddToken adds a token that can read, and also comment if write is set.
func (g *GitHub) AddToken(token string, account Account, write bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if account.Type == "" {
		account.Type = "User"
	}
	g.tokens[token] = actor{account, write}
}

// AddPullRequest adds a pull request, or replaces the one with the same number.
func (g *GitHub) AddPullRequest(p PullRequest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pulls[p.Number] = &pull{PullRequest: p, opened: time.Now()}
	for _, sha := range append([]string{p.HeadSHA, p.MergeCommitSHA}, p.Commits...) {
		g.commits[sha] = nil
	}
}

// AddComment adds a comment without validation and returns its ID.
func (g *GitHub) AddComment(number int, author Account, body string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mustPull(number)
	return g.addComment(number, author, body).ID
}

// DeleteComment deletes a comment.
func (g *GitHub) DeleteComment(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.comments = filter(g.comments, func(c *Comment) bool { return c.ID != id })
}

// Comments returns the current comments on a pull request, oldest first.
func (g *GitHub) Comments(number int) []Comment {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mustPull(number)
	var comments []Comment
	for _, c := range g.commentsOn(number) {
		comments = append(comments, *c)
	}
	return comments
}

// mustPull panics if the pull request does not exist, which means that a test has a typo.
func (g *GitHub) mustPull(number int) {
	if g.pulls[number] == nil {
		panic(fmt.Sprintf("sandbox: no pull request %d", number))
	}
}
