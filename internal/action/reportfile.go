package action

import (
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/report"
)

// writeReportFile writes the report file, if one is wanted. A failure is a problem of the run: the file is an audit
// trail.
func (a *action) writeReportFile(result *report.Result, pullRequest int) {
	if err := a.tryReportFile(result, pullRequest); err != nil {
		result.Problems = append(result.Problems, grant.Problem{
			Kind: grant.InvalidInput,
			What: message.New("The report file could not be written: %s.", err.Error()),
			Hint: message.New("Check the input report-file. The job summary shows the result."),
		})
	}
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
