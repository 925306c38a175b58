package report

import (
	"fmt"
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Markdown returns the result as Markdown of at most limit bytes. If the outcomes do not fit, it says how many are left
// out.
func (r *Result) Markdown(limit int) string {
	m := &markdown{Result: r, limit: limit}
	m.add("### " + r.title() + "\n\n")
	if subject := r.subject(); subject != "" {
		m.add(subject + "\n\n")
	}
	m.addProblems()
	m.addOutcomes()
	return strings.TrimRight(m.String(), "\n") + "\n"
}

// markdown is a text of limited length.
type markdown struct {
	*Result
	strings.Builder
	limit int
}

// reserve is the space for the lines that say what is left out, and for the footer.
const reserve = 400

func (m *markdown) add(text string) { m.WriteString(text) }

// fits reports whether a text still fits.
func (m *markdown) fits(text string) bool { return m.Len()+len(text)+reserve <= m.limit }

func (r *Result) title() string {
	name := "Astro Workspace grant"
	if r.File != "" {
		name = "Astro grants file"
	}
	counts := r.Summary()
	switch {
	case r.Drift:
		return fmt.Sprintf("❌ %s, check: drift (%s)", name, counts)
	case len(r.Problems) > 0 && counts != "":
		return fmt.Sprintf("❌ %s failed: %s (%s)", name, r.Error(), counts)
	case len(r.Problems) > 0:
		return fmt.Sprintf("❌ %s failed: %s", name, r.Error())
	case r.Check:
		return "✅ " + name + ", check: no drift"
	case r.DryRun && !r.Changed():
		return "🔎 " + name + ", plan: no changes"
	case r.DryRun:
		return "🔎 " + name + ", plan: " + counts
	case !r.Changed():
		return "✅ " + name + ": no changes"
	}
	return "✅ " + name + ": " + counts
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

// addProblems adds the problems in at most half of the space.
func (m *markdown) addProblems() {
	for i, problem := range m.Problems {
		text := "> " + problem.What.Markdown() + "\n"
		if !problem.Hint.IsEmpty() {
			text += ">\n> **What to do:** " + problem.Hint.Markdown() + "\n"
		}
		if m.Len()+len(text) > m.limit/2 {
			fmt.Fprintf(m, "> … and %d more problems, left out here.\n\n", len(m.Problems)-i)
			break
		}
		m.add(text + "\n")
	}
	if m.Unverified {
		m.add("> " + unverified + "\n\n")
	}
}

const unverified = "A write was sent but could not be verified, so the role may have been granted. Running again is safe."

// addOutcomes adds tables of what changes or failed, of what the file does not list, and of what it no longer lists. What
// is unchanged and all IDs are in folded sections.
func (m *markdown) addOutcomes() {
	var changes, unlisted, unchanged []grant.Outcome
	for _, o := range m.Outcomes {
		switch {
		case o.Unlisted:
			unlisted = append(unlisted, o)
		case o.Status == grant.Unchanged:
			unchanged = append(unchanged, o)
		default:
			changes = append(changes, o)
		}
	}
	m.addSection("", changes)
	m.addSection("**Not listed in the file, which is exclusive:**", unlisted)
	m.addRemoved()
	if !m.addTable(fmt.Sprintf("%d unchanged", len(unchanged)), unchanged, m.row) {
		fmt.Fprintf(m, "\n%d unchanged.\n", len(unchanged))
	}
	if n := len(m.Unlisted); n > 0 {
		showRole := func(o grant.Outcome) string { return m.rowWith(o, code(string(o.Previous))) }
		m.addTable(fmt.Sprintf("%d roles that the file does not list; they stay", n), m.Unlisted, showRole)
	}
	m.addIDs()
	if m.File != "" && !m.Exclusive && len(m.Outcomes) > 0 {
		m.add("\n<sub>Deleting a line from the file does not revoke access. Use <code>role: none</code>.</sub>\n")
	}
}

// addSection adds outcomes under a title.
func (m *markdown) addSection(title string, outcomes []grant.Outcome) {
	if len(outcomes) > 0 && title != "" {
		m.add("\n" + title + "\n\n")
	}
	if !m.addTable("", outcomes, m.row) {
		fmt.Fprintf(m, "… and %d more; %s lists all of them.\n", len(outcomes), m.elsewhere())
	}
}

// addRemoved adds the grants that a pull request deletes from the file, as that does not take the access away.
func (m *markdown) addRemoved() {
	var removed []grant.Outcome
	for _, w := range m.Removed {
		removed = append(removed, grant.Outcome{Wanted: w})
	}
	if len(removed) > 0 {
		m.add("\n⚠️ **Deleted from the file, which does not revoke the access.** To revoke it, use <code>role: none</code>:\n\n")
	}
	showRole := func(o grant.Outcome) string { return m.rowWith(o, message.Code(string(o.Role))) }
	if !m.addTable("", removed, showRole) {
		fmt.Fprintf(m, "… %d grants.\n", len(removed))
	}
}

// addTable adds a table of outcomes like [markdown.addRows].
func (m *markdown) addTable(folded string, outcomes []grant.Outcome, row func(grant.Outcome) string) bool {
	head := "| Workspace | Role |\n| --- | --- |\n"
	if m.File != "" {
		head = "| API token | Workspace | Role |\n| --- | --- | --- |\n"
	}
	return m.addRows(folded, head, len(outcomes), func(i int) string { return row(outcomes[i]) })
}

// addRows adds a table, folded under a title unless that is empty. If only some of the rows fit, it says how many are
// left out. It returns false if not even the first row fits.
func (m *markdown) addRows(folded, head string, rows int, row func(i int) string) bool {
	if rows == 0 {
		return true
	}
	begin, end := "", ""
	if folded != "" {
		begin, end = "\n<details><summary>"+folded+"</summary>\n\n", "\n</details>\n"
	}
	if !m.fits(begin + head + row(0) + end) {
		return false
	}
	m.add(begin + head)
	for i := range rows {
		text := row(i)
		if !m.fits(text + end) {
			fmt.Fprintf(m, "\n… and %d more; %s lists all of them.\n", rows-i, m.elsewhere())
			break
		}
		m.add(text)
	}
	m.add(end)
	return true
}

// elsewhere says what lists all outcomes.
func (r *Result) elsewhere() string {
	if r.File != "" {
		return "the job summary or the report file"
	}
	return "the output “grants”"
}

// addIDs adds the IDs of all API tokens and Workspaces that fit, unless strangers can read them.
func (m *markdown) addIDs() {
	if m.Redact {
		return
	}
	type row struct {
		what     string
		resource grant.Resource
	}
	var rows []row
	seen := map[string]bool{}
	add := func(what string, resource grant.Resource) {
		if resource.ID != "" && !seen[what+resource.ID] {
			seen[what+resource.ID] = true
			rows = append(rows, row{what, resource})
		}
	}
	for _, o := range m.Outcomes {
		add("API token", o.Token)
	}
	for _, o := range m.Outcomes {
		add("Workspace", o.Workspace)
	}
	m.addRows("IDs", "| | Name | ID |\n| --- | --- | --- |\n", len(rows), func(i int) string {
		return fmt.Sprintf("| %s | %s | %s |\n", rows[i].what, code(rows[i].resource.Name), code(rows[i].resource.ID))
	})
}
