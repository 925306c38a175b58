package e2e

import (
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestAccessorAssignedByAstro has Astro assign WORKSPACE_ACCESSOR by itself while the API token has roles in Deployments
// or DAGs. Nobody set that role: it is neither fought, nor a conflict, nor a previous role.
func TestAccessorAssignedByAstro(t *testing.T) {
	t.Parallel()
	const remains = "Astro keeps WORKSPACE_ACCESSOR there"
	assigned := entry("WORKSPACE", staging, "WORKSPACE_ACCESSOR")
	assign := func(a *sandbox.Astro) {
		a.Update(deployer, func(roles []string) []string {
			if own, _ := split(roles, staging); len(own) == 0 {
				return append(roles, assigned)
			}
			return roles
		})
	}
	for _, tt := range []struct {
		name     string
		token    string
		role     string
		before   string // the role in Staging
		settle   string
		outputs  []string
		after    []string
		appears  bool // after the write
		accessor bool // the result says that it remains
	}{
		{
			"revoked", deployer, "none", "WORKSPACE_AUTHOR", "0s",
			[]string{"status", "revoked", "previous-role", "WORKSPACE_AUTHOR", "attempts", "1"},
			[]string{"WORKSPACE_ACCESSOR"},
			true, true,
		},
		{
			"revoked, with a settle time", deployer, "none", "WORKSPACE_AUTHOR", "300ms",
			[]string{"status", "revoked", "previous-role", "WORKSPACE_AUTHOR", "attempts", "1"},
			[]string{"WORKSPACE_ACCESSOR"},
			true, true,
		},
		{
			"nothing to revoke", deployer, "none", "workspace_accessor", "0s",
			[]string{"status", "unchanged", "previous-role", "", "attempts", "0"},
			[]string{"workspace_accessor"},
			false, true,
		},
		{
			"granted", deployer, "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR", "0s",
			[]string{"status", "granted", "previous-role", "", "attempts", "1"},
			[]string{"WORKSPACE_MEMBER"},
			false, false,
		},
		{
			"without roles in Deployments", provisioner, "none", "WORKSPACE_ACCESSOR", "0s",
			[]string{"status", "revoked", "previous-role", "WORKSPACE_ACCESSOR", "attempts", "1"},
			nil, false, false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := onNth(1, verifyRead, func(a *sandbox.Astro) sandbox.Fault {
				if tt.appears {
					assign(a)
				}
				return sandbox.Fault{}
			})
			w := demo(t, sandbox.Options{}, h)
			w.Update(tt.token, without(staging))
			w.Update(tt.token, plus(entry("WORKSPACE", staging, tt.before)))
			_, others := split(w.Roles(tt.token), staging)
			r := run(t, w.root, with("workspace", "Staging", "role", tt.role, "settle", tt.settle,
				"org-token-name", "", "org-token-id", tt.token))
			r.is(t, tt.outputs...)
			own, foreign := split(w.Roles(tt.token), staging)
			equal(t, "roles in Staging", own, tt.after)
			equal(t, "roles elsewhere", foreign, others)
			equal(t, "the log says that it remains", strings.Contains(r.log, remains), tt.accessor)
			equal(t, "the summary says that it remains", strings.Contains(r.summary, remains), tt.accessor)
			lacks(t, "log", r.log, "others write this API token too")
		})
	}
}
