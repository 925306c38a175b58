package report

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/markdowntest"
)

// aFileReport is of a file that was applied: one grant of each status but failed, edited.
func aFileReport(edit func(*Report)) *Report {
	one := func(workspace string, role, previous grant.Role, status grant.Status) Grant {
		return Grant{
			TokenGiven: "CI Deployer", TokenID: "t1", TokenName: "CI Deployer", Given: workspace, WorkspaceID: "id-" + workspace, WorkspaceName: workspace,
			Role: role, Previous: previous, Status: status,
		}
	}
	r := &Report{
		File: &File{Path: ".github/grants.yml", Applied: true}, OrganizationID: "o1", Attempts: 2,
		Grants: []Grant{
			one("w1", grant.Owner, "", grant.Granted),
			one("w2", grant.Member, grant.Author, grant.Updated),
			one("w3", grant.None, grant.Owner, grant.Revoked),
			one("w4", grant.Member, grant.Member, grant.Unchanged),
		},
	}
	edit(r)
	return r
}

func planned(r *Report) {
	r.DryRun, r.Attempts = true, 0
	r.File.Applied, r.File.Why = false, escape.Say("this is the event %s.", "pull_request")
}

// fail makes a grant fail, and notes why.
func fail(r *Report, i int, kind grant.Kind) {
	r.Grants[i].Status, r.Grants[i].Error = grant.Failed, kind
	r.Problems = append(r.Problems, grant.Problem{Kind: kind, What: escape.Say("It did not work.")})
}

func TestTitleOfAFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*Report)
		want string
	}{
		{"applied", func(*Report) {}, "✅ Astro grants file applied: 1 granted, 1 updated, 1 revoked"},
		{"applied, one thing", func(r *Report) { r.Grants = r.Grants[2:] }, "✅ Astro grants file applied: 1 revoked"},
		{"applied, nothing", func(r *Report) { r.Grants = r.Grants[3:] }, "✅ Astro grants file applied: nothing had to change"},
		{"applied, empty", func(r *Report) { r.Grants = nil }, "✅ Astro grants file applied: nothing had to change"},
		{"planned", planned, "🔎 Astro grants file, plan: would be 1 granted, 1 updated, 1 revoked"},
		{"planned, nothing", func(r *Report) { planned(r); r.Grants = r.Grants[3:] }, "🔎 Astro grants file, plan: nothing would change"},
		{"failed in part", func(r *Report) { fail(r, 1, grant.Rejected) }, "❌ Astro grants file failed: rejected (1 granted, 1 revoked, 1 failed)"},
		{"failed", func(r *Report) { r.Grants = r.Grants[:1]; fail(r, 0, grant.Forbidden) }, "❌ Astro grants file failed: forbidden (1 failed)"},
		{"failed before any", func(r *Report) { fail(r, 0, grant.InvalidInput); r.Grants = nil }, "❌ Astro grants file failed: invalid-input"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			title, _, _ := strings.Cut(aFileReport(tt.edit).Markdown(65536), "\n")
			if title != "### "+tt.want {
				t.Errorf("got %s, want %s", title, tt.want)
			}
		})
	}
}

func TestMarkdownOfAFile(t *testing.T) {
	const (
		head   = "| API token | Workspace | Role |\n| --- | --- | --- |\n"
		token  = "| `CI Deployer`<br><sub>`t1`</sub> | "
		footer = "\n<sub>A line taken out of the file revokes nothing: <code>role: none</code> does.</sub>\n"
		rows   = token + "`w1`<br><sub>`id-w1`</sub> | none → `WORKSPACE_OWNER` ⚠️ **owner** |\n" +
			token + "`w2`<br><sub>`id-w2`</sub> | `WORKSPACE_AUTHOR` → `WORKSPACE_MEMBER` ⚠️ **lowered** |\n" +
			token + "`w3`<br><sub>`id-w3`</sub> | `WORKSPACE_OWNER` → none ⚠️ **revoked** |\n"
	)
	for _, tt := range []struct {
		name string
		edit func(*Report)
		want string // after the title
	}{
		{"applied", func(*Report) {}, "File `.github/grants.yml`\n\n" + head + rows + "\n1 unchanged.\n" + footer},
		{"planned", planned, "File `.github/grants.yml`, planned only: this is the event `pull_request`.\n\n" + head + rows + "\n1 unchanged.\n" + footer},
		{"all unchanged", func(r *Report) { r.Grants = r.Grants[3:] }, "File `.github/grants.yml`\n\n\n1 unchanged.\n" + footer},
		{"none unchanged", func(r *Report) { r.Grants = r.Grants[:1] }, "File `.github/grants.yml`\n\n" + head + strings.SplitAfter(rows, "\n")[0] + footer},
		{"nothing", func(r *Report) { r.Grants = nil }, "File `.github/grants.yml`\n"},
		{
			"two failed, one may stand", func(r *Report) {
				r.Grants = r.Grants[:2]
				fail(r, 0, grant.Rejected)
				fail(r, 1, grant.Unverified)
				r.MayStand, r.Grants[1].MayStand = true, true
			},
			"File `.github/grants.yml`\n\n> It did not work.\n\n> It did not work.\n\n" +
				"> A write was sent that could not be verified: the role may stand. Running again is safe.\n\n" + head +
				token + "`w1`<br><sub>`id-w1`</sub> | ❌ `WORKSPACE_OWNER` failed: rejected |\n" +
				token + "`w2`<br><sub>`id-w2`</sub> | ❌ `WORKSPACE_MEMBER` may stand |\n" + footer,
		},
		{
			"for strangers", func(r *Report) { planned(r); r.Public, r.Grants = true, r.Grants[:1]; r.Grants[0].TokenGiven = "t1" },
			"File `.github/grants.yml`, planned only: this is the event `pull_request`.\n\n" + head + "| `t1` | `w1` | none → `WORKSPACE_OWNER` ⚠️ **owner** |\n" + footer,
		},
		{
			"hostile path", func(r *Report) { r.File.Path, r.Grants = "a|b\n# c.yml", nil },
			"File " + escape.Code("a|b\n# c.yml") + "\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, got, _ := strings.Cut(aFileReport(tt.edit).Markdown(65536), "\n\n")
			if got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// TestLimitOfAFile has more changes than fit: the rest is counted, and so is what is unchanged.
func TestLimitOfAFile(t *testing.T) {
	for _, tt := range []struct {
		name        string
		limit       int
		workspace   string
		least, most int // rows of the table
	}{
		{"a comment", 60 << 10, "Team Data", 300, 999},
		{"a comment of names that are long when escaped", 60 << 10, strings.Repeat("|", 200), 40, 999},
		{"a summary", 1000 << 10, "Team Data", 1000, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			markdown := aFileReport(func(r *Report) {
				r.Grants = nil
				for i := range 1500 {
					g := Grant{
						TokenGiven: "CI Deployer", TokenID: "cltokencideployer00000001", TokenName: "CI Deployer", WorkspaceID: fmt.Sprintf("clworkspace%014d", i),
						WorkspaceName: tt.workspace, Role: grant.Operator, Previous: grant.Member, Status: grant.Updated,
					}
					if i%3 == 0 {
						g.Status = grant.Unchanged
					}
					r.Grants = append(r.Grants, g)
				}
			}).Markdown(tt.limit)
			if len(markdown) > tt.limit {
				t.Errorf("%d bytes", len(markdown))
			}
			page := markdowntest.Render(t, markdown)
			rows := page.Elements["tr"] - 1
			if rows < tt.least || rows > tt.most || page.Elements["td"] != 3*rows {
				t.Errorf("%d rows with %d cells, want %d to %d rows", rows, page.Elements["td"], tt.least, tt.most)
			}
			if left := fmt.Sprintf("and %d more changes; the job summary or the report file has them all.", 1000-rows); rows < 1000 && !strings.Contains(page.Text, left) {
				t.Errorf("does not say %q", left)
			}
			if !strings.Contains(page.Text, "500 unchanged.") {
				t.Error("does not count what is unchanged")
			}
		})
	}
}
