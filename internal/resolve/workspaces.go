package resolve

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// At most this many names or IDs, and this many bytes of them, go into one request: the length of a URL is limited.
const (
	maxPerRequest = 50
	maxQuery      = 4 << 10
)

// idShape matches the API's IDs, which are c and 24 lower-case letters or digits, and UUIDs.
var idShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:c[a-z0-9]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)
})

// HasIDShape reports whether s looks like an ID. It can be a name all the same.
func HasIDShape(s string) bool { return idShape().MatchString(s) }

// workspaces is what was found for the given Workspaces.
type workspaces struct {
	found    map[string]grant.Resource
	kinds    map[string]grant.Kind // of the problems
	problems []grant.Problem
	failed   []string         // what the problems are about, in their order
	listed   []grant.Resource // all, if they were listed
}

// findWorkspaces finds the Workspaces by ID or name.
func (r *Resolver) findWorkspaces(ctx context.Context, wanted []grant.Wanted) (workspaces, error) {
	var given []grant.Wanted // each Workspace once
	var names []string
	seen := map[string]bool{}
	for _, w := range wanted {
		if !seen[w.WorkspaceGiven] {
			seen[w.WorkspaceGiven] = true
			given = append(given, w)
			names = append(names, w.WorkspaceGiven)
		}
	}
	matches, listed, err := r.askForWorkspaces(ctx, names)
	if err != nil {
		return workspaces{}, err
	}
	result, err := r.chooseWorkspaces(ctx, given, matches)
	result.listed = listed
	return result, err
}

// askForWorkspaces asks for Workspaces: for what looks like an ID by ID first, and for the rest by name. It finds all
// that have the same name. If it listed all Workspaces for that, it returns them as well.
func (r *Resolver) askForWorkspaces(ctx context.Context, given []string) (
	matches map[string][]grant.Resource, all []grant.Resource, err error,
) {
	matches = map[string][]grant.Resource{}
	isMissing := func(given string) bool { return len(matches[given]) == 0 }
	missing := given
	err = r.waitFor(ctx, "a Workspace", func(ctx context.Context) (bool, error) {
		byID := func(w grant.Resource) string { return w.ID }
		byName := func(w grant.Resource) string { return w.Name }
		askIDs := func(chunk []string) ([]grant.Resource, error) { return r.Organization.Workspaces(ctx, nil, chunk) }
		askNames := func(chunk []string) ([]grant.Resource, error) { return r.Organization.Workspaces(ctx, chunk, nil) }
		if len(given) > maxPerRequest || r.Everything {
			// One list takes fewer requests than so many look-ups.
			if all, err = r.Organization.Workspaces(ctx, nil, nil); err != nil {
				return false, err
			}
			askIDs = func([]string) ([]grant.Resource, error) { return all, nil }
			askNames = askIDs
		}
		if err := lookUp(filter(missing, HasIDShape), askIDs, byID, matches); err != nil {
			return false, err
		}
		missing = filter(missing, isMissing)
		if err := lookUp(missing, askNames, byName, matches); err != nil {
			return false, err
		}
		missing = filter(missing, isMissing)
		// An ID can have another form.
		if err := lookUp(filter(missing, canBeID), askIDs, byID, matches); err != nil {
			return false, err
		}
		missing = filter(missing, isMissing)
		// A server can take a comma for the end of a name.
		if split := filter(missing, hasComma); len(split) > 0 && all == nil {
			whole := func([]string) ([]grant.Resource, error) { return r.Organization.Workspaces(ctx, nil, nil) }
			if err := lookUp(split[:min(len(split), maxPerRequest)], whole, byName, matches); err != nil {
				return false, err
			}
			missing = filter(missing, isMissing)
		}
		return len(missing) == 0, nil
	})
	return matches, all, err
}

// canBeID reports whether s may be an ID of another form. Most names have no digit.
func canBeID(s string) bool {
	return astro.IsID(s) && strings.ContainsAny(s, "0123456789") && !HasIDShape(s)
}

func hasComma(name string) bool { return strings.Contains(name, ",") }

func filter(given []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(given), func(name string) bool { return !keep(name) })
}

// lookUp asks for names or IDs, in as many requests as they need, and collects the answers by their key.
func lookUp(given []string, ask func(chunk []string) ([]grant.Resource, error), key func(grant.Resource) string,
	matches map[string][]grant.Resource,
) error {
	chunks := inChunks(given)
	answers := make([][]grant.Resource, len(chunks))
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
		asked := map[string]bool{}
		for _, name := range chunk {
			asked[name] = true
		}
		for _, resource := range answers[i] {
			if asked[key(resource)] {
				matches[key(resource)] = append(matches[key(resource)], resource)
			}
		}
	}
	return nil
}

// inChunks splits names or IDs into what fits into one request.
func inChunks(given []string) [][]string {
	var chunks [][]string
	begin, size := 0, 0
	for i, name := range given {
		length := len("&workspaceIds=") + len(url.QueryEscape(name))
		if i > begin && (i-begin == maxPerRequest || size+length > maxQuery) {
			chunks = append(chunks, given[begin:i])
			begin, size = i, 0
		}
		size += length
	}
	if begin < len(given) {
		chunks = append(chunks, given[begin:])
	}
	return chunks
}

// chooseWorkspaces takes the only Workspace that each name or ID has. None or several are a problem.
func (r *Resolver) chooseWorkspaces(
	ctx context.Context,
	given []grant.Wanted,
	matches map[string][]grant.Resource,
) (workspaces, error) {
	result := workspaces{found: map[string]grant.Resource{}, kinds: map[string]grant.Kind{}}
	var all []grant.Resource // for suggestions; nil: not read
	for _, w := range given {
		// Looking for similar names takes some time.
		if err := ctx.Err(); err != nil {
			return workspaces{}, err
		}
		found := matches[w.WorkspaceGiven]
		if len(found) == 0 {
			if all == nil {
				var err error
				if all, err = r.Organization.Workspaces(ctx, nil, nil); err != nil {
					return workspaces{}, err
				}
			}
			found = exactIn(all, w.WorkspaceGiven)
		}
		if len(found) == 1 {
			result.found[w.WorkspaceGiven] = found[0]
			continue
		}
		known := all
		if len(result.problems) >= mostSuggested {
			known = nil
		}
		problem := at(w.WorkspaceAt, r.workspaceProblem(w, found, known, len(all) > 0))
		result.problems = append(result.problems, problem)
		result.failed = append(result.failed, w.WorkspaceGiven)
		result.kinds[w.WorkspaceGiven] = problem.Kind
	}
	return result, nil
}

// exactIn returns the Workspaces with an ID or, if there is none, with a name. A list of all can have what a look-up did not
// find: what was created since, and an ID that does not look like one.
func exactIn(all []grant.Resource, given string) []grant.Resource {
	for _, match := range []func(grant.Resource) bool{
		func(w grant.Resource) bool { return w.ID == given },
		func(w grant.Resource) bool { return w.Name == given },
	} {
		other := func(w grant.Resource) bool { return !match(w) }
		if found := slices.DeleteFunc(slices.Clone(all), other); len(found) > 0 {
			return found
		}
	}
	return nil
}

func (r *Resolver) workspaceProblem(w grant.Wanted, matches, known []grant.Resource, canSee bool) grant.Problem {
	given := w.WorkspaceGiven
	if len(matches) > 1 {
		return r.ambiguous(grant.WorkspaceAmbiguous, "Workspaces", r.WorkspaceInput, given, matches)
	}
	s := search{
		kind: grant.WorkspaceNotFound, what: "The Workspace", given: given, known: known, idInput: r.WorkspaceInput,
		canSee: canSee, things: "Workspaces", several: severalHint(given, w.WorkspaceAt.Line > 0),
	}
	if HasIDShape(given) {
		s.what = "A Workspace with the ID or name"
	}
	return r.notFound(s)
}

// severalHint returns what to do if one given Workspace may be several, or a part of a list as JSON or YAML writes it.
func severalHint(given string, inFile bool) message.Text {
	switch {
	case inFile && hasComma(given):
		return message.New("If these are several Workspaces, make each an entry of its own.")
	case !inFile && (hasComma(given) || strings.HasPrefix(given, "- ") || strings.ContainsAny(given[:1], "[]\"'")):
		return message.New("If these are several Workspaces, write one per line, without commas, dashes, brackets and quotes.")
	}
	return message.Text{}
}
