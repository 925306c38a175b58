package report

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"html"
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
func (t Table) Encode() string { return pack(t.json()) }

func pack(text []byte) string {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("a table is not compressed: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

func (t Table) json() []byte {
	text, err := json.Marshal(t)
	if err != nil {
		panic("a table does not marshal: " + err.Error())
	}
	return text
}

func parseTable(text []byte) (t Table, err error) {
	err = json.Unmarshal(text, &t)
	t.clean()
	return t, err
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
	if err != nil || len(text) > maxDecoded {
		return Table{}, false
	}
	t, err = parseTable(text)
	return t, err == nil
}

// isTooLong reports whether an encoded table would take more than its part of a comment, or could not be decoded.
func (t Table) isTooLong(most int) bool {
	text := t.json()
	return len(text) > maxDecoded || len(pack(text)) > most
}

// clean removes from a table what the action does not write. A note that is not ours still says that a run failed.
func (t *Table) clean() {
	isBad := func(r Row) bool {
		_, err := time.Parse(time.DateOnly, cmp.Or(r.Until, time.DateOnly))
		return err != nil || !isStatus(r.Status) || !isKind(r.Error)
	}
	t.Rows, t.About.Removed = slices.DeleteFunc(t.Rows, isBad), slices.DeleteFunc(t.About.Removed, isBad)
	t.Notes = slices.DeleteFunc(t.Notes, func(n Note) bool { return !isKind(n.Kind) })
	for i := range t.Notes {
		if !isOurs(t.Notes[i].Text) {
			t.Notes[i].Text = "> A run failed. Its log says why.\n"
		}
	}
	if !isOurs(t.About.Subject) {
		t.About.Subject = ""
	}
}

func isStatus(s grant.Status) bool { return s == "" || slices.Contains(grant.Statuses(), s) }

func isKind(k grant.Kind) bool { return k == "" || slices.Contains(grant.Kinds(), k) }

// What the action writes: text of others only as code, and marks in our words only as references.
const (
	markForm = "&#(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]);"
	codeForm = "(?:`[A-Za-z0-9_./* -]+`|<code>(?:[A-Za-z0-9* \u0080-\ufffd\U00010000-\U0010ffff]|" + markForm + "(?:<!---->)?)*</code>)"
	wordForm = "(?:[^<>`*\\[\\]|~@$&#\\x00-\\x1f\\x7f\ufffe\uffff\\\\]|" + markForm + "|" + codeForm + ")"
	lineForm = "(?:[A-Za-z]|[0-9]+ |" + codeForm + ")" + wordForm + "*"
)

var codes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(codeForm) })

// ours matches a subject, and a problem with its hint.
var ours = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^(?:" + lineForm + "|> " + lineForm + "\n(?:>\n> \\*\\*What to do:\\*\\* " + lineForm + "\n)?)?$")
})

// isOurs reports whether Markdown is of the form that the action writes. Addresses would become links, even in references.
func isOurs(markdown string) bool {
	words := html.UnescapeString(codes().ReplaceAllString(markdown, ""))
	// The only addresses in our messages:
	words = strings.NewReplacer("https://api.astronomer.io/v1", "", "https://status.astronomer.io", "").Replace(words)
	isLink := func(part string) bool { return strings.Contains(words, part) }
	return ours().MatchString(markdown) && !slices.ContainsFunc([]string{"@", "://", "www.", "##["}, isLink)
}

// fit leaves out rows until the table has space in a comment: first those that are unchanged, then those that are done,
// the oldest first. Problems and deleted grants get half of the space.
func (t *Table) fit() {
	if !t.isTooLong(maxEncoded) {
		return
	}
	t.Full = true
	rest := Table{About: t.About, Notes: t.Notes}
	for rest.isTooLong(maxEncoded/2) && len(rest.Notes)+len(rest.About.Removed) > 1 {
		rest.Notes, rest.About.Removed = rest.Notes[:(len(rest.Notes)+1)/2], rest.About.Removed[:len(rest.About.Removed)/2]
	}
	t.About, t.Notes = rest.About, rest.Notes
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
	most := sort.Search(len(order), func(n int) bool { return first(n + 1).isTooLong(maxEncoded) })
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
