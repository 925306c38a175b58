package report

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/markdowntest"
)

// said returns a row: granted by the run of that number, at the time of that number, with some changes.
func said(workspace string, run int64, changes ...func(*Row)) Row {
	row := Row{
		Workspace: workspace, Role: grant.Operator, Status: grant.Granted, At: run, Writer: Writer{Run: run, Source: "job"},
	}
	for _, change := range changes {
		change(&row)
	}
	return row
}

func planned(r *Row)   { r.Plan = true }
func unchanged(r *Row) { r.Status = grant.Unchanged }
func failed(r *Row)    { r.Status, r.Error = grant.Failed, grant.Unavailable }
func owner(r *Row)     { r.Role = grant.Owner }
func at(t int64) func(*Row) {
	return func(r *Row) { r.At = t }
}

func by(source string, leg int) func(*Row) {
	return func(r *Row) { r.Source, r.Leg = source, leg }
}

// tableOf returns the table of one run. Its rows are all of the same run.
func tableOf(rows ...Row) Table {
	t := Table{Rows: rows}
	if len(rows) > 0 {
		t.About.Writer = rows[0].Writer
	}
	return t
}

func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name    string
		earlier []Row
		own     []Row
		size    int
		want    []Row // nil: as before
	}{
		{"first row", nil, []Row{said("a", 1)}, 1, []Row{said("a", 1)}},
		{
			"row of another job",
			[]Row{said("a", 1, by("x", 0))},
			[]Row{said("b", 1, by("y", 0))},
			1,
			[]Row{said("a", 1, by("x", 0)), said("b", 1, by("y", 0))},
		},
		{"plan, then grant", []Row{said("a", 1, planned)}, []Row{said("a", 2)}, 1, []Row{said("a", 2)}},
		{"plan by another job, then grant", []Row{said("a", 1, planned, by("x", 0))}, []Row{said("a", 2)}, 1, []Row{said("a", 2)}},
		{"the same plan again", []Row{said("a", 1, planned)}, []Row{said("a", 2, planned)}, 1, nil},
		{"another plan", []Row{said("a", 1, planned)}, []Row{said("a", 2, planned, owner)}, 1, []Row{said("a", 2, planned, owner)}},
		{"failed, then granted", []Row{said("a", 1, failed)}, []Row{said("a", 2)}, 1, []Row{said("a", 2)}},
		{"failed, then unchanged", []Row{said("a", 1, failed)}, []Row{said("a", 2, unchanged)}, 1, []Row{said("a", 2, unchanged)}},
		{"plan, then unchanged", []Row{said("a", 1, planned)}, []Row{said("a", 2, unchanged)}, 1, []Row{said("a", 2, unchanged)}},
		{"granted, then unchanged", []Row{said("a", 1)}, []Row{said("a", 2, unchanged)}, 1, nil},
		{"granted, then a plan without changes", []Row{said("a", 1)}, []Row{said("a", 2, unchanged, planned)}, 1, nil},
		{
			"granted, then another role, unchanged",
			[]Row{said("a", 1)},
			[]Row{said("a", 2, unchanged, owner)},
			1,
			[]Row{said("a", 2, unchanged, owner)},
		},
		{"granted, then failed", []Row{said("a", 1)}, []Row{said("a", 2, failed)}, 1, []Row{said("a", 2, failed)}},
		{"older plan", []Row{said("a", 2)}, []Row{said("a", 1, planned, at(3))}, 1, nil},
		{"older run that changed the role before", []Row{said("a", 2, owner)}, []Row{said("a", 1)}, 1, nil},
		{"older run that changed the role since", []Row{said("a", 2, owner)}, []Row{said("a", 1, at(3))}, 1, []Row{said("a", 1, at(3))}},
		{"older run that failed", []Row{said("a", 2)}, []Row{said("a", 1, failed, at(3))}, 1, nil},
		{
			"row that the job no longer plans",
			[]Row{said("a", 1, planned), said("b", 1, planned)},
			[]Row{said("a", 2, planned)},
			1,
			[]Row{said("a", 1, planned)},
		},
		{"row that it has granted before", []Row{said("b", 1)}, []Row{said("a", 2)}, 1, []Row{said("b", 1), said("a", 2)}},
		{
			"plan of another leg",
			[]Row{said("b", 1, planned, by("job", 1))},
			[]Row{said("a", 2, planned)},
			2,
			[]Row{said("a", 2, planned), said("b", 1, planned, by("job", 1))},
		},
		{
			"plan of a leg that is no more",
			[]Row{said("b", 1, planned, by("job", 2))},
			[]Row{said("a", 2, planned)},
			2,
			[]Row{said("a", 2, planned)},
		},
		{
			"plan of a newer run",
			[]Row{said("b", 3, planned)},
			[]Row{said("a", 2, planned)},
			1,
			[]Row{said("b", 3, planned), said("a", 2, planned)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			earlier := tableOf(slices.Clone(tt.earlier)...)
			merged, changed := Merge([]Table{earlier}, tableOf(tt.own...), tt.size, true)
			want := tt.want
			if want == nil {
				want = tt.earlier
			}
			if !slices.Equal(merged.Rows, want) || changed != (tt.want != nil) {
				t.Errorf("changed %v, got\n%+v\nwant\n%+v", changed, merged.Rows, want)
			}
			if !slices.Equal(earlier.Rows, tt.earlier) {
				t.Errorf("the earlier table has changed: %+v", earlier.Rows)
			}
			again, changed := Merge([]Table{merged}, tableOf(tt.own...), tt.size, true)
			if changed || !slices.Equal(again.Rows, merged.Rows) {
				t.Errorf("merged again: %+v", again.Rows)
			}
		})
	}
}

// TestMergeOnlyChanges has a comment that reports only changes.
func TestMergeOnlyChanges(t *testing.T) {
	merged, changed := Merge(nil, tableOf(said("a", 1, unchanged)), 1, false)
	if changed || len(merged.Rows) > 0 {
		t.Errorf("unchanged: %v, %+v", changed, merged.Rows)
	}
	merged, changed = Merge(nil, tableOf(said("a", 1, unchanged), said("b", 1)), 1, false)
	if !changed || len(merged.Rows) != 1 {
		t.Errorf("one changed: %v, %+v", changed, merged.Rows)
	}
}

// TestMergeDuplicates has rows in two comments. They end in one.
func TestMergeDuplicates(t *testing.T) {
	one, two := tableOf(said("a", 1), said("b", 2)), tableOf(said("b", 3, owner), said("c", 1))
	merged, changed := Merge([]Table{one, two}, tableOf(said("d", 4, by("other", 0))), 1, true)
	want := []Row{said("a", 1), said("b", 3, owner), said("c", 1), said("d", 4, by("other", 0))}
	if !changed || !slices.Equal(merged.Rows, want) {
		t.Errorf("got %+v", merged.Rows)
	}
}

// TestRowsDoNotFight checks that of two rows at most one replaces the other. Two jobs would overwrite each other forever.
func TestRowsDoNotFight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() Row {
		row := Row{Workspace: "a", At: random.Int64N(3), Writer: Writer{Run: random.Int64N(3), Attempt: random.Int64N(2)}}
		row.Status = grant.Statuses()[random.IntN(len(grant.Statuses()))]
		row.Role = []grant.Role{grant.Operator, grant.Owner}[random.IntN(2)]
		row.Plan, row.Unverified = random.IntN(2) == 0, random.IntN(4) == 0
		return row
	}
	replaced := 0
	for range 100_000 {
		a, b := pick(), pick()
		if a.replaces(b) {
			replaced++
			if b.replaces(a) {
				t.Fatalf("both replace the other:\n%+v\n%+v", a, b)
			}
		}
	}
	if replaced < 10_000 {
		t.Errorf("only %d of 100,000 rows replaced another", replaced)
	}
}

func TestTableIsEncoded(t *testing.T) {
	r := hostileResult("a|b", "<c>", "--> `", false, true)
	table := r.Table(Writer{Run: 1658821493, Attempt: 1, Source: "x", Leg: 3})
	table.About.Removed = []Row{said("a", 1)}
	encoded := table.Encode()
	if !regexp.MustCompile(`^[A-Za-z0-9+/=]+$`).MatchString(encoded) {
		t.Errorf("encoded: %s", encoded)
	}
	decoded, ok := DecodeTable(encoded)
	if !ok || fmt.Sprint(decoded) != fmt.Sprint(table) {
		t.Errorf("decoded %v: %+v\nwant %+v", ok, decoded, table)
	}
	for name, bad := range map[string]string{
		"empty": "", "not base64": "<>", "cut": encoded[:len(encoded)-8], "changed": encoded[:40] + "AAAA" + encoded[44:],
		"too much": Table{About: About{Subject: strings.Repeat("a", maxDecoded)}}.Encode(),
	} {
		if _, ok := DecodeTable(bad); ok {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestForgedTable has tables with what the action does not write. They are read without that.
func TestForgedTable(t *testing.T) {
	const failed = "> A run failed. Its log says why.\n"
	decode := func(table Table) Table {
		decoded, ok := DecodeTable(table.Encode())
		if !ok {
			t.Errorf("not decoded: %+v", table)
		}
		return decoded
	}
	for _, row := range []Row{{Status: "<b>"}, {Until: "https://evil.example"}, {Error: "x"}} {
		if got := decode(Table{Rows: []Row{row, said("a", 1)}}); !slices.Equal(got.Rows, []Row{said("a", 1)}) {
			t.Errorf("rows %+v", got.Rows)
		}
	}
	for _, text := range []string{
		"> [a](b)\n", "> https://evil.example\n", "# a", "> a\n\n# b\n", "> www.evil.example\n", "> 1. a\n", "> A &#64;b\n", "> A @b\n", "> A <img>\n",
		"> A `b\n", "> A |\n", "> A\n---\n",
	} {
		got := decode(Table{Notes: []Note{{Kind: grant.Rejected, Text: text}}, About: About{Subject: text}})
		if got.Notes[0].Text != failed || got.About.Subject != "" {
			t.Errorf("%q became %q and %q", text, got.Notes[0].Text, got.About.Subject)
		}
	}
	if got := decode(Table{Notes: []Note{{Kind: "x"}}}); len(got.Notes) > 0 {
		t.Errorf("notes %+v", got.Notes)
	}
}

// TestTableOfAThousandRows fits: rows that are unchanged are left out first, and then the oldest that are done.
func TestTableOfAThousandRows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	own := func(from, to int, run int64, changes ...func(*Row)) Table {
		var rows []Row
		for i := from; i < to; i++ {
			row := said(fmt.Sprintf("Workspace %x", random.Uint64()), run, changes...)
			row.ID = fmt.Sprintf("%012x", random.Uint64()>>16)
			rows = append(rows, row)
		}
		return tableOf(rows...)
	}
	count := func(t Table) (n [3]int) {
		for _, row := range t.Rows {
			n[row.importance()]++
		}
		return n
	}
	first, _ := Merge(nil, own(0, 600, 1, unchanged), 1, true)
	second, _ := Merge([]Table{first}, own(600, 1400, 2, by("other", 0)), 1, true)
	third, _ := Merge([]Table{second}, own(1400, 2000, 3, planned, by("plan", 0)), 1, true)
	for i, table := range []Table{first, second, third} {
		n, size := count(table), len(table.Encode())
		t.Logf("%d: %v rows in %d bytes", i+1, n, size)
		text := table.Markdown(maxTestComment, func(Writer) string { return "https://github.com/o/r/actions/runs/1" })
		if size > maxEncoded || len(text) > maxTestComment {
			t.Errorf("%d bytes, and %d bytes of text", size, len(text))
		}
		if full := strings.Contains(text, "The comment is full"); full != (i > 0) || table.Full != full {
			t.Errorf("table %d says that it is full: %v", i+1, full)
		}
	}
	if n := count(second); n[1] != 800 || n[2] == 0 || n[2] >= 600 {
		t.Errorf("second: %v", n)
	}
	if n := count(third); n[0] != 600 || n[1] == 0 || n[1] >= 800 || n[2] != 0 {
		t.Errorf("third: %v", n)
	}
	again, changed := Merge([]Table{third}, own(0, 0, 4), 1, true)
	if changed || len(again.Rows) != len(third.Rows) {
		t.Errorf("changed by a run without rows: %v", count(again))
	}
}

// TestTableIsReadAsWritten has text that JSON cannot carry as it is, and rows that compress so well that they exceed what is
// read.
func TestTableIsReadAsWritten(t *testing.T) {
	same := func(s string) string { return s }
	own := tableOf(said("a\xff", 1)).Redact(same, same)
	merged, _ := Merge(nil, own, 1, true)
	read, ok := DecodeTable(merged.Encode())
	if _, changed := Merge([]Table{read}, own, 1, true); !ok || changed {
		t.Errorf("not read as written: %v, %+v", ok, read)
	}
	var rows []Row
	for i := range 8000 {
		rows = append(rows, said(fmt.Sprint(i), 1, func(r *Row) { r.Reason = strings.Repeat("理", 200) }))
	}
	merged, _ = Merge(nil, tableOf(rows...), 1, true)
	if read, ok := DecodeTable(merged.Encode()); !ok || len(read.Rows) != len(merged.Rows) || len(read.Rows) < 1000 {
		t.Errorf("read %v, %d of %d rows", ok, len(read.Rows), len(merged.Rows))
	}
}

// TestSameWorkspaceTwice has a Workspace that was given by name, unknown then, and by ID. When both are known to be the same,
// one row is left.
func TestSameWorkspaceTwice(t *testing.T) {
	byID := func(r *Row) { r.ID, r.Given = "i", shortHash("w1") }
	both := func(r *Row) { r.ID = "i" }
	merged, _ := Merge(nil, tableOf(said("Prod", 1, failed)), 1, true)
	merged, _ = Merge([]Table{merged}, tableOf(said("Prod", 2, byID, by("other", 0))), 1, true)
	if len(merged.Rows) != 2 {
		t.Errorf("before: %+v", merged.Rows)
	}
	merged, _ = Merge([]Table{merged}, tableOf(said("Prod", 3, unchanged, both, by("third", 0))), 1, true)
	if len(merged.Rows) != 1 || merged.Rows[0].Run != 2 {
		t.Errorf("got %+v", merged.Rows)
	}
}

// TestTableOfManyProblems has more problems, and more deleted grants, than fit.
func TestTableOfManyProblems(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	own := tableOf(said("a", 1))
	for i := range 2000 {
		own.Notes = append(own.Notes, Note{Kind: grant.InvalidInput, Text: fmt.Sprintf("> No API token is called `%x`.\n", random.Uint64())})
		own.About.Removed = append(own.About.Removed, said(fmt.Sprintf("%x", random.Uint64()), int64(i)))
	}
	merged, _ := Merge(nil, own, 1, true)
	text := merged.Markdown(maxTestComment, func(Writer) string { return "" })
	if size := len(merged.Encode()); size > maxEncoded || len(text) > maxTestComment {
		t.Errorf("%d bytes, and %d bytes of text", size, len(text))
	}
	if len(merged.Rows) != 1 || len(merged.Notes) < 10 || !strings.Contains(text, "The comment is full") {
		t.Errorf("%d rows, %d notes", len(merged.Rows), len(merged.Notes))
	}
}

// TestMatrixOfUnknownSize has a runner that does not say that there are several jobs. None removes what another one says.
func TestMatrixOfUnknownSize(t *testing.T) {
	one, two := tableOf(said("a", 1, failed)), tableOf(said("b", 1, planned))
	one.Notes = []Note{{Kind: grant.Unavailable, Text: "> No answer.\n", Rows: true, Writer: one.About.Writer}}
	merged, _ := Merge([]Table{one}, two, 1, true)
	if len(merged.Rows) != 2 || len(merged.Notes) != 1 {
		t.Errorf("got %+v", merged)
	}
	if again, changed := Merge([]Table{merged}, one, 1, true); changed || len(again.Notes) != 1 {
		t.Errorf("merged again: %+v", again)
	}
}

const maxTestComment = 35 << 10

// FuzzDecodeTable has a forged table. What the comment shows of it is only text.
func FuzzDecodeTable(f *testing.F) {
	for _, seed := range []string{
		"", "a", "@octocat", "<img src=x>", "> <code>a</code>", "https://evil.example", "](x)", "[1]: http://x", "`", "|", "\n# a",
		"> **What to do:** a", "&#64;a", "WORKSPACE_OWNER", "\n\n---\n", "1. a", "- a", "  a\n    b",
	} {
		f.Add(seed, seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, role, subject, note string) {
		row := Row{Token: name, Workspace: name, Role: grant.Role(role), Previous: grant.Role(role), Reason: name, Status: grant.Granted}
		for _, file := range []bool{false, true} {
			table, ok := DecodeTable(Table{
				About: About{Subject: subject, File: file, Head: subject, Removed: []Row{row}}, Rows: []Row{row}, Notes: []Note{{Text: note}},
			}.Encode())
			if !ok {
				continue
			}
			page := markdowntest.Render(t, table.Markdown(65536, func(Writer) string { return "" }))
			for _, bad := range []string{"@", "://", "www.", "##["} {
				if strings.Contains(page.Loose, bad) {
					t.Errorf("%q is outside of code:\n%s", bad, page.Loose)
				}
			}
			if len(page.Attrs) > 0 {
				t.Errorf("attributes %q", page.Attrs)
			}
			for element := range page.Elements {
				if !slices.Contains(allowed, element) {
					t.Errorf("element %s:\n%s", element, table.Markdown(65536, func(Writer) string { return "" }))
				}
			}
		}
	})
}

var allowed = []string{
	"h3", "p", "code", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "blockquote", "sub", "em", "!",
}
