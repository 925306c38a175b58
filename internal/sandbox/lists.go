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

// The default and the maximum number of items per page in the API reference.
const (
	defaultLimit = 20
	maxLimit     = 1000
)

// A query holds the validated query parameters of a request.
type query struct {
	limit, offset int
	values        url.Values
}

// checkQuery rejects unknown parameters. If the name of a filter is misspelled, ignoring it would return
// all items.
func checkQuery(c *call) *astroError {
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return astroErrorf(http.StatusBadRequest, "The query is invalid: %v", err)
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
	if apiErr := c.query.parseCount("limit", &c.query.limit, maxLimit); apiErr != nil {
		return apiErr
	}
	return c.query.parseCount("offset", &c.query.offset, 1<<31-1)
}

// parseCount parses a number from 0 to most, if the parameter is given.
func (q query) parseCount(name string, to *int, most int) *astroError {
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

// list renders one page of the items.
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
		if i == 0 {
			b.Grow(len(page) * (b.Len() + 64)) // items have similar sizes; repeated growth would dominate
		}
	}
	fmt.Fprintf(&b, `],"limit":%d,"offset":%d,"totalCount":%d}`, q.limit, q.offset, len(all))
	return b.Bytes()
}

func writeResource(b *bytes.Buffer, r resource) { b.Write(r.json) }

func (a *Astro) listOrganizations(c *call) ([]byte, *astroError) {
	return list(c.query, "organizations", a.organizations, writeResource), nil
}

func (a *Astro) listWorkspaces(c *call) ([]byte, *astroError) {
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

func (a *Astro) readWorkspace(c *call) ([]byte, *astroError) {
	w, ok := a.workspace[c.segments[2]]
	if !ok {
		return nil, astroErrorf(http.StatusNotFound, "Workspace not found: %s", c.segments[2])
	}
	return w.json, nil
}

func (a *Astro) listTokens(c *call) ([]byte, *astroError) {
	matching := a.tokens
	switch only := c.query.values.Get("includeOnlyOrganizationTokens"); only {
	case "", "false":
	case "true":
		matching = filter(a.tokens, func(t *token) bool { return t.scope == scopeOrganization })
	default:
		return nil, invalid("includeOnlyOrganizationTokens", "must be true or false")
	}
	at := a.readTime()
	return list(c.query, "tokens", matching, func(b *bytes.Buffer, t *token) {
		t.write(b, t.asOf(at), a.options.RolesInLists)
	}), nil
}

func (a *Astro) readToken(c *call) ([]byte, *astroError) {
	t, ok := a.token[c.segments[2]]
	if !ok {
		return nil, astroErrorf(http.StatusNotFound, "API token not found: %s", c.segments[2])
	}
	var b bytes.Buffer
	t.write(&b, t.asOf(a.readTime()), true)
	return b.Bytes(), nil
}

// readTime is the time whose state reads of API tokens return.
func (a *Astro) readTime() time.Time { return time.Now().Add(-a.options.Lag) }

func filter[T any](all []T, keep func(T) bool) []T {
	kept := make([]T, 0, len(all))
	for _, item := range all {
		if keep(item) {
			kept = append(kept, item)
		}
	}
	return kept
}
