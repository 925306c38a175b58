package sandbox

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	defaultLimit = 20
	maxLimit     = 1000
)

// A query is the part of a URL after the question mark, checked.
type query struct {
	limit, offset int
	values        url.Values
}

// checkQuery refuses parameters that the route does not know, so that a client's typo does not read as a
// filter that lets all through.
func checkQuery(c *call) *refusal {
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "The query cannot be read: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case !slices.Contains(c.route.parameters, name):
			return invalid(name, "is not a parameter of this request")
		case slices.Contains(values[name], ""):
			return invalid(name, "must not be empty")
		case len(values[name]) > 1 && name != "names" && name != "workspaceIds":
			return invalid(name, "must be given once")
		}
	}
	c.query = query{limit: defaultLimit, values: values}
	if refused := c.query.number("limit", &c.query.limit, maxLimit); refused != nil {
		return refused
	}
	return c.query.number("offset", &c.query.offset, 1<<31-1)
}

// number reads a parameter that counts, if it is given.
func (q query) number(name string, to *int, most int) *refusal {
	if !q.values.Has(name) {
		return nil
	}
	n, err := strconv.Atoi(q.values.Get(name))
	if err != nil || n < 0 || n > most {
		return invalid(name, "must be a number from 0 to %d", most)
	}
	*to = n
	return nil
}

// list writes one page of all items under the API's name for them.
func list[T any](q query, name string, all []T, write func(*bytes.Buffer, T)) []byte {
	first := min(q.offset, len(all))
	page := all[first:min(first+q.limit, len(all))]

	var b bytes.Buffer
	fmt.Fprintf(&b, `{"%s":[`, name)
	for i, item := range page {
		if i > 0 {
			b.WriteByte(',')
		}
		write(&b, item)
	}
	fmt.Fprintf(&b, `],"limit":%d,"offset":%d,"totalCount":%d}`, q.limit, q.offset, len(all))
	return b.Bytes()
}

func writeResource(b *bytes.Buffer, r resource) { b.Write(r.json) }

func (a *Astro) listOrganizations(c *call) ([]byte, *refusal) {
	return list(c.query, "organizations", a.organizations, writeResource), nil
}

func (a *Astro) listWorkspaces(c *call) ([]byte, *refusal) {
	names, ids := c.query.values["names"], c.query.values["workspaceIds"]
	matching := a.workspaces
	if len(names) > 0 || len(ids) > 0 {
		matching = filter(a.workspaces, func(w resource) bool {
			return (len(names) == 0 || slices.Contains(names, w.name)) &&
				(len(ids) == 0 || slices.Contains(ids, w.id))
		})
	}
	return list(c.query, "workspaces", matching, writeResource), nil
}

func (a *Astro) readWorkspace(c *call) ([]byte, *refusal) {
	w, ok := a.workspace[c.segments[2]]
	if !ok {
		return nil, refuse(http.StatusNotFound, "Workspace not found: %s", c.segments[2])
	}
	return w.json, nil
}

func (a *Astro) listTokens(c *call) ([]byte, *refusal) {
	matching := a.tokens
	switch only := c.query.values.Get("includeOnlyOrganizationTokens"); only {
	case "", "false":
	case "true":
		matching = filter(a.tokens, func(t *token) bool { return t.scope == scopeOrganization })
	default:
		return nil, invalid("includeOnlyOrganizationTokens", "must be true or false")
	}
	seen := a.seen()
	return list(c.query, "tokens", matching, func(b *bytes.Buffer, t *token) {
		t.write(b, t.asOf(seen), a.options.RolesInLists)
	}), nil
}

func (a *Astro) readToken(c *call) ([]byte, *refusal) {
	t, ok := a.token[c.segments[2]]
	if !ok {
		return nil, refuse(http.StatusNotFound, "API token not found: %s", c.segments[2])
	}
	var b bytes.Buffer
	t.write(&b, t.asOf(a.seen()), true)
	return b.Bytes(), nil
}

// seen is the time that reads of tokens show.
func (a *Astro) seen() time.Time { return time.Now().Add(-a.options.Lag) }

func filter[T any](all []T, keep func(T) bool) []T {
	var kept []T
	for _, item := range all {
		if keep(item) {
			kept = append(kept, item)
		}
	}
	return kept
}
