package step

import (
	"cmp"
	"context"

	"astro-workspace-grant/internal/access"
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/report"
)

// job is all that the file wants of one API token: one read, one write.
type job struct {
	organization *astro.Organization
	token        astro.Token // with its roles, if the list carried them
	targets      []grant.Target
	rows         []int // of the report, one for each target
}

// resolveFile finds all that the file names, each once: the API tokens in one list, the Workspaces side by side with it.
// Either all is found or there are problems.
func (s *step) resolveFile(ctx context.Context) ([]*job, []grant.Problem) {
	id, problems := s.resolveOrganization(ctx)
	if len(problems) > 0 {
		return nil, problems
	}
	s.report.OrganizationID = id
	organization := s.client.Organization(id)
	if len(s.file.Grants) == 0 {
		s.runner.Infof("The file grants nothing.")
		return nil, nil
	}
	names := newNames(s.file)
	var tokens map[string][]astro.Token
	var workspaces map[string][]astro.Named
	var all []astro.Token
	err := sideBySide(ctx,
		func(ctx context.Context) (err error) {
			tokens, all, err = s.findTokens(ctx, organization, names.tokens)
			return err
		},
		func(ctx context.Context) (err error) {
			workspaces, err = s.findWorkspaces(ctx, organization, names.workspaces)
			return err
		})
	if err != nil {
		return nil, []grant.Problem{s.explainLookUp(err)}
	}
	found := &lookedUp{step: s, organization: organization, tokens: tokens, workspaces: workspaces, allTokens: all}
	return found.jobs(ctx, s.file)
}

// names are what a file names, each once, in the order of first mention.
type names struct {
	tokens     []access.Grant // of which only the token counts
	workspaces []string
}

func newNames(file access.File) names {
	var result names
	seen := map[[2]string]bool{}
	once := func(kind, name string) bool {
		key := [2]string{kind, name}
		defer func() { seen[key] = true }()
		return !seen[key]
	}
	for _, g := range file.Grants {
		if once("name", g.TokenName) && g.TokenName != "" || once("id", g.TokenID) && g.TokenID != "" {
			result.tokens = append(result.tokens, g)
		}
		for _, w := range g.Workspaces {
			if once("workspace", w.Name) {
				result.workspaces = append(result.workspaces, w.Name)
			}
		}
	}
	return result
}

// tokenKey is what an API token is looked up by. IDs and names do not mix.
func tokenKey(g access.Grant) string {
	if g.TokenID != "" {
		return "id " + g.TokenID
	}
	return "name " + g.TokenName
}

// findTokens finds API tokens by name or ID, in one list. Several of one name are all found.
func (s *step) findTokens(ctx context.Context, organization *astro.Organization, wanted []access.Grant) (found map[string][]astro.Token, all []astro.Token, err error) {
	err = s.waitFor(ctx, "an API token", func(ctx context.Context) (bool, error) {
		all, err = organization.TokensWithRoles(ctx)
		if err != nil {
			return false, err
		}
		found = map[string][]astro.Token{}
		for _, token := range all {
			found["id "+token.ID] = append(found["id "+token.ID], token)
			found["name "+token.Name] = append(found["name "+token.Name], token)
		}
		for _, g := range wanted {
			if len(found[tokenKey(g)]) == 0 {
				return false, nil
			}
		}
		return true, nil
	})
	return found, all, err
}

// lookedUp is what the names of a file were found to be.
type lookedUp struct {
	*step
	organization *astro.Organization
	tokens       map[string][]astro.Token
	workspaces   map[string][]astro.Named
	allTokens    []astro.Token

	// Asked for only where a name was not found, and once.
	everywhere    []astro.Named
	allWorkspaces []astro.Named

	problems []grant.Problem
	told     map[string]bool // about which a problem was noted
	failed   error           // why nothing more can be asked
}

// at notes a problem of a place in the file, once for each name.
func (l *lookedUp) at(line, column int, name string, problem grant.Problem) {
	if l.told == nil {
		l.told = map[string]bool{}
	}
	if key := string(problem.Kind) + " " + name; !l.told[key] {
		l.told[key] = true
		problem.Line, problem.Column = line, column
		l.problems = append(l.problems, problem)
	}
}

// jobs groups the file by API token. The rows of the report are made with it, in the order of the file.
func (l *lookedUp) jobs(ctx context.Context, file access.File) ([]*job, []grant.Problem) {
	var jobs []*job
	byToken := map[string]*job{}
	type given struct {
		row  int
		line int
	}
	seen := map[[2]string]given{}
	for _, g := range file.Grants {
		token := l.token(ctx, g)
		for _, w := range g.Workspaces {
			workspace := l.workspace(ctx, w)
			if err := cmp.Or(l.failed, ctx.Err()); err != nil { // to look for near names takes its time
				return nil, mergeProblems(l.problems, []grant.Problem{l.explainLookUp(err)})
			}
			if token.ID == "" || workspace.ID == "" {
				continue
			}
			pair := [2]string{token.ID, workspace.ID}
			if before, ok := seen[pair]; ok {
				l.checkSame(g, w, l.report.Grants[before.row].Role, before.line)
				continue
			}
			j := byToken[token.ID]
			if j == nil {
				j = &job{organization: l.organization, token: token}
				byToken[token.ID] = j
				jobs = append(jobs, j)
			}
			seen[pair] = given{len(l.report.Grants), w.Line}
			j.targets = append(j.targets, grant.Target{WorkspaceID: workspace.ID, Role: g.Role})
			j.rows = append(j.rows, len(l.report.Grants))
			l.report.Grants = append(l.report.Grants, report.Grant{
				TokenGiven: g.TokenName + g.TokenID, TokenID: token.ID, TokenName: token.Name,
				Given: w.Name, WorkspaceID: workspace.ID, WorkspaceName: workspace.Name, Role: g.Role,
			})
		}
	}
	grant.Sort(l.problems)
	return jobs, l.problems
}

// checkSame notes a problem where the same API token shall have two roles in one Workspace, under whatever names.
func (l *lookedUp) checkSame(g access.Grant, w access.Workspace, before grant.Role, line int) {
	if g.Role == before {
		return
	}
	l.at(w.Line, w.Column, g.TokenName+g.TokenID+" in "+w.Name, grant.Problem{
		Kind: grant.InvalidInput,
		What: escape.Say("The API token %s shall have %s in the Workspace %s, and line %s says %s of the same two, under whatever names.",
			g.TokenName+g.TokenID, escape.Plain(g.Role), w.Name, line, escape.Plain(before)),
		Hint: escape.Say("Keep one of the two lines."),
	})
}

// token returns the one API token that an entry names, or notes why there is none.
func (l *lookedUp) token(ctx context.Context, g access.Grant) astro.Token {
	given := g.TokenName + g.TokenID
	matches := l.tokens[tokenKey(g)]
	switch {
	case len(matches) == 1 && (matches[0].Scope == "" || matches[0].Scope == astro.ScopeOrganization):
		return matches[0]
	case len(matches) == 1:
		l.at(g.Line, g.Column, given, wrongScope(escape.Say("The API token %s is no Organization API token (scope %s).", given, matches[0].Scope)))
	case len(matches) > 1:
		l.at(g.Line, g.Column, given, l.ambiguous(grant.TokenAmbiguous, "Organization API tokens", "org-token-id", given, namesOf(matches)))
	default:
		l.atMissingToken(ctx, g)
	}
	return astro.Token{}
}

// namesOf returns the tokens as a list without roles has them.
func namesOf(tokens []astro.Token) []astro.Named {
	named := make([]astro.Named, len(tokens))
	for i, token := range tokens {
		named[i] = token.Named
	}
	return named
}

// atMissingToken notes an API token that the list does not have.
func (l *lookedUp) atMissingToken(ctx context.Context, g access.Grant) {
	if l.everywhere == nil {
		var err error
		if l.everywhere, err = l.organization.Tokens(ctx, true); err != nil {
			l.failed = err
			return
		}
	}
	l.at(g.Line, g.Column, g.TokenName+g.TokenID, l.missingToken(g))
}

// missingToken says what is known of an API token that the list does not have.
func (l *lookedUp) missingToken(g access.Grant) grant.Problem {
	for _, other := range l.everywhere {
		if g.TokenID != "" && other.ID == g.TokenID || g.TokenName != "" && other.Name == g.TokenName {
			return wrongScope(escape.Say("%s is no Organization API token (scope %s).", g.TokenName+g.TokenID, other.Scope))
		}
	}
	if g.TokenID != "" {
		return grant.Problem{
			Kind: grant.TokenNotFound,
			What: escape.Say("No API token has the ID %s.", g.TokenID),
			Hint: escape.Say("Check the ID and the Organization. If an earlier step has just made the API token, set wait to 30s."),
		}
	}
	return l.notFound(grant.TokenNotFound, "Organization API token", g.TokenName, nearTo(l.problems, namesOf(l.allTokens)))
}

// workspace returns the one Workspace that is named, or notes why there is none.
func (l *lookedUp) workspace(ctx context.Context, w access.Workspace) astro.Named {
	matches := l.workspaces[w.Name]
	if len(matches) == 1 {
		return matches[0]
	}
	if len(matches) == 0 && l.allWorkspaces == nil && !l.public {
		var err error
		if l.allWorkspaces, err = l.organization.Workspaces(ctx, nil, nil); err != nil {
			l.failed = err
			return astro.Named{}
		}
	}
	l.at(w.Line, w.Column, w.Name, l.workspaceProblem(w.Name, matches, nearTo(l.problems, l.allWorkspaces)))
	return astro.Named{}
}
