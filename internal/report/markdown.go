package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Markdown returns the result as Markdown of at most limit bytes. If the outcomes do not fit, it says how many are left
// out.
func (r *Result) Markdown(limit int) string {
	p := page{Table: r.Table(Writer{}), limit: limit, elsewhere: "the log lists all of them"}
	if r.File != "" {
		p.elsewhere = "the report file lists all of them"
	}
	p.addTable()
	p.addUnlisted(r)
	p.addIDs(r)
	return p.end("")
}

// Markdown returns the table as Markdown of at most limit bytes. Each row has a link to its run; link returns its address,
// or nothing if there is none.
func (t Table) Markdown(limit int, link func(Writer) string) string {
	p := page{Table: t, limit: limit, elsewhere: "the job summaries list them", link: link}
	p.addTable()
	return p.end(t.footer(link))
}

// page is a text of limited length.
type page struct {
	Table
	strings.Builder
	limit     int
	elsewhere string // what to read for what is left out

	link  func(Writer) string // nil: the text is about one run
	links []string            // the addresses of the runs
}

// reserve is the space for the lines that say what is left out, and for the footer.
const reserve = 600

func (p *page) add(text string) { p.WriteString(text) }

// fits reports whether a text still fits.
func (p *page) fits(text string) bool {
	used := p.Len() + reserve
	for _, link := range p.links {
		used += len(link) + len("[1000]: \n")
	}
	return used+len(text) <= p.limit
}

func (p *page) addTable() {
	p.add("### " + p.title() + "\n\n")
	if p.About.Subject != "" {
		p.add(p.About.Subject + "\n\n")
	}
	p.addNotes()
	p.addRows()
}

// end returns the page with remarks, the footer and the addresses of the links.
func (p *page) end(footer string) string {
	if p.Full {
		p.add("\nThe comment is full: some rows or problems are left out. The job summaries have them.\n")
	}
	if p.About.File && !p.About.Exclusive && len(p.Rows) > 0 {
		p.add("\n<sub>Deleting a line from the file does not revoke access. Use <code>role: none</code>.</sub>\n")
	}
	text := strings.TrimRight(p.String(), "\n") + "\n" + footer
	for i, link := range p.links {
		if i == 0 {
			text += "\n"
		}
		text += fmt.Sprintf("[%d]: %s\n", i+1, link)
	}
	return text
}

func (t *Table) title() string {
	name := "Astro Workspace grant"
	if t.About.File {
		name = "Astro grants file"
	}
	n, more := tally{}, ""
	for _, row := range t.Rows {
		n.add(row.Status, row.Plan)
	}
	switch {
	case t.Full && t.About.Counts != nil:
		n = t.About.Counts
	case t.Full:
		more = " and more"
	}
	kind, all, planned, done := t.failure(), n.String()+more, n.list(planWords), n.list(doneWords)
	switch {
	case t.About.Drift:
		return fmt.Sprintf("❌ %s, check: drift (%s)", name, all)
	case kind != "" && all != "":
		return fmt.Sprintf("❌ %s failed: %s (%s)", name, kind, all)
	case kind != "":
		return fmt.Sprintf("❌ %s failed: %s", name, kind)
	case t.About.Check:
		return "✅ " + name + ", check: no drift"
	case planned != "" && done != "":
		return fmt.Sprintf("🔎 %s, plan: %s; done: %s", name, planned, done)
	case planned != "":
		return "🔎 " + name + ", plan: " + planned + more
	case done != "":
		return "✅ " + name + ": " + done + more
	case t.About.Plan:
		return "🔎 " + name + ", plan: no changes"
	}
	return "✅ " + name + ": no changes"
}

// failure returns the kind of the first problem, or an empty one.
func (t *Table) failure() grant.Kind {
	kinds := map[grant.Kind]bool{}
	for _, note := range t.Notes {
		kinds[note.Kind] = true
	}
	for _, row := range t.Rows {
		kinds[row.Error] = true
	}
	for _, kind := range grant.Kinds() {
		if kinds[kind] {
			return kind
		}
	}
	return ""
}

// subject says what the result is about: the API token or the grants file.
func (r *Result) subject() string {
	switch {
	case r.File != "" && r.Reason.IsEmpty():
		return "File " + code(r.File)
	case r.File != "":
		return "File " + code(r.File) + ", planned only: " + r.Reason.Markdown()
	case r.TokenGiven == "":
		return ""
	case r.Redact || r.Token.Name == "":
		return "Organization API token " + code(r.TokenGiven)
	}
	return "Organization API token " + code(r.Token.Name)
}

// code returns a name as code.
func code(name string) string { return message.Code(short(name)) }

// short cuts a name that is as long as a page: it would leave no space for the rest.
func short(name string) string {
	const most = 300
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return name
}

// quotation returns a problem as a quotation.
func quotation(problem grant.Problem) string {
	text := "> " + problem.What.Markdown() + "\n"
	if !problem.Hint.IsEmpty() {
		text += ">\n> **What to do:** " + problem.Hint.Markdown() + "\n"
	}
	return text
}

// addNotes adds the problems in at most half of the space. Several jobs can have the same one.
func (p *page) addNotes() {
	var texts []string
	for _, note := range p.Notes {
		if !slices.Contains(texts, note.Text) {
			texts = append(texts, note.Text)
		}
	}
	leftOut := 0
	for _, text := range texts {
		if p.Len()+len(text) > p.limit/2 {
			leftOut++
			continue
		}
		p.add(text + "\n")
	}
	if leftOut > 0 {
		fmt.Fprintf(p, "> … and %d more problems, left out here.\n\n", leftOut)
	}
}

const unverified = "A write was sent but could not be verified, so the role may have changed. Running again is safe."

// addRows adds tables of what changes or failed, of what the file does not list, and of what it no longer lists. What is
// unchanged is in a folded section.
func (p *page) addRows() {
	var changes, unlisted, unchanged []Row
	for _, row := range p.Rows {
		switch {
		case row.Unlisted:
			unlisted = append(unlisted, row)
		case row.Status == grant.Unchanged:
			unchanged = append(unchanged, row)
		default:
			changes = append(changes, row)
		}
	}
	showChange := func(r Row) string { return r.change() + r.notes().Markdown() }
	p.addSection("", changes, showChange)
	p.addSection("**Not listed in the file, which is exclusive:**", unlisted, showChange)
	p.addSection("⚠️ **Deleted from the file, which does not revoke the access.** To revoke it, use <code>role: none</code>:",
		p.About.Removed, func(r Row) string { return message.Code(string(r.Role)) })
	if !p.addRowsOf(fmt.Sprintf("%d unchanged", len(unchanged)), unchanged, showChange) {
		fmt.Fprintf(p, "\n%d unchanged.\n", len(unchanged))
	}
}

// addSection adds rows under a title.
func (p *page) addSection(title string, rows []Row, showRole func(Row) string) {
	if len(rows) > 0 && title != "" {
		p.add("\n" + title + "\n\n")
	}
	if !p.addRowsOf("", rows, showRole) {
		fmt.Fprintf(p, "… and %d more; %s.\n", len(rows), p.elsewhere)
	}
}

// addRowsOf adds rows as a table like [page.addLines].
func (p *page) addRowsOf(folded string, rows []Row, showRole func(Row) string) bool {
	head, rule := "| Workspace | Role |", "| --- | --- |"
	if p.About.File {
		head, rule = "| API token "+head, "| --- "+rule
	}
	if p.link != nil {
		head, rule = head+" Run |", rule+" --- |"
	}
	return p.addLines(folded, head+"\n"+rule+"\n", len(rows), func(i int) string {
		return p.line(rows[i], showRole(rows[i]))
	})
}

// line returns a line of a table: a row, and the run that wrote it.
func (p *page) line(row Row, role string) string {
	line := "| " + code(row.Workspace) + " | " + role + " |"
	if p.About.File {
		line = "| " + code(row.Token) + " " + line
	}
	if p.link != nil {
		line += " " + p.linked(row) + " |"
	}
	return line + "\n"
}

// linked returns what the row's run did, with a link to it. The addresses are at the end of the text: they are long, and
// many rows have the same one.
func (p *page) linked(row Row) string {
	link := p.link(row.Writer)
	if link == "" || row.Run == 0 {
		return row.state()
	}
	i := slices.Index(p.links, link)
	if i < 0 {
		i = len(p.links)
		p.links = append(p.links, link)
	}
	return fmt.Sprintf("[%s][%d]", row.state(), i+1)
}

// addLines adds a table, folded under a title unless that is empty. If only some of the lines fit, it says how many are
// left out. It returns false if not even the first one fits.
func (p *page) addLines(folded, head string, lines int, line func(i int) string) bool {
	if lines == 0 {
		return true
	}
	begin, end := "", ""
	if folded != "" {
		begin, end = "\n<details><summary>"+folded+"</summary>\n\n", "\n</details>\n"
	}
	if !p.fits(begin + head + line(0) + end) {
		return false
	}
	p.add(begin + head)
	for i := range lines {
		text := line(i)
		if !p.fits(text + end) {
			fmt.Fprintf(p, "\n… and %d more; %s.\n", lines-i, p.elsewhere)
			break
		}
		p.add(text)
	}
	p.add(end)
	return true
}

// addUnlisted adds the roles that the file does not list and that stay.
func (p *page) addUnlisted(r *Result) {
	var rows []Row
	for _, o := range r.Unlisted {
		rows = append(rows, r.newRow(o, Writer{}))
	}
	p.addRowsOf(fmt.Sprintf("%d roles that the file does not list; they stay", len(rows)), rows,
		func(r Row) string { return code(string(r.Previous)) })
}

// addIDs adds the IDs of all API tokens and Workspaces that fit, unless strangers can read them.
func (p *page) addIDs(r *Result) {
	if r.Redact {
		return
	}
	type line struct {
		what     string
		resource grant.Resource
	}
	var lines []line
	seen := map[string]bool{}
	add := func(what string, resource grant.Resource) {
		if resource.ID != "" && !seen[what+resource.ID] {
			seen[what+resource.ID] = true
			lines = append(lines, line{what, resource})
		}
	}
	for _, o := range r.Outcomes {
		add("API token", o.Token)
	}
	for _, o := range r.Outcomes {
		add("Workspace", o.Workspace)
	}
	p.addLines("IDs", "| | Name | ID |\n| --- | --- | --- |\n", len(lines), func(i int) string {
		return fmt.Sprintf("| %s | %s | %s |\n", lines[i].what, code(lines[i].resource.Name), code(lines[i].resource.ID))
	})
}

// commit matches the SHA of a commit.
var commit = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{40,64}$`) })

// footer links the newest run and names the commit that it saw.
func (t Table) footer(link func(Writer) string) string {
	var footer []string
	if address := link(t.About.Writer); address != "" && t.About.Run != 0 {
		footer = append(footer, "[Workflow run]("+address+")")
	}
	if commit().MatchString(t.About.Head) {
		footer = append(footer, "commit "+t.About.Head)
	}
	if len(footer) == 0 {
		return ""
	}
	return "\n<sub>" + strings.Join(footer, " · ") + "</sub>\n"
}
