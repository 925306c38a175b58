package report

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"astro-workspace-grant/internal/grant"
)

const (
	// maxEncoded is how much of a comment the hidden table may take.
	maxEncoded = 28 << 10
	// maxDecoded is far more than what fits: a table in a comment can be forged.
	maxDecoded = 1 << 20
)

// Encode returns the table in a form that can be hidden in a comment: letters, digits, + / and =.
func (t Table) Encode() string {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		err = json.NewEncoder(w).Encode(t)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("a table does not encode: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

// DecodeTable reads what [Table.Encode] returned. It returns false if it is anything else. Anyone who can edit a comment
// can put a table in it, so nothing depends on one but what the comment shows.
func DecodeTable(encoded string) (t Table, ok bool) {
	packed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Table{}, false
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Table{}, false
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, maxDecoded+1)) // it also compares the checksum
	if err != nil || len(text) > maxDecoded || json.Unmarshal(text, &t) != nil || !t.isValid() {
		return Table{}, false
	}
	return t, true
}

// isValid reports whether a table contains only what the action writes.
func (t Table) isValid() bool {
	badRow := func(r Row) bool {
		_, err := time.Parse(time.DateOnly, cmp.Or(r.Until, time.DateOnly))
		return err != nil || !isStatus(r.Status) || !isKind(r.Error)
	}
	badNote := func(n Note) bool { return !isKind(n.Kind) || !isOurs(n.Text) }
	return isOurs(t.About.Subject) && !slices.ContainsFunc(t.About.Removed, badRow) &&
		!slices.ContainsFunc(t.Rows, badRow) && !slices.ContainsFunc(t.Notes, badNote)
}

func isStatus(s grant.Status) bool { return s == "" || slices.Contains(grant.Statuses(), s) }

func isKind(k grant.Kind) bool { return k == "" || slices.Contains(grant.Kinds(), k) }

// ours matches the Markdown of a message: words, lines of a quotation, and untrusted text only as code.
var ours = sync.OnceValue(func() *regexp.Regexp {
	code := "`[A-Za-z0-9_./ -]+`|<code>(?:[^<>`*\\[\\]|~@$\n]|&#64;<!---->)*</code>"
	return regexp.MustCompile(`^(?:(?:> ?)?(?:\*\*What to do:\*\*|` + code + "|[^<>`*\\[\\]|~@$\n\\\\])*\n?)*$")
})

func isOurs(markdown string) bool {
	return ours().MatchString(markdown) && !strings.Contains(markdown, "://") && !strings.Contains(markdown, "www.")
}

// fit leaves out rows until the table has space in a comment: first those that are unchanged, then those that are done,
// the oldest first.
func (t *Table) fit() {
	if len(t.Encode()) <= maxEncoded {
		return
	}
	t.Full = true
	order := make([]int, len(t.Rows)) // the most important first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := t.Rows[i], t.Rows[j]
		return cmp.Or(cmp.Compare(a.importance(), b.importance()), cmp.Compare(b.At, a.At))
	})
	first := func(n int) Table {
		fitted := *t
		fitted.Rows = nil
		for _, i := range slices.Sorted(slices.Values(order[:n])) {
			fitted.Rows = append(fitted.Rows, t.Rows[i])
		}
		return fitted
	}
	most := sort.Search(len(order), func(n int) bool { return len(first(n+1).Encode()) > maxEncoded })
	*t = first(most)
}

func (r Row) importance() int {
	switch {
	case r.Status == grant.Unchanged:
		return 2
	case r.Plan || r.Status == grant.Failed:
		return 0
	}
	return 1
}
