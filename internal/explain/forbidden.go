package explain

import (
	"strings"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

const allowList = message.Trusted("If the Organization has an IP allow list, the runner's address must be on it.")

func (e Explainer) forbidden() message.Text {
	if e.DryRun {
		return message.New("The API token in api-token cannot read the API tokens or Workspaces. Give it a role that can. %s",
			allowList)
	}
	return message.New("The API token in api-token needs the Organization Owner role: no other role can manage API "+
		"tokens. %s", allowList)
}

// ForbiddenTo is the hint for a 403 if the API token that was refused is known.
func (e Explainer) ForbiddenTo(own grant.Token) message.Text {
	role := own.OrganizationRole()
	switch {
	case own.Scope != astro.ScopeOrganization:
		return message.New("The API token in api-token is not an Organization API token (scope %s). Use one that has the "+
			"role Organization Owner: no other role can manage API tokens.", own.Scope)
	case strings.EqualFold(role, "ORGANIZATION_OWNER"):
		return message.New("The API token in api-token has the Organization Owner role, which is sufficient. %s "+
			"Otherwise, %s", allowList, contactSupport)
	case e.DryRun:
		return message.New("The API token in api-token has the role %s in the Organization, with which it cannot read the "+
			"API tokens or Workspaces. Give it a role that can. %s", role, allowList)
	}
	return message.New("The API token in api-token has the role %s in the Organization, but it needs the Organization "+
		"Owner role: no other role can manage API tokens.", role)
}
