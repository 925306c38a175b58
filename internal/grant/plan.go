package grant

import (
	"maps"
	"slices"
	"strings"

	"astro-workspace-grant/internal/astro"
)

// Target is what shall be: the role of an API token in a Workspace, or that it has none there.
type Target struct {
	WorkspaceID string
	Role        Role
}

// Status says what a grant did.
type Status string

// The statuses, the one first that stands for several in which it occurs.
const (
	Failed    Status = "failed"
	Granted   Status = "granted"   // it had no role there
	Updated   Status = "updated"   // it had another one
	Revoked   Status = "revoked"   // it had one, and has none now
	Unchanged Status = "unchanged" // it had this one
)

// Statuses returns all statuses, in the order in which one stands for several.
func Statuses() []Status { return []Status{Failed, Granted, Updated, Revoked, Unchanged} }

// Change is a target with what it was before.
type Change struct {
	Target
	Previous Role // empty: none
	Status   Status
}

// plan says what it takes to go from the entries to the targets.
func plan(entries []astro.Entry, targets []Target) []Change {
	changes := make([]Change, len(targets))
	for i, target := range targets {
		change := Change{Target: target, Previous: roleIn(entries, target.WorkspaceID)}
		switch {
		case holdsOne(entries, target):
			change.Status = Unchanged
		case target.Role == None:
			change.Status = Revoked
		case change.Previous == "":
			change.Status = Granted
		default:
			change.Status = Updated
		}
		changes[i] = change
	}
	return changes
}

// roleIn returns the first role in a Workspace, empty if there is none.
func roleIn(entries []astro.Entry, workspaceID string) Role {
	for _, entry := range entries {
		if entry.InWorkspace(workspaceID) {
			return Role(entry.Role)
		}
	}
	return ""
}

// holdsOne reports whether the entries give just this role in this Workspace.
func holdsOne(entries []astro.Entry, target Target) bool {
	found := target.Role == None
	for _, entry := range entries {
		if !entry.InWorkspace(target.WorkspaceID) {
			continue
		}
		if !target.Role.Same(Role(entry.Role)) {
			return false
		}
		found = true
	}
	return found
}

// Holds reports whether the entries are what the targets want already.
func Holds(entries []astro.Entry, targets []Target) bool {
	return !slices.ContainsFunc(targets, func(t Target) bool { return !holdsOne(entries, t) })
}

// merge returns the entries to write: what was read, each as it came and in its order, with only the targets' own entries
// replaced in place, added at the end, or left out.
func merge(entries []astro.Entry, targets []Target) []astro.Entry {
	merged := make([]astro.Entry, 0, len(entries)+len(targets))
	open := map[string]Target{} // what still has to find its place
	own := map[string]bool{}    // whose entries are ours to replace
	for _, target := range targets {
		if holdsOne(entries, target) {
			continue
		}
		own[target.WorkspaceID] = true
		if target.Role != None {
			open[target.WorkspaceID] = target
		}
	}
	for _, entry := range entries {
		if !entry.InWorkspace(entry.EntityID) || !own[entry.EntityID] {
			merged = append(merged, entry)
			continue
		}
		// A second entry for the same Workspace would leave the old role standing.
		if target, ok := open[entry.EntityID]; ok {
			merged = append(merged, astro.WorkspaceEntry(target.WorkspaceID, string(target.Role)))
			delete(open, entry.EntityID)
		}
	}
	for _, target := range targets {
		if _, ok := open[target.WorkspaceID]; ok {
			merged = append(merged, astro.WorkspaceEntry(target.WorkspaceID, string(target.Role)))
			delete(open, target.WorkspaceID)
		}
	}
	return merged
}

// sameSet reports whether two sets of entries give the same roles. Their order and their other fields are the server's.
func sameSet(a, b []astro.Entry) bool {
	return maps.Equal(count(a), count(b))
}

func count(entries []astro.Entry) map[astro.Key]int {
	counts := map[astro.Key]int{}
	for _, entry := range entries {
		key := entry.Key
		key.Role = strings.ToUpper(key.Role)
		counts[key]++
	}
	return counts
}

// foreignRole returns the first target for whose Workspace the entries give a role that is neither the target's nor one that
// our writes replaced: somebody set it after us.
func foreignRole(entries []astro.Entry, targets []Target, replaced map[string][]Role) (Target, Role) {
	for _, target := range targets {
		role := roleIn(entries, target.WorkspaceID)
		if role != "" && !role.Same(target.Role) && !slices.ContainsFunc(replaced[target.WorkspaceID], role.Same) {
			return target, role
		}
	}
	return Target{}, ""
}
