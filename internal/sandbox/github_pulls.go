package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A wirePull is a pull request as lists have it.
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

// A wireEnd is one end of a pull request. The repository is null where it is gone.
type wireEnd struct {
	Label string          `json:"label"`
	Ref   string          `json:"ref"`
	SHA   string          `json:"sha"`
	Repo  *wireRepository `json:"repo"`
}

func (g *GitHub) renderPull(i *issue) wirePull {
	p := i.pull
	at := moment(i.opened)
	w := wirePull{
		ID: 2_000_000_000 + int64(p.Number), Number: p.Number, Title: p.Title, State: p.State,
		HTMLURL: g.page(i), User: renderUser(Account{Login: "octocat", ID: 583231, Type: "User"}),
		CreatedAt: at, UpdatedAt: at,
		Head: g.renderEnd(p.HeadRepo, "pull-"+strconv.Itoa(p.Number), p.HeadSHA),
		Base: g.renderEnd(p.BaseRepo, g.defaultBranch, g.branches[g.defaultBranch].sha),
	}
	if p.Merged {
		w.MergedAt = &at
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

// page is the address of the page of an issue or a pull request.
func (g *GitHub) page(i *issue) string {
	kind := "/issues/"
	if i.pull != nil {
		kind = "/pull/"
	}
	return gitHubSite + g.repository + kind + strconv.Itoa(i.number)
}

func (g *GitHub) readPull(v *visit) (answer, *denial) {
	i, denied := g.findIssue(v.args[0])
	if denied == nil && i.pull == nil {
		denied = deny(http.StatusNotFound, "Not Found")
	}
	if denied != nil {
		return answer{}, denied
	}
	return sent(http.StatusOK, struct {
		wirePull
		Merged bool `json:"merged"` // lists leave it out
	}{g.renderPull(i), i.pull.Merged}), nil
}

func (g *GitHub) findIssue(number string) (*issue, *denial) {
	n, err := strconv.Atoi(number)
	if i := g.issues[n]; err == nil && i != nil {
		return i, nil
	}
	return nil, deny(http.StatusNotFound, "Not Found")
}

func (g *GitHub) listPullsOfCommit(v *visit) (answer, *denial) {
	sha := v.args[0]
	if !g.commits[sha] {
		return answer{}, deny(http.StatusUnprocessableEntity, "No commit found for SHA: %s", sha)
	}
	pulls := []wirePull{}
	for _, i := range g.issues {
		switch {
		case i.pull == nil || !slices.Contains(i.pull.Commits, sha):
		case i.looks < i.pull.VisibleAfter:
			i.looks++
		default:
			pulls = append(pulls, g.renderPull(i))
		}
	}
	slices.SortFunc(pulls, func(a, b wirePull) int { return cmp.Compare(a.Number, b.Number) })
	return sentPage(g, v, pulls), nil
}
