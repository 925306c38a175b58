package report

import (
	"fmt"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

func (r *Result) row(o grant.Outcome) string {
	return r.rowWith(o, r.change(o)+notes(o).Markdown())
}

func (r *Result) rowWith(o grant.Outcome, role string) string {
	workspace := code(r.workspaceName(o))
	if r.File != "" {
		return fmt.Sprintf("| %s | %s | %s |\n", code(r.tokenName(o)), workspace, role)
	}
	return fmt.Sprintf("| %s | %s |\n", workspace, role)
}

// notes returns until when a grant holds, its reason, and what remains of a revoked role, to add to a text.
func notes(w grant.Outcome) message.Text {
	until, reason, remains := message.Text{}, message.Text{}, message.Text{}
	if w.AccessorRemains && w.Status != grant.Failed {
		remains = message.New(
			"; Astro keeps WORKSPACE_ACCESSOR there while the API token has roles in Deployments or DAGs of the Workspace")
	}
	if !w.Until.IsZero() {
		verb := message.Trusted("until")
		if w.Ended {
			verb = "ended after"
		}
		until = message.New(", %s %s", verb, message.Trusted(w.Until.Format(time.DateOnly)))
	}
	if w.Reason != "" {
		reason = message.New(", reason: %s", w.Reason)
	}
	return message.New("%s%s%s", until, reason, remains)
}

// tokenName returns the name of the API token, or how it was given.
func (r *Result) tokenName(o grant.Outcome) string {
	if r.Redact || o.Token.ID == "" {
		return o.TokenGiven()
	}
	return o.Token.Name
}

func (r *Result) workspaceName(o grant.Outcome) string {
	if r.Redact || o.Workspace.ID == "" {
		return o.WorkspaceGiven
	}
	return o.Workspace.Name
}

// change shows the old and the new role, or how the change failed. It points out what takes permissions away or
// gives all of them.
func (r *Result) change(o grant.Outcome) string {
	role := message.Code(string(o.Role))
	switch {
	case o.Status == grant.Failed:
		return r.failure(o)
	case o.Status == grant.Unchanged && o.Role == grant.None:
		return "no role"
	case o.Status == grant.Unchanged:
		return role
	}
	before := "none"
	if o.Previous != "" {
		before = message.Code(string(o.Previous))
	}
	switch {
	case o.Role == grant.None:
		return before + " → none ⚠️ **access revoked**"
	case o.Role.Lowers(o.Previous):
		return before + " → " + role + " ⚠️ **fewer permissions**"
	case o.Role == grant.Owner:
		return before + " → " + role + " ⚠️ **full control of the Workspace**"
	}
	return before + " → " + role
}

func (r *Result) failure(o grant.Outcome) string {
	role, notSent := message.Code(string(o.Role)), message.Code(string(o.Role))+" not granted"
	if o.Role == grant.None {
		role, notSent = "revocation", "not revoked"
	}
	switch {
	case o.Unverified:
		return "❌ " + role + " not verified"
	case o.Workspace.ID != "" && r.Attempts == 0:
		return "❌ " + notSent
	}
	return "❌ " + role + " failed: " + string(o.Error)
}
