package explain

import (
	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// broken makes the problem say what came instead of what the API promises, with a status of success.
func (e Explainer) broken(problem grant.Problem, err error, broken *astro.BrokenError) grant.Problem {
	said := message.Text{}
	if broken.Said != "" && !e.Redact {
		said = message.New(": %s", broken.Said)
	}
	switch {
	case broken.NoRole:
		problem.What = message.New("The Astro API returned the API token without its one Organization role, each time " +
			"that it was read.")
		problem.Hint = message.New("Nothing can be written, as a write replaces all roles of the API token. Check its roles " +
			"in the Astro UI. If it has a role in the Organization there, contact Astronomer support.")
	case broken.Foreign:
		problem.What = message.New("The server answered with %s while %s%s. That is not an answer of the Astro API.",
			message.Trusted(broken.Reason), message.Trusted(doing(err)), said)
		problem.Hint = message.New("A proxy or another server sent it. Check the variable HTTPS_PROXY and the input api-url.")
	case broken.Said != "":
		problem.What = message.New("The Astro API sent %s while %s%s.",
			message.Trusted(broken.Reason), message.Trusted(doing(err)), said)
		problem.Hint = message.New("Check the input api-url and the variable HTTPS_PROXY. If they are correct, %s",
			contactSupport)
	}
	return problem
}
