package grant

import "slices"

// chosen returns the entries without the roles that Astro assigns by itself: WORKSPACE_ACCESSOR, while the API token
// has a role in a Deployment or DAG. Nobody chose these, and revoking them would not last.
func chosen(entries []Entry) []Entry {
	if !slices.ContainsFunc(entries, Entry.IsBelowWorkspace) || !slices.ContainsFunc(entries, Entry.isAccessor) {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), Entry.isAccessor)
}

func (e Entry) isAccessor() bool {
	return e.EntityType == entityWorkspace && accessor.Same(Role(e.Role))
}

// IsBelowWorkspace reports whether the entry is a role in a part of a Workspace. (It does not say of which one.)
func (e Entry) IsBelowWorkspace() bool {
	return e.EntityType == entityDeployment || e.EntityType == entityDAG || e.EntityType == entityDAGTag
}

// noteAccessors notes in the outcomes where a role of Astro's own remains although no role is wanted.
func noteAccessors(outcomes []Outcome, entries []Entry) {
	own := chosen(entries)
	for i := range outcomes {
		o := &outcomes[i]
		o.AccessorRemains = o.Role == None && roleIn(own, o.Workspace.ID) == "" && roleIn(entries, o.Workspace.ID) != ""
	}
}
