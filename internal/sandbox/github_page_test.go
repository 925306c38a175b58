package sandbox

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rels takes the page of each relation out of a Link header.
func rels(link string) map[string]string {
	pages := make(map[string]string)
	for _, m := range regexp.MustCompile(`[?&]page=(\d+)[^>]*>; rel="(\w+)"`).FindAllStringSubmatch(link, -1) {
		pages[m[2]] = m[1]
	}
	return pages
}

func TestGitHubPages(t *testing.T) {
	type pages = map[string]string
	for _, tt := range []struct {
		name  string
		all   int
		query string
		first int // the number of the first one on the page, from 1
		count int
		rels  pages
	}{
		{"none", 0, "", 0, 0, pages{}},
		{"thirty by default", 31, "", 1, 30, pages{"next": "2", "last": "2"}},
		{"just one page", 30, "", 1, 30, pages{}},
		{"just a hundred", 100, "?per_page=100", 1, 100, pages{}},
		{"a hundred at most", 250, "?per_page=1000", 1, 100, pages{"next": "2", "last": "3"}},
		{"in the middle", 250, "?per_page=100&page=2", 101, 100, pages{"prev": "1", "next": "3", "last": "3", "first": "1"}},
		{"the last", 250, "?page=3&per_page=100", 201, 50, pages{"prev": "2", "first": "1"}},
		{"past the last", 250, "?per_page=100&page=4", 0, 0, pages{"prev": "3", "first": "1"}},
		{"far past the last", 250, "?per_page=100&page=9223372036854775807", 0, 0, pages{"prev": "3", "first": "1"}},
		{"unreadable", 31, "?per_page=x&page=-1", 1, 30, pages{"next": "2", "last": "2"}},
		{"zero", 31, "?per_page=0&page=0", 1, 30, pages{"next": "2", "last": "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGitHub(GitHubOptions{})
			for n := range tt.all {
				g.AddComment(8, human, strconv.Itoa(n+1))
			}
			w := ask(g, "GET", "/api/v3/repos/"+testRepo+"/issues/8/comments"+tt.query, "")
			equal(t, "status", w.Code, 200)
			comments := decode[[]wireComment](t, w.Body.String())
			equal(t, "count", len(comments), tt.count)
			equal(t, "a list", strings.HasPrefix(w.Body.String(), "["), true)
			for i, c := range comments {
				equal(t, "body", c.Body, strconv.Itoa(tt.first+i))
			}
			equal(t, "Link", rels(w.Header().Get("Link")), tt.rels)
		})
	}
}

func TestLinksCanBeFollowed(t *testing.T) {
	for _, root := range []string{"", "/api/v3"} {
		g := newGitHub(GitHubOptions{})
		for range 4 {
			g.AddComment(7, human, "x")
		}
		var ids []int64
		next := root + "/repos/" + testRepo + "/issues/7/comments?per_page=2&x=a+b"
		for pages := 0; next != "" && pages < 5; pages++ {
			w := ask(g, "GET", next, "")
			for _, c := range decode[[]wireComment](t, w.Body.String()) {
				ids = append(ids, c.ID)
			}
			link := w.Header().Get("Link")
			next = ""
			if m := regexp.MustCompile(`<http://sandbox\.test([^>]*)>; rel="next"`).FindStringSubmatch(link); m != nil {
				next = m[1]
				equal(t, "parameters are kept", strings.Contains(next, "x=a+b"), true)
				equal(t, "the repository by its ID", strings.HasPrefix(next, root+"/repositories/"), true)
			}
		}
		equal(t, "number of comments", len(ids), 5)
		equal(t, "sorted", slices.IsSorted(ids), true)
	}
}
