package report

import (
	"strings"
	"time"

	"astro-workspace-grant/internal/grant"
)

// Run describes the workflow run for the report file. Unknown values are empty.
type Run struct {
	Repository  string `json:"repository,omitempty"`
	ID          string `json:"id,omitempty"`
	Attempt     string `json:"attempt,omitempty"`
	Commit      string `json:"commit,omitempty"`
	Actor       string `json:"actor,omitempty"`
	Event       string `json:"event,omitempty"`
	PullRequest int    `json:"pullRequest,omitempty"`
}

// fileContent is the content of the report file, for programs and auditors.
type fileContent struct {
	File           string      `json:"file,omitempty"`
	Status         string      `json:"status"`
	Error          string      `json:"error,omitempty"`
	Applied        bool        `json:"applied"`
	PlannedOnly    string      `json:"plannedOnly,omitempty"` // why
	OrganizationID string      `json:"organizationId"`
	Run            Run         `json:"run"`
	Drift          string      `json:"drift,omitempty"` // "true" or "false", of a check
	Grants         []fileGrant `json:"grants"`
	Unlisted       []fileGrant `json:"unlisted,omitempty"` // of a check: roles that the file does not list
}

type fileGrant struct {
	TokenID       string `json:"tokenId"`
	TokenName     string `json:"tokenName"`
	WorkspaceID   string `json:"workspaceId"`
	WorkspaceName string `json:"workspaceName"`
	Before        string `json:"before"` // empty: none
	After         string `json:"after"`  // the wanted role; "none": no role; empty: the file does not list it, and it stays
	Status        string `json:"status"`
	Error         string `json:"error,omitempty"`
	Time          string `json:"time,omitempty"` // RFC 3339, when Status became known
	RequestID     string `json:"requestId,omitempty"`
	Until         string `json:"until,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

// JSON returns the content of the report file.
func (r *Result) JSON(run Run) string {
	content := fileContent{
		File: r.File, Status: string(r.Status()), Error: string(r.Error()), Applied: r.Applied,
		PlannedOnly: strings.TrimSuffix(r.Reason.String(), "."), OrganizationID: r.OrganizationID,
		Run: run, Drift: r.drift(), Grants: []fileGrant{},
	}
	if r.Redact { // strangers can download artifacts
		content.OrganizationID = r.OrganizationGiven
	}
	for _, o := range r.Outcomes {
		content.Grants = append(content.Grants, r.fileGrant(o))
	}
	for _, o := range r.Unlisted {
		o.Role, o.Status = "", ""
		content.Unlisted = append(content.Unlisted, r.fileGrant(o))
	}
	return toJSON(content, "  ") + "\n"
}

func (r *Result) fileGrant(o grant.Outcome) fileGrant {
	o.Token, o.Workspace = r.resources(o)
	if r.Redact {
		o.Token.ID, o.Token.Name, o.Workspace.ID, o.Workspace.Name, o.RequestID = "", o.TokenGiven(), "", o.WorkspaceGiven, ""
	}
	g := fileGrant{
		TokenID: o.Token.ID, TokenName: o.Token.Name, WorkspaceID: o.Workspace.ID, WorkspaceName: o.Workspace.Name,
		Before: string(o.Previous), After: string(o.Role), Status: string(o.Status), Error: string(o.Error),
		RequestID: o.RequestID, Reason: o.Reason,
	}
	if !o.Until.IsZero() {
		g.Until = o.Until.Format(time.DateOnly)
	}
	if !o.At.IsZero() {
		g.Time = o.At.UTC().Format(time.RFC3339)
	}
	return g
}
