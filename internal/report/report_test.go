package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/markdowntest"
	"astro-workspace-grant/internal/message"
)

// inputsResult returns the result of two grants by inputs with some changes.
func inputsResult(change func(*Result)) *Result {
	token := grant.Resource{ID: "t1", Name: "CI Deployer"}
	r := &Result{
		OrganizationID: "o1", TokenGiven: "CI Deployer", Token: token, Role: grant.Operator, Attempts: 1, Applied: true,
		Outcomes: []grant.Outcome{
			{
				Wanted: grant.Wanted{TokenName: "CI Deployer", WorkspaceGiven: "Production", Role: grant.Operator},
				Token:  token, Workspace: grant.Resource{ID: "w1", Name: "Production"}, Status: grant.Granted,
			},
			{
				Wanted: grant.Wanted{TokenName: "CI Deployer", WorkspaceGiven: "w2", Role: grant.Operator},
				Token:  token, Workspace: grant.Resource{ID: "w2", Name: "a|b"}, Previous: grant.Owner, Status: grant.Updated,
			},
		},
	}
	change(r)
	return r
}

func failAll(r *Result) {
	for i := range r.Outcomes {
		r.Outcomes[i].Status, r.Outcomes[i].Error = grant.Failed, grant.Unavailable
	}
	r.Problems = []grant.Problem{{
		Kind: grant.Unavailable, What: message.New("No answer about %s.", "a*b"), Hint: message.New("Run it again."),
	}}
}

func TestMarkdown(t *testing.T) {
	const (
		token   = "Organization API token `CI Deployer`\n\n"
		head    = "| Workspace | Role |\n| --- | --- |\n"
		first   = "| `Production` | none → `WORKSPACE_OPERATOR` |\n"
		second  = " | `WORKSPACE_OWNER` → `WORKSPACE_OPERATOR` ⚠️ **fewer permissions** |\n"
		problem = "> No answer about <code>a&#42;b</code>.\n"
		hint    = ">\n> **What to do:** Run it again.\n"
		ids     = "\n<details><summary>IDs</summary>\n\n| | Name | ID |\n| --- | --- | --- |\n" +
			"| API token | `CI Deployer` | `t1` |\n| Workspace | `Production` | `w1` |\n"
		secondID = "| Workspace | <code>a&#124;b</code> | `w2` |\n"
		end      = "\n</details>\n"
	)
	unchanged := func(row string) string {
		return "\n<details><summary>1 unchanged</summary>\n\n" + head + row + end
	}
	for _, tt := range []struct {
		name   string
		change func(*Result)
		want   string
	}{
		{
			"granted and updated", func(*Result) {},
			"### ✅ Astro Workspace grant: 1 granted, 1 updated\n\n" + token + head +
				first + "| <code>a&#124;b</code>" + second + ids + secondID + end,
		},
		{
			"dry run", func(r *Result) { r.DryRun = true; r.Outcomes = r.Outcomes[:1] },
			"### 🔎 Astro Workspace grant, plan: 1 to grant\n\n" + token + head + first + ids + end,
		},
		{
			"unchanged", func(r *Result) {
				r.Outcomes = r.Outcomes[:1]
				r.Outcomes[0].Status, r.Outcomes[0].Previous = grant.Unchanged, "workspace_operator"
			},
			"### ✅ Astro Workspace grant: no changes\n\n" + token +
				unchanged("| `Production` | `WORKSPACE_OPERATOR` |\n") + ids + end,
		},
		{
			"no role, unchanged", func(r *Result) {
				r.Role, r.Outcomes = grant.None, r.Outcomes[:1]
				r.Outcomes[0].Status, r.Outcomes[0].Role = grant.Unchanged, grant.None
			},
			"### ✅ Astro Workspace grant: no changes\n\n" + token + unchanged("| `Production` | no role |\n") + ids + end,
		},
		{
			"unchanged, dry run", func(r *Result) { r.DryRun, r.Outcomes = true, nil },
			"### 🔎 Astro Workspace grant, plan: no changes\n\n" + strings.TrimSuffix(token, "\n"),
		},
		{
			"failed", failAll,
			"### ❌ Astro Workspace grant failed: unavailable (2 failed)\n\n" + token + problem + hint + "\n" + head +
				"| `Production` | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n" +
				"| <code>a&#124;b</code> | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n" + ids + secondID + end,
		},
		{
			"failed, not verified", func(r *Result) {
				failAll(r)
				r.Unverified, r.Outcomes = true, r.Outcomes[:1]
				r.Outcomes[0].Unverified = true
				r.Problems[0].Hint = message.Text{}
			},
			"### ❌ Astro Workspace grant failed: unavailable (1 failed)\n\n" + token + problem +
				"\n> A write was sent but could not be verified, so the role may have changed. Running again is safe.\n\n" +
				head + "| `Production` | ❌ `WORKSPACE_OPERATOR` not verified |\n" + ids + end,
		},
		{
			"failed before any grant", func(r *Result) { failAll(r); *r = Result{Problems: r.Problems[:1]} },
			"### ❌ Astro Workspace grant failed: unavailable\n\n" + problem + hint,
		},
		{
			"redacted", func(r *Result) { r.Redact = true; r.TokenGiven, r.Outcomes = "t1", r.Outcomes[1:] },
			"### ✅ Astro Workspace grant: 1 updated\n\nOrganization API token `t1`\n\n" + head + "| `w2`" + second,
		},
		{
			"not resolved", func(r *Result) {
				failAll(r)
				r.Attempts, r.TokenGiven, r.Token = 0, "t1", grant.Resource{ID: "t1"}
				for i := range r.Outcomes {
					r.Outcomes[i].Token, r.Outcomes[i].Workspace = grant.Resource{}, grant.Resource{}
				}
			},
			"### ❌ Astro Workspace grant failed: unavailable (2 failed)\n\nOrganization API token `t1`\n\n" +
				problem + hint + "\n" + head +
				"| `Production` | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n" +
				"| `w2` | ❌ `WORKSPACE_OPERATOR` failed: unavailable |\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := inputsResult(tt.change).Markdown(65536); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

// Markdown inside an HTML element is rendered only if blank lines surround it.
func TestFoldedTablesAreRendered(t *testing.T) {
	for name, r := range map[string]*Result{
		"inputs": inputsResult(func(r *Result) { r.Outcomes[1].Status = grant.Unchanged }),
		"file":   fileResult(func(*Result) {}),
	} {
		page := markdowntest.Render(t, r.Markdown(65536))
		if page.Elements["table"] != 3 || page.Elements["details"] != 2 || page.Elements["summary"] != 2 {
			t.Errorf("%s: elements %v", name, page.Elements)
		}
		if strings.ContainsAny(page.Loose, "|`*<>") {
			t.Errorf("%s: markup is visible:\n%s", name, page.Loose)
		}
	}
}

func TestStatusAndChanged(t *testing.T) {
	for _, tt := range []struct {
		name       string
		statuses   []grant.Status
		unverified bool
		problem    bool
		status     grant.Status
		changed    bool
	}{
		{"nothing", nil, false, false, grant.Unchanged, false},
		{"unchanged", []grant.Status{grant.Unchanged, grant.Unchanged}, false, false, grant.Unchanged, false},
		{
			"granted before others",
			[]grant.Status{grant.Unchanged, grant.Updated, grant.Granted},
			false, false,
			grant.Granted, true,
		},
		{"updated before unchanged", []grant.Status{grant.Unchanged, grant.Updated}, false, false, grant.Updated, true},
		{"failed", []grant.Status{grant.Failed}, false, true, grant.Failed, false},
		{"failed before any grant", nil, false, true, grant.Failed, false},
		{"failed, not verified", []grant.Status{grant.Failed}, true, true, grant.Failed, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &Result{Unverified: tt.unverified}
			for _, status := range tt.statuses {
				r.Outcomes = append(r.Outcomes, grant.Outcome{Status: status})
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

func TestAddProblems(t *testing.T) {
	r := &Result{Outcomes: []grant.Outcome{{Status: grant.Unchanged}, {}, {Error: grant.WorkspaceNotFound}}}
	r.AddProblems(nil)
	if r.Outcomes[1].Status != "" {
		t.Errorf("without problems, the status is %s", r.Outcomes[1].Status)
	}
	r.AddProblems([]grant.Problem{{Kind: grant.TokenNotFound}, {Kind: grant.WorkspaceNotFound}})
	var got []string
	for _, o := range r.Outcomes {
		got = append(got, fmt.Sprint(o.Status, " ", o.Error))
	}
	if want := []string{"unchanged ", "failed token-not-found", "failed workspace-not-found"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// manyWorkspaces replaces the outcomes by n, with the names that the function returns.
func manyWorkspaces(n int, name func(i int) string) func(*Result) {
	return func(r *Result) {
		r.Outcomes = nil
		for i := range n {
			id := fmt.Sprintf("clworkspace%014d", i)
			r.Outcomes = append(r.Outcomes, grant.Outcome{
				Wanted: grant.Wanted{WorkspaceGiven: id, Role: grant.Operator}, Workspace: grant.Resource{ID: id, Name: name(i)},
				Previous: grant.Member, Status: grant.Updated,
			})
		}
	}
}

func manyProblems(r *Result) {
	for i := range 1000 {
		r.Problems = append(r.Problems, grant.Problem{
			Kind: grant.WorkspaceNotFound, What: message.New("The Workspace %s was not found.", fmt.Sprint("w|", i)),
			Hint: message.New("Check the name."),
		})
	}
}

func TestLimit(t *testing.T) {
	long := strings.Repeat("|", 70000)
	plain := func(int) string { return "Team Data" }
	escaped := func(int) string { return strings.Repeat("|", 200) }
	for _, tt := range []struct {
		name        string
		limit       int
		change      func(*Result)
		least, most int // rows of changes
		contains    string
	}{
		{
			"2,000 Workspaces in a comment", 65536, manyWorkspaces(2000, plain), 400, 1999,
			"more; the log lists all of them.",
		},
		{"1,000 Workspaces in a summary", 1000 << 10, manyWorkspaces(1000, plain), 1000, 1000, ""},
		{
			"1,000 Workspaces with names that are long when escaped", 65536, manyWorkspaces(1000, escaped), 40, 999,
			"more; the log lists",
		},
		{"names as long as a page", 65536, manyWorkspaces(3, func(int) string { return long }), 3, 3, "…"},
		{"API token with a name as long as a page", 65536, func(r *Result) { r.Token.Name = long }, 2, 2, "…"},
		{"given name as long as a page", 65536, func(r *Result) { r.TokenGiven, r.Redact = long, true }, 2, 2, "…"},
		{"1,000 problems", 65536, manyProblems, 2, 2, "more problems, left out here."},
		{
			"a problem as long as a page, not verified", 65536,
			func(r *Result) {
				failAll(r)
				r.Unverified, r.Problems[0].What = true, message.New("%s", long)
			},
			2, 2, "the role may have changed",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := inputsResult(tt.change)
			markdown := r.Markdown(tt.limit)
			if len(markdown) > tt.limit || !utf8.ValidString(markdown) {
				t.Errorf("%d bytes, UTF-8: %v", len(markdown), utf8.ValidString(markdown))
			}
			if !strings.Contains(markdown, tt.contains) {
				t.Errorf("does not contain %q:\n%s", tt.contains, markdown)
			}
			page := markdowntest.Render(t, markdown)
			rows := strings.Count(page.Text, " → ") + strings.Count(page.Text, "❌ WORKSPACE")
			if rows < tt.least || rows > tt.most {
				t.Errorf("%d rows of changes, want %d to %d", rows, tt.least, tt.most)
			}
			checkTables(t, page, 2, rows)
			left := fmt.Sprintf("and %d more; ", len(r.Outcomes)-rows)
			if rows < len(r.Outcomes) && !strings.Contains(page.Text, left) {
				t.Errorf("does not contain %q", left)
			}
		})
	}
}

// checkTables fails the test unless all rows are complete: this many with this many columns, and all others, of IDs,
// with three columns.
func checkTables(t *testing.T, page markdowntest.Page, columns, rows int) {
	t.Helper()
	heads := page.Elements["table"]
	ids := page.Elements["tr"] - heads - rows
	if ids < 0 || page.Elements["td"] != columns*rows+3*ids {
		t.Errorf("elements %v, want %d rows with %d columns", page.Elements, rows, columns)
	}
}

// A text of any limit is complete Markdown that says how much is left out.
func TestAnyLimit(t *testing.T) {
	results := map[string]*Result{
		"inputs": inputsResult(manyWorkspaces(30, func(int) string { return "Team Data" })),
		"file":   fileResult(manyOutcomes(30, "Team Data")),
		"failed": fileResult(func(r *Result) { manyOutcomes(30, "Team Data")(r); manyProblems(r); r.Unverified = true }),
	}
	for name, r := range results {
		changes := len(r.Outcomes) - r.Count(grant.Unchanged)
		for limit := 1000; limit < 9000; limit += 397 {
			markdown := r.Markdown(limit)
			if len(markdown) > limit {
				t.Errorf("%s, limit %d: %d bytes", name, limit, len(markdown))
			}
			page := markdowntest.Render(t, markdown)
			if page.Elements["details"] != page.Elements["summary"] || strings.ContainsAny(page.Loose, "|`*<>") {
				t.Errorf("%s, limit %d:\n%s", name, limit, markdown)
			}
			shown := strings.Count(page.Text, " → ")
			if left := fmt.Sprintf("… and %d more; ", changes-shown); shown < changes && !strings.Contains(page.Text, left) {
				t.Errorf("%s, limit %d: %q is missing:\n%s", name, limit, left, markdown)
			}
			if n := r.Count(grant.Unchanged); n > 0 && !strings.Contains(page.Text, fmt.Sprintf("%d unchanged", n)) {
				t.Errorf("%s, limit %d: what is unchanged is not counted:\n%s", name, limit, markdown)
			}
		}
	}
}

func TestRedactedResultShowsOnlyWhatWasGiven(t *testing.T) {
	r := &Result{
		Redact: true, OrganizationID: "secret-o", TokenGiven: "given-t", Role: grant.Operator,
		Token: grant.Resource{ID: "secret-t", Name: "secret-n"},
		Outcomes: []grant.Outcome{{
			Wanted:    grant.Wanted{TokenName: "given-t", WorkspaceGiven: "given-w", Role: grant.Operator},
			Token:     grant.Resource{ID: "secret-t", Name: "secret-n"},
			Workspace: grant.Resource{ID: "secret-w", Name: "secret-m"},
			Status:    grant.Granted, RequestID: "secret-r",
		}},
	}
	inputs := r.Markdown(65536)
	r.File = "grants.yml"
	for name, text := range map[string]string{
		"inputs": markdowntest.Render(t, inputs).Text,
		"file":   markdowntest.Render(t, r.Markdown(65536)).Text,
		"JSON":   r.JSON(Run{}),
	} {
		if strings.Contains(text, "secret-") || !strings.Contains(text, "given-t") || !strings.Contains(text, "given-w") {
			t.Errorf("%s: %s", name, text)
		}
	}
	// What is hidden in a comment is no more than what it shows.
	hidden := r.Table(Writer{})
	r.Redact = false
	shown := r.Table(Writer{})
	if text := fmt.Sprint(hidden); strings.Contains(text, "secret-") || hidden.Rows[0].ID != "" || shown.Rows[0].ID == "" {
		t.Errorf("hidden table: %s", text)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"", "a", "a|b", "`", "<img src=x>", "</code></td></tr></table>", "</summary></details>", "<!--", "@octocat",
		"https://evil.example", "www.evil.example", "a@b.example", "![a](b)", "a\n\n# b", "a\r|b|", "\\|", "&#64;x", "*a*",
		"\xff\u202e", "##[error]x", "\n::error::x",
	} {
		f.Add(seed, seed, seed, false, false)
		f.Add(seed, seed, seed, true, true)
	}
	f.Fuzz(func(t *testing.T, token, workspace, role string, redact, file bool) {
		r := hostileResult(token, workspace, role, redact, file)
		markdown := r.Markdown(65536)
		page := markdowntest.Render(t, markdown)
		if len(markdown) > 65536 {
			t.Errorf("%d bytes", len(markdown))
		}
		if shown := message.Line(short(token)); token != "" && !slices.Contains(page.Codes, shown) {
			t.Errorf("%q is not shown:\n%s", shown, page.Text)
		}
		for _, bad := range []string{"@", "://", "www.", "##[", "<"} {
			if strings.Contains(page.Loose, bad) {
				t.Errorf("%q is outside of code:\n%s", bad, page.Loose)
			}
		}
		if len(page.Attrs) > 0 {
			t.Errorf("attributes %q", page.Attrs)
		}
		// Longer text may leave no space for a part of the result.
		r = hostileResult(harmless(token), harmless(workspace), harmless(role), redact, file)
		expected := markdowntest.Render(t, r.Markdown(65536)).Elements
		if len(token)+len(workspace)+len(role) < 1000 && !maps.Equal(page.Elements, expected) {
			t.Errorf("got  elements %v\nwant elements %v:\n%s", page.Elements, expected, markdown)
		}
		for element := range page.Elements {
			if expected[element] == 0 {
				t.Errorf("element %s:\n%s", element, markdown)
			}
		}
	})
}

// hostileResult returns a result with untrusted text wherever there can be some: two changes, of which one failed,
// and an unchanged role.
func hostileResult(token, workspace, role string, redact, file bool) *Result {
	return inputsResult(func(r *Result) {
		failAll(r)
		r.Redact, r.TokenGiven, r.Token, r.OrganizationID = redact, token, grant.Resource{ID: workspace, Name: token}, role
		r.Problems[0].What = message.New("The API answered %s about %s.", workspace, []string{token, role})
		r.Outcomes = append(r.Outcomes, r.Outcomes[0])
		for i := range r.Outcomes {
			o := &r.Outcomes[i]
			o.TokenName, o.WorkspaceGiven, o.Token = token, workspace, r.Token
			o.Workspace = grant.Resource{ID: role, Name: workspace}
			o.Role, o.Previous = grant.Role(role), grant.Role(role)
		}
		r.Outcomes[0].Status, r.Outcomes[2].Status = grant.Granted, grant.Unchanged
		r.Outcomes[1].Workspace.Name, r.Outcomes[1].WorkspaceGiven = token, token
		if file {
			r.File, r.Reason = token, message.New("this is the event %s.", role)
			r.TokenGiven, r.Token = "", grant.Resource{}
		}
	})
}

// harmless returns a word instead of untrusted text, except for what may be the name of a role.
func harmless(s string) string {
	if strings.Trim(s, "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" {
		return s
	}
	return "harmless"
}
