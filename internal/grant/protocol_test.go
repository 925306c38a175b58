package grant_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// played is an API that does what a test says and notes when it was asked. Reads and writes take no time unless told to.
type played struct {
	start     time.Time
	roles     []astro.Entry
	version   int
	readTakes time.Duration
	takes     time.Duration // of a write
	before    func()        // each read

	calls         []string
	reads, writes []time.Duration // when they began
}

func newPlayed() *played { return &played{start: time.Now(), roles: foreignRoles()} }

func (p *played) Token(ctx context.Context, id string) (astro.Token, error) {
	sent := time.Now()
	p.calls = append(p.calls, "read")
	p.reads = append(p.reads, sent.Sub(p.start))
	if p.before != nil {
		p.before()
	}
	if err := retry.Sleep(ctx, p.readTakes); err != nil {
		return astro.Token{}, err
	}
	return p.token(id, sent), nil
}

// token is the token as a read has it that was sent at a time and is answered now.
func (p *played) token(id string, sent time.Time) astro.Token {
	return astro.Token{
		Named: astro.Named{ID: id, Scope: astro.ScopeOrganization}, UpdatedAt: strconv.Itoa(p.version), Roles: slices.Clone(p.roles),
		Sent: sent, Answered: time.Now(),
	}
}

func (p *played) SetRoles(ctx context.Context, _ string, entries []astro.Entry, before time.Time) (string, error) {
	if time.Now().After(before) {
		return "", astro.ErrTooLate
	}
	p.calls = append(p.calls, "write")
	p.writes = append(p.writes, time.Since(p.start))
	p.set(entries)
	return "", retry.Sleep(ctx, p.takes)
}

func (p *played) set(roles []astro.Entry) {
	p.roles = roles
	p.version++
}

// grant grants the Workspaces' roles to a token that was read already, or not.
func (p *played) grant(ctx context.Context, token astro.Token, settle time.Duration, workspaces ...string) (grant.Result, error) {
	granter := &grant.Granter{API: p, Settle: settle, Log: func(string, ...any) {}, Retrying: func(string, retry.Wait) {}}
	var targets []grant.Target
	for _, w := range workspaces {
		targets = append(targets, grant.Target{WorkspaceID: w, Role: grant.Operator})
	}
	return granter.Grant(ctx, token, targets)
}

// TestFreshRead has a read wait before its write: one that is older than half of settle, or a tenth of a second, is made again.
func TestFreshRead(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name        string
		settle, age time.Duration
		again       bool
	}{
		{"fresh", 2 * time.Second, 0, false},
		{"nearly half of settle", 2 * time.Second, 990 * ms, false},
		{"more than half of settle", 2 * time.Second, 1010 * ms, true},
		{"nearly a tenth", 0, 90 * ms, false},
		{"more than a tenth", 0, 110 * ms, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlayed()
				base := p.token("t", time.Now())
				time.Sleep(tt.age)
				if _, err := p.grant(t.Context(), base, tt.settle, "w"); err != nil {
					t.Fatal(err)
				}
				if again := p.calls[0] == "read"; again != tt.again {
					t.Errorf("calls %v", p.calls)
				}
			})
		})
	}
}

// TestFirstLook looks after settle, or after twice the time from the read to the write's answer where that is longer: others may
// take as long.
func TestFirstLook(t *testing.T) {
	for _, tt := range []struct {
		name        string
		read, write time.Duration // take so long
		after       time.Duration // the write's answer
	}{
		{"quick", 0, 0, 2 * time.Second},
		{"slow", time.Second, 2 * time.Second, 6 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlayed()
				p.readTakes, p.takes = tt.read, tt.write
				if _, err := p.grant(t.Context(), astro.Token{Named: astro.Named{ID: "t"}}, 2*time.Second, "w"); err != nil {
					t.Fatal(err)
				}
				if after := p.reads[1] - p.writes[0] - tt.write; len(p.reads) != 2 || after != tt.after {
					t.Errorf("looked %v after the write's answer, want %v; reads at %v", after, tt.after, p.reads)
				}
			})
		})
	}
}

// TestLooksAtABusyToken has somebody else write before each look: the looks get rarer, and come to an end.
func TestLooksAtABusyToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlayed()
		p.before = func() { p.set(append(p.roles, astro.WorkspaceEntry(strconv.Itoa(p.version), "WORKSPACE_MEMBER"))) }
		result, err := p.grant(t.Context(), astro.Token{Named: astro.Named{ID: "t"}}, 2*time.Second, "w")
		if err != nil || result.Attempts != 1 || result.MayStand {
			t.Fatalf("%+v, %v", result, err)
		}
		seconds := []float64{0, 2, 5, 9.5, 14.5, 19.5, 24.5, 29.5, 34.5, 39.5, 44.5}
		var looked []float64
		for _, at := range p.reads {
			looked = append(looked, at.Seconds())
		}
		if !slices.Equal(looked, seconds) {
			t.Errorf("looked at %v, want %v", looked, seconds)
		}
	})
}

// TestUndoneOfSeveral has somebody set another role after the write. Of several grants the others may stand; one alone does not.
func TestUndoneOfSeveral(t *testing.T) {
	for _, tt := range []struct {
		name       string
		workspaces []string
		mayStand   bool
	}{
		{"one", []string{"w"}, false},
		{"two", []string{"w", "v"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlayed()
				p.before = func() {
					if len(p.writes) > 0 {
						p.set(append(foreignRoles(), astro.WorkspaceEntry("w", "WORKSPACE_OWNER")))
					}
				}
				result, err := p.grant(t.Context(), astro.Token{Named: astro.Named{ID: "t"}}, 2*time.Second, tt.workspaces...)
				var conflict *grant.ConflictError
				if !errors.As(err, &conflict) || conflict.Set != grant.Owner || result.MayStand != tt.mayStand {
					t.Errorf("%v, may stand: %t", err, result.MayStand)
				}
			})
		})
	}
}
