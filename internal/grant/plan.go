package grant

import (
	"maps"
	"slices"
	"strings"
)

// plan returns the outcomes with what it takes to change the entries as wanted.
func plan(entries []Entry, wanted []Outcome) []Outcome {
	planned := slices.Clone(wanted)
	own := chosen(entries)
	for i := range planned {
		o := &planned[i]
		o.Previous = roleIn(own, o.Workspace.ID)
		switch {
		case matchesOne(own, *o):
			o.Status = Unchanged
		case o.Role == None:
			o.Status = Revoked
		case o.Previous == "":
			o.Status = Granted
		default:
			o.Status = Updated
		}
	}
	noteAccessors(planned, entries)
	return planned
}

// Unlisted returns an outcome for each Workspace role of an API token that is not in the Workspace of a wanted one: what an
// exclusive grants file revokes. It leaves out the role that Astro assigns by itself where the API token has one in a
// Deployment or DAG.
func Unlisted(token Token, wanted []Outcome) []Outcome {
	seen := map[string]bool{}
	for _, o := range wanted {
		seen[o.Workspace.ID] = true
	}
	var unlisted []Outcome
	for _, entry := range token.Roles {
		if !entry.InWorkspace(entry.EntityID) || entry.EntityID == "" || seen[entry.EntityID] ||
			accessor.Same(Role(entry.Role)) {
			continue
		}
		seen[entry.EntityID] = true
		unlisted = append(unlisted, Outcome{
			Wanted: Wanted{TokenID: token.ID, WorkspaceGiven: entry.EntityID, Role: None, Unlisted: true},
			Token:  token.Resource, Workspace: Resource{ID: entry.EntityID, Name: entry.EntityID},
			Previous: Role(entry.Role), Status: Revoked,
		})
	}
	return unlisted
}

// roleIn returns the first role in a Workspace, or an empty one if there is none.
func roleIn(entries []Entry, workspaceID string) Role {
	for _, entry := range entries {
		if entry.InWorkspace(workspaceID) {
			return Role(entry.Role)
		}
	}
	return ""
}

// matchesOne reports whether the [chosen] entries give exactly the wanted role in the wanted Workspace.
func matchesOne(entries []Entry, wanted Outcome) bool {
	found := wanted.Role == None
	for _, entry := range entries {
		if !entry.InWorkspace(wanted.Workspace.ID) {
			continue
		}
		if !wanted.Role.Same(Role(entry.Role)) {
			return false
		}
		found = true
	}
	return found
}

// Matches reports whether the entries already are as wanted.
func Matches(entries []Entry, wanted []Outcome) bool {
	own := chosen(entries)
	return !slices.ContainsFunc(wanted, func(o Outcome) bool { return !matchesOne(own, o) })
}

// entriesToWrite returns the entries to write: all that were read, unchanged and in their order, except that the wanted roles
// are replaced in place, added at the end, or left out.
func entriesToWrite(entries []Entry, wanted []Outcome) []Entry {
	merged := make([]Entry, 0, len(entries)+len(wanted))
	fromPeople := chosen(entries)
	byAstro := len(fromPeople) < len(entries)
	own := map[string]Role{}        // wanted in the Workspaces whose entries may be replaced
	missing := map[string]Outcome{} // wanted roles without a position so far
	for _, o := range wanted {
		if matchesOne(fromPeople, o) {
			continue
		}
		own[o.Workspace.ID] = o.Role
		if o.Role != None {
			missing[o.Workspace.ID] = o
		}
	}
	for _, entry := range entries {
		wantedRole, isOwn := own[entry.EntityID]
		if !entry.InWorkspace(entry.EntityID) || !isOwn || wantedRole == None && byAstro && entry.isAccessor() {
			merged = append(merged, entry)
			continue
		}
		// A second entry for the same Workspace is dropped: it would keep the old role in effect.
		if o, ok := missing[entry.EntityID]; ok {
			merged = append(merged, WorkspaceEntry(o.Workspace.ID, string(o.Role)))
			delete(missing, entry.EntityID)
		}
	}
	for _, o := range wanted {
		if _, ok := missing[o.Workspace.ID]; ok {
			merged = append(merged, WorkspaceEntry(o.Workspace.ID, string(o.Role)))
			delete(missing, o.Workspace.ID)
		}
	}
	return merged
}

// sameSet reports whether two sets of entries give the same roles, regardless of their order and of unknown fields.
func sameSet(a, b []Entry) bool {
	return maps.Equal(count(a), count(b))
}

func count(entries []Entry) map[Key]int {
	counts := map[Key]int{}
	for _, entry := range entries {
		key := entry.Key
		key.Role = strings.ToUpper(key.Role)
		counts[key]++
	}
	return counts
}

// foreignRole returns the first wanted role in whose Workspace the entries give a role that is neither the wanted one
// nor one that our writes replaced. Somebody else set it after our write.
func foreignRole(entries []Entry, wanted []Outcome, replaced map[string][]Role) (Outcome, Role) {
	own := chosen(entries)
	for _, o := range wanted {
		role := roleIn(own, o.Workspace.ID)
		if role != "" && !role.Same(o.Role) && !slices.ContainsFunc(replaced[o.Workspace.ID], role.Same) {
			return o, role
		}
	}
	return Outcome{}, ""
}
