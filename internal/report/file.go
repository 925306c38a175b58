package report

import (
	"fmt"
	"strings"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// fileTitle says in a line what became of a grants file.
func (r *Report) fileTitle() string {
	const name = "Astro grants file"
	counted := r.counted()
	switch {
	case len(r.Problems) > 0 && counted != "":
		return fmt.Sprintf("❌ %s failed: %s (%s)", name, r.Problems[0].Kind, counted)
	case len(r.Problems) > 0:
		return fmt.Sprintf("❌ %s failed: %s", name, r.Problems[0].Kind)
	case !r.File.Applied && counted == "":
		return "🔎 " + name + ", plan: nothing would change"
	case !r.File.Applied:
		return "🔎 " + name + ", plan: would be " + counted
	case counted == "":
		return "✅ " + name + " applied: nothing had to change"
	}
	return "✅ " + name + " applied: " + counted
}

// counted tells how many grants there are of each status but unchanged.
func (r *Report) counted() string {
	var parts []string
	for _, status := range []grant.Status{grant.Granted, grant.Updated, grant.Revoked, grant.Failed} {
		if n := r.Count(status); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	return strings.Join(parts, ", ")
}

func (r *Report) whichFile() string {
	text := "File " + escape.Code(short(r.File.Path))
	if !r.File.Why.Empty() {
		text += ", planned only: " + r.File.Why.Markdown()
	}
	return text
}

func (r *Report) writeFileFooter(b *strings.Builder) {
	if n := r.Count(grant.Unchanged); n > 0 {
		fmt.Fprintf(b, "\n%d unchanged.\n", n)
	}
	b.WriteString("\n<sub>A line taken out of the file revokes nothing: <code>role: none</code> does.</sub>\n")
}

func (r *Report) token(g Grant) string {
	if r.Public || g.TokenID == "" {
		return escape.Code(short(g.TokenGiven))
	}
	return escape.Code(short(g.TokenName)) + "<br><sub>" + escape.Code(g.TokenID) + "</sub>"
}

// unit is what the rows of the table are.
func (r *Report) unit() string {
	if r.File != nil {
		return "changes"
	}
	return "Workspaces"
}

// whole is where all rows are told.
func (r *Report) whole() string {
	if r.File != nil {
		return "the job summary or the report file"
	}
	return "the output “grants”"
}
