package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const scopeOrganization = "ORGANIZATION"

// writeRoles replaces all roles of a token with the entries sent, kept byte for byte.
func (a *Astro) writeRoles(c *call) ([]byte, *refusal) {
	t, ok := a.token[c.segments[2]]
	if !ok {
		return nil, refuse(http.StatusNotFound, "API token not found: %s", c.segments[2])
	}
	if t.scope != scopeOrganization {
		return nil, refuse(http.StatusBadRequest, "The roles of a token with the scope %s cannot be set", t.scope)
	}
	roles, refused := parseRoles(c.body)
	if refused != nil {
		return nil, refused
	}
	entries, refused := a.checkRoles(roles, t.latest().roles)
	if refused != nil {
		return nil, refused
	}
	a.store(t, roles)
	return renderRoles(entries), nil
}

// checkRoles checks the entries of a write, each for itself and all together. An entry that the token already
// has, byte for byte, is accepted whatever it is: the real API may know kinds of roles that nobody else does.
func (a *Astro) checkRoles(roles, current []string) ([]entry, *refusal) {
	kept := make(map[string]int) // how often each entry may be sent again as it is
	before := make(map[entity]entry)
	for _, raw := range current {
		kept[raw]++
		e, _ := parseEntry("", raw)
		before[e.entity] = e
	}

	fresh := make(map[entity]bool)
	entries := make([]entry, len(roles))
	for i, raw := range roles {
		field := fmt.Sprintf("roles[%d]", i)
		e, refused := parseEntry(field, raw)
		isFresh := kept[raw] < 1
		kept[raw]--
		if isFresh && refused == nil {
			refused = a.checkEntry(field, e, before[e.entity])
		}
		if isFresh && refused != nil {
			return nil, refused
		}
		if otherIsFresh, twice := fresh[e.entity]; twice && (isFresh || otherIsFresh) {
			return nil, invalid("roles", "must not have two entries for %s %s", e.kind, e.id)
		}
		fresh[e.entity] = isFresh
		entries[i] = e
	}
	return entries, checkOrganizationRole(entries)
}

func checkOrganizationRole(entries []entry) *refusal {
	n := len(filter(entries, func(e entry) bool { return e.kind == scopeOrganization }))
	if n != 1 {
		return invalid("roles", "must have exactly one entry for the organization, not %d", n)
	}
	return nil
}

// checkEntry checks an entry that the token does not have yet. One that changes the role of an entity may
// have members that nobody knows, if they were there before.
func (a *Astro) checkEntry(field string, e, before entry) *refusal {
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
	ofDAG := e.kind == "DAG" || e.kind == "DAG_TAG"
	if ofDAG != (e.deploymentID != "") {
		return invalid(field+".deploymentId", "is required for DAG and DAG_TAG, and for nothing else")
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
		switch strings.ToUpper(e.role) {
		case "WORKSPACE_ACCESSOR", "WORKSPACE_MEMBER", "WORKSPACE_AUTHOR", "WORKSPACE_OPERATOR", "WORKSPACE_OWNER":
		default:
			return invalid(field+".role", "is not a role in a workspace")
		}
	case "DEPLOYMENT", "DAG", "DAG_TAG":
	default:
		return invalid(field+".entityType", "is none of ORGANIZATION, WORKSPACE, DEPLOYMENT, DAG and DAG_TAG")
	}
	return nil
}

// renderRoles is the answer to a write: the roles sorted by what they are for.
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
			dags = append(dags, role{"tag": e.id, "deploymentId": e.deploymentID, "role": e.role})
		}
	}
	return encode(struct {
		OrganizationRole string `json:"organizationRole"`
		WorkspaceRoles   []role `json:"workspaceRoles"`
		DeploymentRoles  []role `json:"deploymentRoles"`
		DAGRoles         []role `json:"dagRoles"`
	}{organizationRole, workspaces, deployments, dags})
}
