package explain

import (
	"fmt"
	"slices"
	"strings"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// ignored is the problem that the API does not apply what it accepts.
func (e Explainer) ignored(ignored *grant.NotAppliedError) grant.Problem {
	what := message.New("The Astro API accepted the write twice but did not apply it: the roles stayed as they were, and " +
		"no other writer changed them.")
	if ignored.RequestID != "" && !e.Redact {
		what = message.New("%s (request ID %s)", what, ignored.RequestID)
	}
	return grant.Problem{
		Kind: grant.Rejected, What: what,
		Hint: message.New("Another attempt would not change this. Check in the Astro UI whether the API token can have this "+
			"role. If so, %s", contactSupport),
	}
}

// refused is the problem that the API refused a write as it does not know something in it: a Workspace that is written,
// or something that the API token already has a role for. As a write replaces the whole set, that one is written too.
func (e Explainer) refused(refused *grant.RefusedError, answer *astro.Error) grant.Problem {
	problem := e.answer(refused.Err, answer)
	if answer.Foreign {
		return problem
	}
	added, kept, named := suspects(refused, answer.Message)
	switch {
	case e.Redact && len(kept)+len(added) > 0:
		problem.Hint = message.New("A Workspace, Deployment or custom role that the API token has or gets a role for may " +
			"no longer exist. Run it where the log is not public to see which.")
	case len(added) > 0:
		problem.Hint = message.New("Workspace %s was deleted, or it is so new that it is not known everywhere yet. %s",
			added[0].EntityID, e.ifNew("it"))
	case named:
		problem.Hint = message.New("The API token still has the role %s. If that no longer exists, remove the role %s, and run "+
			"this again. If it exists, %s", described(kept), cure(kept), contactSupport)
	case len(kept) > 0:
		problem.Hint = message.New("A write contains all roles of the API token. If one of these is for something that no "+
			"longer exists, remove the role %s: %s. %s Otherwise, %s",
			cure(kept), described(kept), e.ifNew("the Workspace"), contactSupport)
	default:
		problem.Hint = message.New("%s %s", e.ifNew("the Workspace"), problem.Hint)
	}
	return problem
}

// suspects returns the entries that a refusal may be about: new ones and those that the API token already has. They are
// named if the API names them, or if their Workspaces do not exist. Otherwise, those in Deployments and DAGs may be.
func suspects(refused *grant.RefusedError, said string) (added, kept []grant.Entry, named bool) {
	for i, entry := range refused.Sent {
		isKept := slices.ContainsFunc(refused.Read, func(e grant.Entry) bool { return e.Key == entry.Key })
		switch {
		case !entry.InWorkspace(entry.EntityID) && !entry.IsBelowWorkspace(), !isSuspect(refused, i, said):
		case isKept:
			kept = append(kept, entry)
		default:
			added = append(added, entry)
		}
	}
	if len(added)+len(kept) > 0 {
		return added, kept, true
	}
	for _, entry := range refused.Read {
		if entry.IsBelowWorkspace() {
			kept = append(kept, entry)
		}
	}
	return nil, kept, false
}

// isSuspect reports whether the API's message names an entry, or its Workspace does not exist.
func isSuspect(refused *grant.RefusedError, i int, said string) bool {
	entry := refused.Sent[i]
	names := []string{entry.EntityID, entry.DeploymentID}
	if entry.IsBelowWorkspace() {
		names = append(names, entry.Role) // it can be a custom one
	}
	isNamed := func(name string) bool { return name != "" && strings.Contains(said, name) }
	return slices.ContainsFunc(names, isNamed) || strings.Contains(said, fmt.Sprintf("roles[%d]", i)) ||
		entry.InWorkspace(entry.EntityID) && slices.Contains(refused.Gone, entry.EntityID)
}

// described says what the roles are.
func described(entries []grant.Entry) []message.Text {
	roles := make([]message.Text, len(entries))
	for i, e := range entries {
		switch {
		case e.InWorkspace(e.EntityID):
			roles[i] = message.New("%s in Workspace %s", e.Role, e.EntityID)
		case e.DeploymentID != "":
			roles[i] = message.New("%s for %s in Deployment %s", e.Role, e.EntityID, e.DeploymentID)
		default:
			roles[i] = message.New("%s in Deployment %s", e.Role, e.EntityID)
		}
	}
	return roles
}

// cure says how to remove the role that an API token has for something that does not exist.
func cure(entries []grant.Entry) message.Trusted {
	if entries[0].InWorkspace(entries[0].EntityID) {
		return "with role: none and the Workspace's ID"
	}
	return "in the Astro UI"
}
