package pullrequest

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Trigger is what a run's event says about its pull request. The zero Trigger belongs to a run without one.
type Trigger struct {
	Number int    // 0: unknown
	Head   string // the pull request's head commit; may be empty
	Base   string // the commit that it is to be merged into; may be empty

	Commit string // if the number is unknown: a commit of the pull request
	Merged bool   // the commit was added by a merge; otherwise it is the head of the pull request
	Either bool   // the commit may be either of the two
	Title  string // the first line of its message
}

// payload holds what matters here of all events' payloads.
type payload struct {
	PullRequest *pullRequest `json:"pull_request"`
	Issue       *struct {
		Number      int             `json:"number"`
		PullRequest json.RawMessage `json:"pull_request"`
	} `json:"issue"`
	WorkflowRun *struct {
		Event          string        `json:"event"`
		HeadSHA        string        `json:"head_sha"`
		HeadCommit     *commit       `json:"head_commit"`
		HeadRepository *repository   `json:"head_repository"`
		PullRequests   []pullRequest `json:"pull_requests"`
	} `json:"workflow_run"`
	MergeGroup *struct {
		HeadRef string `json:"head_ref"`
		HeadSHA string `json:"head_sha"`
	} `json:"merge_group"`
	Repository *repository `json:"repository"`

	// Of a push:
	Ref        string  `json:"ref"`
	After      string  `json:"after"`
	Deleted    bool    `json:"deleted"`
	HeadCommit *commit `json:"head_commit"`
}

type commit struct {
	Message string `json:"message"`
}

// pushed returns the trigger of a commit that was pushed to a branch.
func pushed(sha string, head *commit) Trigger {
	trigger := Trigger{Commit: sha, Merged: true}
	if head != nil {
		trigger.Title, _, _ = strings.Cut(head.Message, "\n")
	}
	return trigger
}

// isPullRequest reports whether the event's payload describes a pull request.
func isPullRequest(event string) bool { return strings.HasPrefix(event, "pull_request") }

// OnIssue returns the number of the pull request that a comment was made on. The payload does not say whether the pull
// request comes from a fork. ok is false if the comment was made on an issue.
func OnIssue(event string, raw []byte) (number int, ok bool) {
	if event != "issue_comment" {
		return 0, false
	}
	var p payload
	if json.Unmarshal(raw, &p) != nil || p.Issue == nil {
		return 0, true
	}
	if len(p.Issue.PullRequest) == 0 || string(p.Issue.PullRequest) == "null" {
		return 0, false
	}
	return p.Issue.Number, true
}

// ReadTrigger reads the pull request from an event's payload.
func ReadTrigger(event string, raw []byte) Trigger {
	var p payload
	if json.Unmarshal(raw, &p) != nil {
		return Trigger{}
	}
	switch {
	case isPullRequest(event) && p.PullRequest != nil:
		return Trigger{Number: p.PullRequest.Number, Head: p.PullRequest.Head.SHA, Base: p.PullRequest.Base.SHA}
	case event == "issue_comment":
		number, _ := OnIssue(event, raw)
		return Trigger{Number: number}
	case event == "workflow_run" && p.WorkflowRun != nil:
		return p.workflowRun()
	case event == "merge_group" && p.MergeGroup != nil:
		return Trigger{Number: queued(p.MergeGroup.HeadRef)}
	case event == "push" && strings.HasPrefix(p.Ref, "refs/heads/") && !p.Deleted && p.After != "":
		return pushed(p.After, p.HeadCommit)
	}
	return Trigger{}
}

func (p *payload) workflowRun() Trigger {
	run := p.WorkflowRun
	for _, pr := range run.PullRequests {
		// The list includes pull requests of other repositories that have the branch.
		if pr.Base.Repo.same(p.Repository) {
			return Trigger{Number: pr.Number, Head: pr.Head.SHA}
		}
	}
	if run.Event != "push" || run.HeadSHA == "" {
		return Trigger{Commit: run.HeadSHA}
	}
	trigger := pushed(run.HeadSHA, run.HeadCommit)
	trigger.Either = true
	return trigger
}

// queueRef matches the branch of a merge queue's group, such as gh-readonly-queue/main/pr-12-<SHA>.
var queueRef = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/pr-([0-9]{1,9})-[0-9a-f]+$`) })

func queued(ref string) int {
	match := queueRef().FindStringSubmatch(ref)
	if match == nil {
		return 0
	}
	number, _ := strconv.Atoi(match[1]) // at most nine digits: it fits
	return number
}

// squashed matches the title of a squash merge's commit.
var squashed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\(#[0-9]+\)\s*$`) })
