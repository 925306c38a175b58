package step

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"astro-workspace-grant/internal/access"
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/runner"
)

// Export writes a grants file of what the Organization has today to file, and tells its progress in the log. It returns the exit code.
// Planned at once, the file changes nothing.
func Export(ctx context.Context, env Environment, file io.Writer) int {
	s := &step{runner: runner.New(env.Getenv, env.Out), version: env.Version}
	s.runner.Secret(s.runner.Input("api-token"))
	s.runner.Secret(s.runner.Env("ASTRO_API_TOKEN"))
	var problems []grant.Problem
	if s.in, problems = readConnection(s.runner); len(problems) == 0 {
		problems = s.export(ctx, file)
	}
	for _, problem := range problems {
		s.runner.Error(title(problem.Kind), problem.What.String()+" "+problem.Hint.String())
	}
	return min(len(problems), 1)
}

// export is what an Organization has.
type export struct {
	tokens     []astro.Token
	workspaces map[string]astro.Named // by ID

	tokenNames, workspaceNames map[string]int    // how many bear a name
	written                    map[string]string // the Workspaces as the file has them, by ID
}

func (s *step) export(ctx context.Context, file io.Writer) []grant.Problem {
	s.claims = astro.ReadClaims(s.in.apiToken)
	ctx, cancel := context.WithTimeout(ctx, s.in.timeout)
	defer cancel()
	s.client = s.newClient(newLimits(false).read)
	id, problems := s.resolveOrganization(ctx)
	if len(problems) > 0 {
		return problems
	}
	s.report.OrganizationID = id
	found, err := s.gather(ctx, s.client.Organization(id))
	if err != nil {
		return []grant.Problem{s.explainLookUp(err)}
	}
	text := found.yaml(id)
	if len(text) > access.MaxSize {
		s.runner.Warning("A large file", "It is larger than the 1 MiB that one grants file may have. Split it, and let a step apply each part.")
	}
	if _, err := io.WriteString(file, text); err != nil {
		return []grant.Problem{{Kind: grant.InvalidInput, What: escape.Say("The file could not be written: %s.", err.Error()), Hint: escape.Say("Send it to where there is room.")}}
	}
	return nil
}

// gather reads all API tokens with their roles, and all Workspaces.
func (s *step) gather(ctx context.Context, organization *astro.Organization) (*export, error) {
	result := &export{workspaces: map[string]astro.Named{}, tokenNames: map[string]int{}, workspaceNames: map[string]int{}}
	err := sideBySide(ctx,
		func(ctx context.Context) (err error) {
			result.tokens, err = organization.TokensWithRoles(ctx)
			return err
		},
		func(ctx context.Context) error {
			workspaces, err := organization.Workspaces(ctx, nil, nil)
			for _, w := range workspaces {
				result.workspaces[w.ID] = w
				result.workspaceNames[w.Name]++
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	for _, token := range result.tokens {
		result.tokenNames[token.Name]++
	}
	if err := s.readRoles(ctx, organization, result.tokens); err != nil {
		return nil, err
	}
	slices.SortStableFunc(result.tokens, func(a, b astro.Token) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return result, nil
}

// progress is after how many API tokens a line tells of it.
const progress = 100

// readRoles reads the API tokens one by one whose roles the list did not carry.
func (s *step) readRoles(ctx context.Context, organization *astro.Organization, tokens []astro.Token) error {
	var mu sync.Mutex
	done := 0
	looks := []func(context.Context) error{}
	for i := range tokens {
		if tokens[i].Roles != nil {
			continue
		}
		looks = append(looks, func(ctx context.Context) error {
			token, err := organization.Token(ctx, tokens[i].ID)
			if err != nil {
				return err
			}
			tokens[i].Roles = token.Roles
			mu.Lock()
			defer mu.Unlock()
			if done++; done%progress == 0 {
				s.runner.Infof("Read the roles of %d API tokens.", done)
			}
			return nil
		})
	}
	return sideBySide(ctx, looks...)
}

// yaml is the grants file.
func (e *export) yaml(organizationID string) string {
	e.written = map[string]string{}
	for id := range e.workspaces {
		e.written[id] = e.workspace(id)
	}
	var entries strings.Builder
	count := 0
	for _, token := range e.tokens {
		count += e.writeToken(&entries, token)
	}
	none := ""
	if count == 0 {
		none = " []"
	}
	return fmt.Sprintf("# What the Organization %s has. A line taken out revokes nothing: role: none does.\ngrants:%s%s\n",
		escape.Line(organizationID), none, entries.String())
}

// writeToken writes an entry for each role that the API token has in some Workspace, and returns how many. What a grants file
// cannot say is a comment.
func (e *export) writeToken(b *strings.Builder, token astro.Token) int {
	count := 0
	workspaces := e.grantable(b, token)
	key, value, note := "org-token-name", token.Name, ""
	if e.tokenNames[token.Name] > 1 || !expressible(token.Name) {
		key, value, note = "org-token-id", token.ID, " # "+noted(token.Name)
	}
	for _, role := range grant.Roles() {
		ids := workspaces[role]
		if len(ids) == 0 {
			continue
		}
		count++
		fmt.Fprintf(b, "\n  - %s: %s%s\n    role: %s\n    workspaces:", key, quoted(value), note, role)
		slices.SortFunc(ids, func(a, b string) int {
			return cmp.Or(cmp.Compare(e.workspaces[a].Name, e.workspaces[b].Name), cmp.Compare(a, b))
		})
		for _, id := range ids {
			fmt.Fprintf(b, "\n      - %s", e.written[id])
		}
	}
	return count
}

// grantable returns the Workspaces in which the API token has a role that can be granted, by role. The others it writes as comments.
func (e *export) grantable(b *strings.Builder, token astro.Token) map[grant.Role][]string {
	roles := map[string][]string{}
	var ids []string
	for _, entry := range token.Roles {
		if id := entry.EntityID; entry.InWorkspace(id) && !slices.Contains(roles[id], entry.Role) {
			if roles[id] == nil {
				ids = append(ids, id)
			}
			roles[id] = append(roles[id], entry.Role)
		}
	}
	result := map[grant.Role][]string{}
	for _, id := range ids {
		role, err := grant.ParseRole(roles[id][0])
		why := ""
		switch {
		case len(roles[id]) > 1:
			why = "of which a file can say one only"
		case err != nil || role == grant.None:
			why = "which cannot be granted"
		case e.workspaces[id].ID == "":
			why = "which is in no list"
		default:
			result[role] = append(result[role], id)
			continue
		}
		fmt.Fprintf(b, "\n  # %s has %s in %s, %s.", noted(token.Name), noted(strings.Join(roles[id], " and ")), e.told(id), why)
	}
	return result
}

// workspace is a Workspace by its name where that is its own, else by its ID.
func (e *export) workspace(id string) string {
	name := e.workspaces[id].Name
	// A name that looks like an ID would be looked up as one first.
	if e.workspaceNames[name] == 1 && expressible(name) && !hasIDShape(name) {
		return quoted(name)
	}
	return quoted(id) + " # " + noted(name)
}

func (e *export) told(id string) string {
	return noted(cmp.Or(e.workspaces[id].Name, id))
}

// noted is a name in a comment of the file: there, too, it must hold no API token, and no more of a "<" in a line than the parser takes.
func noted(name string) string {
	most := 100
	if strings.Count(name, "<") > 30 {
		most = 30
	}
	name = astro.JWT().ReplaceAllString(name, "***")
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most]) + "…"
	}
	return escape.Line(name)
}

// expressible reports whether a grants file can hold a name: all of it visible, and read back as it is.
func expressible(name string) bool {
	hidden := func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }
	if strings.ContainsFunc(name, hidden) {
		return false
	}
	file, problems := access.Parse([]byte("grants:\n  - org-token-name: " + quoted(name) + "\n    role: none\n    workspaces: [any]\n"))
	return len(problems) == 0 && file.Grants[0].TokenName == name
}

// quoted is a string of YAML: JSON's are.
func quoted(s string) string { return toJSON(s, "") }
