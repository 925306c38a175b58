package astro

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// pageSize is the most that the API gives a page.
const pageSize = 1000

type page struct {
	items []listed
	total int
}

// listed is an item of a list. The roles of an API token need not be there.
type listed struct {
	Named
	Roles json.RawMessage `json:"roles"`
}

// listQuery is which list to read.
type listQuery struct {
	what  string // is being done
	path  []string
	query url.Values
	key   string // of the list in the answer
	roles bool   // are to be kept: they are most of an item
}

// list reads every page of a list: the first alone, as it tells how many there are, and then the rest at once.
func list(ctx context.Context, c *Client, q listQuery) ([]listed, error) {
	first, err := onePage(ctx, c, q, 0)
	if err != nil {
		return nil, err
	}
	size := len(first.items)
	if size == 0 || size >= first.total {
		return distinct(first.items), nil
	}
	// A page that came back shorter than asked for is the server's own size.
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

// distinct drops what comes again: where something is made while a list is read, the last of a page is on the next one, too.
func distinct(items []listed) []listed {
	seen := make(map[string]bool, len(items))
	return slices.DeleteFunc(items, func(item listed) bool {
		again := seen[item.ID]
		seen[item.ID] = true
		return again
	})
}

// listNamed is list for what needs no roles.
func listNamed(ctx context.Context, c *Client, q listQuery) ([]Named, error) {
	items, err := list(ctx, c, q)
	if err != nil {
		return nil, err
	}
	result := make([]Named, len(items))
	for i, item := range items {
		result[i] = item.Named
	}
	return result, nil
}

// each calls do for 0 to n-1, at most atOnce at a time, and returns the first error; that ends the rest.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, atOnce) {
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
	_, err := c.read(ctx, q.what, q.path, asked, func(body io.Reader) (err error) {
		result, err = decodePage(body, q.key, q.roles)
		return err
	})
	for i := range result.items {
		c.redactNamed(&result.items[i].Named)
	}
	return result, err
}

// maxTotal bounds what totalCount is believed to be.
const maxTotal = 1_000_000

// decodePage reads {key: [...], "totalCount": n}, item by item: a page is half a MiB of which we keep little.
func decodePage(body io.Reader, key string, roles bool) (page, error) {
	result := page{total: -1}
	decoder := json.NewDecoder(body)
	if err := expect(decoder, '{'); err != nil {
		return result, err
	}
	found := false
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return result, err
		}
		switch name {
		case key:
			found = true
			result.items, err = decodeItems(decoder, roles)
		case "totalCount":
			err = decoder.Decode(&result.total)
		default:
			err = decoder.Decode(&json.RawMessage{})
		}
		if err != nil {
			return result, err
		}
	}
	if err := expect(decoder, '}'); err != nil {
		return result, err
	}
	if !found || result.total < 0 || result.total > maxTotal {
		return result, fmt.Errorf("no %s with a totalCount", key)
	}
	return result, nil
}

func decodeItems(decoder *json.Decoder, roles bool) ([]listed, error) {
	items := []listed{}
	switch token, err := decoder.Token(); {
	case err != nil:
		return nil, err
	case token == nil: // null, as some servers write an empty list
		return items, nil
	case token != json.Delim('['):
		return nil, errNotExpected
	}
	for decoder.More() {
		var item listed
		if err := decoder.Decode(&item); err != nil {
			return nil, err
		}
		if item.ID == "" {
			return nil, errors.New("an item without an ID")
		}
		if !roles {
			item.Roles = nil
		}
		items = append(items, item)
	}
	return items, expect(decoder, ']')
}

var errNotExpected = errors.New("not the JSON that was expected")

func expect(decoder *json.Decoder, delim json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != delim {
		return errNotExpected
	}
	return nil
}
