package report

import (
	"fmt"
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/runner"
)

// maxSummary is below the limit of a job summary, which is 1 MiB a step.
const maxSummary = 1000 << 10

// Publish logs the result, sets the outputs and writes the job summary. It returns the exit code.
func (r *Result) Publish(to *runner.Runner) int {
	code := 0
	r.logOutcomes(to)
	if len(r.Problems) > 0 {
		code = 1
		r.logProblems(to)
	}
	if summary := r.Summary(); summary != "" {
		to.Infof("Result: %s", summary)
	}
	outputs, tooLong := r.outputs()
	if len(tooLong) > 0 {
		to.Notice(
			"Output left empty",
			fmt.Sprintf(
				"More than %d KiB are too much to pass on through env, so these outputs are empty: %s. "+
					"Set report-file to write everything to a file.",
				maxOutput>>10, strings.Join(tooLong, ", "),
			),
		)
	}
	if err := to.Outputs(outputs); err != nil {
		to.Warning("Outputs not set", OutputsNotSet(err))
	}
	if err := to.Summary(r.Markdown(maxSummary)); err != nil {
		to.Warning("Job summary not written", err.Error())
	}
	return code
}

// OutputsNotSet returns what to report if outputs could not be set.
func OutputsNotSet(err error) string {
	return err.Error() + ". Later steps cannot use them. Check the runner's disk. The log shows the result."
}

// mostProblems is how many problems are logged one by one: a runner shows ten errors of a step.
const mostProblems = 10

func (r *Result) logProblems(to *runner.Runner) {
	for i, problem := range r.Problems {
		if i == mostProblems-1 && len(r.Problems) > mostProblems {
			to.Error("More problems", fmt.Sprintf("%d more problems are in the job summary.", len(r.Problems)-i))
			break
		}
		text := problem.What.String() + " " + problem.Hint.String()
		if i == 0 && r.Unverified && problem.Kind != grant.Unverified {
			text += " " + unverified
		}
		if problem.At.Line > 0 {
			to.ErrorAt(problem.At.File, problem.At.Line, problem.At.Column, Title(problem.Kind), text)
			continue
		}
		to.Error(Title(problem.Kind), text)
	}
}

// Title returns the title of an annotation for a kind of problem.
func Title(kind grant.Kind) string {
	return map[grant.Kind]string{
		grant.UntrustedFork:       "Untrusted fork",
		grant.InvalidInput:        "Invalid input",
		grant.Unauthorized:        "API token refused",
		grant.Forbidden:           "Not allowed",
		grant.OrganizationUnclear: "Organization unclear",
		grant.TokenNotFound:       "API token not found",
		grant.TokenAmbiguous:      "API token ambiguous",
		grant.WrongTokenScope:     "Not an Organization API token",
		grant.WorkspaceNotFound:   "Workspace not found",
		grant.WorkspaceAmbiguous:  "Workspace ambiguous",
		grant.Policy:              "Not allowed by the workflow",
		grant.Drift:               "Drift",
		grant.Rejected:            "Request rejected",
		grant.Conflict:            "Overwritten by another writer",
		grant.Unverified:          "Not verified",
		grant.Unavailable:         "Not available",
		grant.Canceled:            "Canceled",
	}[kind]
}

// logOutcomes logs a line for each outcome but failures, which are logged as problems. With a grants file, it counts
// what is unchanged.
func (r *Result) logOutcomes(to *runner.Runner) {
	unchanged := 0
	for _, o := range r.Outcomes {
		switch {
		case o.Status == grant.Failed:
		case o.Status == grant.Unchanged && r.File != "":
			unchanged++
		default:
			to.Infof("%s", r.line(o).String())
		}
	}
	if unchanged > 0 {
		to.Infof("Unchanged: %d roles.", unchanged)
	}
}

// line describes the outcome of one wanted role.
func (r *Result) line(o grant.Outcome) message.Text {
	verb := map[grant.Status]string{
		grant.Granted:   "Granted",
		grant.Updated:   "Updated",
		grant.Revoked:   "Revoked",
		grant.Unchanged: "Unchanged",
	}
	if r.DryRun {
		verb = map[grant.Status]string{
			grant.Granted: "Would grant", grant.Updated: "Would update", grant.Revoked: "Would revoke", grant.Unchanged: "Unchanged",
		}
	}
	before := message.Text{}
	switch o.Status {
	case grant.Granted:
		before = message.New(" (no role before)")
	case grant.Updated:
		before = message.New(" (was %s)", shown(o.Previous))
	}
	role := shown(o.Role)
	switch {
	case o.Status == grant.Revoked:
		role = shown(o.Previous)
	case o.Role == grant.None:
		role = message.New("no role")
	}
	whose := message.Text{}
	if r.File != "" {
		whose = message.New(" for the API token %s", r.tokenName(o))
	}
	if o.Unlisted {
		before = message.New(" (not listed in the file)")
	}
	return message.New("%s: %s in Workspace %s%s%s%s.",
		message.Trusted(verb[o.Status]), role, r.workspaceName(o), whose, before, r.newRow(o, Writer{}).notes())
}

// shown returns a role for a message. One that the API answered and that cannot be granted is untrusted.
func shown(role grant.Role) message.Text {
	if known, err := grant.ParseRole(string(role)); err == nil {
		return message.New("%s", message.Trusted(known))
	}
	return message.New("%s", string(role))
}
