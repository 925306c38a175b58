package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Row is what a run says about the role of one API token in one Workspace. It travels in the comment, from one run to
// another, so its names are short and it holds no IDs.
type Row struct {
	Token     string `json:"t,omitempty"` // as shown; empty if the comment is about one API token
	Workspace string `json:"w,omitempty"` // as shown
	Given     string `json:"g,omitempty"` // how it was given, if that is not shown
	ID        string `json:"i,omitempty"` // a hash of the two IDs, as far as they are known and may be shown

	Role       grant.Role   `json:"r,omitempty"`
	Previous   grant.Role   `json:"p,omitempty"`
	Status     grant.Status `json:"s,omitempty"`
	Error      grant.Kind   `json:"e,omitempty"`
	Plan       bool         `json:"d,omitempty"` // the run only planned
	NotSent    bool         `json:"n,omitempty"` // it failed before a write was sent
	Unverified bool         `json:"v,omitempty"`
	Unlisted   bool         `json:"u,omitempty"`
	Until      string       `json:"l,omitempty"` // the last day
	Ended      bool         `json:"x,omitempty"`
	Reason     string       `json:"y,omitempty"`

	AccessorRemains bool `json:"c,omitempty"` // see [grant.Outcome]

	At int64 `json:"a,omitempty"` // when this was so, in milliseconds since 1970
	Writer
}

func (r *Result) newRow(o grant.Outcome, by Writer) Row {
	row := Row{
		Workspace: r.workspaceName(o), Role: o.Role, Previous: o.Previous, Status: o.Status, Error: o.Error,
		Plan: r.DryRun, NotSent: o.Workspace.ID != "" && r.Attempts == 0, Unverified: o.Unverified,
		Unlisted: o.Unlisted, Ended: o.Ended, Reason: o.Reason, AccessorRemains: o.AccessorRemains, Writer: by,
	}
	given := o.WorkspaceGiven
	if r.File != "" {
		row.Token, given = r.tokenName(o), o.TokenGiven()+"\n"+given
	}
	if shown := row.shown(); given != shown {
		row.Given = shortHash(given)
	}
	if !r.Redact && o.Token.ID != "" && o.Workspace.ID != "" {
		row.ID = shortHash(o.Token.ID, o.Workspace.ID)
	}
	if !o.Until.IsZero() {
		row.Until = o.Until.Format(time.DateOnly)
	}
	if o.At.IsZero() {
		o.At = time.Now()
	}
	row.At = o.At.UnixMilli()
	return row
}

// Hash returns a short hash of values.
func Hash(values ...string) string {
	encoded, err := json.Marshal(values)
	if err != nil {
		panic("strings do not marshal: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16])
}

// shortHash is enough to tell a thousand rows apart, and no longer than that: space in a comment is scarce.
func shortHash(values ...string) string { return Hash(values...)[:12] }

func (r Row) shown() string {
	if r.Token == "" {
		return r.Workspace
	}
	return r.Token + "\n" + r.Workspace
}

// given returns what the row was given as, in a form to compare.
func (r Row) given() string {
	if r.Given != "" {
		return r.Given
	}
	return shortHash(r.shown())
}

// notes returns until when a grant holds, its reason, and what remains of a revoked role, to add to a text.
func (r Row) notes() message.Text {
	until, reason, remains := message.Text{}, message.Text{}, message.Text{}
	if r.AccessorRemains && r.Status != grant.Failed {
		remains = message.New(
			"; Astro keeps WORKSPACE_ACCESSOR there while the API token has roles in Deployments or DAGs of the Workspace")
	}
	if r.Until != "" {
		verb := message.Trusted("until")
		if r.Ended {
			verb = "ended after"
		}
		until = message.New(", %s %s", verb, message.Trusted(r.Until))
	}
	if r.Reason != "" {
		reason = message.New(", reason: %s", r.Reason)
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
func (r Row) change() string {
	role := message.Code(string(r.Role))
	switch {
	case r.Status == grant.Failed:
		return r.failure()
	case r.Status == grant.Unchanged && r.Role == grant.None:
		return "no role"
	case r.Status == grant.Unchanged:
		return role
	}
	before := "none"
	if r.Previous != "" {
		before = message.Code(string(r.Previous))
	}
	switch {
	case r.Role == grant.None:
		return before + " → none ⚠️ **access revoked**"
	case r.Role.Lowers(r.Previous):
		return before + " → " + role + " ⚠️ **fewer permissions**"
	case r.Role == grant.Owner:
		return before + " → " + role + " ⚠️ **full control of the Workspace**"
	}
	return before + " → " + role
}

func (r Row) failure() string {
	role, notSent := message.Code(string(r.Role)), message.Code(string(r.Role))+" not granted"
	if r.Role == grant.None {
		role, notSent = "revocation", "not revoked"
	}
	switch {
	case r.Unverified:
		return "❌ " + role + " not verified"
	case r.NotSent:
		return "❌ " + notSent
	}
	return "❌ " + role + " failed: " + message.New("%s", message.Trusted(r.Error)).Markdown()
}

// state says in a word what the run did.
func (r Row) state() string {
	switch {
	case r.Status == grant.Failed:
		return "failed"
	case r.Plan:
		return "plan"
	}
	return "done"
}
