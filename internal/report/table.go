package report

import (
	"cmp"
	"maps"
	"slices"

	"astro-workspace-grant/internal/grant"
)

// Table is what a comment shows: the latest that its runs said about each role. Each run merges its own result into it.
type Table struct {
	About About  `json:"about"`
	Rows  []Row  `json:"rows,omitempty"`
	Notes []Note `json:"notes,omitempty"`
	Full  bool   `json:"full,omitempty"` // something was left out, as the comment has no space for it
}

// About is what the newest run says about all rows together.
type About struct {
	Subject   string `json:"subject,omitempty"` // Markdown: what the table is about
	File      bool   `json:"file,omitempty"`    // that is a grants file
	Exclusive bool   `json:"exclusive,omitempty"`
	Check     bool   `json:"check,omitempty"`
	Drift     bool   `json:"drift,omitempty"`
	Plan      bool   `json:"plan,omitempty"`
	Removed   []Row  `json:"removed,omitempty"` // grants that the pull request deletes from the file
	Head      string `json:"head,omitempty"`    // the pull request's head commit
	Counts    tally  `json:"counts,omitempty"`  // of the rows of a grants file, including those that were left out
	Writer
}

// Note is a problem of a run, as Markdown.
type Note struct {
	Kind grant.Kind `json:"k,omitempty"`
	Text string     `json:"t"`
	Rows bool       `json:"r,omitempty"` // the run has rows that failed, or are only planned
	Plan bool       `json:"d,omitempty"`
	Writer
}

// Writer says which run wrote something, and which job of it.
type Writer struct {
	Run     int64  `json:"R,omitempty"`
	Attempt int64  `json:"A,omitempty"`
	Source  string `json:"S,omitempty"` // a hash of the workflow, the job and the step
	Leg     int    `json:"L,omitempty"` // the job's place in its matrix
}

// IsNewer reports whether the run, or its attempt, is newer than another one.
func (w Writer) IsNewer(than Writer) bool {
	return cmp.Or(cmp.Compare(w.Run, than.Run), cmp.Compare(w.Attempt, than.Attempt)) > 0
}

func (w Writer) isSameJob(other Writer) bool { return w.Source == other.Source && w.Leg == other.Leg }

// Table returns the result as the table of one run.
func (r *Result) Table(by Writer) Table {
	t := Table{About: About{
		Subject: r.subject(), File: r.File != "", Exclusive: r.Exclusive, Check: r.Check, Drift: r.Drift, Plan: r.DryRun,
		Writer: by,
	}}
	for _, w := range r.Removed {
		row := r.newRow(grant.Outcome{Wanted: w}, Writer{})
		row.At = 0 // two runs say the same
		t.About.Removed = append(t.About.Removed, row)
	}
	for _, o := range r.Outcomes {
		t.Rows = append(t.Rows, r.newRow(o, by))
	}
	if r.File != "" {
		t.About.Counts = newTally(r.Outcomes, r.DryRun)
	}
	isOpen := func(row Row) bool { return !row.isDone() }
	note := Note{Rows: slices.ContainsFunc(t.Rows, isOpen), Plan: r.DryRun, Writer: by}
	for _, problem := range r.Problems {
		note.Kind, note.Text = problem.Kind, quotation(problem)
		t.Notes = append(t.Notes, note)
	}
	if r.Unverified {
		note.Kind, note.Text = "", "> "+unverified+"\n"
		t.Notes = append(t.Notes, note)
	}
	return t
}

// Redact returns the table without secrets, as a comment can carry it. It takes the functions that remove them from plain text
// and from Markdown.
func (t Table) Redact(plain, markdown func(string) string) Table {
	t.About.Subject = markdown(t.About.Subject)
	t.About.Removed, t.Rows, t.Notes = slices.Clone(t.About.Removed), slices.Clone(t.Rows), slices.Clone(t.Notes)
	for _, rows := range [][]Row{t.About.Removed, t.Rows} {
		for i := range rows {
			r := &rows[i]
			r.Token, r.Workspace, r.Reason = plain(r.Token), plain(r.Workspace), plain(r.Reason)
			r.Role, r.Previous = grant.Role(plain(string(r.Role))), grant.Role(plain(string(r.Previous)))
		}
	}
	for i := range t.Notes {
		t.Notes[i].Text = markdown(t.Notes[i].Text)
	}
	// Text that is not UTF-8 would be read as other text than was written.
	carried, err := parseTable(t.json())
	if err != nil {
		panic("a table is not read as it is written: " + err.Error())
	}
	return carried
}

// Merge adds the table of one run, a job of a matrix of that size, to those of earlier comments. The rows of other jobs stay
// as they are. With all, it also adds rows that are new and unchanged. It reports whether the result says anything that the
// first comment does not say.
func Merge(earlier []Table, own Table, size int, all bool) (merged Table, changed bool) {
	first := Table{}
	if len(earlier) > 0 {
		first, merged = earlier[0], earlier[0]
	}
	for _, t := range earlier[min(1, len(earlier)):] {
		merged.add(t.Rows, true)
		merged.Notes = append(slices.Clone(merged.Notes), t.Notes...)
	}
	index := indexRows(own.Rows)
	merged.Rows = slices.DeleteFunc(slices.Clone(merged.Rows), func(r Row) bool {
		return !r.didChange() && own.replacesAll(r.Writer, size) && len(index.find(r)) == 0
	})
	merged.add(own.Rows, all)
	merged.mergeNotes(own, size)
	if !first.About.IsNewer(own.About.Writer) {
		merged.About = own.About
	}
	slices.SortStableFunc(merged.Rows, func(a, b Row) int { return cmp.Compare(a.Leg, b.Leg) })
	merged.fit()
	return merged, !merged.isEqual(first)
}

// add adds rows, or puts them in the place of those that they replace. Without all, it does not add unchanged ones.
func (t *Table) add(rows []Row, all bool) {
	t.Rows = slices.Clone(t.Rows)
	index := indexRows(t.Rows)
	gone := map[int]bool{}
	for _, row := range rows {
		found := index.find(row)
		if len(found) == 0 {
			if all || row.Status != grant.Unchanged {
				t.Rows = append(t.Rows, row)
			}
			continue
		}
		at := found[0]
		for _, other := range found[1:] { // known only now to be about the same Workspace
			if t.Rows[other].replaces(t.Rows[at]) {
				t.Rows[at] = t.Rows[other]
			}
			gone[other] = true
		}
		if row.replaces(t.Rows[at]) {
			t.Rows[at] = row
		}
	}
	kept := t.Rows[:0]
	for i, row := range t.Rows {
		if !gone[i] {
			kept = append(kept, row)
		}
	}
	t.Rows = kept
}

// replacesAll reports whether the table holds all that the job of an earlier writer has to say now. All runs for a grants
// file speak about all of it.
func (t Table) replacesAll(earlier Writer, size int) bool {
	by := t.About.Writer
	sameJob := t.About.File || earlier.isSameJob(by) || earlier.Source == by.Source && earlier.Leg >= size
	return sameJob && by.IsNewer(earlier)
}

// mergeNotes keeps a note of another job as long as a row in the table is still as it was then: failed, or only planned. A note
// without rows is over when a plan is applied.
func (t *Table) mergeNotes(own Table, size int) {
	open := map[Writer]bool{}
	isOver := false
	for _, row := range t.Rows {
		open[row.Writer] = open[row.Writer] || !row.isDone()
		isOver = isOver || row.isSameJob(own.About.Writer) && row.IsNewer(own.About.Writer)
	}
	t.Notes = slices.DeleteFunc(slices.Clone(t.Notes), func(n Note) bool {
		applied := n.Plan && !own.About.Plan && own.About.IsNewer(n.Writer)
		return own.replacesAll(n.Writer, size) || n.Rows && !open[n.Writer] || !n.Rows && applied
	})
	for _, note := range own.Notes {
		if !isOver && !slices.Contains(t.Notes, note) {
			t.Notes = append(t.Notes, note)
		}
	}
}

// isEqual reports whether two tables say the same, in whatever order.
func (t *Table) isEqual(other Table) bool {
	count := func(rows []Row) map[Row]int {
		n := make(map[Row]int, len(rows))
		for _, row := range rows {
			n[row]++
		}
		return n
	}
	texts := func(notes []Note) map[string]bool {
		set := map[string]bool{}
		for _, note := range notes {
			set[note.Text] = true
		}
		return set
	}
	return maps.Equal(count(t.Rows), count(other.Rows)) && maps.Equal(texts(t.Notes), texts(other.Notes)) &&
		slices.Equal(t.About.Removed, other.About.Removed) && t.About.Drift == other.About.Drift
}

// rowIndex finds rows about the same API token and Workspace, by what they were given as, and by ID.
type rowIndex map[string]int

func indexRows(rows []Row) rowIndex {
	index := rowIndex{}
	for i, row := range rows {
		for _, key := range row.keys() {
			index[key] = i
		}
	}
	return index
}

// find returns the positions of the rows that are about the same as one: at most two, one by what it was given as, and one by
// ID.
func (x rowIndex) find(row Row) (found []int) {
	for _, key := range row.keys() {
		if i, ok := x[key]; ok && !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	return found
}

func (r Row) keys() []string {
	keys := []string{"given " + r.given()}
	if r.ID != "" {
		keys = append(keys, "ID "+r.ID)
	}
	return keys
}

// replaces reports whether the row takes the place of another one about the same API token and Workspace.
func (r Row) replaces(other Row) bool {
	if r.isQuiet(other) {
		return false
	}
	switch later := r.At > other.At; {
	case r.IsNewer(other.Writer):
		// An older run that was run again may have changed the role since.
		return later || !other.didChange()
	case other.IsNewer(r.Writer):
		return later && r.didChange()
	default:
		return later
	}
}

// isQuiet reports whether the row says nothing new. That nothing is left to do must not hide what was done.
func (r Row) isQuiet(other Row) bool {
	if r.Status == grant.Unchanged && r.Role == other.Role && other.isDone() {
		return true
	}
	r.At, r.Writer = other.At, other.Writer
	return r == other
}

// isDone reports whether the role is as the row says, as far as its run knows.
func (r Row) isDone() bool { return !r.Plan && r.Status != grant.Failed }

// didChange reports whether the run changed the role, or may have.
func (r Row) didChange() bool {
	changed := r.Status == grant.Granted || r.Status == grant.Updated || r.Status == grant.Revoked
	return !r.Plan && changed || r.Unverified
}
