package step

import (
	"cmp"
	"fmt"

	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
)

// summaryLimit is below what a runner takes for one step: 1 MiB.
const summaryLimit = 1000 << 10

// noOutputs is what that outputs were not set comes to, and what to do.
const noOutputs = ". Later steps do not see them. Check the disk of the runner; what became of the grants is told in the summary."

// fail takes the problems into the report.
func (s *step) fail(problems []grant.Problem) {
	s.report.Problems = problems
	if len(problems) == 0 {
		return
	}
	for i := range s.report.Grants {
		// Of a file, each API token's grants stand or fail on their own.
		if g := &s.report.Grants[i]; s.in.file == "" || g.Status == "" {
			g.Status, g.Error = grant.Failed, cmp.Or(g.Error, problems[0].Kind)
		}
	}
}

// tell says the result in the log, the outputs and the summary, and returns the exit code.
func (s *step) tell() int {
	if err := s.writeReportFile(); err != nil {
		s.report.Problems = append(s.report.Problems, grant.Problem{
			Kind: grant.InvalidInput,
			What: escape.Say("The report file was not written: %s.", err.Error()),
			Hint: escape.Say("Check the input report-file. What became of the grants is told in the summary."),
		})
	}
	code := 0
	if len(s.report.Problems) > 0 {
		code = 1
		s.logProblems()
	} else if s.in.file == "" {
		s.logGrants()
	}
	if err := s.runner.Outputs(s.outputs()); err != nil {
		s.runner.Error("Outputs not set", err.Error()+noOutputs)
		code = 1
	}
	if err := s.runner.Summary(s.report.Markdown(summaryLimit)); err != nil {
		s.runner.Warning("Summary not written", err.Error())
	}
	return code
}

// mostTold bounds the problems that are told one by one: a runner shows ten errors of a step.
const mostTold = 10

func (s *step) logProblems() {
	for i, problem := range s.report.Problems {
		if i == mostTold-1 && len(s.report.Problems) > mostTold {
			s.runner.Error("More problems", fmt.Sprintf("… and %d more problems; the job summary has them.", len(s.report.Problems)-i))
			break
		}
		text := problem.What.String() + " " + problem.Hint.String()
		if i == 0 && s.report.MayStand && problem.Kind != grant.Unverified {
			text += " A write was sent that could not be verified: the role may stand. Running again is safe."
		}
		if problem.Line > 0 {
			s.runner.ErrorAt(s.in.file, problem.Line, problem.Column, title(problem.Kind), text)
			continue
		}
		s.runner.Error(title(problem.Kind), text)
	}
}

// title is a problem's kind in words, for the head of an annotation.
func title(kind grant.Kind) string {
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
		grant.Rejected:            "Rejected by the API",
		grant.Conflict:            "Undone by somebody else",
		grant.Unverified:          "Not verified",
		grant.Unavailable:         "Not available",
		grant.Canceled:            "Canceled",
	}[kind]
}

func (s *step) logGrants() {
	for _, g := range s.report.Grants {
		s.runner.Infof("%s", s.grantLine(g.Given, g.Role, g.Previous, g.Status).String())
	}
}

// grantLine says what became of one grant.
func (s *step) grantLine(workspace string, role, previous grant.Role, status grant.Status) escape.Sentence {
	verb := map[grant.Status]string{grant.Granted: "Granted", grant.Updated: "Updated", grant.Revoked: "Revoked", grant.Unchanged: "Unchanged"}[status]
	if s.report.DryRun && status != grant.Unchanged {
		verb = "Dry run, would be " + string(status)
	}
	before := ""
	switch status {
	case grant.Granted:
		before = " (had no role there)"
	case grant.Updated, grant.Revoked:
		before = " (was " + string(previous) + ")"
	}
	what := string(role)
	if role == grant.None {
		what = "no role"
	}
	return escape.Say("%s: %s in Workspace %s%s.", escape.Plain(verb), escape.Plain(what), workspace, escape.Plain(before))
}
