package report

import (
	"fmt"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/markdowntest"
	"astro-workspace-grant/internal/message"
)

// fileResult returns the result of an applied grants file with some changes. It has an outcome of each status but
// failed.
func fileResult(change func(*Result)) *Result {
	outcome := func(workspace string, role, previous grant.Role, status grant.Status) grant.Outcome {
		return grant.Outcome{
			Wanted:    grant.Wanted{TokenName: "CI Deployer", WorkspaceGiven: workspace, Role: role},
			Token:     grant.Resource{ID: "t1", Name: "CI Deployer"},
			Workspace: grant.Resource{ID: "id-" + workspace, Name: workspace},
			Previous:  previous, Status: status,
		}
	}
	r := &Result{
		File: ".github/grants.yml", Applied: true, OrganizationID: "o1", Attempts: 2,
		Outcomes: []grant.Outcome{
			outcome("w1", grant.Owner, "", grant.Granted),
			outcome("w2", grant.Member, grant.Author, grant.Updated),
			outcome("w3", grant.None, grant.Owner, grant.Revoked),
			outcome("w4", grant.Member, grant.Member, grant.Unchanged),
		},
	}
	change(r)
	return r
}

func plan(r *Result) {
	r.DryRun, r.Applied, r.Attempts = true, false, 0
	r.Reason = message.New("this is the event %s.", "pull_request")
}

// fail makes an outcome fail and adds the problem.
func fail(r *Result, i int, kind grant.Kind) {
	r.Outcomes[i].Status, r.Outcomes[i].Error = grant.Failed, kind
	r.Problems = append(r.Problems, grant.Problem{Kind: kind, What: message.New("It did not work.")})
}

func TestTitleOfFile(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Result)
		want   string
	}{
		{"applied", func(*Result) {}, "✅ Astro grants file: 1 granted, 1 updated, 1 revoked"},
		{"applied, one change", func(r *Result) { r.Outcomes = r.Outcomes[2:] }, "✅ Astro grants file: 1 revoked"},
		{"applied, no changes", func(r *Result) { r.Outcomes = r.Outcomes[3:] }, "✅ Astro grants file: no changes"},
		{"applied, no grants", func(r *Result) { r.Outcomes = nil }, "✅ Astro grants file: no changes"},
		{"planned", plan, "🔎 Astro grants file, plan: 1 to grant, 1 to update, 1 to revoke"},
		{
			"planned, no changes",
			func(r *Result) { plan(r); r.Outcomes = r.Outcomes[3:] },
			"🔎 Astro grants file, plan: no changes",
		},
		{
			"one failed",
			func(r *Result) { fail(r, 1, grant.Rejected) },
			"❌ Astro grants file failed: rejected (1 granted, 1 revoked, 1 failed)",
		},
		{
			"all failed",
			func(r *Result) { r.Outcomes = r.Outcomes[:1]; fail(r, 0, grant.Forbidden) },
			"❌ Astro grants file failed: forbidden (1 failed)",
		},
		{
			"failed before any grant",
			func(r *Result) { fail(r, 0, grant.InvalidInput); r.Outcomes = nil },
			"❌ Astro grants file failed: invalid-input",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			title, _, _ := strings.Cut(fileResult(tt.change).Markdown(65536), "\n")
			if title != "### "+tt.want {
				t.Errorf("got %s, want %s", title, tt.want)
			}
		})
	}
}

func TestMarkdownOfFile(t *testing.T) {
	const (
		file    = "File `.github/grants.yml`\n\n"
		planned = "File `.github/grants.yml`, planned only: this is the event `pull_request`.\n\n"
		head    = "| API token | Workspace | Role |\n| --- | --- | --- |\n"
		first   = "| `CI Deployer` | `w1` | none → `WORKSPACE_OWNER` ⚠️ **full control of the Workspace** |\n"
		rows    = first +
			"| `CI Deployer` | `w2` | `WORKSPACE_AUTHOR` → `WORKSPACE_MEMBER` ⚠️ **fewer permissions** |\n" +
			"| `CI Deployer` | `w3` | `WORKSPACE_OWNER` → none ⚠️ **access revoked** |\n"
		unchanged = "\n<details><summary>1 unchanged</summary>\n\n" + head +
			"| `CI Deployer` | `w4` | `WORKSPACE_MEMBER` |\n\n</details>\n"
		footer = "\n<sub>Deleting a line from the file does not revoke access. Use <code>role: none</code>.</sub>\n"
	)
	ids := func(workspaces ...string) string {
		text := "\n<details><summary>IDs</summary>\n\n| | Name | ID |\n| --- | --- | --- |\n" +
			"| API token | `CI Deployer` | `t1` |\n"
		for _, w := range workspaces {
			text += "| Workspace | `" + w + "` | `id-" + w + "` |\n"
		}
		return text + "\n</details>\n"
	}
	for _, tt := range []struct {
		name   string
		change func(*Result)
		want   string // after the title
	}{
		{"applied", func(*Result) {}, file + head + rows + unchanged + ids("w1", "w2", "w3", "w4") + footer},
		{"planned", plan, planned + head + rows + unchanged + ids("w1", "w2", "w3", "w4") + footer},
		{"all unchanged", func(r *Result) { r.Outcomes = r.Outcomes[3:] }, file + unchanged + ids("w4") + footer},
		{"none unchanged", func(r *Result) { r.Outcomes = r.Outcomes[:1] }, file + head + first + ids("w1") + footer},
		{"no grants", func(r *Result) { r.Outcomes = nil }, "File `.github/grants.yml`\n"},
		{
			"two failed, one not verified", func(r *Result) {
				r.Outcomes = r.Outcomes[:2]
				fail(r, 0, grant.Rejected)
				fail(r, 1, grant.Unverified)
				r.Unverified, r.Outcomes[1].Unverified = true, true
			},
			file + "> It did not work.\n\n" +
				"> A write was sent but could not be verified, so the role may have changed. Running again is safe.\n\n" +
				head + "| `CI Deployer` | `w1` | ❌ `WORKSPACE_OWNER` failed: rejected |\n" +
				"| `CI Deployer` | `w2` | ❌ `WORKSPACE_MEMBER` not verified |\n" + ids("w1", "w2") + footer,
		},
		{
			"failed before the first write", func(r *Result) {
				r.Attempts = 0
				fail(r, 0, grant.Unauthorized)
				fail(r, 2, grant.Unauthorized)
				r.Outcomes, r.Problems = []grant.Outcome{r.Outcomes[0], r.Outcomes[2]}, r.Problems[:1]
			},
			file + "> It did not work.\n\n" + head + "| `CI Deployer` | `w1` | ❌ `WORKSPACE_OWNER` not granted |\n" +
				"| `CI Deployer` | `w3` | ❌ not revoked |\n" + ids("w1", "w3") + footer,
		},
		{
			"redacted", func(r *Result) {
				plan(r)
				r.Redact, r.Outcomes = true, r.Outcomes[:1]
				r.Outcomes[0].TokenName, r.Outcomes[0].TokenID = "", "t1"
			},
			planned + head + "| `t1` | `w1` | none → `WORKSPACE_OWNER` ⚠️ **full control of the Workspace** |\n" + footer,
		},
		{
			"hostile path", func(r *Result) { r.File, r.Outcomes = "a|b\n# c.yml", nil },
			"File " + message.Code("a|b\n# c.yml") + "\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, got, _ := strings.Cut(fileResult(tt.change).Markdown(65536), "\n\n")
			if got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// manyOutcomes replaces the outcomes of a file by n, of which every third is unchanged.
func manyOutcomes(n int, workspace string) func(*Result) {
	return func(r *Result) {
		r.Outcomes = nil
		for i := range n {
			o := grant.Outcome{
				Wanted:    grant.Wanted{TokenName: "CI Deployer", WorkspaceGiven: workspace, Role: grant.Operator},
				Token:     grant.Resource{ID: "cltokencideployer00000001", Name: "CI Deployer"},
				Workspace: grant.Resource{ID: fmt.Sprintf("clworkspace%014d", i), Name: workspace},
				Previous:  grant.Member, Status: grant.Updated,
			}
			if i%3 == 0 {
				o.Status = grant.Unchanged
			}
			r.Outcomes = append(r.Outcomes, o)
		}
	}
}

// More changes than fit are counted, and so is what is unchanged.
func TestLimitOfFile(t *testing.T) {
	for _, tt := range []struct {
		name        string
		limit       int
		workspace   string
		least, most int // rows of changes
	}{
		{"comment", 60 << 10, "Team Data", 300, 999},
		{"comment with names that are long when escaped", 60 << 10, strings.Repeat("|", 200), 40, 999},
		{"summary", 1000 << 10, "Team Data", 1000, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			markdown := fileResult(manyOutcomes(1500, tt.workspace)).Markdown(tt.limit)
			if len(markdown) > tt.limit {
				t.Errorf("%d bytes", len(markdown))
			}
			page := markdowntest.Render(t, markdown)
			if rows := page.Elements["tr"] - page.Elements["table"]; page.Elements["td"] != 3*rows {
				t.Errorf("%d rows with %d cells", rows, page.Elements["td"])
			}
			changes := strings.Count(page.Text, " → ")
			if changes < tt.least || changes > tt.most {
				t.Errorf("%d rows of changes, want %d to %d", changes, tt.least, tt.most)
			}
			left := fmt.Sprintf("and %d more; the report file lists all of them.", 1000-changes)
			if changes < 1000 && !strings.Contains(page.Text, left) {
				t.Errorf("does not contain %q", left)
			}
			if !strings.Contains(page.Text, "500 unchanged") {
				t.Error("does not count what is unchanged")
			}
		})
	}
}
