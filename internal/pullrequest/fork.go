// Package pullrequest finds the pull request that triggered a run, decides whether the run can be trusted with a
// grant, and keeps one comment on the pull request up to date.
package pullrequest

import (
	"encoding/json"
	"errors"
	"strings"
)

type repository struct {
	ID       int64  `json:"id"`
	FullName string `json:"full_name"`
}

// same reports whether both are known to be the same repository.
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
		SHA  string      `json:"sha"`
		Repo *repository `json:"repo"`
	} `json:"base"`
}

// fromFork reports whether the pull request is not merged and comes from another repository or a deleted one.
func (p *pullRequest) fromFork() bool {
	merged := p.Merged || p.MergedAt != nil && *p.MergedAt != ""
	return !merged && !p.Head.Repo.same(p.Base.Repo)
}

// CheckEvent returns why the payload of an event cannot be used, or nil.
func CheckEvent(event string, raw []byte) error {
	var p payload
	switch {
	case json.Unmarshal(raw, &p) != nil:
		return errors.New("it is not the JSON of an event")
	case isPullRequest(event) && p.PullRequest == nil:
		return errors.New("it contains no pull request")
	case event == "workflow_run" && p.WorkflowRun == nil:
		return errors.New("it contains no workflow run")
	}
	return nil
}

// FromFork reports whether an unmerged pull request from a fork triggered a run: its author may have written what the
// run grants, and nobody has approved it. It returns true in case of doubt. (The payload of an issue_comment never
// says: see [OnIssue].)
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
