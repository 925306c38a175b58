package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// GitHubOptions say how GitHub behaves. The zero value answers at once and without faults.
type GitHubOptions struct {
	// Latency is drawn once for each request, one call at a time, in order of arrival: half of it passes
	// before the effect, half after. It must not call the GitHub's methods.
	Latency func() time.Duration

	// Fault is asked about each request, one call at a time; n counts from 1 in order of arrival. It may
	// read the body and call the GitHub's methods, but must not wait.
	Fault func(n int, r *http.Request) Fault
}

// GitHub is one private repository of GitHub in memory, with its pull requests and comments. It is an
// [http.Handler], safe for use by several goroutines, at two addresses: as GitHub Enterprise Server has it,
// with REST under /api/v3 and GraphQL at /api/graphql, and as github.com has it, with REST under / and
// GraphQL at /graphql.
//
// See [Astro] for how a connection is cut without a server.
type GitHub struct {
	traffic
	repository string // owner/name

	mu            sync.Mutex
	tokens        map[string]holder
	issues        map[int]*issue
	comments      []*Comment // oldest first
	commits       map[string]bool
	branches      map[string]*branch
	defaultBranch string
	meter         meter
}

// Account is who a token acts as.
type Account struct {
	Login string // as REST has it: a bot's ends in [bot]
	ID    int64
	Type  string // User where it is empty, or Bot

	HideDatabaseID bool // GraphQL's viewer gives null for databaseId
	HideBot        bool // GraphQL's viewer gives the login without [bot]
}

// PullRequest is a pull request to begin with.
type PullRequest struct {
	Number                  int
	Title                   string
	HeadRepo                string // owner/name; empty: it is gone
	BaseRepo                string // owner/name; the repository itself where it is empty
	HeadSHA, MergeCommitSHA string
	Merged                  bool
	State                   string // where it is empty: closed if merged, else open

	Commits      []string // the SHAs for which the list of a commit's pull requests has it
	VisibleAfter int      // that list leaves it out this many times: it can trail a merge
}

// Comment is a comment on an issue or a pull request.
type Comment struct {
	ID                   int64
	Number               int // of the issue or the pull request
	Author               Account
	Body                 string
	CreatedAt, UpdatedAt time.Time
}

// A holder is who has a token, and whether it may write.
type holder struct {
	Account
	write bool
}

// An issue is what can have comments.
type issue struct {
	number int
	pull   *PullRequest // nil: it is none
	opened time.Time
	looks  int // how many lists have left the pull request out
}

// firstComment is past what 32 bits hold, as the IDs of today are.
const firstComment = 3_000_000_001

// NewGitHub returns a repository, given as owner/name, with an empty branch main.
func NewGitHub(repository string, o GitHubOptions) *GitHub {
	if owner, name, ok := strings.Cut(repository, "/"); !ok || owner == "" || name == "" {
		panic(fmt.Sprintf("sandbox: %q is not owner/name", repository))
	}
	g := &GitHub{
		traffic:    traffic{latency: o.Latency, fault: o.Fault},
		repository: repository,
		tokens:     make(map[string]holder),
		issues:     make(map[int]*issue),
		commits:    make(map[string]bool),
		branches:   make(map[string]*branch),
	}
	g.handle = g.respond
	g.SetDefaultBranch("main")
	return g
}

// AddToken adds a token that may read, or read and comment.
func (g *GitHub) AddToken(token string, who Account, write bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if who.Type == "" {
		who.Type = "User"
	}
	g.tokens[token] = holder{who, write}
}

// AddPullRequest adds a pull request, or puts it in the place of the one that has its number.
func (g *GitHub) AddPullRequest(p PullRequest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case p.State != "":
	case p.Merged:
		p.State = "closed"
	default:
		p.State = "open"
	}
	if p.BaseRepo == "" {
		p.BaseRepo = g.repository
	}
	g.issues[p.Number] = &issue{number: p.Number, pull: &p, opened: time.Now()}
	for _, sha := range append([]string{p.HeadSHA, p.MergeCommitSHA}, p.Commits...) {
		g.commits[sha] = true
	}
}

// AddIssue adds an issue that is no pull request.
func (g *GitHub) AddIssue(number int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.issues[number] = &issue{number: number, opened: time.Now()}
}

// AddCommit adds a commit that no pull request has brought.
func (g *GitHub) AddCommit(sha string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits[sha] = true
}

// AddComment adds a comment, unchecked, and returns its ID.
func (g *GitHub) AddComment(number int, author Account, body string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mustIssue(number)
	return g.comment(number, author, body).ID
}

// Comments returns the comments on an issue or a pull request as they stand, oldest first.
func (g *GitHub) Comments(number int) []Comment {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mustIssue(number)
	var comments []Comment
	for _, c := range g.commentsOn(number) {
		comments = append(comments, *c)
	}
	return comments
}

// mustIssue panics on a number that is not there: only a test with a typo asks for one.
func (g *GitHub) mustIssue(number int) {
	if g.issues[number] == nil {
		panic(fmt.Sprintf("sandbox: no issue or pull request %d", number))
	}
}
