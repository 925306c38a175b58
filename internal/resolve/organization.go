package resolve

import (
	"context"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Organization returns the ID of the Organization: the one that is given, else the one in the API token's claims,
// else the only one that the API token can access.
func Organization(
	ctx context.Context,
	client *astro.Client,
	given string,
	claims astro.Claims,
	e explain.Explainer,
) (string, []grant.Problem) {
	switch {
	case given != "":
		return given, nil
	case claims.OrganizationID != "":
		return claims.OrganizationID, nil
	}
	organizations, err := client.Organizations(ctx)
	if err != nil {
		return "", []grant.Problem{e.Error(err)}
	}
	if len(organizations) == 1 {
		return organizations[0].ID, nil
	}
	problem := grant.Problem{
		Kind: grant.OrganizationUnclear,
		What: message.New("The API token in api-token can access %s Organizations.", len(organizations)),
		Hint: message.New("Set organization to the ID of one."),
	}
	if len(organizations) > 1 && !e.Redact {
		problem.Hint = message.New("Set organization to the ID of one: %s.", described(organizations))
	}
	return "", []grant.Problem{problem}
}

// described lists resources by ID and name.
func described(all []grant.Resource) []message.Text {
	texts := make([]message.Text, len(all))
	for i, resource := range all {
		texts[i] = message.New("%s (%s)", resource.ID, resource.Name)
	}
	return texts
}
