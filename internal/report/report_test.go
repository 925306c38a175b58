package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/markdowntest"
)

// aReport is of two grants, edited.
func aReport(edit func(*Report)) *Report {
	r := &Report{
		OrganizationID: "o1", TokenGiven: "CI Deployer", TokenID: "t1", TokenName: "CI Deployer", Role: grant.Operator, Attempts: 1,
		Grants: []Grant{
			{Given: "Production", WorkspaceID: "w1", WorkspaceName: "Production", Role: grant.Operator, Status: grant.Granted},
			{Given: "w2", WorkspaceID: "w2", WorkspaceName: "a|b", Role: grant.Operator, Previous: grant.Owner, Status: grant.Updated},
		},
	}
	edit(r)
	return r
}

func failed(r *Report) {
	for i := range r.Grants {
		r.Grants[i].Status, r.Grants[i].Error = grant.Failed, grant.Unavailable
	}
	r.Problems = []grant.Problem{{Kind: grant.Unavailable, What: escape.Say("No answer about %s.", "a*b"), Hint: escape.Say("Run it again.")}}
}

func TestMarkdown(t *testing.T) {
	const (
		whom = "Organization API token `CI Deployer` <sub>`t1`</sub>\n\n"
		head = "| Workspace | Role |\n| --- | --- |\n"
	)
	for _, tt := range []struct {
		name string
		edit func(*Report)
		want string
	}{
		{
			"granted and updated", func(*Report) {},
			"### ✅ Astro Workspace grant: granted\n\n" + whom + head +
				"| `Production`<br><sub>`w1`</sub> | none → `WORKSPACE_OPERATOR` |\n" +
				"| <code>a&#124;b</code><br><sub>`w2`</sub> | `WORKSPACE_OWNER` → `WORKSPACE_OPERATOR` ⚠️ **lowered** |\n",
		},
		{
			"dry run", func(r *Report) { r.DryRun = true; r.Grants = r.Grants[:1] },
			"### 🔎 Astro Workspace grant, dry run: would be granted\n\n" + whom + head +
				"| `Production`<br><sub>`w1`</sub> | none → `WORKSPACE_OPERATOR` |\n",
		},
		{
			"unchanged", func(r *Report) {
				r.Grants = r.Grants[:1]
				r.Grants[0].Status, r.Grants[0].Previous = grant.Unchanged, "workspace_operator"
			},
			"### ✅ Astro Workspace grant: unchanged, the role was there\n\n" + whom + head +
				"| `Production`<br><sub>`w1`</sub> | `WORKSPACE_OPERATOR` unchanged |\n",
		},
		{
			"no role, unchanged", func(r *Report) {
				r.Role, r.Grants = grant.None, r.Grants[:1]
				r.Grants[0].Status, r.Grants[0].Role = grant.Unchanged, grant.None
			},
			"### ✅ Astro Workspace grant: unchanged, there was no role\n\n" + whom + head +
				"| `Production`<br><sub>`w1`</sub> | no role, unchanged |\n",
		},
		{
			"unchanged, dry run", func(r *Report) { r.DryRun, r.Grants = true, nil },
			"### 🔎 Astro Workspace grant, dry run: nothing would change\n\n" + strings.TrimSuffix(whom, "\n"),
		},
		{
			"failed", failed,
			"### ❌ Astro Workspace grant failed: unavailable\n\n" + whom +
				"> No answer about <code>a&#42;b</code>.\n>\n> **What to do:** Run it again.\n\n" + head +
				"| `Production`<br><sub>`w1`</sub> | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n" +
				"| <code>a&#124;b</code><br><sub>`w2`</sub> | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n",
		},
		{
			"failed, may stand", func(r *Report) {
				failed(r)
				r.MayStand, r.Grants = true, r.Grants[:1]
				r.Problems[0].Hint = escape.Sentence{}
			},
			"### ❌ Astro Workspace grant failed: unavailable\n\n" + whom +
				"> No answer about <code>a&#42;b</code>.\n\n> A write was sent that could not be verified: the role may stand. Running again is safe.\n\n" + head +
				"| `Production`<br><sub>`w1`</sub> | ❌ `WORKSPACE_OPERATOR` may stand |\n",
		},
		{
			"failed before any grant", func(r *Report) { failed(r); *r = Report{Problems: r.Problems[:1]} },
			"### ❌ Astro Workspace grant failed: unavailable\n\n> No answer about <code>a&#42;b</code>.\n>\n> **What to do:** Run it again.\n",
		},
		{
			"for strangers", func(r *Report) { r.Public = true; r.TokenGiven, r.Grants = "t1", r.Grants[1:] },
			"### ✅ Astro Workspace grant: updated\n\nOrganization API token `t1`\n\n" + head +
				"| `w2` | `WORKSPACE_OWNER` → `WORKSPACE_OPERATOR` ⚠️ **lowered** |\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := aReport(tt.edit).Markdown(65536); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestStatusAndChanged(t *testing.T) {
	for _, tt := range []struct {
		name     string
		statuses []grant.Status
		mayStand bool
		problem  bool
		status   grant.Status
		changed  bool
	}{
		{"nothing", nil, false, false, grant.Unchanged, false},
		{"unchanged", []grant.Status{grant.Unchanged, grant.Unchanged}, false, false, grant.Unchanged, false},
		{"granted over others", []grant.Status{grant.Unchanged, grant.Updated, grant.Granted}, false, false, grant.Granted, true},
		{"updated over unchanged", []grant.Status{grant.Unchanged, grant.Updated}, false, false, grant.Updated, true},
		{"failed", []grant.Status{grant.Failed}, false, true, grant.Failed, false},
		{"failed before any grant", nil, false, true, grant.Failed, false},
		{"failed, may stand", []grant.Status{grant.Failed}, true, true, grant.Failed, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &Report{MayStand: tt.mayStand}
			for _, status := range tt.statuses {
				r.Grants = append(r.Grants, Grant{Status: status})
			}
			if tt.problem {
				r.Problems = []grant.Problem{{Kind: grant.Unavailable}}
			}
			if got := r.Status(); got != tt.status {
				t.Errorf("status %s", got)
			}
			if got := r.Changed(); got != tt.changed {
				t.Errorf("changed %v", got)
			}
		})
	}
}

// manyGrants edits a report to have n grants, each with what the function says for its name.
func manyGrants(n int, name func(i int) string) func(*Report) {
	return func(r *Report) {
		r.Grants = nil
		for i := range n {
			id := fmt.Sprintf("clworkspace%014d", i)
			r.Grants = append(r.Grants, Grant{Given: id, WorkspaceID: id, WorkspaceName: name(i), Role: grant.Operator, Previous: grant.Member, Status: grant.Updated})
		}
	}
}

func TestLimit(t *testing.T) {
	long := strings.Repeat("|", 70000)
	plain := func(int) string { return "Team Data" }
	for _, tt := range []struct {
		name        string
		limit       int
		edit        func(*Report)
		least, most int // rows of the table
		told        string
	}{
		{"1,000 Workspaces in a comment", 65536, manyGrants(1000, plain), 400, 999, "more Workspaces; the output “grants” has them all."},
		{"1,000 Workspaces in a summary", 1000 << 10, manyGrants(1000, plain), 1000, 1000, ""},
		{"1,000 Workspaces with names that are long when escaped", 65536, manyGrants(1000, func(int) string { return strings.Repeat("|", 200) }), 40, 999, "more Workspaces"},
		{"names as long as a page", 65536, manyGrants(3, func(int) string { return long }), 3, 3, "…"},
		{"a token's name as long as a page", 65536, func(r *Report) { r.TokenName = long }, 2, 2, "…"},
		{"what was given is as long as a page", 65536, func(r *Report) { r.TokenGiven, r.Public = long, true }, 2, 2, "…"},
		{"1,000 problems", 65536, func(r *Report) {
			for i := range 1000 {
				r.Problems = append(r.Problems, grant.Problem{Kind: grant.WorkspaceNotFound, What: escape.Say("No Workspace is called %s.", fmt.Sprint("w|", i)), Hint: escape.Say("Check the name.")})
			}
		}, 2, 2, "more problems, left out here."},
		{"a problem as long as a page, and a write that may stand", 65536, func(r *Report) {
			failed(r)
			r.MayStand, r.Problems[0].What = true, escape.Say("%s", long)
		}, 2, 2, "the role may stand"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := aReport(tt.edit)
			markdown := r.Markdown(tt.limit)
			if len(markdown) > tt.limit || !utf8.ValidString(markdown) {
				t.Errorf("%d bytes, UTF-8: %v", len(markdown), utf8.ValidString(markdown))
			}
			if !strings.Contains(markdown, tt.told) {
				t.Errorf("does not say %q:\n%s", tt.told, markdown)
			}
			page := markdowntest.Render(t, markdown)
			rows := page.Elements["tr"] - 1
			if rows < tt.least || rows > tt.most || page.Elements["td"] != 2*rows {
				t.Errorf("%d rows with %d cells, want %d to %d rows", rows, page.Elements["td"], tt.least, tt.most)
			}
			if left := fmt.Sprintf("and %d more Workspaces", len(r.Grants)-rows); rows < len(r.Grants) && !strings.Contains(page.Text, left) {
				t.Errorf("does not say %q", left)
			}
		})
	}
}

func TestPublicTellsOnlyWhatWasGiven(t *testing.T) {
	r := aReport(func(r *Report) {
		*r = Report{
			Public: true, OrganizationID: "secret-o", TokenGiven: "given-t", TokenID: "secret-t", TokenName: "secret-n", Role: grant.Operator,
			Grants: []Grant{{Given: "given-w", WorkspaceID: "secret-w", WorkspaceName: "secret-m", Role: grant.Operator, Status: grant.Granted}},
		}
	})
	text := markdowntest.Render(t, r.Markdown(65536)).Text
	if strings.Contains(text, "secret-") || !strings.Contains(text, "given-t") || !strings.Contains(text, "given-w") {
		t.Error(text)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a|b", "`", "<img src=x>", "</code></td></tr></table>", "<!--", "@octocat", "https://evil.example", "www.evil.example", "a@b.example",
		"![a](b)", "a\n\n# b", "a\r|b|", "\\|", "&#64;x", "*a*", "\xff\u202e", "##[error]x", "\n::error::x",
	} {
		f.Add(seed, seed, seed, false)
	}
	f.Fuzz(func(t *testing.T, token, workspace, role string, public bool) {
		r := aReport(func(r *Report) {
			failed(r)
			r.Public, r.TokenGiven, r.TokenName, r.TokenID, r.OrganizationID = public, token, token, workspace, role
			r.Problems[0].What = escape.Say("The API said %s of %s.", workspace, []string{token, role})
			r.Grants[0] = Grant{Given: workspace, WorkspaceID: role, WorkspaceName: workspace, Role: grant.Role(role), Previous: grant.Role(role), Status: grant.Granted}
			r.Grants[1].WorkspaceName, r.Grants[1].Given = token, token
		})
		markdown := r.Markdown(65536)
		page := markdowntest.Render(t, markdown)
		if len(markdown) > 65536 {
			t.Errorf("%d bytes", len(markdown))
		}
		if shown := escape.Line(short(token)); token != "" && !slices.Contains(page.Codes, shown) {
			t.Errorf("%q is not shown:\n%s", shown, page.Text)
		}
		for _, bad := range []string{"@", "://", "www.", "##[", "<"} {
			if strings.Contains(page.Loose, bad) {
				t.Errorf("outside of code stands %q:\n%s", bad, page.Loose)
			}
		}
		expected := map[string]bool{
			"h3": true, "p": true, "code": true, "br": true, "sub": true, "blockquote": true, "strong": true,
			"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true,
		}
		for element := range page.Elements {
			if !expected[element] {
				t.Errorf("an element %s:\n%s", element, markdown)
			}
		}
		if len(page.Attrs) > 0 {
			t.Errorf("attributes %q", page.Attrs)
		}
		if rows := page.Elements["tr"] - 1; page.Elements["table"] != 1 || page.Elements["th"] != 2 || page.Elements["td"] != 2*rows || rows > 2 {
			t.Errorf("elements %v:\n%s", page.Elements, markdown)
		}
		if page.Elements["h3"] != 1 || page.Elements["strong"] > 3 {
			t.Errorf("elements %v:\n%s", page.Elements, markdown)
		}
	})
}
