package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// grantsPath is the path of the grants file in the checkout.
const grantsPath = ".github/grants.yml"

// IDs in the sandbox's demo that only the tests of grants files use.
const (
	sandboxWorkspace = "clworkspacesandbox0000003"
	provisioner      = "cltokenprovisioner0000006" // Provisioner: no Workspace yet
	legacySync       = "cltokenlegacysync00000007" // Legacy Sync: WORKSPACE_OWNER in Sandbox
)

// aFile has one role of each kind: granted, updated, revoked and unchanged.
const aFile = `grants:
  - org-token-name: CI Deployer
    role: WORKSPACE_OPERATOR
    workspaces: [Production, Staging]
  - org-token-id: cltokenlegacysync00000007
    role: none
    workspaces: [Sandbox]
  - org-token-name: Provisioner
    role: none
    workspaces: [Sandbox]
`

// fileInputs returns the inputs of a run with a grants file, changed as given: name, value, name, value.
func fileInputs(pairs ...string) map[string]string {
	inputs := map[string]string{"grants-file": grantsPath, "settle": "0s", "comment": "never"}
	for pair := range slices.Chunk(pairs, 2) {
		inputs[pair[0]] = pair[1]
	}
	return inputs
}

// applyInputs returns the inputs of a run that always applies its file.
func applyInputs(pairs ...string) map[string]string {
	return fileInputs(append([]string{"apply", "always"}, pairs...)...)
}

// checkout creates a checkout with the grants file.
func checkout(text string) option {
	return func(s *setup) {
		s.env["GITHUB_WORKSPACE"] = s.dir
		if err := os.MkdirAll(filepath.Dir(s.path(grantsPath)), 0o755); err != nil {
			s.t.Fatal(err)
		}
		s.write(grantsPath, text)
	}
}

// repo is the repository in a payload that contains its default branch.
const repo = `{"id":1,"full_name":"example/airline","default_branch":"main"}`

// pushOf returns the payload of a push of the merge commit of the pull request.
func pushOf(branch string) string {
	return fmt.Sprintf(`{"ref":"refs/heads/%s","after":%q,"head_commit":{"message":"Merge"},"repository":%s}`,
		branch, mergeSHA, repo)
}

// pullOf returns the payload of an event of the pull request.
func pullOf(action, head, base string, merged bool) string {
	return pullOnto(action, "", head, base, merged)
}

// pullOnto is like pullOf for a pull request onto a commit.
func pullOnto(action, commit, head, base string, merged bool) string {
	pull := fmt.Sprintf(`{"number":%d,"merged":%t,"head":{"sha":%q,"repo":%s},"base":{"ref":%q,"sha":%q,"repo":%s}}`,
		number, merged, headSHA, head, base, commit, repo)
	return fmt.Sprintf(`{"action":%q,"pull_request":%s,"repository":%s}`, action, pull, repo)
}

// noFile is the text of a file that main does not have.
const noFile = ""

// serveMerged serves both APIs: GitHub with the file on main, after the pull request was merged. Its runs are triggered
// by the push of the merge commit. The hook can be nil.
func serveMerged(t *testing.T, text string, o sandbox.Options, h hook) gitHubWorld {
	t.Helper()
	return serveMergedOn(t, sandbox.GitHubOptions{}, text, o, h)
}

// serveMergedOn is like serveMerged, with options for GitHub.
func serveMergedOn(t *testing.T, gitHub sandbox.GitHubOptions, text string, o sandbox.Options, h hook) gitHubWorld {
	t.Helper()
	g := sandbox.NewGitHub(repository, gitHub)
	g.AddToken(githubToken, bot, true)
	g.AddPullRequest(sandbox.PullRequest{
		Number: number, HeadRepo: repository, HeadSHA: headSHA, Merged: true, MergeCommitSHA: mergeSHA,
		Commits: []string{mergeSHA},
	})
	if text != noFile {
		g.SetFile("main", grantsPath, text)
	}
	root := serve(t, g)
	return gitHubWorld{demo(t, o, h), g, []option{
		env("GITHUB_API_URL", root+"/api/v3"), env("GITHUB_GRAPHQL_URL", root+"/api/graphql"),
		env("GITHUB_RUN_ATTEMPT", "1"),
		event("push", pushOf("main")), checkout(text),
	}}
}

// fileGrant is an object of the output "grants".
type fileGrant struct{ TokenID, WorkspaceID, Role, PreviousRole, Status, Error string }

func (r result) grants(t testing.TB) []fileGrant {
	t.Helper()
	var grants []fileGrant
	if err := json.Unmarshal([]byte(r.outputs["grants"]), &grants); err != nil {
		t.Errorf("output grants: %v: %s", err, r.outputs["grants"])
	}
	return grants
}

// counts checks the outputs with counts.
func (r result) counts(t testing.TB, granted, updated, revoked, unchanged, failed int) {
	t.Helper()
	for _, count := range []struct {
		name string
		want int
	}{{"granted", granted}, {"updated", updated}, {"revoked", revoked}, {"unchanged", unchanged}, {"failed", failed}} {
		r.is(t, count.name, fmt.Sprint(count.want))
	}
}

// places returns the positions of the errors in the order of the log.
func (r result) places() []string {
	var places []string
	for _, e := range r.named("error") {
		places = append(places, e.at)
	}
	return places
}

// at returns a position in the grants file as an annotation has it.
func at(line, column int) string { return fmt.Sprintf("%s:%d:%d", grantsPath, line, column) }
