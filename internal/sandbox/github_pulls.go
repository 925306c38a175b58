package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A wirePull is a pull request in a list.
type wirePull struct {
	ID             int64    `json:"id"`
	Number         int      `json:"number"`
	Title          string   `json:"title"`
	State          string   `json:"state"`
	HTMLURL        string   `json:"html_url"`
	User           wireUser `json:"user"`
	CreatedAt      string   `json:"created_at"`
	UpdatedAt      string   `json:"updated_at"`
	MergedAt       *string  `json:"merged_at"`
	MergeCommitSHA *string  `json:"merge_commit_sha"`
	Head           wireEnd  `json:"head"`
	Base           wireEnd  `json:"base"`
	Draft          bool     `json:"draft"`
}

// A wireEnd is the head or base of a pull request. Repo is null if the repository was deleted.
type wireEnd struct {
	Label string          `json:"label"`
	Ref   string          `json:"ref"`
	SHA   string          `json:"sha"`
	Repo  *wireRepository `json:"repo"`
}

func (g *GitHub) renderPull(p *pull) wirePull {
	at := formatTime(p.opened)
	w := wirePull{
		ID: 2_000_000_000 + int64(p.Number), Number: p.Number, Title: p.Title, State: "open",
		HTMLURL: g.webURL(p.Number), User: renderUser(Account{Login: "octocat", ID: 583231, Type: "User"}),
		CreatedAt: at, UpdatedAt: at,
		Head: g.renderEnd(p.HeadRepo, "pull-"+strconv.Itoa(p.Number), p.HeadSHA),
		Base: g.renderEnd(g.repository, defaultBranch, g.branches[defaultBranch].sha),
	}
	if p.Merged {
		w.State, w.MergedAt = "closed", &at
	}
	if p.MergeCommitSHA != "" {
		w.MergeCommitSHA = &p.MergeCommitSHA
	}
	return w
}

func (g *GitHub) renderEnd(repository, ref, sha string) wireEnd {
	end := wireEnd{Label: "unknown repository", Ref: ref, SHA: sha}
	if repository != "" {
		r := g.renderRepository(repository)
		owner, _, _ := strings.Cut(repository, "/")
		end.Label, end.Repo = owner+":"+ref, &r
	}
	return end
}

// webURL is the URL of the pull request's page.
func (g *GitHub) webURL(number int) string {
	return gitHubWebURL + g.repository + "/pull/" + strconv.Itoa(number)
}

func (g *GitHub) findPull(number string) (*pull, *gitHubError) {
	n, err := strconv.Atoi(number)
	if p := g.pulls[n]; err == nil && p != nil {
		return p, nil
	}
	return nil, gitHubErrorf(http.StatusNotFound, "Not Found")
}

func (g *GitHub) readPull(c *gitHubCall) (response, *gitHubError) {
	p, apiErr := g.findPull(c.args[0])
	if apiErr != nil {
		return response{}, apiErr
	}
	return jsonResponse(http.StatusOK, struct {
		wirePull
		Merged bool `json:"merged"` // not part of lists
	}{g.renderPull(p), p.Merged}), nil
}

func (g *GitHub) listPullsOfCommit(c *gitHubCall) (response, *gitHubError) {
	sha := c.args[0]
	if _, ok := g.commits[sha]; !ok {
		return response{}, gitHubErrorf(http.StatusUnprocessableEntity, "No commit found for SHA: %s", sha)
	}
	pulls := []wirePull{}
	for _, p := range g.pulls {
		switch {
		case !slices.Contains(p.Commits, sha):
		case p.timesHidden < p.VisibleAfter:
			p.timesHidden++
		default:
			pulls = append(pulls, g.renderPull(p))
		}
	}
	slices.SortFunc(pulls, func(a, b wirePull) int { return cmp.Compare(a.Number, b.Number) })
	return pageResponse(g, c, pulls), nil
}
