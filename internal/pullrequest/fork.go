// Package pullrequest finds the pull request that triggered a run, and says whether it may be trusted with a grant.
package pullrequest

import (
	"encoding/json"
	"strings"
)

type repository struct {
	ID       int64  `json:"id"`
	FullName string `json:"full_name"`
}

// same reports whether both are known to be one repository.
func (r *repository) same(other *repository) bool {
	if r == nil || other == nil {
		return false
	}
	if r.ID != 0 && other.ID != 0 {
		return r.ID == other.ID
	}
	return r.FullName != "" && strings.EqualFold(r.FullName, other.FullName)
}

type pullRequest struct {
	Merged   bool    `json:"merged"`
	MergedAt *string `json:"merged_at"`
	Head     struct {
		Repo *repository `json:"repo"`
	} `json:"head"`
	Base struct {
		Repo *repository `json:"repo"`
	} `json:"base"`
}

func (p *pullRequest) merged() bool {
	return p.Merged || p.MergedAt != nil && *p.MergedAt != ""
}

// FromFork reports whether a run was triggered by a pull request from a fork that is not merged: its author can have written
// what the run grants, and nobody has agreed to it. What cannot be told is taken for one.
func FromFork(event string, payload []byte) bool {
	switch {
	case strings.HasPrefix(event, "pull_request"):
		var told struct {
			PullRequest *pullRequest `json:"pull_request"`
		}
		if json.Unmarshal(payload, &told) != nil || told.PullRequest == nil {
			return true
		}
		pr := told.PullRequest
		return !pr.merged() && !pr.Head.Repo.same(pr.Base.Repo)
	case event == "workflow_run":
		var told struct {
			WorkflowRun *struct {
				Head *repository `json:"head_repository"`
			} `json:"workflow_run"`
			Repository *repository `json:"repository"`
		}
		if json.Unmarshal(payload, &told) != nil || told.WorkflowRun == nil {
			return true
		}
		return !told.WorkflowRun.Head.same(told.Repository)
	}
	return false
}
