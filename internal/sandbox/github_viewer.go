package sandbox

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// readUser tells a token who it is, unless it belongs to a bot.
func (g *GitHub) readUser(v *visit) (answer, *denial) {
	switch {
	case !v.known():
		return answer{}, deny(http.StatusUnauthorized, "Requires authentication")
	case v.who.Type == "Bot":
		return answer{}, deny(http.StatusForbidden, "Resource not accessible by integration")
	}
	return sent(http.StatusOK, renderUser(v.who.Account)), nil
}

// viewerQuery matches the one query that there is.
var viewerQuery = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:query(?:\s+\w+)?\s*)?\{\s*viewer\s*\{([\w\s,]*)\}\s*\}\s*$`)
})

// graphql answers who the viewer is. Errors of GraphQL come with a status of 200.
func (g *GitHub) graphql(v *visit) (answer, *denial) {
	if !v.known() {
		return answer{}, deny(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}
	_, values, err := members(v.body)
	if err != nil {
		return answer{}, deny(http.StatusBadRequest, "Problems parsing JSON")
	}
	var query *string
	if err := json.Unmarshal(values["query"], &query); err != nil || query == nil {
		return answer{}, deny(http.StatusBadRequest, "A query attribute must be specified and must be a string.")
	}
	found := viewerQuery().FindStringSubmatch(*query)
	if found == nil {
		return graphqlError("The sandbox knows no query but { viewer { login databaseId } }"), nil
	}
	viewer := make(map[string]any)
	for _, field := range strings.FieldsFunc(found[1], func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }) {
		switch field {
		case "login":
			viewer[field] = v.who.graphqlLogin()
		case "databaseId":
			viewer[field] = v.who.databaseID()
		default:
			return graphqlError("Field '" + field + "' doesn't exist on type 'User'"), nil
		}
	}
	if len(viewer) == 0 {
		return graphqlError("Field must have selections (field 'viewer' returns User but has no selections)"), nil
	}
	return sent(http.StatusOK, map[string]any{"data": map[string]any{"viewer": viewer}}), nil
}

func graphqlError(message string) answer {
	return sent(http.StatusOK, map[string]any{"errors": []map[string]string{{"message": message}}})
}

func (a Account) graphqlLogin() string {
	if a.HideBot {
		return strings.TrimSuffix(a.Login, "[bot]")
	}
	return a.Login
}

// databaseID is the ID, or null.
func (a Account) databaseID() any {
	if a.HideDatabaseID {
		return nil
	}
	return a.ID
}
