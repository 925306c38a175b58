// Package report shows the result of a run: as step outputs, in the log, in the job summary, in the text of the
// comment on a pull request, and in the report file.
package report

import (
	"fmt"
	"slices"
	"strings"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// Result is the result of a run.
type Result struct {
	File   string       // the path of the grants file; empty if the inputs said what to grant
	DryRun bool         // the run only planned
	Reason message.Text // why a grants file was only planned

	Exclusive bool            // the grants file revokes what it does not list
	Check     bool            // the run compared the grants file with Astro
	Drift     bool            // they differ
	Unlisted  []grant.Outcome // roles that the file does not list and that stay as they are, for information
	Removed   []grant.Wanted  // grants that the pull request removes from the file and that nothing revokes

	OrganizationID    string // as far as known
	OrganizationGiven string
	TokenGiven        string         // the API token as the inputs named it; empty with a grants file, as are the next two
	Token             grant.Resource // as far as known
	Role              grant.Role

	Applied    bool // roles were to be written
	Outcomes   []grant.Outcome
	Attempts   int  // writes that were sent
	Unverified bool // a write was sent, and it is not known whether it took effect
	Problems   []grant.Problem

	// Redact is set if strangers can read the result. Then it shows no names or IDs but those that were given.
	Redact bool
}

// Count returns how many outcomes have a status.
func (r *Result) Count(status grant.Status) int {
	count := 0
	for _, o := range r.Outcomes {
		if o.Status == status {
			count++
		}
	}
	return count
}

// Status returns the status of all outcomes together.
func (r *Result) Status() grant.Status {
	if len(r.Problems) > 0 {
		return grant.Failed
	}
	for _, status := range grant.Statuses() {
		if r.Count(status) > 0 {
			return status
		}
	}
	return grant.Unchanged
}

// Error returns the kind of the first problem, or an empty one.
func (r *Result) Error() grant.Kind {
	if len(r.Problems) == 0 {
		return ""
	}
	return r.Problems[0].Kind
}

// Changed reports whether the run changed a role, or may have done so. In a dry run: whether it would have.
func (r *Result) Changed() bool {
	return r.Unverified || r.Error() != grant.Policy && slices.ContainsFunc(r.Outcomes, func(o grant.Outcome) bool {
		return o.Status == grant.Granted || o.Status == grant.Updated || o.Status == grant.Revoked
	})
}

// AddProblems adds the problems of the run. Outcomes without a status of their own fail with the first of them.
func (r *Result) AddProblems(problems []grant.Problem) {
	r.Problems = append(r.Problems, problems...)
	if len(r.Problems) == 0 {
		return
	}
	for i := range r.Outcomes {
		if o := &r.Outcomes[i]; o.Status == "" {
			o.Status = grant.Failed
			if o.Error == "" {
				o.Error = r.Problems[0].Kind
			}
		}
	}
}

// Summary says in a few words how many roles have which status, such as "2 granted, 1 updated" or "2 to grant".
func (r *Result) Summary() string { return Summary(r.Outcomes, r.DryRun) }

// Summary is like [Result.Summary] for some outcomes.
func Summary(outcomes []grant.Outcome, dryRun bool) string {
	return newTally(outcomes, dryRun).String()
}

// The words for changes that are planned, and for those that are done.
var (
	planWords = []string{"to grant", "to update", "to revoke"}
	doneWords = []string{string(grant.Granted), string(grant.Updated), string(grant.Revoked)}
)

// tally counts statuses by the words for them.
type tally map[string]int

func newTally(outcomes []grant.Outcome, dryRun bool) tally {
	n := tally{}
	for _, o := range outcomes {
		n.add(o.Status, dryRun)
	}
	return n
}

func (n tally) add(status grant.Status, plan bool) {
	word := string(status)
	if i := slices.Index(doneWords, word); plan && i >= 0 {
		word = planWords[i]
	}
	n[word]++
}

// list returns how often there are some words, such as "2 granted, 1 updated".
func (n tally) list(words []string) string {
	var parts []string
	for _, word := range words {
		if n[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[word], word))
		}
	}
	return strings.Join(parts, ", ")
}

func (n tally) String() string {
	all := n.list(slices.Concat(planWords, doneWords, []string{string(grant.Failed)}))
	if all == "" {
		return n.list([]string{string(grant.Unchanged)})
	}
	return all
}
