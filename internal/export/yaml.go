package export

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/grantsfile"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/resolve"
)

// yaml returns the grants file.
func (o *organization) yaml(organizationID string) string {
	written := map[string]string{} // the Workspaces as the file names them, by ID
	for id := range o.workspaces {
		written[id] = o.workspace(id)
	}
	var entries strings.Builder
	count := 0
	for _, token := range o.tokens {
		count += o.writeToken(&entries, token, written)
	}
	none, exclusive, deleting := "", "", "Deleting a line does not revoke access. Use role: none."
	if count == 0 {
		none = " []"
	}
	if o.exclusive {
		exclusive, deleting = "exclusive: true\n", "Deleting a line revokes the role, while the file names the API token."
	}
	return fmt.Sprintf("%s\n# The roles in the Organization %s. %s\n%sgrants:%s%s\n",
		schemaLine, message.Line(organizationID), deleting, exclusive, none, entries.String())
}

// schemaLine lets editors check the file. OWNER is the account that hosts the action.
const schemaLine = "# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/astro-workspace-grant/main/.github/grants.schema.json"

// writeToken writes an entry for each role that the API token has, and returns how many. What a grants file cannot
// express becomes a comment.
func (o *organization) writeToken(b *strings.Builder, token grant.Token, written map[string]string) int {
	count := 0
	workspaces, complete := o.grantable(b, token)
	if o.exclusive && !complete {
		fmt.Fprintf(b, "\n  # %s is left out, as an exclusive file would revoke that.", inComment(token.Name))
		return 0
	}
	key, value, note := "org-token-name", token.Name, ""
	if o.tokenNames[token.Name] > 1 || !isExpressible(token.Name) {
		key, value, note = "org-token-id", token.ID, " # "+inComment(token.Name)
	}
	for _, role := range grant.Roles() {
		ids := workspaces[role]
		if len(ids) == 0 {
			continue
		}
		count++
		fmt.Fprintf(b, "\n  - %s: %s%s\n    role: %s\n    workspaces:", key, quoted(value), note, role)
		slices.SortFunc(ids, func(a, b string) int {
			return cmp.Or(cmp.Compare(o.workspaces[a].Name, o.workspaces[b].Name), cmp.Compare(a, b))
		})
		for _, id := range ids {
			fmt.Fprintf(b, "\n      - %s", written[id])
		}
	}
	return count
}

// grantable returns the Workspaces in which the API token has a role that can be granted, by role. It writes the
// others as comments, and reports whether an exclusive file would leave them alone.
func (o *organization) grantable(b *strings.Builder, token grant.Token) (_ map[grant.Role][]string, complete bool) {
	roles := map[string][]string{} // by Workspace
	var ids []string
	for _, entry := range token.Roles {
		if id := entry.EntityID; entry.InWorkspace(id) && !slices.Contains(roles[id], entry.Role) {
			if roles[id] == nil {
				ids = append(ids, id)
			}
			roles[id] = append(roles[id], entry.Role)
		}
	}
	grantable := map[grant.Role][]string{}
	var listed []grant.Outcome
	for _, id := range ids {
		role, err := grant.ParseRole(roles[id][0])
		why := ""
		switch {
		case len(roles[id]) > 1:
			why = "but a file can give it only one role there"
		case err != nil || role == grant.None:
			why = "which cannot be granted"
		case o.workspaces[id].ID == "":
			why = "which is not in the list of Workspaces"
		default:
			grantable[role] = append(grantable[role], id)
			listed = append(listed, grant.Outcome{Workspace: o.workspaces[id]})
			continue
		}
		fmt.Fprintf(b, "\n  # %s has %s in %s, %s.", inComment(token.Name), inComment(strings.Join(roles[id], " and ")),
			inComment(cmp.Or(o.workspaces[id].Name, id)), why)
	}
	return grantable, len(grant.Unlisted(token, listed)) == 0
}

// workspace returns a Workspace by its name if that is unique, else by its ID.
func (o *organization) workspace(id string) string {
	name := o.workspaces[id].Name
	// A name that looks like an ID would be looked up as one first.
	if o.workspaceNames[name] == 1 && isExpressible(name) && !resolve.HasIDShape(name) {
		return quoted(name)
	}
	return quoted(id) + " # " + inComment(name)
}

// inComment returns a name for a comment of the file. It contains no API token and is cut if it is long.
func inComment(name string) string {
	const most = 100
	name = astro.JWT().ReplaceAllString(name, "***")
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most]) + "…"
	}
	return message.Line(name)
}

// isExpressible reports whether a grants file can contain a name: all of it is visible, and it is read back unchanged.
func isExpressible(name string) bool {
	hidden := func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }
	if strings.ContainsFunc(name, hidden) {
		return false
	}
	text := "grants:\n  - org-token-name: " + quoted(name) + "\n    role: none\n    workspaces: [any]\n"
	grants, problems := grantsfile.Parse(time.Time{}, grantsfile.File{Content: []byte(text)})
	return len(problems) == 0 && grants.Wanted[0].TokenName == name
}

// quoted returns a JSON string, which is a YAML string too.
func quoted(s string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic("a string does not marshal: " + err.Error())
	}
	return strings.TrimSpace(b.String())
}
