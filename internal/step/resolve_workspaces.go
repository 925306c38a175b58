package step

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
)

// So many names or IDs go into one request, and so many bytes of them: a URL has limits.
const (
	atATime      = 50
	longestQuery = 4 << 10
)

// hasIDShape reports whether s has the form of the API's IDs: c and 24 lower-case letters or digits. What has it can be a
// name all the same.
func hasIDShape(s string) bool {
	other := func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9') }
	return len(s) == 25 && s[0] == 'c' && !strings.ContainsFunc(s, other)
}

// resolveWorkspaces finds the Workspaces, each once, in the order of first mention.
func (s *step) resolveWorkspaces(ctx context.Context, organization *astro.Organization) ([]workspace, []grant.Problem, error) {
	found, err := s.findWorkspaces(ctx, organization, s.in.workspaces)
	if err != nil {
		return nil, nil, err
	}
	return s.chooseWorkspaces(ctx, organization, found)
}

// findWorkspaces asks for Workspaces by what they were given as: what has the shape of an ID by that first, and the rest
// by name. Several of one name are all found.
func (s *step) findWorkspaces(ctx context.Context, organization *astro.Organization, givens []string) (map[string][]astro.Named, error) {
	found := map[string][]astro.Named{}
	isMissing := func(given string) bool { return len(found[given]) == 0 }
	missing := givens
	err := s.waitFor(ctx, "a Workspace", func(ctx context.Context) (bool, error) {
		byID := func(w astro.Named) string { return w.ID }
		byName := func(w astro.Named) string { return w.Name }
		askIDs := func(chunk []string) ([]astro.Named, error) { return organization.Workspaces(ctx, nil, chunk) }
		askNames := func(chunk []string) ([]astro.Named, error) { return organization.Workspaces(ctx, chunk, nil) }
		if len(givens) > atATime && s.in.file != "" {
			// One list is fewer requests than that many look-ups.
			all, err := organization.Workspaces(ctx, nil, nil)
			if err != nil {
				return false, err
			}
			askIDs = func([]string) ([]astro.Named, error) { return all, nil }
			askNames = askIDs
		}
		if err := lookUp(filter(missing, hasIDShape), askIDs, byID, found); err != nil {
			return false, err
		}
		missing = filter(missing, isMissing)
		if err := lookUp(missing, askNames, byName, found); err != nil {
			return false, err
		}
		missing = filter(missing, isMissing)
		return len(missing) == 0, nil
	})
	return found, err
}

// filter returns those of givens that keep says.
func filter(givens []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(givens), func(given string) bool { return !keep(given) })
}

// inChunks splits names or IDs into what fits into one request.
func inChunks(givens []string) [][]string {
	var chunks [][]string
	begin, size := 0, 0
	for i, given := range givens {
		length := len("&workspaceIds=") + len(url.QueryEscape(given))
		if i > begin && (i-begin == atATime || size+length > longestQuery) {
			chunks = append(chunks, givens[begin:i])
			begin, size = i, 0
		}
		size += length
	}
	if begin < len(givens) {
		chunks = append(chunks, givens[begin:])
	}
	return chunks
}

// lookUp asks for the givens, so many at a time, and notes what it finds under what key says of it.
func lookUp(givens []string, ask func(chunk []string) ([]astro.Named, error), key func(astro.Named) string, found map[string][]astro.Named) error {
	chunks := inChunks(givens)
	answers := make([][]astro.Named, len(chunks))
	errs := make([]error, len(chunks))
	var requests sync.WaitGroup
	for i, chunk := range chunks {
		requests.Go(func() { answers[i], errs[i] = ask(chunk) })
	}
	requests.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, chunk := range chunks {
		for _, one := range answers[i] {
			if slices.Contains(chunk, key(one)) {
				found[key(one)] = append(found[key(one)], one)
			}
		}
	}
	return nil
}

// chooseWorkspaces takes the only one found for each of the givens; none or several are a problem.
func (s *step) chooseWorkspaces(ctx context.Context, organization *astro.Organization, found map[string][]astro.Named) ([]workspace, []grant.Problem, error) {
	var result []workspace
	var problems []grant.Problem
	var all []astro.Named // of the Organization, asked for where a name was not found
	for _, given := range s.in.workspaces {
		if err := ctx.Err(); err != nil { // to look for near names takes its time
			return nil, nil, err
		}
		matches := found[given]
		if len(matches) == 1 {
			if !slices.ContainsFunc(result, func(w workspace) bool { return w.ID == matches[0].ID }) {
				result = append(result, workspace{given: given, Named: matches[0]})
			}
			continue
		}
		if len(matches) == 0 && all == nil && !s.public {
			var err error
			if all, err = organization.Workspaces(ctx, nil, nil); err != nil {
				return nil, nil, err
			}
		}
		problem := s.workspaceProblem(given, matches, nearTo(problems, all))
		problems = append(problems, problem)
		result = append(result, workspace{given: given, problem: problem.Kind})
	}
	return result, problems, nil
}

// nearTo returns the names among which a near one is looked for: none after the first problems, as a run with the wrong Organization
// has nothing but problems.
func nearTo(problems []grant.Problem, all []astro.Named) []astro.Named {
	if len(problems) >= mostTold {
		return nil
	}
	return all
}

func (s *step) workspaceProblem(given string, matches, all []astro.Named) grant.Problem {
	if len(matches) > 1 {
		input := "workspace"
		if s.in.file != "" {
			input = "one of workspaces"
		}
		return s.ambiguous(grant.WorkspaceAmbiguous, "Workspaces", input, given, matches)
	}
	what := "Workspace"
	if hasIDShape(given) {
		what = "Workspace has this ID or"
	}
	return s.notFound(grant.WorkspaceNotFound, what, given, all)
}

// workspaceGiven returns a Workspace as the input named it.
func (s *step) workspaceGiven(id string) string {
	for _, g := range s.report.Grants {
		if g.WorkspaceID == id {
			return g.Given
		}
	}
	return id
}
