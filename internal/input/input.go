// Package input reads and checks the action's inputs. It reports all problems together and sends nothing.
package input

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/runner"
)

// Input is an input of the action, as in action.yml.
type Input struct {
	Name    string
	Default string
	Bool    bool   // true or false
	Secret  bool   // only from the environment: other processes can see a command line
	Usage   string // for the flag of the same name; empty if there is none
}

// Help returns the flag's description.
func (i Input) Help() string {
	if i.Default == "" {
		return i.Usage
	}
	return i.Usage + " (default " + i.Default + ")"
}

// All returns the action's inputs in the order of action.yml.
func All() []Input {
	return []Input{
		{Name: "org-token-name", Usage: "name of the Organization API token that gets the role"},
		{Name: "org-token-id", Usage: "ID of the Organization API token, instead of its name"},
		{Name: "role", Usage: "Workspace role to grant"},
		{Name: "workspace", Usage: "Workspace, by ID or exact name; several, one per line"},
		{Name: "api-token", Secret: true},
		{Name: "organization", Usage: "Organization ID (default: the one that the API token belongs to)"},
		{Name: "api-url", Default: "https://api.astronomer.io/v1", Usage: "root of the Astro API"},
		{Name: "dry-run", Default: "false", Bool: true, Usage: "show what would change without writing anything"},
		{Name: "timeout", Default: "5m", Usage: "overall time limit"},
		{Name: "wait", Default: "0s", Usage: "how long to wait for an API token or Workspace that does not exist yet"},
		{Name: "settle", Default: "2s", Usage: "how long the API token's roles must stay unchanged before a write is verified"},
		{Name: "allow-fork", Default: "false", Bool: true, Usage: "also grant for an unmerged pull request from a fork (a grants file is only planned)"},
		{Name: "comment", Default: "never", Usage: "comment the result on the pull request: never, always or changed"},
		{Name: "github-token", Secret: true},
		{Name: "pull-request", Usage: "number of the pull request to comment on (default: the one that triggered the run)"},
		{Name: "grants-file", Usage: "file in the checkout that lists the grants, instead of API token, role and Workspace"},
		{Name: "apply", Default: "auto", Usage: "when to apply the grants file: auto, always, or check to only compare it with Astro"},
		{Name: "max-role", Usage: "highest role that may be granted"},
		{Name: "max-revocations", Usage: "how many roles may be revoked or lowered (default: 10 if the grants file is exclusive)"},
		{Name: "protected-workspaces", Usage: "Workspaces in which nothing may change, by ID or exact name, one per line"},
		{Name: "report-file", Usage: "file in the checkout to write the result to, as JSON"},
		{Name: "matrix-size"},
		{Name: "matrix-index"},
	}
}

// Inputs are the checked inputs of a run.
type Inputs struct {
	TokenName, TokenID string // the API token that gets the role
	Role               grant.Role
	Workspaces         []string // as given, without repetitions

	GrantsFile string // a file or folder, instead of the above; cleaned
	Apply      Apply

	MaxRole             grant.Role // empty: no limit
	MaxRevocations      int        // negative: not set
	ProtectedWorkspaces []string   // as given, without repetitions

	APIToken              string // the API token that makes the grant
	Claims                astro.Claims
	Organization          string // empty: that of the API token
	APIURL                string
	BadProxy              string // the name of a variable of a proxy that cannot be read: nothing may be sent
	Timeout, Wait, Settle time.Duration
	DryRun, AllowFork     bool

	Comment     pullrequest.Mode
	GitHubToken string
	PullRequest int // 0: the one that triggered the run
	MatrixSize  int // how many jobs the matrix has; 1 outside of one
	MatrixIndex int // the job's place in the matrix, from 0
	ReportFile  string
}

// Wanted returns the roles that the inputs ask for. With a grants file, that says so instead.
func (in Inputs) Wanted() []grant.Wanted {
	wanted := make([]grant.Wanted, len(in.Workspaces))
	for i, workspace := range in.Workspaces {
		wanted[i] = grant.Wanted{TokenName: in.TokenName, TokenID: in.TokenID, WorkspaceGiven: workspace, Role: in.Role}
	}
	return wanted
}

// Read reads and checks all inputs. Secrets are masked first.
func Read(r *runner.Runner) (Inputs, []grant.Problem) {
	p := newParser(r)
	in := p.connection()
	in.GrantsFile, in.Apply, in.ReportFile = p.path("grants-file"), p.apply(), p.reportFile()
	if in.GrantsFile == "" {
		in.TokenName, in.TokenID = p.token()
		in.Role = p.role()
		in.Workspaces = p.workspaces()
	} else {
		p.checkOnlyFile()
	}
	in.MaxRole, in.MaxRevocations = p.maxRole(), p.maxRevocations()
	in.ProtectedWorkspaces = p.lines("protected-workspaces")
	in.DryRun = p.bool("dry-run")
	in.AllowFork = p.bool("allow-fork")
	in.Wait = p.duration("wait")
	in.Settle = p.duration("settle")
	p.checkTimes(in)
	in.Comment = p.mode("comment")
	in.GitHubToken = githubToken(r)
	in.PullRequest = p.number("pull-request")
	in.MatrixSize, in.MatrixIndex = matrix(r)
	return in, p.all()
}

// ReadConnection reads and checks only the inputs for connecting to the Astro API.
func ReadConnection(r *runner.Runner) (Inputs, []grant.Problem) {
	p := newParser(r)
	in := p.connection()
	return in, p.all()
}

// githubToken returns the token for GitHub's API. It is not checked here: whether it is needed depends on the run.
func githubToken(r *runner.Runner) string {
	return cmp.Or(r.Input("github-token"), strings.TrimSpace(r.Env("GITHUB_TOKEN")))
}

// matrix returns the size of the job's matrix and its place in it. Not every runner knows them.
func matrix(r *runner.Runner) (size, index int) {
	size, err := strconv.Atoi(r.Input("matrix-size"))
	if err != nil || size < 1 || size > maxMatrix {
		return 1, 0
	}
	index, err = strconv.Atoi(r.Input("matrix-index"))
	if err != nil {
		return size, 0
	}
	return size, index
}

// maxMatrix is GitHub's limit for the jobs of a matrix.
const maxMatrix = 256
