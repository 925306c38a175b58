package runner

import (
	"time"

	"astro-workspace-grant/internal/retry"
)

// LogRetry logs that an attempt failed, why, and when the next one starts.
func (r *Runner) LogRetry(doing, reason string, w retry.Wait) {
	last := ""
	if w.Last {
		last = ", the last one before the time is up"
	}
	r.Infof("Attempt %d of %s failed: %s. Next attempt in %v%s.", w.Attempt, doing, reason,
		w.For.Round(time.Millisecond), last)
}

// LogRequest logs a request if the runner's debug log is on. The status is 0 if there was no answer.
func (r *Runner) LogRequest(method, path string, status int, took time.Duration) {
	r.Debugf("%s %s: %d in %v", method, path, status, took.Round(time.Millisecond))
}
