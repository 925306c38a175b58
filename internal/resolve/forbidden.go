package resolve

import (
	"context"
	"slices"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// ownRoleTimeout limits the time for one more look, which only makes an error clearer.
const ownRoleTimeout = 10 * time.Second

// ExplainForbidden makes problems of the kind [grant.Forbidden] say which role the API token that made the requests
// has, if its ID is known and it can be read.
func ExplainForbidden(
	ctx context.Context, organization *astro.Organization, ownID string, e explain.Explainer, problems []grant.Problem,
) []grant.Problem {
	isForbidden := func(p grant.Problem) bool { return p.Kind == grant.Forbidden }
	if ownID == "" || e.Redact || !slices.ContainsFunc(problems, isForbidden) {
		return problems
	}
	ctx, cancel := context.WithTimeout(ctx, ownRoleTimeout)
	defer cancel()
	own, err := organization.Token(ctx, ownID, retry.Read)
	if err != nil {
		return problems
	}
	explained := slices.Clone(problems)
	for i := range explained {
		if isForbidden(explained[i]) {
			explained[i].Hint = e.ForbiddenTo(own)
		}
	}
	return explained
}
