package step

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// resolved is what the inputs name.
type resolved struct {
	organization *astro.Organization
	token        astro.Token // read by its ID, or no more than ID and name from the list
	workspaces   []workspace
}

// workspace is a Workspace as an input named it. Where there is a problem with that, what it is stays unknown.
type workspace struct {
	given   string
	problem grant.Kind
	astro.Named
}

// resolve finds the Organization, and then the API token and the Workspaces side by side. Either all is found or there are
// problems.
func (s *step) resolve(ctx context.Context) (resolved, []grant.Problem) {
	id, problems := s.resolveOrganization(ctx)
	if len(problems) > 0 {
		return resolved{}, problems
	}
	s.report.OrganizationID = id
	found := resolved{organization: s.client.Organization(id)}

	var inToken, inWorkspaces []grant.Problem
	err := sideBySide(ctx,
		func(ctx context.Context) (err error) {
			found.token, inToken, err = s.resolveToken(ctx, found.organization)
			return err
		},
		func(ctx context.Context) (err error) {
			found.workspaces, inWorkspaces, err = s.resolveWorkspaces(ctx, found.organization)
			return err
		})
	problems = mergeProblems(inToken, inWorkspaces)
	if err != nil {
		problems = mergeProblems(problems, []grant.Problem{s.explainLookUp(err)})
	}
	return found, problems
}

// sideBySide runs look-ups at once. The first failure ends the others, and is returned; that something was not found is none.
func sideBySide(ctx context.Context, looks ...func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var first error
	var group sync.WaitGroup
	for _, look := range looks {
		group.Go(func() {
			if err := look(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
				cancel()
			}
		})
	}
	group.Wait()
	return first
}

// explainLookUp is explain for a look-up in the Organization: one that the API does not know answers 404.
func (s *step) explainLookUp(err error) grant.Problem {
	if isNotFound(err) {
		known := escape.Sentence{}
		if !s.public {
			known = escape.Say(" %s", s.report.OrganizationID)
		}
		return grant.Problem{
			Kind: grant.OrganizationUnclear,
			What: escape.Say("The Astro API does not know the Organization%s.", known),
			Hint: escape.Say("Give the Organization's ID as organization: it is on the Organization's general page in the Astro UI, and astro organization list prints it."),
		}
	}
	return s.explain(err)
}

func isNotFound(err error) bool {
	var status *astro.Error
	return errors.As(err, &status) && status.Status == http.StatusNotFound && !status.Proxy
}

// resolveOrganization returns the ID of the Organization: the input, else the claim, else the only one there is.
func (s *step) resolveOrganization(ctx context.Context) (string, []grant.Problem) {
	if s.in.organization != "" {
		return s.in.organization, nil
	}
	if s.claims.OrganizationID != "" {
		return s.claims.OrganizationID, nil
	}
	organizations, err := s.client.Organizations(ctx)
	if err != nil {
		return "", []grant.Problem{s.explain(err)}
	}
	if len(organizations) == 1 {
		return organizations[0].ID, nil
	}
	problem := grant.Problem{
		Kind: grant.OrganizationUnclear,
		What: escape.Say("The API token in api-token can see %s Organizations.", len(organizations)),
		Hint: escape.Say("Give the ID of one as organization."),
	}
	if len(organizations) > 1 && !s.public {
		problem.Hint = escape.Say("Give the ID of one as organization: %s.", described(organizations))
	}
	return "", []grant.Problem{problem}
}

// described is a list of things by ID and name.
func described(all []astro.Named) []escape.Sentence {
	result := make([]escape.Sentence, len(all))
	for i, one := range all {
		result[i] = escape.Say("%s (%s)", one.ID, one.Name)
	}
	return result
}

// waitFor calls look until it is satisfied or the input wait is over: every second at first, every 5 s in the end.
func (s *step) waitFor(ctx context.Context, what string, look func(ctx context.Context) (found bool, err error)) error {
	start := time.Now()
	for {
		found, err := look(ctx)
		if found || err != nil {
			return err
		}
		gone := time.Since(start)
		if gone >= s.in.wait {
			return nil
		}
		pause := min(max(time.Second, min(gone/4, 5*time.Second)), s.in.wait-gone)
		s.runner.Infof("Not found yet: %s. Looking again in %v.", what, pause.Round(time.Millisecond))
		if err := retry.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}
