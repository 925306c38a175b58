package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const scopeOrganization = "ORGANIZATION"

// writeRoles replaces all roles of an API token and keeps the entries byte for byte.
func (a *Astro) writeRoles(c *call) ([]byte, *astroError) {
	t, ok := a.token[c.segments[2]]
	if !ok {
		return nil, astroErrorf(http.StatusNotFound, "API token not found: %s", c.segments[2])
	}
	if !a.maySetRoles() {
		return nil, astroErrorf(http.StatusForbidden, "Forbidden: only an Organization Owner can set roles")
	}
	if t.scope != scopeOrganization {
		return nil, astroErrorf(http.StatusBadRequest, "The roles of a token with the scope %s cannot be set", t.scope)
	}
	roles, apiErr := parseRolesBody(c.body)
	if apiErr != nil {
		return nil, apiErr
	}
	entries, apiErr := a.checkRoles(roles, t.latest().roles)
	if apiErr != nil {
		return nil, apiErr
	}
	a.store(t, roles)
	return renderRoles(entries), nil
}

// maySetRoles reports whether the API token that makes the requests is an Organization Owner. One that is not among the
// Organization's own is.
func (a *Astro) maySetRoles() bool {
	own, ok := a.token[tokenIDOf(a.options.APIToken)]
	return !ok || slices.ContainsFunc(own.latest().roles, func(raw string) bool {
		e, _ := parseEntry("", raw)
		return e.kind == scopeOrganization && e.role == "ORGANIZATION_OWNER"
	})
}

// checkRoles validates the entries of a write. An entry that the token already has, byte for byte, is always
// accepted, since the real API may have entity types and members that are not documented.
func (a *Astro) checkRoles(roles, current []string) ([]entry, *astroError) {
	kept := make(map[string]int) // how often each entry may be sent unchanged
	before := make(map[entity]entry)
	for _, raw := range current {
		kept[raw]++
		e, _ := parseEntry("", raw)
		before[e.entity] = e
	}

	isNew := make(map[entity]bool)
	entries := make([]entry, len(roles))
	for i, raw := range roles {
		field := fmt.Sprintf("roles[%d]", i)
		e, apiErr := parseEntry(field, raw)
		changed := kept[raw] < 1
		kept[raw]--
		if changed && apiErr == nil {
			apiErr = a.checkEntry(field, e, before[e.entity])
		}
		if changed && apiErr != nil {
			return nil, apiErr
		}
		if otherIsNew, duplicate := isNew[e.entity]; duplicate && (changed || otherIsNew) {
			return nil, invalid("roles", "must not have two entries for %s %s", e.kind, e.id)
		}
		isNew[e.entity] = changed
		entries[i] = e
	}
	return entries, checkOrganizationRole(entries)
}

func checkOrganizationRole(entries []entry) *astroError {
	n := len(filter(entries, func(e entry) bool { return e.kind == scopeOrganization }))
	if n != 1 {
		return invalid("roles", "must have exactly one entry for the organization, not %d", n)
	}
	return nil
}

// checkEntry validates an entry that the token does not have yet. Unknown members are accepted only if the
// token's previous entry for the same entity has them.
func (a *Astro) checkEntry(field string, e, before entry) *astroError {
	for _, name := range e.unknown {
		if !slices.Contains(before.unknown, name) {
			return invalid(field+"."+name, "is not a member of a role")
		}
	}
	switch {
	case e.kind == "":
		return invalid(field+".entityType", "is required")
	case e.id == "":
		return invalid(field+".entityId", "is required")
	case e.role == "":
		return invalid(field+".role", "is required")
	}
	if isDAG := e.kind == "DAG" || e.kind == "DAG_TAG"; isDAG != (e.deploymentID != "") {
		return invalid(field+".deploymentId", "is required for DAG and DAG_TAG, and not allowed otherwise")
	}
	switch e.kind {
	case scopeOrganization:
		if e.id != a.organizations[0].id {
			return invalid(field+".entityId", "is not this organization")
		}
	case "WORKSPACE":
		if _, ok := a.workspace[e.id]; !ok {
			return invalid(field+".entityId", "is not a workspace of this organization")
		}
		switch strings.ToUpper(e.role) { // the API ignores case, according to Astro's Terraform provider
		case "WORKSPACE_ACCESSOR", "WORKSPACE_MEMBER", "WORKSPACE_AUTHOR", "WORKSPACE_OPERATOR", "WORKSPACE_OWNER":
		default:
			return invalid(field+".role", "is not a workspace role")
		}
	case "DEPLOYMENT", "DAG", "DAG_TAG":
	default:
		return invalid(field+".entityType", "must be ORGANIZATION, WORKSPACE, DEPLOYMENT, DAG or DAG_TAG")
	}
	return nil
}

// renderRoles renders the response to a write: the roles grouped by entity type.
func renderRoles(entries []entry) []byte {
	type role map[string]string // encoding/json sorts the keys
	var organizationRole string
	workspaces, deployments, dags := []role{}, []role{}, []role{}
	for _, e := range entries {
		switch e.kind {
		case scopeOrganization:
			organizationRole = e.role
		case "WORKSPACE":
			workspaces = append(workspaces, role{"workspaceId": e.id, "role": e.role})
		case "DEPLOYMENT":
			deployments = append(deployments, role{"deploymentId": e.id, "role": e.role})
		case "DAG":
			dags = append(dags, role{"dagId": e.id, "deploymentId": e.deploymentID, "role": e.role})
		case "DAG_TAG":
			dags = append(dags, role{"dagTag": e.id, "deploymentId": e.deploymentID, "role": e.role})
		}
	}
	return encode(struct {
		OrganizationRole string `json:"organizationRole"`
		WorkspaceRoles   []role `json:"workspaceRoles"`
		DeploymentRoles  []role `json:"deploymentRoles"`
		DAGRoles         []role `json:"dagRoles"`
	}{organizationRole, workspaces, deployments, dags})
}
