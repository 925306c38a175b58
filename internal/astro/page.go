package astro

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// pageSize is the maximum size of a page.
const pageSize = 1000

type page struct {
	items []listed
	size  int // number of items, including those that are not usable
	total int
	limit int // the most items that the server says it puts on a page; 0: it does not say
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

const (
	// mostReads is how often a list is read that changes while it is read, with a pause between two reads.
	mostReads    = 5
	pauseOfReads = 500 * time.Millisecond
)

// ErrShifted is the error of a list whose pages do not fit together: an item may be missing.
var ErrShifted = errors.New("the list changed each time while it was read")

// list reads all pages of a list. If something is created or deleted meanwhile, the pages shift, so that an item can be
// missing. Then it reads them again until they fit, or until two reads are the same: a server may count what it does not show.
// A name is unique only if such a list says so.
func list(ctx context.Context, c *Client, q listQuery) ([]listed, error) {
	var before []listed
	for i := range mostReads {
		if i > 0 {
			if err := retry.Sleep(ctx, pauseOfReads); err != nil {
				return nil, &OpError{Doing: q.what, Err: err}
			}
		}
		pages, overlap, err := readPages(ctx, c, q)
		if err != nil {
			return nil, err
		}
		items, ok := join(pages, overlap)
		if ok || i > 0 && slices.EqualFunc(items, before, func(a, b listed) bool { return a.ID == b.ID }) {
			return items, nil
		}
		before = items
	}
	return nil, &OpError{Doing: q.what, Err: ErrShifted}
}

// readPages reads the first page alone, as it contains the number of items, and then the others at the same time. If that
// takes no further page, each one begins with the last item of the one before (overlap): another item there means that the
// list has shifted.
func readPages(ctx context.Context, c *Client, q listQuery) (pages []page, overlap bool, err error) {
	first, err := onePage(ctx, c, q, 0)
	switch {
	case err != nil:
		return nil, false, err
	case first.isFull() && first.total <= first.size:
		pages, err = readOn(ctx, c, q, first)
		return pages, true, err
	case first.size == 0 || first.size >= first.total:
		return []page{first}, false, nil
	}
	// If the page is shorter than asked for, that is the server's page size.
	count := func(step int) int { return 1 + (first.total-first.size+step-1)/step }
	step := first.size
	if step > 1 && count(step-1) == count(step) {
		step--
	}
	pages = make([]page, count(step))
	pages[0] = first
	err = each(ctx, len(pages)-1, func(ctx context.Context, i int) (err error) {
		pages[i+1], err = onePage(ctx, c, q, (i+1)*step)
		return err
	})
	return pages, step < first.size, err
}

// isFull reports whether a page has as many items as the server puts on one.
func (p page) isFull() bool { return p.size > 1 && p.size == min(pageSize, cmp.Or(p.limit, pageSize)) }

// readOn reads the pages after a full one, with overlap, until one is not full: a server may count only the items of the
// page.
func readOn(ctx context.Context, c *Client, q listQuery, first page) ([]page, error) {
	pages := []page{first}
	total := first.size
	for next := first; next.size == first.size && total < maxTotal; {
		var err error
		if next, err = onePage(ctx, c, q, total-1); err != nil {
			return nil, err
		}
		pages = append(pages, next)
		if !next.continues(pages[len(pages)-2]) {
			break // the list has shifted, or the server does not know an offset
		}
		total += next.size - 1
	}
	for i := range pages {
		pages[i].total = total
	}
	return pages, nil
}

// join returns the items of all pages, and whether the pages fit together.
func join(pages []page, overlap bool) (items []listed, ok bool) {
	count := 0
	for _, page := range pages {
		count += len(page.items)
	}
	ok = true
	items, seen := make([]listed, 0, count), make(map[string]bool, count)
	unusable := 0
	for i, page := range pages {
		if page.total != pages[0].total || overlap && i > 0 && !page.continues(pages[i-1]) {
			ok = false
		}
		unusable += page.size - len(page.items)
		for _, item := range page.items {
			switch {
			case !seen[item.ID]:
				seen[item.ID] = true
				items = append(items, item)
			case len(pages) > 1 && !overlap: // the last item of a page is on the next one too
				ok = false
			}
		}
	}
	return items, ok && (len(pages) == 1 || len(items)+unusable >= pages[0].total)
}

// continues reports whether a page begins with the last item of another one, as far as they are usable.
func (p page) continues(before page) bool {
	if len(p.items) < p.size || len(before.items) < before.size {
		return true
	}
	return p.size > 0 && p.items[0].ID == before.items[before.size-1].ID
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
