// Package pullrequest finds the pull request that triggered a run, says whether it may be trusted with a grant, and keeps
// one comment on it.
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
	Number   int     `json:"number"`
	Merged   bool    `json:"merged"`
	MergedAt *string `json:"merged_at"`
	Head     struct {
		SHA  string      `json:"sha"`
		Repo *repository `json:"repo"`
	} `json:"head"`
	Base struct {
		Repo *repository `json:"repo"`
	} `json:"base"`
}

// fromFork reports whether the pull request comes from another repository, or one that is gone, and is not merged.
func (p *pullRequest) fromFork() bool {
	merged := p.Merged || p.MergedAt != nil && *p.MergedAt != ""
	return !merged && !p.Head.Repo.same(p.Base.Repo)
}

// FromFork reports whether a run was triggered by a pull request from a fork that is not merged: its author can have written
// what the run grants, and nobody has agreed to it. What cannot be told is taken for one. (An issue_comment's payload never
// tells: see [OnIssue].)
func FromFork(event string, raw []byte) bool {
	if !isPullRequest(event) && event != "workflow_run" {
		return false
	}
	var p payload
	if json.Unmarshal(raw, &p) != nil {
		return true
	}
	if event == "workflow_run" {
		return p.WorkflowRun == nil || !p.WorkflowRun.HeadRepository.same(p.Repository)
	}
	return p.PullRequest == nil || p.PullRequest.fromFork()
}
