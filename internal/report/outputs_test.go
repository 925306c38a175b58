package report

import (
	"encoding/json"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
)

func outputsOf(r Result) map[string]string {
	all := map[string]string{}
	for _, output := range r.Outputs() {
		all[output.Name] = output.Value
	}
	return all
}

func TestOutputs(t *testing.T) {
	outcome := func(workspaceID, workspaceName string, previous grant.Role, status grant.Status) grant.Outcome {
		return grant.Outcome{
			Wanted: grant.Wanted{Role: grant.Owner}, Token: grant.Resource{ID: "t1", Name: "a\nb"},
			Workspace: grant.Resource{ID: workspaceID, Name: workspaceName}, Previous: previous, Status: status,
		}
	}
	for _, tt := range []struct {
		name   string
		result Result
		want   map[string]string
	}{
		{
			"nothing is known",
			Result{Problems: []grant.Problem{{Kind: grant.InvalidInput}, {Kind: grant.Forbidden}}},
			map[string]string{
				"status": "failed", "changed": "false", "token-id": "", "token-name": "", "organization-id": "", "role": "",
				"workspace-id": "", "workspace-name": "", "previous-role": "", "grants": "[]", "attempts": "0",
				"error": "invalid-input", "applied": "false",
			},
		},
		{
			"two grants",
			Result{
				OrganizationID: "o1", Token: grant.Resource{ID: "t1", Name: "a\nb"}, Role: grant.Owner, Attempts: 2, Applied: true,
				Outcomes: []grant.Outcome{
					outcome("w1", "c\r\nd\re\nf", "", grant.Granted), outcome("w2", "<&>", grant.Member, grant.Updated),
				},
			},
			map[string]string{
				"status": "granted", "changed": "true", "token-id": "t1", "token-name": "a\nb", "organization-id": "o1",
				"role": "WORKSPACE_OWNER", "workspace-id": "w1\nw2", "workspace-name": "c d e f\n<&>",
				"previous-role": "\nWORKSPACE_MEMBER",
				"grants": `[{"tokenId":"t1","tokenName":"a\nb","workspaceId":"w1","workspaceName":"c\r\nd\re\nf",` +
					`"role":"WORKSPACE_OWNER","previousRole":"","status":"granted","error":""},` +
					`{"tokenId":"t1","tokenName":"a\nb","workspaceId":"w2","workspaceName":"<&>",` +
					`"role":"WORKSPACE_OWNER","previousRole":"WORKSPACE_MEMBER","status":"updated","error":""}]`,
				"attempts": "2", "error": "", "applied": "true",
				"granted": "1", "updated": "1", "revoked": "0", "unchanged": "0", "failed": "0",
			},
		},
		{
			"not verified",
			Result{
				Unverified: true, Problems: []grant.Problem{{Kind: grant.Unverified}},
				Outcomes: []grant.Outcome{{
					Wanted: grant.Wanted{Role: grant.Owner}, Workspace: grant.Resource{ID: "w1"},
					Status: grant.Failed, Error: grant.Unverified,
				}},
			},
			map[string]string{
				"status": "failed", "changed": "true", "error": "unverified", "workspace-id": "w1",
				"grants": `[{"tokenId":"","tokenName":"","workspaceId":"w1","workspaceName":"",` +
					`"role":"WORKSPACE_OWNER","previousRole":"","status":"failed","error":"unverified"}]`,
			},
		},
		{
			"a grants file",
			Result{
				File: "grants.yml", OrganizationID: "o1",
				Outcomes: []grant.Outcome{
					outcome("w1", "a", grant.Owner, grant.Unchanged), outcome("w2", "b", grant.Member, grant.Updated),
				},
			},
			map[string]string{
				"status": "updated", "token-id": "", "token-name": "", "role": "", "workspace-id": "", "workspace-name": "",
				"previous-role": "", "updated": "1", "unchanged": "1",
				"grants": `[{"tokenId":"t1","tokenName":"a\nb","workspaceId":"w2","workspaceName":"b",` +
					`"role":"WORKSPACE_OWNER","previousRole":"WORKSPACE_MEMBER","status":"updated","error":""}]`,
			},
		},
		{
			"a grants file with too many grants",
			Result{
				File:     "grants.yml",
				Outcomes: []grant.Outcome{outcome("w1", strings.Repeat("x", maxOutput), "", grant.Granted)},
			},
			map[string]string{"status": "granted", "grants": "", "granted": "1"},
		},
		{
			"a Workspace with a name that is too long",
			Result{Outcomes: []grant.Outcome{outcome("w1", strings.Repeat("x", maxOutput+1), "", grant.Granted)}},
			map[string]string{"status": "granted", "workspace-id": "w1", "workspace-name": "", "grants": ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := outputsOf(tt.result)
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s is %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

func FuzzOutputLines(f *testing.F) {
	f.Add("a", "b")
	f.Add("", "\r\n\n\r")
	f.Add("<&>\u2028", "\xff\x00")
	f.Fuzz(func(t *testing.T, first, second string) {
		if len(first)+len(second) > maxOutput/16 {
			t.Skip("long outputs are left empty")
		}
		all := outputsOf(Result{Outcomes: []grant.Outcome{
			{Workspace: grant.Resource{ID: first, Name: first}, Previous: grant.Role(first)},
			{Workspace: grant.Resource{ID: second, Name: second}, Previous: grant.Role(second)},
		}})
		for _, name := range []string{"workspace-id", "workspace-name", "previous-role"} {
			if strings.Count(all[name], "\n") != 1 || strings.Contains(all[name], "\r") {
				t.Errorf("%s is %q", name, all[name])
			}
		}
		var grants []struct{ WorkspaceName string }
		if err := json.Unmarshal([]byte(all["grants"]), &grants); err != nil || strings.Contains(all["grants"], "\n") {
			t.Fatalf("%q: %v", all["grants"], err)
		}
		if want := strings.ToValidUTF8(first, ""); len(grants) != 2 || want == first && grants[0].WorkspaceName != first {
			t.Errorf("grants are %q", all["grants"])
		}
	})
}

func TestEveryKindHasATitle(t *testing.T) {
	for _, kind := range grant.Kinds() {
		if Title(kind) == "" {
			t.Errorf("%s has no title", kind)
		}
	}
}
