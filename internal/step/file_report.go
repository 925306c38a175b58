package step

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// writtenReport is the report file: what programs and auditors read.
type writtenReport struct {
	File           string         `json:"file,omitempty"`
	Status         string         `json:"status"`
	Error          string         `json:"error,omitempty"`
	Applied        bool           `json:"applied"`
	Why            string         `json:"plannedOnly,omitempty"`
	OrganizationID string         `json:"organizationId"`
	Run            writtenRun     `json:"run"`
	Grants         []writtenGrant `json:"grants"`
}

type writtenRun struct {
	Repository  string `json:"repository,omitempty"`
	ID          string `json:"id,omitempty"`
	Attempt     string `json:"attempt,omitempty"`
	Commit      string `json:"commit,omitempty"`
	Actor       string `json:"actor,omitempty"`
	Event       string `json:"event,omitempty"`
	PullRequest int    `json:"pullRequest,omitempty"`
}

type writtenGrant struct {
	TokenID       string `json:"tokenId"`
	TokenName     string `json:"tokenName"`
	WorkspaceID   string `json:"workspaceId"`
	WorkspaceName string `json:"workspaceName"`
	Before        string `json:"before"` // empty: none
	After         string `json:"after"`  // what was wanted; "none": no role
	Status        string `json:"status"`
	Error         string `json:"error,omitempty"`
	Time          string `json:"time,omitempty"` // RFC 3339: when it was known to stand, or to have failed
	RequestID     string `json:"requestId,omitempty"`
}

// writeReportFile writes the report file, if one is asked for.
func (s *step) writeReportFile() error {
	if s.in.reportFile == "" {
		return nil
	}
	root, err := os.OpenRoot(s.root())
	if err != nil {
		return fmt.Errorf("input report-file: opening the checkout: %w", err)
	}
	defer root.Close()
	if dir := filepath.Dir(s.in.reportFile); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("input report-file: making its folder: %w", err)
		}
	}
	text := s.runner.Redact(toJSON(s.writtenReport(), "  ")) + "\n"
	if err := root.WriteFile(s.in.reportFile, []byte(text), 0o644); err != nil {
		return fmt.Errorf("input report-file: %w", err)
	}
	return nil
}

func (s *step) writtenReport() writtenReport {
	env := s.runner.Env
	r := &s.report
	result := writtenReport{
		Status: string(r.Status()), Applied: !r.DryRun, OrganizationID: r.OrganizationID, Grants: []writtenGrant{},
		Run: writtenRun{
			Repository: env("GITHUB_REPOSITORY"), ID: env("GITHUB_RUN_ID"), Attempt: env("GITHUB_RUN_ATTEMPT"), Commit: env("GITHUB_SHA"),
			Actor: env("GITHUB_ACTOR"), Event: env("GITHUB_EVENT_NAME"), PullRequest: s.pullRequest(),
		},
	}
	if r.File != nil {
		result.File, result.Applied, result.Why = r.File.Path, r.File.Applied, strings.TrimSuffix(r.File.Why.String(), ".")
	}
	if len(r.Problems) > 0 {
		result.Error = string(r.Problems[0].Kind)
	}
	if s.public { // strangers can load a run's artifacts
		result.OrganizationID = s.in.organization
	}
	for _, g := range r.Grants {
		if s.public {
			g.TokenID, g.TokenName, g.WorkspaceID, g.WorkspaceName, g.RequestID = "", g.TokenGiven, "", g.Given, ""
		}
		written := writtenGrant{
			TokenID: g.TokenID, TokenName: g.TokenName, WorkspaceID: g.WorkspaceID, WorkspaceName: g.WorkspaceName,
			Before: string(g.Previous), After: string(g.Role), Status: string(g.Status), Error: string(g.Error), RequestID: g.RequestID,
		}
		if !g.At.IsZero() {
			written.Time = g.At.UTC().Format(time.RFC3339)
		}
		result.Grants = append(result.Grants, written)
	}
	return result
}
