package command

import (
	"fmt"
	"strings"

	"astro-workspace-grant/internal/input"
)

const intro = `Gives an Organization API token of Astro a role in Workspaces.

On GitHub's runner, inputs come from the workflow. In a terminal they are flags, and the API token
that makes the grant comes from the variable ASTRO_API_TOKEN:

  astro-workspace-grant -org-token-name "CI Deployer" -role WORKSPACE_OPERATOR -workspace Production
  astro-workspace-grant -grants-file .github/grants.yml -dry-run
  astro-workspace-grant -sandbox

Roles, each with the permissions of the one before it:

  WORKSPACE_MEMBER    the fewest permissions
  WORKSPACE_AUTHOR
  WORKSPACE_OPERATOR
  WORKSPACE_OWNER     full control of the Workspace
  none                revokes any existing role
`

// group is a group of flags in the help.
type group struct {
	title string
	names []string
}

func groups() []group {
	local := group{title: "Local use"}
	for _, flag := range localFlags() {
		local.names = append(local.names, flag.name)
	}
	return []group{
		{"What to grant", []string{"org-token-name", "org-token-id", "role", "workspace", "grants-file"}},
		{"How", []string{"dry-run", "apply", "timeout", "wait", "settle", "report-file", "organization", "api-url"}},
		{"Limits", []string{"max-role", "max-revocations", "protected-workspaces"}},
		{"GitHub", []string{"comment", "pull-request", "allow-fork"}},
		local,
	}
}

// help returns the text of -help.
func help() string {
	usage := map[string]string{}
	for _, in := range input.All() {
		usage[in.Name] = in.Help()
	}
	for _, flag := range localFlags() {
		usage[flag.name] = flag.usage
	}
	var b strings.Builder
	b.WriteString(intro)
	for _, group := range groups() {
		fmt.Fprintf(&b, "\n%s:\n\n", group.title)
		for _, name := range group.names {
			fmt.Fprintf(&b, "  -%-16s %s\n", name, strings.Join(wrap(usage[name], 86), "\n"+strings.Repeat(" ", 20)))
		}
	}
	return b.String()
}

// wrap splits a text into lines of at most the given number of bytes. It keeps a default on one line.
func wrap(text string, most int) []string {
	var lines []string
	line := ""
	words := strings.Fields(text)
	if n := len(words); n > 1 && words[n-2] == "(default" {
		words = append(words[:n-2], words[n-2]+" "+words[n-1])
	}
	for _, word := range words {
		if line != "" && len(line)+1+len(word) > most {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
