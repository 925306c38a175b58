package step

import (
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/runner"
)

// Input is an input of the action, as action.yml has it.
type Input struct {
	Name    string
	Default string
	Bool    bool   // true or false
	Secret  bool   // comes from the environment only: a command line shows in the list of processes
	Usage   string // for the flag of the same name
}

// Help is what -help says of the input.
func (i Input) Help() string {
	if i.Default == "" {
		return i.Usage
	}
	return i.Usage + " (default " + i.Default + ")"
}

// Inputs returns the action's inputs, in the order of action.yml.
func Inputs() []Input {
	return []Input{
		{Name: "org-token-name", Usage: "name of the Organization API token that gets the role"},
		{Name: "org-token-id", Usage: "ID of the Organization API token, instead of its name"},
		{Name: "role", Usage: "Workspace role to grant"},
		{Name: "workspace", Usage: "Workspace, by ID or exact name; several, one a line"},
		{Name: "api-token", Secret: true},
		{Name: "organization", Usage: "Organization ID (default: the one that the API token belongs to)"},
		{Name: "api-url", Default: "https://api.astronomer.io/v1", Usage: "root of the Astro API"},
		{Name: "dry-run", Default: "false", Bool: true, Usage: "true: say what would change, and write nothing"},
		{Name: "timeout", Default: "5m", Usage: "budget of the whole grant"},
		{Name: "wait", Default: "0s", Usage: "how long to wait for a token or Workspace that does not exist yet"},
		{Name: "settle", Default: "2s", Usage: "how long the token must have been quiet before a write counts as kept"},
		{Name: "allow-fork", Default: "false", Bool: true, Usage: "true: grant for an unmerged pull request from a fork, too"},
		{Name: "comment", Default: "never", Usage: "say the result in a comment on the pull request: never, always or changed"},
		{Name: "github-token", Secret: true},
		{Name: "pull-request", Usage: "number of the pull request to comment on (default: the one that triggered the run)"},
		{Name: "grants-file", Usage: "file in the checkout that says which API tokens have which roles, instead of org-token-name, role and workspace"},
		{Name: "apply", Default: "auto", Usage: "when to apply the grants file: auto or always"},
		{Name: "report-file", Usage: "file under the checkout to write the result to, as JSON"},
	}
}

// inputs are the inputs of one run, checked.
type inputs struct {
	tokenName, tokenID string
	role               grant.Role
	workspaces         []string // as given, each once
	apiToken           string
	organization       string
	apiURL             string
	dryRun, allowFork  bool
	timeout            time.Duration
	wait, settle       time.Duration
	comment            pullrequest.Mode
	githubToken        string
	pullRequest        int // 0: the one that triggered the run
	file               string
	applyAlways        bool
	reportFile         string
}

// readConnection reads the inputs that say how to reach the Astro API, and says all that is wrong with them.
func readConnection(r *runner.Runner) (inputs, []grant.Problem) {
	in := newReader(r)
	result := in.connection()
	return result, in.all()
}

// all returns the problems in the order of the inputs.
func (in *reader) all() []grant.Problem {
	var all []grant.Problem
	for _, input := range Inputs() {
		all = append(all, in.problems[input.Name]...)
	}
	return all
}

func (in *reader) connection() inputs {
	var result inputs
	result.apiToken = in.apiToken()
	in.checkNoSecretIn(result.apiToken)
	result.organization = in.id("organization")
	result.apiURL = in.url("api-url")
	result.timeout = in.duration("timeout")
	return result
}

// readInputs reads all inputs, and says all that is wrong with them. It sends nothing.
func readInputs(r *runner.Runner) (inputs, []grant.Problem) {
	in := newReader(r)
	result := in.connection()
	result.file, result.applyAlways, result.reportFile = in.path("grants-file"), in.applyAlways(), in.reportFile()
	if result.file == "" {
		result.tokenName, result.tokenID = in.token()
		result.role = in.role()
		result.workspaces = in.workspaces()
	} else {
		in.checkFileAlone()
	}
	result.dryRun = in.bool("dry-run")
	result.allowFork = in.bool("allow-fork")
	result.wait = in.duration("wait")
	result.settle = in.duration("settle")
	in.checkTimes(result)
	result.comment = in.mode("comment")
	result.githubToken = githubToken(r)
	result.pullRequest = in.number("pull-request")
	return result, in.all()
}
