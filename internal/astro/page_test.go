package astro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		name               string
		total, size        int
		requests, together int
	}{
		{"none", 0, 10, 1, 1},
		{"one page", 7, 10, 1, 1},
		{"almost a full page", 9, 10, 1, 1},
		{"one full page: the total may be that of the page", 10, 10, 2, 1},
		{"two pages", 11, 10, 2, 1},
		{"ten pages", 100, 10, 10, 9},
		{"many pages", 247, 10, 25, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				list := newList(tt.total, tt.size)
				all, err := newClient(server(list.serve)).Organization(org).AllTokens(ctx)
				if err != nil {
					t.Fatal(err)
				}
				want := []grant.Resource{}
				for i := range tt.total {
					want = append(want, grant.Resource{ID: fmt.Sprint(i), Name: fmt.Sprint("n", i)})
				}
				equal(t, "tokens", all, want)
				equal(t, "requests", list.requests, tt.requests)
				equal(t, "most in flight", list.most, tt.together)
				equal(t, "during the first", list.duringFirst, 1)
			})
		})
	}
}

// pager serves a list. Each page takes a second.
type pager struct {
	sync.Mutex
	total, size, requests, most, now, duringFirst int
	fail                                          map[int]server // by offset
}

func newList(total, size int) *pager { return &pager{total: total, size: size} }

func (l *pager) serve(r *http.Request) (*http.Response, error) {
	l.enter()
	ended := retry.Sleep(r.Context(), time.Second)
	l.Lock()
	defer l.Unlock()
	if l.requests == 1 {
		l.duringFirst = l.most
	}
	l.now--
	if ended != nil {
		return nil, ended
	}
	var offset int
	_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &offset)
	if fail := l.fail[offset]; fail != nil {
		return fail(r)
	}
	var items []string
	for i := offset; i < min(offset+l.size, l.total); i++ {
		items = append(items, fmt.Sprintf(`{"more":{"x":[1]},"id":"%d","name":"n%d"}`, i, i))
	}
	return answer(200, fmt.Sprintf(`{"limit":%d,"totalCount":%d,"tokens":[%s],"offset":%d}`,
		l.size, l.total, strings.Join(items, ","), offset)), nil
}

func (l *pager) enter() {
	l.Lock()
	defer l.Unlock()
	l.requests++
	l.now++
	l.most = max(l.most, l.now)
}

func TestListsShareTheLimiter(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(300, 10)
		organization := newClient(server(list.serve)).Organization(org)
		var lists sync.WaitGroup
		for range 2 {
			lists.Go(func() {
				if _, err := organization.AllTokens(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		lists.Wait()
		equal(t, "most in flight", list.most, 10)
	})
}

func TestAFailedPageEndsTheList(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(1000, 10)
		list.fail = map[int]server{50: answers(403, `{"message":"no"}`)}
		start := time.Now()
		_, err := newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		var status *Error
		if !errors.As(err, &status) || status.Status != 403 {
			t.Errorf("got %v", err)
		}
		within(t, "the list", time.Since(start), 2*time.Second, 2*time.Second)
		// Readers whose answer came at the same moment may have sent another request.
		if list.requests > 20 {
			t.Errorf("%d requests", list.requests)
		}
	})
}

func TestAPageIsRetried(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := newList(30, 10)
		broken := true
		list.fail = map[int]server{20: func(r *http.Request) (*http.Response, error) {
			if broken {
				broken = false
				return answer(502, "<html>"), nil
			}
			delete(list.fail, 20)
			return nil, errReset
		}}
		all, err := newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		equal(t, "error", err, nil)
		equal(t, "tokens", len(all), 30)
		equal(t, "requests", list.requests, 5)
	})
}

func TestEach(t *testing.T) {
	seen := map[int]bool{}
	var mu sync.Mutex
	err := each(t.Context(), 25, func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		seen[i] = true
		return nil
	})
	equal(t, "error", err, nil)
	equal(t, "calls", len(seen), 25)
	equal(t, "without calls", each(t.Context(), 0, nil), nil)
}

// shifting serves n items, and deletes the first one before each of some requests.
type shifting struct {
	sync.Mutex
	first, n, deletes, requests int
	creates                     bool // another one at the end each time
	hidden                      int  // of them, at the end
}

func (l *shifting) serve(r *http.Request) (*http.Response, error) {
	l.Lock()
	defer l.Unlock()
	if l.requests++; l.requests > 1 && l.deletes > 0 {
		l.deletes--
		l.first++
		if l.creates {
			l.n++
		}
	}
	offset := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &offset)
	var items []string
	for i := l.first + offset; i < min(l.first+offset+10, l.n-l.hidden); i++ {
		items = append(items, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	return answer(200, fmt.Sprintf(`{"totalCount":%d,"tokens":[%s]}`, l.n-l.first, strings.Join(items, ","))), nil
}

// TestPagesThatShift deletes items while a list is read, so that the next page skips one.
func TestPagesThatShift(t *testing.T) {
	timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
		list := &shifting{n: 15, deletes: 1}
		all, err := newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		equal(t, "error", err, nil)
		equal(t, "tokens", len(all), 14)
		equal(t, "requests", list.requests, 4)

		// The total stays the same, but the second page skips an item.
		list = &shifting{n: 15, deletes: 1, creates: true}
		all, err = newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		equal(t, "error", err, nil)
		equal(t, "first token", all[0].ID, "1")
		equal(t, "last token", all[14].ID, "15")
		equal(t, "requests", list.requests, 4)

		// The total counts five items that are not shown.
		list = &shifting{n: 20, hidden: 5}
		all, err = newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		equal(t, "error", err, nil)
		equal(t, "tokens", len(all), 15)

		list = &shifting{n: 100, deletes: 100}
		_, err = newClient(server(list.serve)).Organization(org).AllTokens(ctx)
		if !errors.Is(err, ErrShifted) {
			t.Errorf("always shifting: %v", err)
		}
	})
}

// TestTotals has servers whose totals are not the number of items.
func TestTotals(t *testing.T) {
	ofPage := func(page, _ int) int { return page }
	hidden := func(_, all int) int { return all + 3 }
	for _, tt := range []struct {
		name            string
		n, limit        int
		total           func(page, all int) int
		ignoresOffset   bool
		items, requests int
	}{
		{"of the page", 999, pageSize, ofPage, false, 999, 1},
		{"of the page, which is full", 1000, pageSize, ofPage, false, 1000, 2},
		{"of each of two pages", 1001, pageSize, ofPage, false, 1001, 2},
		{"of each of three pages", 2500, pageSize, ofPage, false, 2500, 3},
		{"of each page of a server with small ones", 25, 10, ofPage, false, 25, 3},
		{"of each of its pages, the last one full", 28, 10, ofPage, false, 28, 4},
		{"of the only page that there is", 25, 10, ofPage, true, 10, 4},
		{"counts hidden items", 14, 10, hidden, false, 14, 4},
		{"counts hidden items, one page", 5, 10, hidden, false, 5, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timed(t, time.Minute, func(t *testing.T, ctx context.Context) {
				var mu sync.Mutex
				requests := 0
				all, err := newClient(server(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					requests++
					offset := 0
					if !tt.ignoresOffset {
						_, _ = fmt.Sscan(r.URL.Query().Get("offset"), &offset)
					}
					var items []string
					for i := offset; i < min(offset+tt.limit, tt.n); i++ {
						items = append(items, fmt.Sprintf(`{"id":"%d"}`, i))
					}
					return answer(200, fmt.Sprintf(`{"totalCount":%d,"tokens":[%s],"limit":%d}`,
						tt.total(len(items), tt.n), strings.Join(items, ","), tt.limit)), nil
				})).Organization(org).AllTokens(ctx)
				equal(t, "error", err, nil)
				equal(t, "tokens", len(all), tt.items)
				equal(t, "requests", requests, tt.requests)
			})
		})
	}
}
