package resolve

import (
	"context"
	"slices"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// shortestID is how long the ID of a Workspace is at least: a shorter name is worth no request.
const shortestID = 20

// findLeftovers accepts the ID of a Workspace that does not exist if only role none is wanted there and one of the API
// tokens still has a role in it.
func (r *Resolver) findLeftovers(ctx context.Context, wanted []grant.Wanted, tokens tokens, found *workspaces) error {
	for i := len(found.failed) - 1; i >= 0; i-- {
		id := found.failed[i]
		if found.kinds[id] != grant.WorkspaceNotFound || !astro.IsID(id) || len(id) < shortestID {
			continue
		}
		isLeft, err := r.isLeftover(ctx, id, wanted, tokens)
		if err != nil {
			return err
		}
		if isLeft {
			found.found[id] = grant.Resource{ID: id, Name: id}
			delete(found.kinds, id)
			found.failed, found.problems = slices.Delete(found.failed, i, i+1), slices.Delete(found.problems, i, i+1)
		}
	}
	return nil
}

func (r *Resolver) isLeftover(ctx context.Context, id string, wanted []grant.Wanted, tokens tokens) (bool, error) {
	other := func(w grant.Wanted) bool { return w.WorkspaceGiven == id && w.Role != grant.None }
	if slices.ContainsFunc(wanted, other) {
		return false, nil
	}
	for _, w := range wanted {
		token, known := tokens.found[refOf(w)]
		if w.WorkspaceGiven != id || !known {
			continue
		}
		if token.Roles == nil {
			var err error
			if token, err = r.Organization.Token(ctx, token.ID, retry.Read); err != nil {
				return false, err
			}
			tokens.found[refOf(w)] = token
		}
		if slices.ContainsFunc(token.Roles, func(e grant.Entry) bool { return e.InWorkspace(id) }) {
			return true, nil
		}
	}
	return false, nil
}

// Gone returns the IDs of the Workspaces among the entries that do not exist, as far as they can be looked up.
func (r *Resolver) Gone(ctx context.Context, entries []grant.Entry) []string {
	var ids []string
	for _, entry := range entries {
		if entry.InWorkspace(entry.EntityID) && entry.EntityID != "" {
			ids = append(ids, entry.EntityID)
		}
	}
	found := map[string][]grant.Resource{}
	ask := func(chunk []string) ([]grant.Resource, error) { return r.Organization.Workspaces(ctx, nil, chunk) }
	if err := lookUp(ids, ask, func(w grant.Resource) string { return w.ID }, found); err != nil {
		return nil
	}
	return filter(ids, func(id string) bool { return len(found[id]) == 0 })
}
