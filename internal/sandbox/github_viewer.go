package sandbox

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// viewerQuery matches the only query that is implemented.
var viewerQuery = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:query(?:\s+\w+)?\s*)?\{\s*viewer\s*\{([\w\s,]*)\}\s*\}\s*$`)
})

// graphql returns the viewer. GraphQL errors have status 200.
func (g *GitHub) graphql(c *gitHubCall) (response, *gitHubError) {
	if !c.authenticated() {
		return response{}, gitHubErrorf(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}
	_, values, err := members(c.body)
	if err != nil {
		return response{}, gitHubErrorf(http.StatusBadRequest, "Problems parsing JSON")
	}
	var query *string
	if err := json.Unmarshal(values["query"], &query); err != nil || query == nil {
		return response{}, gitHubErrorf(http.StatusBadRequest, "A query attribute must be specified and must be a string.")
	}
	found := viewerQuery().FindStringSubmatch(*query)
	if found == nil {
		return graphqlError("The sandbox supports only the query { viewer { login databaseId } }"), nil
	}
	viewer := make(map[string]any)
	for _, field := range strings.FieldsFunc(found[1], func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }) {
		switch field {
		case "login":
			viewer[field] = c.actor.graphqlLogin()
		case "databaseId":
			viewer[field] = c.actor.databaseID()
		default:
			return graphqlError("Field '" + field + "' doesn't exist on type 'User'"), nil
		}
	}
	if len(viewer) == 0 {
		return graphqlError("Field must have selections (field 'viewer' returns User but has no selections)"), nil
	}
	return jsonResponse(http.StatusOK, map[string]any{"data": map[string]any{"viewer": viewer}}), nil
}

// readUser refuses the tokens of apps, such as a workflow's own, as GitHub does.
func (g *GitHub) readUser(c *gitHubCall) (response, *gitHubError) {
	switch {
	case !c.authenticated():
		return response{}, gitHubErrorf(http.StatusUnauthorized, "Requires authentication")
	case c.actor.Type == "Bot":
		return response{}, gitHubErrorf(http.StatusForbidden, "Resource not accessible by integration")
	}
	return jsonResponse(http.StatusOK, renderUser(c.actor.Account)), nil
}

func graphqlError(message string) response {
	return jsonResponse(http.StatusOK, map[string]any{"errors": []map[string]string{{"message": message}}})
}

func (a Account) graphqlLogin() string {
	if a.HideBot {
		return strings.TrimSuffix(a.Login, "[bot]")
	}
	return a.Login
}

func (a Account) databaseID() any {
	if a.HideDatabaseID {
		return nil
	}
	return a.ID
}
