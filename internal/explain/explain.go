// Package explain turns errors of the Astro API and of the protocol into problems that say what happened and what to do
// next.
package explain

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/retry"
)

// An Explainer explains the errors of one run.
type Explainer struct {
	Timeout time.Duration // the run's overall time limit
	Wait    time.Duration // the input wait
	APIURL  string        // the input api-url
	Expires time.Time     // when the API token expires; zero if unknown

	// DryRun is set for a run that only plans: its API token does not need to write.
	DryRun bool
	// Redact leaves out what the API says: strangers can read the result of the run, and the API's messages can contain
	// names.
	Redact bool
}

// Error returns the problem that an error means.
func (e Explainer) Error(err error) grant.Problem {
	var conflict *grant.ConflictError
	var unverified *grant.UnverifiedError
	var ignored *grant.NotAppliedError
	var refused *grant.RefusedError
	var answer *astro.Error
	switch {
	case errors.Is(err, context.Canceled):
		return grant.Problem{
			Kind: grant.Canceled,
			What: message.New("The run was canceled before it was finished."),
			Hint: message.New("Run it again. Roles that were already granted are kept."),
		}
	case errors.As(err, &conflict):
		return e.conflict(conflict)
	case errors.As(err, &ignored):
		return e.ignored(ignored)
	case errors.As(err, &unverified):
		return grant.Problem{
			Kind: grant.Unverified,
			What: message.New(
				"The roles were written, but the time ran out before they could be verified (timeout %s).",
				e.timeout(),
			),
			Hint: message.New("Run it again. Roles that were already granted are kept. If this happens often, raise timeout."),
		}
	case errors.As(err, &refused) && errors.As(err, &answer):
		return e.refused(refused, answer)
	case errors.As(err, &answer):
		return e.answer(err, answer)
	}
	return e.network(err)
}

// LookUp is like [Explainer.Error] for a look-up in an Organization: the API answers 404 if it does not know the
// Organization.
func (e Explainer) LookUp(err error, organizationID string) grant.Problem {
	if !IsNotFound(err) || IsForeign(err) {
		return e.Error(err)
	}
	what := message.New("The Astro API does not know the Organization %s.", organizationID)
	if e.Redact {
		what = message.New("The Astro API does not know the Organization.")
	}
	return grant.Problem{
		Kind: grant.OrganizationUnclear,
		What: what,
		Hint: message.New(
			"%sSet organization to the Organization's ID. The ID is on the Organization's general page in the Astro UI, and "+
				"astro organization list prints it.", e.checkRoot()),
	}
}

// IsNotFound reports whether the API answered 404.
func IsNotFound(err error) bool {
	var answer *astro.Error
	return errors.As(err, &answer) && answer.Status == http.StatusNotFound && !answer.Proxy
}

// IsForeign reports whether the answer was not the API's, so that a 404 is about api-url and not about what was read.
func IsForeign(err error) bool {
	var answer *astro.Error
	return errors.As(err, &answer) && answer.Foreign
}

// checkRoot is a sentence for an api-url that does not look like the root of the API.
func (e Explainer) checkRoot() message.Text {
	if e.APIURL == "" || strings.HasSuffix(e.APIURL, "/v1") {
		return message.Text{}
	}
	return message.New("Check the input api-url: the root URL of the Astro API ends in /v1. ")
}

func (e Explainer) timeout() message.Trusted { return message.Trusted(e.Timeout.String()) }

func (e Explainer) conflict(conflict *grant.ConflictError) grant.Problem {
	if conflict.Set != "" {
		return grant.Problem{
			Kind: grant.Conflict,
			What: message.New("Another writer set the role %s in Workspace %s while this run was granting %s.",
				string(conflict.Set), conflict.Wanted.WorkspaceGiven, message.Trusted(conflict.Wanted.Role)),
			Hint: message.New("Find out which of the two roles is wanted. Then run it again, or leave the role as it is."),
		}
	}
	return grant.Problem{
		Kind: grant.Conflict,
		What: message.New("Other writers of this API token's roles kept overwriting the role (timeout %s).", e.timeout()),
		Hint: message.New(
			"Find out what else sets this API token's roles, such as Terraform or another tool, and stop one of the two. " +
				"Or raise timeout and settle.",
		),
	}
}

func (e Explainer) answer(err error, answer *astro.Error) grant.Problem {
	problem := grant.Problem{Kind: grant.Rejected, What: e.answered(err, answer)}
	switch {
	case answer.Proxy:
		if retry.IsRetryableStatus(answer.Status) {
			problem.Kind = grant.Unavailable
		}
		problem.Hint = message.New("Check the variable HTTPS_PROXY, its user name and password, and what the proxy allows.")
	case answer.Status == http.StatusUnauthorized:
		problem.Kind = grant.Unauthorized
		problem.Hint = e.unauthorized()
	case answer.Status == http.StatusForbidden:
		problem.Kind = grant.Forbidden
		problem.Hint = e.forbidden()
	case retry.IsRetryableStatus(answer.Status):
		problem.Kind = grant.Unavailable
		problem.Hint = e.unavailable(err)
	case answer.Status >= 300 && answer.Status < 400:
		problem.Hint = e.redirected(answer.Location)
	case IsNotFound(err) && answer.Foreign:
		problem.What = message.New("%s The answer is not the Astro API's.", problem.What)
		problem.Hint = message.New("Check the input api-url: it must be the root URL of the Astro API, such as " +
			"https://api.astronomer.io/v1. If it is, check the variable HTTPS_PROXY.")
	case IsNotFound(err) && doing(err) == astro.ReadingToken:
		problem.Hint = e.MayBeNew("The API token was deleted, or it is so new that not every read shows it yet.")
	default:
		problem.Hint = message.New("%sCheck the inputs against the API's message. If they are correct, %s",
			e.checkRoot(), contactSupport)
	}
	return problem
}

const contactSupport = message.Trusted("contact Astronomer support and include the request ID, if there is one.")

// MayBeNew returns a hint that ends with what to do if something was created only just now.
func (e Explainer) MayBeNew(hint message.Trusted) message.Text {
	return message.New("%s %s", hint, e.ifNew("it"))
}

func (e Explainer) ifNew(what message.Trusted) message.Text {
	if e.Wait > 0 {
		return message.New("If an earlier step has just created %s, raise wait (it is %s).", what, message.Trusted(e.Wait.String()))
	}
	return message.New("If an earlier step has just created %s, set wait to 30s.", what)
}

func (e Explainer) unauthorized() message.Text {
	if !e.Expires.IsZero() && time.Now().After(e.Expires) {
		return message.New("The API token expired at %s. Create a new one and store it in the secret behind api-token.",
			message.Trusted(e.Expires.UTC().Format(time.RFC3339)))
	}
	return message.New(
		"Check that the secret behind api-token holds a valid API token of this Organization that was not revoked.",
	)
}

func (e Explainer) redirected(location string) message.Text {
	if e.Redact {
		return message.New(
			"Redirects are not followed, as they would take the API token to another address. Check the input api-url.",
		)
	}
	return message.New(
		"Redirects are not followed, as they would take the API token to another address. This one leads to %s. "+
			"Check the input api-url.",
		location,
	)
}

// answered says what was being done and what the API answered.
func (e Explainer) answered(err error, answer *astro.Error) message.Text {
	who := message.Trusted("The Astro API")
	if answer.Proxy {
		who = "The proxy"
	}
	status := message.Trusted(astro.StatusText(answer.Status))
	text := message.New("%s answered %s while %s", who, status, message.Trusted(doing(err)))
	if answer.Message != "" && !e.Redact {
		text = message.New("%s: %s", text, answer.Message)
	}
	if answer.RequestID != "" && !e.Redact {
		text = message.New("%s (request ID %s)", text, answer.RequestID)
	}
	return message.New("%s.", text)
}
