package step

import (
	"encoding/json"
	"strings"
	"testing"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/report"
)

func outputsOf(r report.Report) map[string]string {
	s := &step{report: r}
	all := map[string]string{}
	for _, output := range s.outputs() {
		all[output.Name] = output.Value
	}
	return all
}

func TestOutputs(t *testing.T) {
	for _, tt := range []struct {
		name   string
		report report.Report
		want   map[string]string
	}{
		{
			"nothing known",
			report.Report{Problems: []grant.Problem{{Kind: grant.InvalidInput}, {Kind: grant.Forbidden}}},
			map[string]string{
				"status": "failed", "changed": "false", "token-id": "", "token-name": "", "organization-id": "", "role": "", "workspace-id": "",
				"workspace-name": "", "previous-role": "", "grants": "[]", "attempts": "0", "error": "invalid-input",
			},
		},
		{
			"two grants",
			report.Report{
				OrganizationID: "o1", TokenID: "t1", TokenName: "a\nb", Role: grant.Owner, Attempts: 2,
				Grants: []report.Grant{
					{TokenID: "t1", TokenName: "a\nb", WorkspaceID: "w1", WorkspaceName: "c\r\nd\re\nf", Role: grant.Owner, Status: grant.Granted},
					{TokenID: "t1", TokenName: "a\nb", WorkspaceID: "w2", WorkspaceName: "<&>", Role: grant.Owner, Previous: grant.Member, Status: grant.Updated},
				},
			},
			map[string]string{
				"status": "granted", "changed": "true", "token-id": "t1", "token-name": "a\nb", "organization-id": "o1", "role": "WORKSPACE_OWNER",
				"workspace-id": "w1\nw2", "workspace-name": "c d e f\n<&>", "previous-role": "\nWORKSPACE_MEMBER",
				"grants": `[{"tokenId":"t1","tokenName":"a\nb","workspaceId":"w1","workspaceName":"c\r\nd\re\nf","role":"WORKSPACE_OWNER","previousRole":"","status":"granted","error":""},` +
					`{"tokenId":"t1","tokenName":"a\nb","workspaceId":"w2","workspaceName":"<&>","role":"WORKSPACE_OWNER","previousRole":"WORKSPACE_MEMBER","status":"updated","error":""}]`,
				"attempts": "2", "error": "",
			},
		},
		{
			"may stand",
			report.Report{
				MayStand: true, Problems: []grant.Problem{{Kind: grant.Unverified}},
				Grants: []report.Grant{{WorkspaceID: "w1", Role: grant.Owner, Status: grant.Failed, Error: grant.Unverified}},
			},
			map[string]string{
				"status": "failed", "changed": "true", "error": "unverified", "workspace-id": "w1",
				"grants": `[{"tokenId":"","tokenName":"","workspaceId":"w1","workspaceName":"","role":"WORKSPACE_OWNER","previousRole":"","status":"failed","error":"unverified"}]`,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := outputsOf(tt.report)
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
		all := outputsOf(report.Report{Grants: []report.Grant{
			{WorkspaceID: first, WorkspaceName: first, Previous: grant.Role(first)},
			{WorkspaceID: second, WorkspaceName: second, Previous: grant.Role(second)},
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

func TestMergeProblems(t *testing.T) {
	problem := func(kind grant.Kind, what string) grant.Problem {
		return grant.Problem{Kind: kind, What: escape.Say("%s", what)}
	}
	refused, missing := problem(grant.Unauthorized, "401"), problem(grant.TokenNotFound, "gone")
	got := mergeProblems([]grant.Problem{missing, refused}, nil, []grant.Problem{refused, problem(grant.TokenNotFound, "gone too")})
	var all []string
	for _, p := range got {
		all = append(all, string(p.Kind)+" "+p.What.String())
	}
	if want := `unauthorized "401", token-not-found "gone", token-not-found "gone too"`; strings.Join(all, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(all, ", "), want)
	}
}

func TestEveryKindHasATitle(t *testing.T) {
	for _, kind := range grant.Kinds() {
		if title(kind) == "" {
			t.Errorf("%s has none", kind)
		}
	}
}
