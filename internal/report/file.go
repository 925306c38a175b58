package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
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
	Grants         []fileGrant `json:"grants"`
}

type fileGrant struct {
	TokenID       string `json:"tokenId"`
	TokenName     string `json:"tokenName"`
	WorkspaceID   string `json:"workspaceId"`
	WorkspaceName string `json:"workspaceName"`
	Before        string `json:"before"` // empty: none
	After         string `json:"after"`  // the wanted role; "none": no role
	Status        string `json:"status"`
	Error         string `json:"error,omitempty"`
	Time          string `json:"time,omitempty"` // RFC 3339, when Status became known
	RequestID     string `json:"requestId,omitempty"`
}

// JSON returns the content of the report file.
func (r *Result) JSON(run Run) string {
	content := fileContent{
		File: r.File, Status: string(r.Status()), Error: string(r.Error()), Applied: r.Applied,
		PlannedOnly: strings.TrimSuffix(r.Reason.String(), "."), OrganizationID: r.OrganizationID,
		Run: run, Grants: []fileGrant{},
	}
	if r.Redact { // strangers can download artifacts
		content.OrganizationID = r.OrganizationGiven
	}
	for _, o := range r.Outcomes {
		o.Token, o.Workspace = r.resources(o)
		if r.Redact {
			o.Token.ID, o.Token.Name, o.Workspace.ID, o.Workspace.Name, o.RequestID = "", o.TokenGiven(), "", o.WorkspaceGiven, ""
		}
		g := fileGrant{
			TokenID: o.Token.ID, TokenName: o.Token.Name, WorkspaceID: o.Workspace.ID, WorkspaceName: o.Workspace.Name,
			Before: string(o.Previous), After: string(o.Role), Status: string(o.Status), Error: string(o.Error),
			RequestID: o.RequestID,
		}
		if !o.At.IsZero() {
			g.Time = o.At.UTC().Format(time.RFC3339)
		}
		content.Grants = append(content.Grants, g)
	}
	return toJSON(content, "  ") + "\n"
}

// WriteFile writes a file and its folders under root. No symbolic link can lead out of root.
func WriteFile(root, path, text string) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("opening the checkout: %w", err)
	}
	defer dir.Close()
	if folder := filepath.Dir(path); folder != "." {
		if err := dir.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("creating its folder: %w", err)
		}
	}
	return dir.WriteFile(path, []byte(text), 0o644)
}
