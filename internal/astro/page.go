package astro

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"astro-workspace-grant/internal/grant"
)

// pageSize is the maximum size of a page.
const pageSize = 1000

type page struct {
	items []listed
	size  int // number of items, including those that are not usable
	total int
}

// listed is an item of a list. A list of API tokens may leave out their roles.
type listed struct {
	grant.Resource
	Roles json.RawMessage
}

// listQuery says which list to read.
type listQuery struct {
	what  string // what is being done
	path  []string
	query url.Values
	key   string // of the list in the answer
	roles bool   // whether to keep them: they are most of an item
}

// list reads all pages of a list: the first one alone, as it contains the number of items, and then the others at the
// same time.
func list(ctx context.Context, c *Client, q listQuery) ([]listed, error) {
	first, err := onePage(ctx, c, q, 0)
	if err != nil {
		return nil, err
	}
	size := first.size
	if size == 0 || size >= first.total {
		return distinct(first.items), nil
	}
	// If the page is shorter than asked for, that is the server's page size.
	count := (first.total + size - 1) / size
	pages := make([][]listed, count)
	pages[0] = first.items
	if err := each(ctx, count-1, func(ctx context.Context, i int) error {
		next, err := onePage(ctx, c, q, (i+1)*size)
		pages[i+1] = next.items
		return err
	}); err != nil {
		return nil, err
	}
	return distinct(slices.Concat(pages...)), nil
}

// distinct drops repeated items: if something is created while a list is read, the last item of a page is on the next
// one too.
func distinct(items []listed) []listed {
	seen := make(map[string]bool, len(items))
	return slices.DeleteFunc(items, func(item listed) bool {
		again := seen[item.ID]
		seen[item.ID] = true
		return again
	})
}

// listResources is list without roles.
func listResources(ctx context.Context, c *Client, q listQuery) ([]grant.Resource, error) {
	items, err := list(ctx, c, q)
	if err != nil {
		return nil, err
	}
	result := make([]grant.Resource, len(items))
	for i, item := range items {
		result[i] = item.Resource
	}
	return result, nil
}

// each calls do for 0 to n-1, at most maxInFlight at the same time. The first error ends the others and is returned.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, maxInFlight) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

func onePage(ctx context.Context, c *Client, q listQuery, offset int) (page, error) {
	asked := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	maps.Copy(asked, q.query)
	var result page
	get := request{method: http.MethodGet, path: q.path, query: asked}
	_, err := c.read(ctx, q.what, get, func(body io.Reader) error {
		buffer, put := c.buffers.get()
		defer put()
		_, err := buffer.ReadFrom(body)
		if err == nil {
			result, err = decodePage(buffer.Bytes(), q.key, q.roles)
		}
		return err
	})
	for i := range result.items {
		c.redactResource(&result.items[i].Resource)
	}
	return result, err
}

// pageBytes is more than the size of most pages. Growing a buffer takes as much time as decoding its page.
const pageBytes = 768 << 10

// buffers holds the buffers that pages are read into. Unusually large ones are not kept.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() (buffer *bytes.Buffer, put func()) {
	buffer, found := b.pool.Get().(*bytes.Buffer)
	if !found {
		buffer = bytes.NewBuffer(make([]byte, 0, pageBytes))
	}
	return buffer, func() {
		if buffer.Cap() <= 2*pageBytes {
			buffer.Reset()
			b.pool.Put(buffer)
		}
	}
}
