package step

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// limits pace the requests of a file. The documented limits are 10 reads and 5 writes a second, counted over a window that
// slides, so this keeps a tenth below.
type limits struct{ reads, writes *rate.Limiter }

// newLimits returns the limits of a run that writes, or that only reads. A write is built on a read that follows its turn at
// once, so half of the reads come with the writes.
func newLimits(writes bool) limits {
	l := limits{reads: rate.NewLimiter(9, 1), writes: rate.NewLimiter(4.5, 1)}
	if writes {
		l.reads.SetLimit(4.5)
	}
	return l
}

// withTurn marks the context of a read that has its turn already.
type withTurn struct{}

func (l limits) read(ctx context.Context) error {
	if ctx.Value(withTurn{}) != nil {
		return nil
	}
	return turn(ctx, l.reads)
}

// write waits for the turn of a write and of the read that it is built on.
func (l limits) write(ctx context.Context) error { return turn(ctx, l.writes) }

// tokenAPI is the API of one API token.
type tokenAPI struct {
	*astro.Organization
	step *step
	name string // as the run may tell it
	turn bool   // of a write was taken: the read after it does not wait once more
}

// Token reads the API token. A list can have one that reads of it do not know yet.
func (a *tokenAPI) Token(ctx context.Context, id string) (astro.Token, error) {
	return a.step.awaitToken(ctx, a.name, func(ctx context.Context) (astro.Token, error) {
		if a.turn {
			a.turn = false
			ctx = context.WithValue(ctx, withTurn{}, true)
		}
		return a.Organization.Token(ctx, id)
	})
}

// turn waits for a turn. A limiter says at once if that would come after the context's deadline.
func turn(ctx context.Context, limiter *rate.Limiter) error {
	if err := limiter.Wait(ctx); err != nil && ctx.Err() == nil {
		return &retry.ExhaustedError{Err: errors.New("no time was left to wait for a turn below the API's rate limits")}
	}
	return ctx.Err()
}

var errRefused = errors.New("the API token was refused")

// grantJobs works on all API tokens side by side. One that fails does not end the others, unless the API refuses the API
// token that makes the grants.
func (s *step) grantJobs(ctx context.Context, jobs []*job, limits limits) []grant.Problem {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var problems []grant.Problem
	var group sync.WaitGroup
	for _, j := range jobs {
		group.Go(func() {
			result, err := s.granterOf(j, limits).Grant(ctx, s.firstRead(j), j.targets)
			mu.Lock()
			defer mu.Unlock()
			if problem := s.takeJob(ctx, j, result, err); problem != nil {
				problems = append(problems, *problem)
				if problem.Kind == grant.Unauthorized {
					cancel(errRefused)
				}
			}
		})
	}
	group.Wait()
	s.warnLowered()
	return mergeProblems(problems)
}

// firstRead is what is known of an API token before the work on it. Where the list carried its roles and nothing has to
// change, that is enough.
func (s *step) firstRead(j *job) astro.Token {
	if j.token.Roles != nil && grant.Holds(j.token.Roles, j.targets) && recent(j.token) {
		return j.token
	}
	return astro.Token{Named: j.token.Named}
}

func (s *step) granterOf(j *job, limits limits) *grant.Granter {
	name := s.tokenTold(j)
	api := &tokenAPI{Organization: j.organization, step: s, name: name}
	return &grant.Granter{
		API: api, Settle: s.in.settle, DryRun: s.report.DryRun, Gate: s.client.Gate(),
		Slot: func(ctx context.Context) error {
			api.turn = true
			return s.client.Gate().Turn(ctx, limits.write)
		},
		Log: func(format string, values ...any) {
			s.runner.Debugf("%s: %s", name, fmt.Sprintf(format, values...))
		},
		Retrying: func(what string, w retry.Wait) { s.retrying(what+" of "+name, w) },
	}
}

// tokenTold is an API token as this run may tell it.
func (s *step) tokenTold(j *job) string {
	if s.public {
		return s.report.Grants[j.rows[0]].TokenGiven
	}
	return escape.Say("%s", j.token.Name).String()
}

// takeJob takes what became of one API token into the report and says it in a line.
func (s *step) takeJob(ctx context.Context, j *job, result grant.Result, err error) *grant.Problem {
	s.report.Attempts += result.Attempts
	s.report.MayStand = s.report.MayStand || result.MayStand
	for i, row := range j.rows {
		g := &s.report.Grants[row]
		g.At, g.RequestID, g.MayStand = time.Now(), result.RequestID, result.MayStand
		if i < len(result.Changes) {
			g.Previous, g.Status = result.Changes[i].Previous, result.Changes[i].Status
		}
	}
	if err == nil || result.MayStand {
		s.warnOwnToken(j.token.ID, result.Changes)
	}
	if err == nil {
		s.runner.Infof("%s: %s", s.tokenTold(j), s.changed(j))
		return nil
	}
	problem := s.explain(err)
	refusedElsewhere := errors.Is(context.Cause(ctx), errRefused)
	if refusedElsewhere {
		problem.Kind = grant.Unauthorized
	}
	for _, row := range j.rows {
		// What was there before stands, whatever became of the rest.
		if g := &s.report.Grants[row]; g.Status != grant.Unchanged {
			g.Status, g.Error = grant.Failed, problem.Kind
		}
	}
	s.runner.Infof("%s: failed, %s", s.tokenTold(j), problem.Kind)
	if refusedElsewhere {
		return nil // told once is enough
	}
	if problem.Kind != grant.Canceled { // else it is the same for all, and told once
		problem.What = escape.Say("API token %s: %s", s.report.Grants[j.rows[0]].TokenGiven, problem.What)
	}
	return &problem
}

// changed says in a line how many of an API token's grants have which status.
func (s *step) changed(j *job) string {
	var parts []string
	for _, status := range grant.Statuses() {
		count := 0
		for _, row := range j.rows {
			if s.report.Grants[row].Status == status {
				count++
			}
		}
		if count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, status))
		}
	}
	if s.report.DryRun {
		return "would be " + strings.Join(parts, ", ")
	}
	return strings.Join(parts, ", ")
}
