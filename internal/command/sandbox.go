package command

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"astro-workspace-grant/internal/sandbox"
)

// startSandbox starts an Astro and a GitHub in memory and points the run at them.
func (o *options) startSandbox() (stop func(), err error) {
	demo := sandbox.NewDemo(o.faults)
	root, closeServer, err := sandbox.Listen(demo.Handler)
	if err != nil {
		return nil, err
	}
	if o.inputs["grants-file"] == "" {
		o.fillIn()
	}
	o.inputs["api-url"] = root + "/v1"
	o.inputs["api-token"] = demo.APIToken
	if o.inputs["comment"] != "" {
		o.onPullRequest(root, demo.APIToken)
	}
	return func() {
		closeServer()
		o.printComments(demo.GitHub)
	}, nil
}

// fillIn sets the inputs that say what to grant, where the command line does not. The run then shows one new role and one
// that changes.
func (o *options) fillIn() {
	token := "CI Deployer"
	if o.inputs["org-token-id"] != "" {
		token = ""
	}
	for name, value := range map[string]string{
		"org-token-name": token, "role": "WORKSPACE_OPERATOR", "workspace": "Production\nStaging",
	} {
		o.inputs[name] = cmp.Or(o.inputs[name], value)
	}
}

// onPullRequest makes the run one that a pull request of the sandbox triggered.
func (o *options) onPullRequest(root, token string) {
	if o.inputs["pull-request"] == "" {
		o.inputs["pull-request"] = strconv.Itoa(sandbox.DemoPullRequest)
	}
	o.inputs["github-token"] = token
	o.variables = map[string]string{
		"GITHUB_API_URL": root + "/api/v3", "GITHUB_GRAPHQL_URL": root + "/api/graphql", "GITHUB_SERVER_URL": "https://github.example",
		"GITHUB_REPOSITORY": sandbox.DemoRepository, "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1",
	}
}

func (o *options) printComments(github *sandbox.GitHub) {
	for _, comment := range github.Comments(sandbox.DemoPullRequest) {
		if o.verbose {
			fmt.Fprintf(o.env.Stdout, "── Comment on pull request #%d\n%s\n", comment.Number, comment.Body)
			continue
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(comment.Body, "### "), "\n")
		fmt.Fprintf(o.env.Stdout, "Comment on pull request #%d: %s (-v prints all of it)\n", comment.Number, title)
	}
}
