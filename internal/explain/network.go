package explain

import (
	"context"
	"errors"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/retry"
)

func (e Explainer) network(err error) grant.Problem {
	problem := grant.Problem{
		Kind: grant.Unavailable,
		What: message.New("The Astro API could not be used while %s: %s.", message.Trusted(doing(err)), e.Reason(err)),
		Hint: e.unavailable(err),
	}
	var network *astro.NetworkError
	var broken *astro.BrokenError
	errors.As(err, &network)
	switch {
	case errors.As(err, &broken):
		return e.broken(problem, err, broken)
	case network != nil && network.TLS:
		problem.Hint = message.New(
			"The connection is not trusted, so nothing was sent. If a proxy uses a certificate of its own, set the " +
				"variable SSL_CERT_FILE to it. Check the input api-url.",
		)
	case network != nil && network.UnknownHost:
		problem.Hint = message.New(
			"The host name is unknown here. Check the input api-url, the network of the runner, and the variable " +
				"HTTPS_PROXY if there is a proxy.",
		)
	}
	return problem
}

// Reason says in a few words why an attempt failed.
func (e Explainer) Reason(err error) string {
	var answer *astro.Error
	var network *astro.NetworkError
	var broken *astro.BrokenError
	switch {
	case errors.As(err, &answer) && e.Redact:
		return astro.StatusText(answer.Status)
	case errors.As(err, &answer):
		return answer.Error()
	case errors.As(err, &network) && errors.Is(network.Err, context.DeadlineExceeded),
		errors.Is(err, context.DeadlineExceeded):
		return "no answer before the timeout of " + e.Timeout.String()
	case errors.As(err, &network):
		return network.Error()
	case errors.As(err, &broken) && e.Redact:
		return "not a valid answer: " + broken.Reason
	case errors.As(err, &broken):
		return broken.Error()
	}
	return err.Error()
}

func (e Explainer) unavailable(err error) message.Text {
	var exhausted *retry.ExhaustedError
	var answer *astro.Error
	errors.As(err, &exhausted)
	switch {
	case errors.Is(err, astro.ErrShifted):
		return message.New("API tokens or Workspaces are being created or deleted right now. Run it again when that is done.")
	case exhausted != nil && exhausted.Attempts == 0:
		return message.New(
			"Run it again. Roles that were already granted are kept. Or raise timeout (it is %s).",
			e.timeout(),
		)
	case exhausted != nil && exhausted.Asked > 0:
		return message.New(
			"The API asked to wait %s, which is longer than what is left of the timeout of %s. Run it again later, or "+
				"raise timeout.",
			message.Trusted(exhausted.Asked.Round(time.Second).String()),
			e.timeout(),
		)
	case errors.As(err, &answer) && answer.TooMany():
		return message.New(
			"Too many jobs share the API token in api-token: its rate limit was exceeded until the timeout of %s was reached. "+
				"Grant several Workspaces in one step, raise timeout, or give other tools an API token of their own.",
			e.timeout(),
		)
	case exhausted == nil && !errors.Is(err, context.DeadlineExceeded):
		return message.New(
			"Another attempt would not change this. Check the inputs api-url and organization, and the variable HTTPS_PROXY.",
		)
	}
	return message.New(
		"The request was retried until the timeout of %s was reached. Run it again later. "+
			"https://status.astronomer.io shows Astro's status.",
		e.timeout(),
	)
}

// doing says what was being done when an error occurred.
func doing(err error) string {
	var op *astro.OpError
	if errors.As(err, &op) {
		return op.Doing
	}
	return "granting"
}
