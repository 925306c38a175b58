package e2e

import (
	"net/http"
	"slices"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestIgnoredWrites has an API that accepts each write and leaves the roles as they were, or merges them. Nobody else
// writes, so that is not blamed on others.
func TestIgnoredWrites(t *testing.T) {
	t.Parallel()
	same := func(roles []string) []string { return roles }
	for _, tt := range []struct {
		name   string
		inputs map[string]string
		effect func([]string) []string // nil: none, and updatedAt does not move

		changed string
	}{
		{"ignored", with(), nil, "false"},
		{"ignored, updatedAt moves", with(), same, "false"},
		{"ignored, with a settle time", with("settle", "500ms"), same, "false"},
		{"ignored, several Workspaces", with("workspace", "Production\nSandbox"), same, "false"},
		{"update is merged", with("workspace", "Staging"), func(roles []string) []string {
			if added := entry("WORKSPACE", staging, "WORKSPACE_OPERATOR"); !slices.Contains(roles, added) {
				return append(roles, added)
			}
			return roles
		}, "true"},
		{"revocation is merged", with("workspace", "Staging", "role", "none"), same, "false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, func(a *sandbox.Astro, r *http.Request) sandbox.Fault {
				if call(r.Method, r.URL.Path) != writeRoles {
					return sandbox.Fault{}
				}
				if tt.effect != nil {
					a.Update(deployer, tt.effect)
				}
				return sandbox.Fault{Status: 200, Body: `{"requestId":"11111111-2222-4333-8444-555555555555"}`}
			})
			r := run(t, w.root, tt.inputs)
			r.failed(t, "rejected", "accepted the write twice but did not apply it", "11111111-2222", "Astro UI", "support")
			r.is(t, "attempts", "2", "changed", tt.changed)
			w.checkWrites(t)
		})
	}
}
