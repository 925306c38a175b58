package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/runner"
)

// maxOutput limits an output, in bytes. One environment string can hold 128 KiB on Linux, and a larger output that is
// passed on through env keeps a step from starting.
const maxOutput = 96 << 10

// Outputs returns the step outputs in the order of action.yml. Unknown values are empty, and so are those that are too
// long.
func (r *Result) Outputs() []runner.Output {
	outputs, _ := r.outputs()
	return outputs
}

// outputs also returns the names of the outputs that are too long.
func (r *Result) outputs() (outputs []runner.Output, tooLong []string) {
	outputs = r.values()
	for i, output := range outputs {
		if len(output.Value) > maxOutput {
			outputs[i].Value = ""
			tooLong = append(tooLong, output.Name)
		}
	}
	return outputs, tooLong
}

func (r *Result) values() []runner.Output {
	outcomes := r.Outcomes
	if r.File != "" {
		outcomes = nil // the output "grants" lists them
	}
	return []runner.Output{
		{Name: "status", Value: string(r.Status())},
		{Name: "changed", Value: strconv.FormatBool(r.Changed())},
		{Name: "token-id", Value: r.Token.ID},
		{Name: "token-name", Value: r.Token.Name},
		{Name: "organization-id", Value: r.OrganizationID},
		{Name: "role", Value: string(r.Role)},
		{Name: "workspace-id", Value: lines(outcomes, func(o grant.Outcome) string { return o.Workspace.ID })},
		{Name: "workspace-name", Value: lines(outcomes, func(o grant.Outcome) string { return o.Workspace.Name })},
		{Name: "previous-role", Value: lines(outcomes, func(o grant.Outcome) string { return string(o.Previous) })},
		{Name: "grants", Value: r.grantsJSON()},
		{Name: "attempts", Value: strconv.Itoa(r.Attempts)},
		{Name: "error", Value: string(r.Error())},
		{Name: "applied", Value: strconv.FormatBool(r.Applied)},
		{Name: "granted", Value: strconv.Itoa(r.Count(grant.Granted))},
		{Name: "updated", Value: strconv.Itoa(r.Count(grant.Updated))},
		{Name: "revoked", Value: strconv.Itoa(r.Count(grant.Revoked))},
		{Name: "unchanged", Value: strconv.Itoa(r.Count(grant.Unchanged))},
		{Name: "failed", Value: strconv.Itoa(r.Count(grant.Failed))},
		{Name: "drift", Value: r.drift()},
	}
}

// drift is the output "drift": empty unless it is known.
func (r *Result) drift() string {
	if !r.Check || r.Error() != "" && !r.Drift {
		return ""
	}
	return strconv.FormatBool(r.Drift)
}

// lines has one line for each outcome. A line break inside a value becomes a space, or the lines of several outputs
// would not correspond.
func lines(outcomes []grant.Outcome, value func(grant.Outcome) string) string {
	all := make([]string, len(outcomes))
	for i, o := range outcomes {
		all[i] = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(value(o))
	}
	return strings.Join(all, "\n")
}

// grantsJSON is the output "grants". With a grants file it leaves out what is unchanged.
func (r *Result) grantsJSON() string {
	type item struct {
		TokenID       string `json:"tokenId"`
		TokenName     string `json:"tokenName"`
		WorkspaceID   string `json:"workspaceId"`
		WorkspaceName string `json:"workspaceName"`
		Role          string `json:"role"`
		PreviousRole  string `json:"previousRole"`
		Status        string `json:"status"`
		Error         string `json:"error"`
	}
	items := []item{}
	for _, o := range r.Outcomes {
		if r.File != "" && o.Status == grant.Unchanged {
			continue
		}
		token, workspace := r.resources(o)
		items = append(items, item{
			token.ID, token.Name, workspace.ID, workspace.Name,
			string(o.Role), string(o.Previous), string(o.Status), string(o.Error),
		})
	}
	return toJSON(items, "")
}

// resources returns the API token and the Workspace of an outcome. Those that were not found are as they were given. (With
// inputs, the outputs have no name for an unknown Workspace.)
func (r *Result) resources(o grant.Outcome) (token, workspace grant.Resource) {
	token, workspace = o.Token, o.Workspace
	if token.ID == "" {
		token = grant.Resource{ID: o.TokenID, Name: o.TokenName}
	}
	if workspace.ID == "" && r.File != "" {
		workspace.Name = o.WorkspaceGiven
	}
	return token, workspace
}

// toJSON encodes strings and numbers, without the escapes that only HTML needs.
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
