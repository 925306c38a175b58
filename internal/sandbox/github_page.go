package sandbox

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// paged returns the page of all items that a request asks for, and the answer's Link, which is empty where
// they are all on one. What GitHub cannot read of per_page and page it takes for the default.
func paged[T any](g *GitHub, v *visit, all []T) (page []T, link string) {
	values := v.URL.Query()
	size := min(positive(values.Get("per_page"), 30), 100)
	number := positive(values.Get("page"), 1)
	last := max(1, (len(all)+size-1)/size)
	if number > last {
		return nil, g.links(v, values, min(number-1, last), 0, last)
	}
	first := (number - 1) * size
	page = all[first:min(first+size, len(all))]
	next := number + 1
	if number == last {
		next = 0
	}
	return page, g.links(v, values, number-1, next, last)
}

func positive(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// links writes the Link header. Page 0 stands for none. The addresses name the repository by its ID, as
// GitHub's do.
func (g *GitHub) links(v *visit, values url.Values, prev, next, last int) string {
	within, _ := g.within(v.path)
	base := v.site() + v.root + "/repositories/" + strconv.FormatInt(repositoryID(g.repository), 10) + within
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

// site is the address of the server as the client knows it.
func (v *visit) site() string {
	if v.TLS != nil {
		return "https://" + v.Host
	}
	return "http://" + v.Host
}
