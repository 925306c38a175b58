package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// IDs of the Organization that [Demo] returns, and of its API token with the Organization Owner role.
const (
	DemoOrganizationID = "clorgexampleairlines00001"
	DemoTokenID        = "cltokenplatformadmin00002"
)

const (
	demoProduction  = "clworkspaceproduction0001"
	demoStaging     = "clworkspacestaging0000002"
	demoSandbox     = "clworkspacesandbox0000003"
	demoDataScience = "clworkspacedatascience004"
	demoDeployment  = "cldeploymentflightdata001"
)

// Demo returns a small Organization with the complications of real ones: names that are not unique, API
// tokens of other scopes, an expired API token, and roles of every entity type.
func Demo(o Options) *Astro {
	a := New(DemoOrganizationID, "Example Airlines", o)

	a.AddWorkspace(demoProduction, "Production")
	a.AddWorkspace(demoStaging, "Staging")
	a.AddWorkspace(demoSandbox, "Sandbox")
	a.AddWorkspace(demoDataScience, "Data Science")
	a.AddWorkspace("clworkspaceanalytics00005", "Analytics")
	a.AddWorkspace("clworkspaceanalytics00006", "Analytics")

	a.AddToken(Token{
		ID: "cltokencideployer00000001", Name: "CI Deployer", Description: "Deploys from the main branch",
		Roles: []string{
			demoRole(scopeOrganization, DemoOrganizationID, "ORGANIZATION_MEMBER"),
			demoRole("WORKSPACE", demoStaging, "WORKSPACE_AUTHOR"),
			demoRole("DEPLOYMENT", demoDeployment, "Deployment Release Manager"),
			demoDAGRole("DAG", "flight_delays", "DAG_OPERATOR"),
			demoDAGRole("DAG_TAG", "nightly", "DAG_VIEWER"),
		},
	})
	a.AddToken(Token{
		ID: DemoTokenID, Name: "Platform Admin", Description: "Manages the other API tokens",
		Roles: []string{demoRole(scopeOrganization, DemoOrganizationID, "ORGANIZATION_OWNER")},
	})
	for _, id := range []string{"cltokennightlyreports0003", "cltokennightlyreports0004"} {
		a.AddToken(Token{ID: id, Name: "Nightly Reports", Roles: []string{
			demoRole(scopeOrganization, DemoOrganizationID, "ORGANIZATION_MEMBER"),
			demoRole("WORKSPACE", demoProduction, "WORKSPACE_MEMBER"),
		}})
	}
	a.AddToken(Token{
		ID: "cltokenteamdataci00000005", Name: "Team Data CI", Scope: "WORKSPACE",
		Roles: []string{demoRole("WORKSPACE", demoDataScience, "WORKSPACE_OPERATOR")},
	})
	a.AddToken(Token{
		ID: "cltokenprovisioner0000006", Name: "Provisioner", Description: "No Workspace yet",
		Roles: []string{demoRole(scopeOrganization, DemoOrganizationID, "ORGANIZATION_MEMBER")},
	})
	a.AddToken(Token{
		ID: "cltokenlegacysync00000007", Name: "Legacy Sync", EndAt: time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC),
		Roles: []string{
			demoRole(scopeOrganization, DemoOrganizationID, "ORGANIZATION_MEMBER"),
			demoRole("WORKSPACE", demoSandbox, "WORKSPACE_OWNER"),
		},
	})
	return a
}

// The repository of [DemoGitHub] and the number of its pull request.
const (
	DemoRepository  = "example-airlines/platform"
	DemoPullRequest = 7
)

// DemoGitHub returns a repository with one open pull request. The token has the rights of a workflow's
// GITHUB_TOKEN and can comment on it.
func DemoGitHub(token string) *GitHub {
	g := NewGitHub(DemoRepository, GitHubOptions{})
	g.AddToken(token, Account{Login: "github-actions[bot]", ID: 41898282, Type: "Bot"}, true)
	g.AddPullRequest(PullRequest{
		Number: DemoPullRequest, Title: "Let CI deploy to production", HeadRepo: DemoRepository,
		HeadSHA: "5f0c9d3b8a7e6d5c4b3a29181706f5e4d3c2b1a0",
	})
	return g
}

func demoRole(entityType, entityID, role string) string {
	return fmt.Sprintf(`{"entityType":%q,"entityId":%q,"role":%q}`, entityType, entityID, role)
}

func demoDAGRole(entityType, entityID, role string) string {
	return fmt.Sprintf(`{"entityType":%q,"entityId":%q,"deploymentId":%q,"role":%q}`,
		entityType, entityID, demoDeployment, role)
}

// APIToken returns an API token in the format of Astro's: a JWT whose claims contain the Organization's ID,
// the token's own ID and its expiry. The signature is a dummy. The zero time means that it never expires.
func APIToken(organizationID, tokenID string, expires time.Time) string {
	type claims struct {
		Permissions []string `json:"permissions"`
		APITokenID  string   `json:"apiTokenId"`
		Expires     int64    `json:"exp,omitempty"`
	}
	c := claims{
		Permissions: []string{"organizationId:" + organizationID, "apiTokenId:" + tokenID}, APITokenID: tokenID,
	}
	if !expires.IsZero() {
		c.Expires = expires.Unix()
	}
	segment := base64.RawURLEncoding.EncodeToString
	return segment([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + segment(encode(c)) + "." +
		segment([]byte("not a signature: made by the sandbox"))
}

// tokenIDOf returns the ID in an API token, or an empty one.
func tokenIDOf(apiToken string) string {
	var c struct {
		APITokenID string `json:"apiTokenId"`
	}
	parts := strings.Split(apiToken, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	_ = json.Unmarshal(payload, &c) // a token that is not a JWT has no ID
	return c.APITokenID
}

// demoLatency is the latency of Astro requests in a [DemoServer].
const demoLatency = 50 * time.Millisecond

// DemoServer serves [Demo] and [DemoGitHub].
type DemoServer struct {
	APIToken string // accepted by both
	GitHub   *GitHub
	Handler  http.Handler // Astro at /v1, GitHub at /api/v3 and /api/graphql
}

// NewDemo returns a DemoServer. If faults is set, many requests to Astro fail at first (see [Flaky]).
func NewDemo(faults bool) DemoServer {
	token := APIToken(DemoOrganizationID, DemoTokenID, time.Now().AddDate(1, 0, 0))
	options := Options{APIToken: token, Latency: func() time.Duration { return demoLatency }}
	if faults {
		options.Fault = Flaky(rand.Uint64())
	}
	github := DemoGitHub(token)
	mux := http.NewServeMux()
	mux.Handle("/v1/", Demo(options))
	mux.Handle("/api/", github)
	return DemoServer{APIToken: token, GitHub: github, Handler: mux}
}
