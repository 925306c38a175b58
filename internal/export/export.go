// Package export writes a grants file with the roles that an Organization has today.
package export

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"sync"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/explain"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/grantsfile"
	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/report"
	"astro-workspace-grant/internal/resolve"
	"astro-workspace-grant/internal/retry"
	"astro-workspace-grant/internal/runner"
)

// Environment is what an export depends on.
type Environment struct {
	Getenv    func(string) string
	Log, Out  io.Writer // for the progress and for the file
	Version   string
	Exclusive bool // the file revokes what it does not list
}

// Run writes a grants file. It returns the exit code. A plan of the file, made right away, changes nothing.
func Run(ctx context.Context, env Environment) int {
	r := runner.New(env.Getenv, env.Log)
	in, problems := input.ReadConnection(r)
	if len(problems) == 0 {
		problems = run(ctx, r, in, env)
	}
	for _, problem := range problems {
		r.Error(report.Title(problem.Kind), problem.What.String()+" "+problem.Hint.String())
	}
	return min(len(problems), 1)
}

func run(ctx context.Context, r *runner.Runner, in input.Inputs, env Environment) []grant.Problem {
	ctx, cancel := context.WithTimeout(ctx, in.Timeout)
	defer cancel()
	e := explain.Explainer{Timeout: in.Timeout, APIURL: in.APIURL, Expires: in.Claims.Expires}
	client := astro.New(astro.Config{
		URL: in.APIURL, Token: in.APIToken, Version: env.Version, Pacing: astro.Reads, Requested: r.LogRequest,
		Retrying: func(doing string, w retry.Wait) { r.LogRetry(doing, e.Reason(w.Err), w) },
	})
	id, problems := resolve.Organization(ctx, client, in.Organization, in.Claims, e)
	if len(problems) > 0 {
		return problems
	}
	found, err := read(ctx, client.Organization(id), func(done int) { r.Infof("Read the roles of %d API tokens.", done) })
	if err != nil {
		problems = []grant.Problem{e.LookUp(err, id)}
		return resolve.ExplainForbidden(ctx, client.Organization(id), in.Claims.TokenID, e, problems)
	}
	if len(found.workspaces) == 0 {
		return []grant.Problem{{
			Kind: grant.Forbidden,
			What: message.New("The API shows no Workspaces, so there is nothing to export."),
			Hint: message.New("Check that the API token in ASTRO_API_TOKEN has the Organization Owner role: one with less may see none."),
		}}
	}
	found.exclusive = env.Exclusive
	text := found.yaml(id)
	if len(text) > grantsfile.MaxSize {
		r.Warning(
			"Large file",
			"The file is larger than the "+strconv.Itoa(grantsfile.MaxSize>>10)+" KiB that a grants file can have. "+
				"Split it, and apply each part in a step of its own.",
		)
	}
	if _, err := io.WriteString(env.Out, text); err != nil {
		return []grant.Problem{{
			Kind: grant.InvalidInput,
			What: message.New("The file could not be written: %s.", err.Error()),
			Hint: message.New("Write it to a place with enough space."),
		}}
	}
	return nil
}

// organization is what an Organization has.
type organization struct {
	tokens     []grant.Token
	workspaces map[string]grant.Resource // by ID
	exclusive  bool                      // the file is to be exclusive

	tokenNames, workspaceNames map[string]int // how many have a name
}

// read reads all API tokens with their roles, and all Workspaces.
func read(ctx context.Context, from *astro.Organization, progress func(done int)) (*organization, error) {
	o := &organization{
		workspaces:     map[string]grant.Resource{},
		tokenNames:     map[string]int{},
		workspaceNames: map[string]int{},
	}
	err := resolve.Parallel(ctx,
		func(ctx context.Context) (err error) {
			o.tokens, err = from.Tokens(ctx, true)
			return err
		},
		func(ctx context.Context) error {
			workspaces, err := from.Workspaces(ctx, nil, nil)
			for _, w := range workspaces {
				o.workspaces[w.ID] = w
				o.workspaceNames[w.Name]++
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	for _, token := range o.tokens {
		o.tokenNames[token.Name]++
	}
	slices.SortStableFunc(o.tokens, func(a, b grant.Token) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return o, readRoles(ctx, from, o.tokens, progress)
}

// progressStep is after how many API tokens progress is logged.
const progressStep = 100

// readRoles reads the API tokens one by one whose roles the list did not carry.
func readRoles(ctx context.Context, from *astro.Organization, tokens []grant.Token, progress func(done int)) error {
	var mu sync.Mutex
	done := 0
	var reads []func(context.Context) error
	for i := range tokens {
		if tokens[i].Roles != nil {
			continue
		}
		reads = append(reads, func(ctx context.Context) error {
			token, err := from.Token(ctx, tokens[i].ID, retry.Read)
			if err != nil {
				return err
			}
			tokens[i].Roles = token.Roles
			mu.Lock()
			defer mu.Unlock()
			if done++; done%progressStep == 0 {
				progress(done)
			}
			return nil
		})
	}
	return resolve.Parallel(ctx, reads...)
}
