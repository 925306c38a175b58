package grant_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// TestModelExclusive has one writer with an exclusive grants file, while others grant roles by inputs. In the end, only
// what the plan of the exclusive writer showed is revoked. A role that appeared later is kept. A role that was planned for
// revocation and is granted again meanwhile is a conflict.
func TestModelExclusive(t *testing.T) {
	conflicts, revoked := 0, 0
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			s := scenario{settle: 2 * time.Second, from: 50 * time.Millisecond, to: 500 * time.Millisecond}
			w := newWorld(0)
			w.set(func(roles []grant.Entry) []grant.Entry {
				return append(roles, grant.WorkspaceEntry("old", "WORKSPACE_OWNER"), grant.WorkspaceEntry("a", "WORKSPACE_ACCESSOR"))
			})
			const others = 10
			failed := make([]error, others+1)
			planned := map[string]bool{}
			var all sync.WaitGroup
			for i := range others {
				all.Go(func() {
					one := s.writer(w, seed, i+1)
					// Some of them are done before the plan.
					if failed[i+1] = retry.Sleep(t.Context(), time.Duration(one.random.Int64N(int64(4*time.Second)))); failed[i+1] == nil {
						failed[i+1] = grantOne(t.Context(), one)
					}
				})
			}
			all.Go(func() {
				time.Sleep(2 * time.Second)
				planned, failed[0] = applyExclusively(t, s.writer(w, seed, 0))
			})
			all.Wait()
			now := w.roles(time.Now()).roles
			has := func(id string) bool {
				return slices.ContainsFunc(now, func(e grant.Entry) bool { return e.InWorkspace(id) })
			}
			var conflict *grant.ConflictError
			switch {
			case errors.As(failed[0], &conflict):
				conflicts++
			case failed[0] != nil:
				t.Errorf("seed %d: %v", seed, failed[0])
			case has("old") || !planned["old"] || !has("w0"):
				t.Errorf("seed %d: the exclusive file is not applied: %+v", seed, now)
			}
			for i := range others {
				one := s.writer(w, seed, i+1).workspace
				if !has(one) && !planned[one] {
					t.Errorf("seed %d: the role in %s was not in the plan and is lost", seed, one)
				}
				if planned[one] {
					revoked++
				}
			}
			if !has("a") || w.missing(0) > 0 || len(w.broken) > 0 {
				t.Errorf("seed %d: other roles changed: %+v %v", seed, now, w.broken)
			}
		})
	}
	t.Logf("%d roles of others in plans, %d conflicts", revoked, conflicts)
	if revoked == 0 {
		t.Error("no plan shows a role of another writer: the model would prove nothing")
	}
}

// applyExclusively plans a role and the revocation of all others, and applies that plan. It returns the Workspaces whose
// roles the plan revokes.
func applyExclusively(t *testing.T, api *writer) (map[string]bool, error) {
	granter := &grant.Granter{
		API: api, Settle: api.s.settle, Random: api.random.Float64, DryRun: true,
		Log:      func(string, ...any) {},
		Retrying: func(string, retry.Wait) {},
	}
	wanted := []grant.Outcome{operatorIn(api.workspace)}
	plan, err := granter.Grant(t.Context(), unread, wanted)
	if err != nil {
		return nil, err
	}
	unlisted := grant.Unlisted(plan.Base, wanted)
	api.revokes = map[string]bool{}
	for _, o := range unlisted {
		api.revokes[o.Workspace.ID] = true
	}
	granter.DryRun = false
	_, err = granter.Grant(t.Context(), plan.Base, append(wanted, unlisted...))
	return api.revokes, err
}
