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
	return []runner.Output{
		{Name: "status", Value: string(r.Status())},
		{Name: "changed", Value: strconv.FormatBool(r.Changed())},
		{Name: "token-id", Value: r.TokenID},
		{Name: "token-name", Value: r.TokenName},
		{Name: "organization-id", Value: r.OrganizationID},
		{Name: "role", Value: string(r.Role)},
		{Name: "workspace-id", Value: lines(r.Grants, func(g report.Grant) string { return g.WorkspaceID })},
		{Name: "workspace-name", Value: lines(r.Grants, func(g report.Grant) string { return g.WorkspaceName })},
		{Name: "previous-role", Value: lines(r.Grants, func(g report.Grant) string { return string(g.Previous) })},
		{Name: "grants", Value: grantsJSON(r)},
		{Name: "attempts", Value: strconv.Itoa(r.Attempts)},
		{Name: "error", Value: string(kind)},
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

func grantsJSON(r *report.Report) string {
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
	all := make([]one, len(r.Grants))
	for i, g := range r.Grants {
		all[i] = one{
			r.TokenID, r.TokenName, g.WorkspaceID, g.WorkspaceName,
			string(g.Role), string(g.Previous), string(g.Status), string(g.Error),
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(all); err != nil {
		panic(fmt.Sprintf("strings do not marshal: %v", err))
	}
	return strings.TrimSpace(b.String())
}
