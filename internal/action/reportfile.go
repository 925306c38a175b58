package action

import (
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/report"
)

// checkFiles returns what would keep the run from reporting its result: the file for the outputs, for the job summary, or
// the report file, which is then not tried again.
func (a *action) checkFiles() (problems []grant.Problem) {
	for _, err := range a.runner.CheckFiles() {
		problems = append(problems, grant.Problem{
			Kind: grant.InvalidInput,
			What: message.New("The result cannot be reported: %s.", message.Trusted(err.Error())),
			Hint: message.New("The runner creates this file for the step. Check the runner and its disk."),
		})
	}
	if a.in.ReportFile == "" {
		return problems
	}
	if err := report.CheckFile(a.checkout(), a.in.ReportFile); err != nil {
		problems = append(problems, grant.Problem{
			Kind: grant.InvalidInput,
			What: message.New("The report file cannot be written: %s.", err.Error()),
			Hint: message.New("Check the input report-file, and that the step may write to the checkout."),
		})
		a.in.ReportFile = ""
	}
	return problems
}

// writeReportFile writes the report file, if one is wanted. If that fails, the step fails, as the file is an audit trail,
// but the result stays that of the grant.
func (a *action) writeReportFile(result *report.Result, pullRequest int) (code int) {
	err := a.tryReportFile(result, pullRequest)
	if err == nil {
		return 0
	}
	what := message.New("The report file could not be written: %s. Everything else is as reported. Check the input report-file "+
		"and the disk, and run it again: that is safe.", err.Error())
	a.runner.Error("Report file not written", what.String())
	if err := a.runner.Summary("\n> ❌ " + what.Markdown() + "\n"); err != nil {
		a.runner.Warning("Job summary not written", err.Error())
	}
	return 1
}

func (a *action) tryReportFile(result *report.Result, pullRequest int) error {
	if a.in.ReportFile == "" {
		return nil
	}
	env := a.runner.Env
	text := result.JSON(report.Run{
		Repository: env("GITHUB_REPOSITORY"), ID: env("GITHUB_RUN_ID"), Attempt: env("GITHUB_RUN_ATTEMPT"),
		Commit: env("GITHUB_SHA"), Actor: env("GITHUB_ACTOR"), Event: env("GITHUB_EVENT_NAME"), PullRequest: pullRequest,
	})
	return report.WriteFile(a.checkout(), a.in.ReportFile, a.runner.Redact(text))
}
