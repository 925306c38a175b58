package e2e

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestForbiddenNamesRoles has requests answered 403. The error says which role the API token that makes them has, and
// which one it needs.
func TestForbiddenNamesRoles(t *testing.T) {
	t.Parallel()
	const owner, member = "ORGANIZATION_OWNER", "ORGANIZATION_MEMBER"
	const needs = "needs the Organization Owner role"
	for _, tt := range []struct {
		name   string
		what   string
		own    sandbox.Token // its roles and scope
		inputs map[string]string
		words  []string
	}{
		{"write of a member", "", organizationToken(member), with(), []string{`has the role "ORGANIZATION_MEMBER"`, needs}},
		{"list", listTokens, organizationToken("ORGANIZATION_BILLING_ADMIN"), with(), []string{`"ORGANIZATION_BILLING_ADMIN"`, needs}},
		{"plan", listTokens, organizationToken(member), with("dry-run", "true"), []string{`"ORGANIZATION_MEMBER"`, "Give it a role that can"}},
		{"owner", writeRoles, organizationToken(owner), with(), []string{"has the Organization Owner role", "IP allow list", "support"}},
		{
			"Workspace API token", writeRoles,
			sandbox.Token{Scope: "WORKSPACE", Roles: []string{entry("WORKSPACE", staging, "WORKSPACE_OWNER")}},
			with(),
			[]string{"not an Organization API token", "WORKSPACE", "Organization Owner"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const own = "clownapitoken000000000001"
			tt.own.ID, tt.own.Name = own, "Own"
			token := sandbox.APIToken(sandbox.DemoOrganizationID, own, time.Now().AddDate(1, 0, 0))
			w := demo(t, sandbox.Options{APIToken: token}, always(tt.what, apiError(403, "no right to")))
			w.AddToken(tt.own)
			tt.inputs["api-token"] = token
			run(t, w.root, tt.inputs).failed(t, "forbidden", append(tt.words, "403 Forbidden")...)
			isOwn := func(r sandbox.Request) bool {
				return r.Path == "/v1/organizations/"+sandbox.DemoOrganizationID+"/tokens/"+own
			}
			equal(t, "reads its own record", slices.ContainsFunc(w.Requests(), isOwn), true)
		})
	}
	t.Run("unreadable", func(t *testing.T) {
		t.Parallel()
		w := demo(t, sandbox.Options{}, func(*sandbox.Astro, *http.Request) sandbox.Fault { return apiError(403, "no") })
		run(t, w.root, with()).failed(t, "forbidden", needs, "IP allow list")
	})
	t.Run("export", func(t *testing.T) {
		t.Parallel()
		w := demo(t, sandbox.Options{}, always(listTokens, apiError(403, "no")))
		r := start(t, w.root, nil, terminal, args("-export", "-api-url", w.root+"/v1")).wait()
		equal(t, "exit code", r.code, 1)
		contains(t, "log", r.log, "has the Organization Owner role")
	})
}

func organizationToken(role string) sandbox.Token {
	return sandbox.Token{Roles: []string{entry("ORGANIZATION", sandbox.DemoOrganizationID, role)}}
}
