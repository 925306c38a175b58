package e2e

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/sandbox"
)

// bot is the account of the workflow's own token.
var bot = sandbox.Account{Login: "github-actions[bot]", ID: 41898282, Type: "Bot"}

const (
	repository = "example/airline"
	number     = 7
	headSHA    = "5f0c9d3b8a7e6d5c4b3a29181706f5e4d3c2b1a0"
	mergeSHA   = "a3c1f0b2d4e5968778695a4b3c2d1e0f00112233"
)

// gitHubWorld serves Astro and GitHub. It has the options of a run for a pull request.
type gitHubWorld struct {
	world

	github  *sandbox.GitHub
	options []option
}

// serveGitHub serves both APIs. The function make adds what is on GitHub; if it is nil, that is an open pull request
// from the repository itself.
func serveGitHub(t *testing.T, o sandbox.GitHubOptions, h hook, make func(g *sandbox.GitHub)) gitHubWorld {
	t.Helper()
	g := newGitHub(o)
	if make != nil {
		g = sandbox.NewGitHub(repository, o)
		make(g)
	}
	return serveGitHubOn(t, g, sandbox.Options{}, h)
}

// newGitHub returns a GitHub with an open pull request from the repository itself.
func newGitHub(o sandbox.GitHubOptions) *sandbox.GitHub {
	g := sandbox.NewGitHub(repository, o)
	g.AddToken(githubToken, bot, true)
	g.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: repository, HeadSHA: headSHA})
	return g
}

// serveGitHubOn serves a GitHub, and an Astro with some options.
func serveGitHubOn(t *testing.T, g *sandbox.GitHub, astro sandbox.Options, h hook) gitHubWorld {
	t.Helper()
	root := serve(t, g)
	return gitHubWorld{demo(t, astro, h), g, []option{
		env("GITHUB_API_URL", root+"/api/v3"), env("GITHUB_GRAPHQL_URL", root+"/api/graphql"),
		env("GITHUB_RUN_ATTEMPT", "1"),
		event("pull_request", fmt.Sprintf(`{"pull_request":{"number":%d,"head":{"sha":%q,"repo":%s},"base":{"repo":%s}}}`,
			number, headSHA, baseRepo, baseRepo)),
	}}
}

// run runs the program. It comments unless the inputs say otherwise.
func (o gitHubWorld) run(t *testing.T, inputs map[string]string, more ...option) result {
	t.Helper()
	if inputs["comment"] == "" {
		inputs["comment"] = "always"
	}
	r := run(t, o.root, inputs, append(o.options[:len(o.options):len(o.options)], more...)...)
	for _, c := range o.github.Comments(number) {
		if text := html.UnescapeString(c.Body); strings.Contains(text, apiToken) || strings.Contains(text, githubToken) {
			t.Errorf("the comment contains a secret: %s", c.Body)
		}
		checkTable(t, c.Body)
	}
	return r
}

// checkTable checks that the action reads the hidden table of its comment as it has written it.
func checkTable(t *testing.T, body string) {
	t.Helper()
	for _, match := range regexp.MustCompile(`"table":"([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if table, ok := report.DecodeTable(match[1]); !ok || table.Encode() != match[1] {
			t.Errorf("the hidden table is read as %+v (%v), from the comment\n%s", table, ok, body)
		}
	}
}

// only returns the body of the only comment.
func (o gitHubWorld) only(t *testing.T) string {
	t.Helper()
	comments := o.github.Comments(number)
	if len(comments) != 1 {
		t.Fatalf("%d comments, want 1: %+v", len(comments), comments)
	}
	return comments[0].Body
}

// sent returns how many requests with a method GitHub received.
func (o gitHubWorld) sent(method string) int {
	count := 0
	for _, r := range o.github.Requests() {
		if r.Method == method && !strings.HasSuffix(r.Path, "/graphql") {
			count++
		}
	}
	return count
}

func TestComment(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	r := o.run(t, with("workspace", "Production\nStaging", "role", "workspace_owner"))
	r.is(t, "status", "granted", "pull-request", "7")
	body := o.only(t)
	contains(t, "the comment", body, "1 granted, 1 updated", "`CI Deployer`", "`Production`",
		"none → `WORKSPACE_OWNER`", "`WORKSPACE_AUTHOR` → `WORKSPACE_OWNER`", "**full control of the Workspace**",
		"https://github.invalid/example/airline/actions/runs/1658821493/attempts/1", headSHA)
	contains(t, "comment-url", r.outputs["comment-url"], "#issuecomment-"+r.outputs["comment-id"])
	// A page of comments is read during the grant. After it, one request creates the comment, and another one looks for
	// duplicates.
	equal(t, "requests to GitHub", len(o.github.Requests()), 3)
}

// TestCommentLifecycle follows a change: planned, planned again, granted on merge, run again, lowered by a later
// change.
func TestCommentLifecycle(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	plan := with("workspace", "Staging", "dry-run", "true")
	o.run(t, plan)
	contains(t, "the plan", o.only(t), "plan: 1 to update", "`WORKSPACE_AUTHOR` → `WORKSPACE_OPERATOR`")

	o.run(t, plan, env("GITHUB_RUN_ID", "1658821494"))
	equal(t, "edits by an identical plan", o.sent(http.MethodPatch), 0)

	o.run(t, with("workspace", "Staging"), env("GITHUB_RUN_ID", "1658821495"))
	done := o.only(t)
	lacks(t, "the result", done, "plan")
	contains(t, "the result", done, "1 updated", "`WORKSPACE_AUTHOR` → `WORKSPACE_OPERATOR`")

	r := o.run(t, with("workspace", "Staging"), env("GITHUB_RUN_ID", "1658821496"))
	r.is(t, "status", "unchanged", "comment-id", "3000000001")
	equal(t, "the comment after a run without changes", o.only(t), done)

	o.run(t, with("workspace", "Staging", "role", "WORKSPACE_MEMBER"), env("GITHUB_RUN_ID", "1658821497"))
	contains(t, "the comment of another role", o.only(t), "**fewer permissions**",
		"`WORKSPACE_OPERATOR` → `WORKSPACE_MEMBER`")

	o.run(t, with("workspace", "Staging", "dry-run", "true"), env("GITHUB_RUN_ID", "1658821490"))
	contains(t, "the comment after an older plan was run again", o.only(t), "`WORKSPACE_OPERATOR` → `WORKSPACE_MEMBER`",
		"[done][1]", "[1]: https://github.invalid/example/airline/actions/runs/1658821497/")

	o.run(t, with("workspace", "Staging"), env("GITHUB_RUN_ID", "1658821490"))
	contains(t, "the comment after an older run changed the role again", o.only(t),
		"`WORKSPACE_MEMBER` → `WORKSPACE_OPERATOR`", "[done][1]", "[1]: https://github.invalid/example/airline/actions/runs/1658821490/")
}

// TestCommentOfNewerRun has a newer run comment while an older one verifies its grant. The older run has already looked
// for a comment by then. It must neither overwrite the newer comment nor add another.
func TestCommentOfNewerRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		earlier bool // there is a comment of an earlier run
	}{
		{"newer run edits", true},
		{"newer run creates", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			written := make(chan struct{})
			o := serveGitHub(t, sandbox.GitHubOptions{}, onNth(1, writeRoles, func(*sandbox.Astro) sandbox.Fault {
				close(written)
				return sandbox.Fault{}
			}), nil)
			plan := with("dry-run", "true")
			if tt.earlier {
				o.run(t, plan, runID(9))
			}
			older := start(t, o.root, with("comment", "always", "settle", "8s"),
				append(o.options[:len(o.options):len(o.options)], runID(10))...)
			<-written
			newer := o.run(t, plan, runID(11))
			older.wait().is(t, "status", "granted", "comment-id", newer.outputs["comment-id"])
			contains(t, "the comment", o.only(t), "runs/11/")
		})
	}
}

func TestCommentMode(t *testing.T) {
	t.Parallel()
	unchanged := func() map[string]string { return with("workspace", "Staging", "role", "WORKSPACE_AUTHOR") }
	plus := func(inputs map[string]string, name, value string) map[string]string {
		inputs[name] = value
		return inputs
	}
	for _, tt := range []struct {
		name     string
		inputs   map[string]string
		comments int
	}{
		{"never", plus(with(), "comment", "never"), 0},
		{"always, unchanged", plus(unchanged(), "comment", "always"), 1},
		{"changed, unchanged", plus(unchanged(), "comment", "changed"), 0},
		{"changed, granted", plus(with(), "comment", "changed"), 1},
		{"changed, would change", plus(with("dry-run", "true"), "comment", "changed"), 1},
		{"changed, would not change", plus(plus(unchanged(), "dry-run", "true"), "comment", "changed"), 0},
		{"changed, failed", plus(with("workspace", "Nowhere"), "comment", "changed"), 1},
		{"always, invalid input", plus(with("role", "KING"), "comment", "always"), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			r := o.run(t, tt.inputs)
			r.is(t, "pull-request", "7")
			equal(t, "comments", len(o.github.Comments(number)), tt.comments)
			if tt.comments > 0 && r.code == 1 {
				contains(t, "the comment", o.only(t), "failed: "+r.outputs["error"], "**What to do:**")
			}
		})
	}
}

// TestCommentChangedUpdatesPlan has a comment with a plan, and then a run that finds nothing to change.
func TestCommentChangedUpdatesPlan(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.run(t, with("comment", "changed", "dry-run", "true"))
	o.Update(deployer, plus(entry("WORKSPACE", production, "WORKSPACE_OPERATOR")))
	o.run(t, with("comment", "changed"))
	lacks(t, "the comment", o.only(t), "plan")
	contains(t, "the comment", o.only(t), "grant: no changes")
}

func TestCommentAuthor(t *testing.T) {
	t.Parallel()
	person := sandbox.Account{Login: "octocat", ID: 583231}
	for _, tt := range []struct {
		name   string
		us     sandbox.Account
		author sandbox.Account
		edited bool
	}{
		{"own", bot, bot, true},
		{"quoted by a person", bot, person, false},
		{"by another bot", bot, sandbox.Account{Login: "renovate[bot]", ID: 29139614, Type: "Bot"}, false},
		{"own, with a person's token", person, person, true},
		{"the bot's, with a person's token", person, bot, false},
		{
			"own, without an ID",
			sandbox.Account{Login: bot.Login, ID: bot.ID, Type: "Bot", HideDatabaseID: true},
			bot,
			true,
		},
		{
			"own, without an ID and [bot]",
			sandbox.Account{Login: bot.Login, ID: bot.ID, Type: "Bot", HideDatabaseID: true, HideBot: true},
			bot, true,
		},
		{"same login, other ID", bot, sandbox.Account{Login: bot.Login, ID: 1, Type: "Bot"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			first.run(t, with("dry-run", "true"))
			plan := first.only(t)
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, func(g *sandbox.GitHub) {
				g.AddToken(githubToken, tt.us, true)
				g.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: repository, HeadSHA: headSHA})
				g.AddComment(number, tt.author, plan)
			})
			o.run(t, with())
			if tt.edited {
				lacks(t, "the comment", o.only(t), "plan")
				return
			}
			comments := o.github.Comments(number)
			equal(t, "comments", len(comments), 2)
			equal(t, "the other account's comment", comments[0].Body, plan)
		})
	}
}

// TestCommentOnLaterPage has an earlier comment after many others.
func TestCommentOnLaterPage(t *testing.T) {
	t.Parallel()
	for _, before := range []int{99, 100, 1000} {
		t.Run(fmt.Sprint(before), func(t *testing.T) {
			t.Parallel()
			first := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			first.run(t, with("dry-run", "true"))
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, func(g *sandbox.GitHub) {
				g.AddToken(githubToken, bot, true)
				g.AddPullRequest(sandbox.PullRequest{Number: number, HeadRepo: repository, HeadSHA: headSHA})
				for i := range before {
					g.AddComment(number, sandbox.Account{Login: "octocat", ID: 583231}, fmt.Sprint("comment ", i))
				}
				g.AddComment(number, bot, first.only(t))
				g.AddComment(number, bot, "another step's")
			})
			o.run(t, with())
			equal(t, "comments", len(o.github.Comments(number)), before+2)
			contains(t, "the comment", o.github.Comments(number)[before].Body, "### ✅ Astro Workspace grant: 1 granted")
		})
	}
}

// TestCommentWithHostileName has a Workspace name with Markdown, HTML and our own marker. The comment is still found
// and updated.
func TestCommentWithHostileName(t *testing.T) {
	t.Parallel()
	name := "a|b <img src=x> @octocat #1 <!-- astro-workspace-grant {} -->"
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	o.AddWorkspace("clworkspacehostile0000001", name)
	r := o.run(t, with("workspace", name))
	r.is(t, "status", "granted")
	lacks(t, "the comment", o.only(t), "<img", "@octocat", " #1 ")
	o.run(t, with("workspace", name, "role", "WORKSPACE_OWNER"))
	contains(t, "the comment", o.only(t), "`WORKSPACE_OPERATOR` → `WORKSPACE_OWNER`")
}

// TestCommentSizeLimit grants a role in a thousand Workspaces.
func TestCommentSizeLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped in short mode")
	}
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("Workspace of the team with the number %d", i))
		o.AddWorkspace(fmt.Sprintf("clworkspacemany%010d", i), names[i])
	}
	r := o.run(t, with("workspace", strings.Join(names, "\n")))
	r.is(t, "status", "granted", "attempts", "1")
	contains(t, "the comment", o.only(t), " more; the job summaries list them.", "actions/runs/")
	if len(o.only(t)) > 65536 {
		t.Errorf("the comment has %d bytes", len(o.only(t)))
	}
}

// TestNoCommentAfterCancel cancels a run between its write and the read that verifies it.
func TestNoCommentAfterCancel(t *testing.T) {
	t.Parallel()
	o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
	p := start(t, o.root, with("comment", "always", "settle", "20s"), o.options...)
	p.log.await(t, "Write accepted")
	began := time.Now()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wait().is(t, "error", "canceled", "changed", "true", "pull-request", "7")
	if took := time.Since(began); took > maxShutdown {
		t.Errorf("ended %v after the signal", took)
	}
	equal(t, "comments", len(o.github.Comments(number)), 0)
}
