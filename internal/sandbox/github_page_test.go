package sandbox

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rels returns the page of each relation in a Link header.
func rels(link string) map[string]string {
	pages := make(map[string]string)
	for _, m := range regexp.MustCompile(`[?&]page=(\d+)[^>]*>; rel="(\w+)"`).FindAllStringSubmatch(link, -1) {
		pages[m[2]] = m[1]
	}
	return pages
}

func TestGitHubPages(t *testing.T) {
	type pages = map[string]string
	middle := pages{"prev": "1", "next": "3", "last": "3", "first": "1"}
	for _, tt := range []struct {
		name  string
		all   int
		query string
		first int // number of the first comment on the page, counted from 1
		count int
		rels  pages
	}{
		{"none", 0, "", 0, 0, pages{}},
		{"thirty by default", 31, "", 1, 30, pages{"next": "2", "last": "2"}},
		{"exactly one page", 30, "", 1, 30, pages{}},
		{"exactly one page of 100", 100, "?per_page=100", 1, 100, pages{}},
		{"at most 100 per page", 250, "?per_page=1000", 1, 100, pages{"next": "2", "last": "3"}},
		{"page in the middle", 250, "?per_page=100&page=2", 101, 100, middle},
		{"last page", 250, "?page=3&per_page=100", 201, 50, pages{"prev": "2", "first": "1"}},
		{"after the last page", 250, "?per_page=100&page=4", 0, 0, pages{"prev": "3", "first": "1"}},
		{"largest number", 250, "?per_page=100&page=9223372036854775807", 0, 0, pages{"prev": "3", "first": "1"}},
		{"invalid", 31, "?per_page=x&page=-1", 1, 30, pages{"next": "2", "last": "2"}},
		{"zero", 31, "?per_page=0&page=0", 1, 30, pages{"next": "2", "last": "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newTestGitHub(GitHubOptions{})
			for n := range tt.all {
				g.AddComment(8, human, strconv.Itoa(n+1))
			}
			w := send(g, "GET", "/api/v3/repos/"+testRepo+"/issues/8/comments"+tt.query, "")
			equal(t, "status", w.Code, 200)
			comments := decode[[]wireComment](t, w.Body.String())
			equal(t, "count", len(comments), tt.count)
			equal(t, "is a list", strings.HasPrefix(w.Body.String(), "["), true)
			for i, c := range comments {
				equal(t, "body", c.Body, strconv.Itoa(tt.first+i))
			}
			equal(t, "Link", rels(w.Header().Get("Link")), tt.rels)
		})
	}
}

func TestLinksCanBeFollowed(t *testing.T) {
	for _, root := range []string{"", "/api/v3"} {
		g := newTestGitHub(GitHubOptions{})
		for range 4 {
			g.AddComment(7, human, "x")
		}
		var ids []int64
		next := root + "/repos/" + testRepo + "/issues/7/comments?per_page=2&x=a+b"
		for pages := 0; next != "" && pages < 5; pages++ {
			w := send(g, "GET", next, "")
			for _, c := range decode[[]wireComment](t, w.Body.String()) {
				ids = append(ids, c.ID)
			}
			link := w.Header().Get("Link")
			next = ""
			if m := regexp.MustCompile(`<http://sandbox\.test([^>]*)>; rel="next"`).FindStringSubmatch(link); m != nil {
				next = m[1]
				equal(t, "parameters are kept", strings.Contains(next, "x=a+b"), true)
				equal(t, "contains the ID of the repository", strings.HasPrefix(next, root+"/repositories/"), true)
			}
		}
		equal(t, "number of comments", len(ids), 5)
		equal(t, "sorted", slices.IsSorted(ids), true)
	}
}
