// Package report says the result of a run in Markdown: once, for the job summary and for the comment on a pull request.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// Report is the result of a run.
type Report struct {
	DryRun         bool
	File           *File // nil: the inputs said what to grant
	OrganizationID string
	TokenGiven     string // as the input named it; empty with a file, as are the next three
	TokenID        string
	TokenName      string
	Role           grant.Role
	Grants         []Grant
	Attempts       int  // writes tried
	MayStand       bool // a write was sent that could not be verified
	Problems       []grant.Problem

	// Public is set for a run whose reader may be a stranger: it tells no names or IDs but those it was given.
	Public bool
}

// File is a grants file.
type File struct {
	Path    string
	Applied bool
	Why     escape.Sentence // it was planned only
}

// Grant is one API token's role in one Workspace.
type Grant struct {
	TokenGiven    string // the API token as the file named it
	TokenID       string
	TokenName     string
	Given         string // the Workspace as it was named
	WorkspaceID   string
	WorkspaceName string
	Role          grant.Role // grant.None: it is revoked
	Previous      grant.Role // empty: none
	Status        grant.Status
	Error         grant.Kind // empty unless it failed

	MayStand  bool      // of a file: a write of its API token's was sent that could not be verified
	At        time.Time // when it was known to stand, or to have failed
	RequestID string    // what the API called the write; may be empty
}

// Count returns how many grants have a status.
func (r *Report) Count(status grant.Status) int {
	count := 0
	for _, g := range r.Grants {
		if g.Status == status {
			count++
		}
	}
	return count
}

// Status is what stands for all grants of the report.
func (r *Report) Status() grant.Status {
	if len(r.Problems) > 0 {
		return grant.Failed
	}
	for _, status := range grant.Statuses() {
		if slices.ContainsFunc(r.Grants, func(g Grant) bool { return g.Status == status }) {
			return status
		}
	}
	return grant.Unchanged
}

// Changed reports whether the run changed a role, or may have. In a dry run: whether it would have.
func (r *Report) Changed() bool {
	return r.MayStand || slices.ContainsFunc(r.Grants, func(g Grant) bool {
		return g.Status == grant.Granted || g.Status == grant.Updated || g.Status == grant.Revoked
	})
}

// Markdown returns the report in at most limit bytes. Where the grants do not fit, it tells how many are left out.
func (r *Report) Markdown(limit int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", r.title())
	if whom := r.whom(); whom != "" {
		fmt.Fprintf(&b, "%s\n\n", whom)
	}
	r.writeProblems(&b, limit/2)
	r.writeGrants(&b, limit)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (r *Report) title() string {
	if r.File != nil {
		return r.fileTitle()
	}
	const name = "Astro Workspace grant"
	switch status := r.Status(); {
	case status == grant.Failed:
		return fmt.Sprintf("❌ %s failed: %s", name, r.Problems[0].Kind)
	case r.DryRun && status == grant.Unchanged:
		return "🔎 " + name + ", dry run: nothing would change"
	case r.DryRun:
		return fmt.Sprintf("🔎 %s, dry run: would be %s", name, status)
	case status == grant.Unchanged && r.Role == grant.None:
		return "✅ " + name + ": unchanged, there was no role"
	case status == grant.Unchanged:
		return "✅ " + name + ": unchanged, the role was there"
	default:
		return fmt.Sprintf("✅ %s: %s", name, status)
	}
}

// whom says who gets what.
func (r *Report) whom() string {
	switch {
	case r.File != nil:
		return r.whichFile()
	case r.TokenGiven == "":
		return ""
	case r.Public || r.TokenID == "" || r.TokenName == "":
		return "Organization API token " + escape.Code(short(r.TokenGiven))
	}
	return fmt.Sprintf("Organization API token %s <sub>%s</sub>", escape.Code(short(r.TokenName)), escape.Code(short(r.TokenID)))
}

// short bounds a name: one that is as long as a page would leave no room for the rest.
func short(s string) string {
	const most = 300
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

func (r *Report) writeProblems(b *strings.Builder, limit int) {
	for i, problem := range r.Problems {
		text := "> " + problem.What.Markdown() + "\n"
		if !problem.Hint.Empty() {
			text += ">\n> **What to do:** " + problem.Hint.Markdown() + "\n"
		}
		if b.Len()+len(text) > limit {
			fmt.Fprintf(b, "> … and %d more problems, left out here.\n\n", len(r.Problems)-i)
			break
		}
		b.WriteString(text + "\n")
	}
	if r.MayStand {
		b.WriteString("> A write was sent that could not be verified: the role may stand. Running again is safe.\n\n")
	}
}

// writeGrants writes the table of grants. One of a file has what changes only: of the rest it tells how many there are.
func (r *Report) writeGrants(b *strings.Builder, limit int) {
	grants, head := r.Grants, "| Workspace | Role |\n| --- | --- |\n"
	if r.File != nil {
		head = "| API token | Workspace | Role |\n| --- | --- | --- |\n"
		grants = slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return g.Status == grant.Unchanged })
	}
	const room = 300 // for the lines that tell how many are left out
	if len(grants) > 0 && b.Len()+len(head)+room <= limit {
		b.WriteString(head)
		for i, g := range grants {
			row := r.row(g)
			if b.Len()+len(row)+room > limit {
				fmt.Fprintf(b, "\n… and %d more %s; %s has them all.\n", len(grants)-i, r.unit(), r.whole())
				break
			}
			b.WriteString(row)
		}
	}
	if r.File != nil && len(r.Grants) > 0 {
		r.writeFileFooter(b)
	}
}

func (r *Report) row(g Grant) string {
	if r.File != nil {
		return fmt.Sprintf("| %s | %s | %s |\n", r.token(g), r.workspace(g), r.outcome(g))
	}
	return fmt.Sprintf("| %s | %s |\n", r.workspace(g), r.outcome(g))
}

// outcome says what the role goes from and to, or that it does not. What takes rights away, or gives all of them, stands out.
func (r *Report) outcome(g Grant) string {
	role := escape.Code(string(g.Role))
	if g.Role == grant.None {
		role = "revocation"
	}
	mayStand := r.MayStand
	if r.File != nil {
		mayStand = g.MayStand
	}
	switch {
	case g.Status == grant.Failed && mayStand:
		return "❌ " + role + " may stand"
	case g.Status == grant.Failed && g.WorkspaceID != "" && r.Attempts == 0 && g.Role == grant.None:
		return "❌ not revoked"
	case g.Status == grant.Failed && g.WorkspaceID != "" && r.Attempts == 0:
		return "❌ " + role + " not granted"
	case g.Status == grant.Failed:
		return "❌ " + role + " failed: " + string(g.Error)
	case g.Status == grant.Unchanged && g.Role == grant.None:
		return "no role, unchanged"
	case g.Status == grant.Unchanged:
		return role + " unchanged"
	}
	before := "none"
	if g.Previous != "" {
		before = escape.Code(string(g.Previous))
	}
	if g.Role == grant.None {
		return before + " → none ⚠️ **revoked**"
	}
	change := before + " → " + role
	switch {
	case g.Role.Lowers(g.Previous):
		change += " ⚠️ **lowered**"
	case g.Role == grant.Owner:
		change += " ⚠️ **owner**"
	}
	return change
}

func (r *Report) workspace(g Grant) string {
	if r.Public || g.WorkspaceID == "" {
		return escape.Code(short(g.Given))
	}
	return escape.Code(short(g.WorkspaceName)) + "<br><sub>" + escape.Code(g.WorkspaceID) + "</sub>"
}
