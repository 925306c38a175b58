package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// pageResponse responds with the requested page of all items.
func pageResponse[T any](g *GitHub, c *gitHubCall, all []T) response {
	page, link := paginate(g, c, all)
	reply := jsonResponse(http.StatusOK, page)
	if link != "" {
		reply.header.Set("Link", link)
	}
	return reply
}

// paginate returns the requested page and the Link header, which is empty if there is only one page. Like
// GitHub, it uses the defaults if per_page and page are invalid.
func paginate[T any](g *GitHub, c *gitHubCall, all []T) (page []T, link string) {
	values := c.URL.Query()
	size := min(positive(values.Get("per_page"), 30), 100)
	number := positive(values.Get("page"), 1)
	last := max(1, (len(all)+size-1)/size)
	if number > last {
		return []T{}, g.links(c, values, min(number-1, last), 0, last)
	}
	first := (number - 1) * size
	page = all[first:min(first+size, len(all))]
	next := number + 1
	if number == last {
		next = 0
	}
	return page, g.links(c, values, number-1, next, last)
}

func positive(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// links renders the Link header; 0 means that there is no such page. The URLs contain the repository's ID
// instead of its name, as on GitHub.
func (g *GitHub) links(c *gitHubCall, values url.Values, prev, next, last int) string {
	path, _ := g.insideRepository(c.path)
	base := c.baseURL() + c.root + "/repositories/" + strconv.FormatInt(repositoryID(g.repository), 10) + path
	var links []string
	add := func(rel string, page int) {
		if page > 0 {
			values.Set("page", strconv.Itoa(page))
			links = append(links, fmt.Sprintf(`<%s?%s>; rel=%q`, base, values.Encode(), rel))
		}
	}
	add("prev", prev)
	add("next", next)
	if next > 0 {
		add("last", last)
	}
	if prev > 0 {
		add("first", 1)
	}
	return strings.Join(links, ", ")
}

// baseURL is the URL of the server from the client's point of view.
func (c *gitHubCall) baseURL() string {
	if c.TLS != nil {
		return "https://" + c.Host
	}
	return "http://" + c.Host
}
