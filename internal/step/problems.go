package step

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// explain makes the problem of an error that the API or the protocol returned.
func (s *step) explain(err error) grant.Problem {
	var conflict *grant.ConflictError
	var unverified *grant.UnverifiedError
	var status *astro.Error
	switch {
	case errors.Is(err, context.Canceled):
		return grant.Problem{
			Kind: grant.Canceled,
			What: escape.Say("The run was canceled before it was done."),
			Hint: escape.Say("Run it again: what stands already is found and kept."),
		}
	case errors.As(err, &conflict):
		return s.explainConflict(conflict)
	case errors.As(err, &unverified):
		return grant.Problem{
			Kind: grant.Unverified,
			What: escape.Say("The roles were written, but the time ran out before a read could tell whether they stand (timeout %s).", escape.Plain(s.in.timeout.String())),
			Hint: escape.Say("Run it again: what stands already is found and kept. If it happens often, raise timeout."),
		}
	case errors.As(err, &status):
		return s.explainStatus(err, status)
	}
	return s.explainNetwork(err)
}

func (s *step) explainConflict(conflict *grant.ConflictError) grant.Problem {
	if conflict.Set != "" {
		return grant.Problem{
			Kind: grant.Conflict,
			What: escape.Say("Somebody set the role %s in Workspace %s while this run granted %s.", string(conflict.Set), s.workspaceGiven(conflict.Target.WorkspaceID), escape.Plain(conflict.Target.Role)),
			Hint: escape.Say("Find out who wants which role. Then run it again, or leave it as it is."),
		}
	}
	return grant.Problem{
		Kind: grant.Conflict,
		What: escape.Say("Other writers of this API token's roles undid the grant again and again (timeout %s).", escape.Plain(s.in.timeout.String())),
		Hint: escape.Say("Find what else sets this API token's roles (Terraform? another tool?) and stop one of the two; or raise timeout and settle."),
	}
}

func (s *step) explainStatus(err error, status *astro.Error) grant.Problem {
	problem := grant.Problem{What: s.saidBy(err, status)}
	switch {
	case status.Proxy:
		problem.Kind = grant.Rejected
		if retry.Status(status.Status) {
			problem.Kind = grant.Unavailable
		}
		problem.Hint = escape.Say("Check the variable HTTPS_PROXY, its user name and password, and what the proxy allows.")
	case status.Status == http.StatusUnauthorized:
		problem.Kind = grant.Unauthorized
		problem.Hint = escape.Say("Check that the secret behind api-token holds an API token of this Organization that was not revoked.")
		if ends := s.claims.Expires; !ends.IsZero() && time.Now().After(ends) {
			problem.Hint = escape.Say("The API token ended at %s. Make a new one and put it into the secret behind api-token.", escape.Plain(ends.UTC().Format(time.RFC3339)))
		}
	case status.Status == http.StatusForbidden:
		problem.Kind = grant.Forbidden
		problem.Hint = escape.Say("The API token in api-token needs the role Organization Owner, or a custom role that may read Workspaces and manage API tokens. An Organization with an IP allow list answers so to runners that are not on it.")
	case retry.Status(status.Status):
		problem.Kind = grant.Unavailable
		problem.Hint = s.hintUnavailable(err)
	case status.Status >= 300 && status.Status < 400:
		problem.Kind = grant.Rejected
		leads := escape.Say(": it leads to %s", status.Location)
		if s.public {
			leads = escape.Sentence{}
		}
		problem.Hint = escape.Say("Redirects are not followed, as the API token would go with them%s. Check the input api-url.", leads)
	case isNotFound(err) && doing(err) == astro.ReadingToken:
		problem.Kind = grant.Rejected
		problem.Hint = escape.Say("It is gone, or so new that not every read knows it yet. In that case set wait to 30s.")
	default:
		problem.Kind = grant.Rejected
		problem.Hint = escape.Say("Check the inputs against what the API says. If they are right, ask Astronomer's support, with the request ID if there is one.")
	}
	return problem
}

// saidBy says what was being done and what the API answered. A public run does not tell the API's words: they can hold names.
func (s *step) saidBy(err error, status *astro.Error) escape.Sentence {
	who := escape.Plain("The Astro API")
	if status.Proxy {
		who = "The proxy"
	}
	answer := escape.Plain(strings.TrimSpace(strconv.Itoa(status.Status) + " " + http.StatusText(status.Status)))
	said := escape.Say("%s answered %s while %s", who, answer, escape.Plain(doing(err)))
	if status.Message != "" && !s.public {
		said = escape.Say("%s: %s", said, status.Message)
	}
	if status.RequestID != "" && !s.public {
		said = escape.Say("%s (request ID %s)", said, status.RequestID)
	}
	return escape.Say("%s.", said)
}

func (s *step) explainNetwork(err error) grant.Problem {
	problem := grant.Problem{
		Kind: grant.Unavailable,
		What: escape.Say("The Astro API could not be used while %s: %s.", escape.Plain(doing(err)), s.reason(err)),
		Hint: s.hintUnavailable(err),
	}
	var network *astro.NetworkError
	errors.As(err, &network)
	switch {
	case network != nil && network.TLS:
		problem.Hint = escape.Say("The connection cannot be trusted, so nothing was sent. Behind a proxy with a certificate of its own, name that with the variable SSL_CERT_FILE. Check the input api-url.")
	case network != nil && network.UnknownHost:
		problem.Hint = escape.Say("The host name is not known here. Check the input api-url, the network of the runner, and the variable HTTPS_PROXY if there is a proxy.")
	}
	return problem
}

// reason says in a few words why a try failed. What a server said is left out of a public run.
func (s *step) reason(err error) string {
	var status *astro.Error
	var network *astro.NetworkError
	var broken *astro.BrokenError
	switch {
	case errors.As(err, &status) && s.public:
		return strings.TrimSpace(strconv.Itoa(status.Status) + " " + http.StatusText(status.Status))
	case errors.As(err, &status):
		return status.Error()
	case errors.As(err, &network) && errors.Is(network.Err, context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer before the timeout of " + s.in.timeout.String()
	case errors.As(err, &network):
		return network.Error()
	case errors.As(err, &broken):
		return broken.Error()
	}
	return err.Error()
}

func (s *step) hintUnavailable(err error) escape.Sentence {
	var exhausted *retry.ExhaustedError
	if errors.As(err, &exhausted) && exhausted.Tries == 0 {
		return escape.Say("Run it again: what stands already is found and kept. Or raise timeout (it is %s).", escape.Plain(s.in.timeout.String()))
	}
	if errors.As(err, &exhausted) && exhausted.Asked > 0 {
		return escape.Say("It asked to wait %s, which is longer than what is left of the timeout of %s. Run it again later, or raise timeout.",
			escape.Plain(exhausted.Asked.Round(time.Second).String()), escape.Plain(s.in.timeout.String()))
	}
	if exhausted == nil && !errors.Is(err, context.DeadlineExceeded) {
		return escape.Say("To try again would not change that. Check the inputs api-url and organization, and the variable HTTPS_PROXY.")
	}
	return escape.Say("It was tried until the timeout of %s. Run it again later; Astro's state is told at https://status.astronomer.io.", escape.Plain(s.in.timeout.String()))
}

// doing says what was being done when an error came.
func doing(err error) string {
	var op *astro.OpError
	if errors.As(err, &op) {
		return op.Doing
	}
	return "granting"
}

// mergeProblems puts problems of several look-ups together. One that both met, as a refused API token, is told once.
func mergeProblems(lists ...[]grant.Problem) []grant.Problem {
	told := map[string]bool{}
	result := slices.DeleteFunc(slices.Concat(lists...), func(problem grant.Problem) bool {
		key := string(problem.Kind) + " " + problem.What.String()
		again := told[key]
		told[key] = true
		return again
	})
	grant.Sort(result)
	return result
}
