package step

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/runner"
)

// outputs returns all step outputs, in the order of action.yml. What is not known is empty.
func (s *step) outputs() []runner.Output {
	r := &s.report
	kind := grant.Kind("")
	if len(r.Problems) > 0 {
		kind = r.Problems[0].Kind
	}
	grants := r.Grants
	if r.File != nil {
		grants = nil // a line each would be too many; "grants" has them
	}
	return []runner.Output{
		{Name: "status", Value: string(r.Status())},
		{Name: "changed", Value: strconv.FormatBool(r.Changed())},
		{Name: "token-id", Value: r.TokenID},
		{Name: "token-name", Value: r.TokenName},
		{Name: "organization-id", Value: r.OrganizationID},
		{Name: "role", Value: string(r.Role)},
		{Name: "workspace-id", Value: lines(grants, func(g report.Grant) string { return g.WorkspaceID })},
		{Name: "workspace-name", Value: lines(grants, func(g report.Grant) string { return g.WorkspaceName })},
		{Name: "previous-role", Value: lines(grants, func(g report.Grant) string { return string(g.Previous) })},
		{Name: "grants", Value: s.grantsJSON()},
		{Name: "attempts", Value: strconv.Itoa(r.Attempts)},
		{Name: "error", Value: string(kind)},
		{Name: "applied", Value: strconv.FormatBool(!r.DryRun && (r.File == nil || r.File.Applied))},
		{Name: "granted", Value: strconv.Itoa(r.Count(grant.Granted))},
		{Name: "updated", Value: strconv.Itoa(r.Count(grant.Updated))},
		{Name: "revoked", Value: strconv.Itoa(r.Count(grant.Revoked))},
		{Name: "unchanged", Value: strconv.Itoa(r.Count(grant.Unchanged))},
		{Name: "failed", Value: strconv.Itoa(r.Count(grant.Failed))},
	}
}

// lines has a line for each grant. A line break inside a value is a space, or the lines would not match up.
func lines(grants []report.Grant, value func(report.Grant) string) string {
	all := make([]string, len(grants))
	for i, g := range grants {
		all[i] = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(value(g))
	}
	return strings.Join(all, "\n")
}

// mostGrants bounds the output "grants" of a file, in bytes: an environment string of Linux ends at 128 KiB, and a larger output that is
// passed on through env keeps a step from starting.
const mostGrants = 96 << 10

// grantsJSON is the output "grants". Of a file it leaves out what is unchanged.
func (s *step) grantsJSON() string {
	type one struct {
		TokenID       string `json:"tokenId"`
		TokenName     string `json:"tokenName"`
		WorkspaceID   string `json:"workspaceId"`
		WorkspaceName string `json:"workspaceName"`
		Role          string `json:"role"`
		PreviousRole  string `json:"previousRole"`
		Status        string `json:"status"`
		Error         string `json:"error"`
	}
	all := []one{}
	for _, g := range s.report.Grants {
		if s.report.File != nil && g.Status == grant.Unchanged {
			continue
		}
		all = append(all, one{
			g.TokenID, g.TokenName, g.WorkspaceID, g.WorkspaceName, string(g.Role), string(g.Previous), string(g.Status), string(g.Error),
		})
	}
	text := toJSON(all, "")
	if s.report.File != nil && len(text) > mostGrants {
		s.runner.Notice("Output grants is empty", fmt.Sprintf("It would have %d KiB, which is too much to pass on through env. The input report-file writes it all to a file.", len(text)>>10))
		return ""
	}
	return text
}

// toJSON encodes strings and numbers, without the escapes that are for HTML only.
func toJSON(v any, indent string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("strings and numbers do not marshal: %v", err))
	}
	return strings.TrimSpace(b.String())
}
