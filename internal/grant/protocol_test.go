package grant_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/retry"
)

// fakeAPI is an API that records its calls.
type fakeAPI struct {
	start      time.Time
	roles      []grant.Entry
	version    int
	readTime   time.Duration // how long a read takes
	writeTime  time.Duration // how long a write takes
	beforeRead func()
	fault      fault // of each write, which takes effect all the same
	hangs      bool  // reads after a write have no answer

	calls         []string
	reads, writes []time.Duration // when they were sent
}

func newFakeAPI() *fakeAPI { return &fakeAPI{start: time.Now(), roles: foreignRoles()} }

func (f *fakeAPI) Token(ctx context.Context, id string) (grant.Token, error) {
	sent := time.Now()
	f.calls = append(f.calls, "read")
	f.reads = append(f.reads, sent.Sub(f.start))
	if f.beforeRead != nil {
		f.beforeRead()
	}
	if f.hangs && len(f.writes) > 0 {
		<-ctx.Done()
	}
	if err := retry.Sleep(ctx, f.readTime); err != nil {
		return grant.Token{}, err
	}
	return f.token(id, sent), nil
}

// token returns the result of a read that was sent at this time and is answered now.
func (f *fakeAPI) token(id string, sent time.Time) grant.Token {
	return grant.Token{
		Resource:  grant.Resource{ID: id, Scope: "ORGANIZATION"},
		UpdatedAt: strconv.Itoa(f.version), Roles: slices.Clone(f.roles), Sent: sent, Answered: time.Now(),
	}
}

func (f *fakeAPI) SetRoles(ctx context.Context, _ string, entries []grant.Entry, before time.Time) (string, error) {
	if time.Now().After(before) {
		return "", grant.ErrTooLate
	}
	f.calls = append(f.calls, "write")
	f.writes = append(f.writes, time.Since(f.start))
	f.set(entries)
	if err := retry.Sleep(ctx, f.writeTime); err != nil {
		return "", err
	}
	return "", f.fault.asError()
}

func (f *fakeAPI) set(roles []grant.Entry) {
	f.roles = roles
	f.version++
}

// grant gives the token a role in each of the Workspaces.
func (f *fakeAPI) grant(
	ctx context.Context, token grant.Token, settle time.Duration, workspaces ...string,
) (grant.Result, error) {
	granter := &grant.Granter{
		API: f, Settle: settle, Log: func(string, ...any) {}, Retrying: func(string, retry.Wait) {},
	}
	var wanted []grant.Outcome
	for _, w := range workspaces {
		wanted = append(wanted, operatorIn(w))
	}
	return granter.Grant(ctx, token, wanted)
}

// TestFreshRead has some time pass between a read and the write that is based on it. A read that is older than half of
// the settle time and than a tenth of a second is repeated.
func TestFreshRead(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name        string
		settle, age time.Duration
		repeated    bool
	}{
		{"fresh", 2 * time.Second, 0, false},
		{"just under half of the settle time", 2 * time.Second, 990 * ms, false},
		{"just over half of the settle time", 2 * time.Second, 1010 * ms, true},
		{"just under a tenth of a second", 0, 90 * ms, false},
		{"just over a tenth of a second", 0, 110 * ms, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := newFakeAPI()
				base := api.token("t", time.Now())
				time.Sleep(tt.age)
				if _, err := api.grant(t.Context(), base, tt.settle, "w"); err != nil {
					t.Fatal(err)
				}
				if repeated := api.calls[0] == "read"; repeated != tt.repeated {
					t.Errorf("calls %v", api.calls)
				}
			})
		})
	}
}

// TestFirstLook checks when the first look comes: after the settle time, or after twice the time from the read to the
// write's answer if that is longer, as other writers may take as long.
func TestFirstLook(t *testing.T) {
	for _, tt := range []struct {
		name        string
		read, write time.Duration // how long they take
		want        time.Duration // from the write's answer to the look
	}{
		{"quick", 0, 0, 2 * time.Second},
		{"slow", time.Second, 2 * time.Second, 6 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := newFakeAPI()
				api.readTime, api.writeTime = tt.read, tt.write
				if _, err := api.grant(t.Context(), unread, 2*time.Second, "w"); err != nil {
					t.Fatal(err)
				}
				if after := api.reads[1] - api.writes[0] - tt.write; len(api.reads) != 2 || after != tt.want {
					t.Errorf("looked %v after the write's answer, want %v; reads at %v", after, tt.want, api.reads)
				}
			})
		})
	}
}

// TestLooksAtABusyToken has another writer write before each look. The looks become less frequent, and they end.
func TestLooksAtABusyToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newFakeAPI()
		api.beforeRead = func() {
			api.set(append(api.roles, grant.WorkspaceEntry(strconv.Itoa(api.version), "WORKSPACE_MEMBER")))
		}
		result, err := api.grant(t.Context(), unread, 2*time.Second, "w")
		if err != nil || result.Attempts != 1 || result.Unverified {
			t.Fatalf("%+v, %v", result, err)
		}
		seconds := []float64{0, 2, 5, 9.5, 14.5, 19.5, 24.5, 29.5, 34.5, 39.5, 44.5}
		var looked []float64
		for _, at := range api.reads {
			looked = append(looked, at.Seconds())
		}
		if !slices.Equal(looked, seconds) {
			t.Errorf("looked at %v s, want %v s", looked, seconds)
		}
	})
}

// TestOverwrittenOfSeveral has another writer set another role after the write. If several roles were written, the
// others may have been kept.
func TestOverwrittenOfSeveral(t *testing.T) {
	for _, tt := range []struct {
		name       string
		workspaces []string
		unverified bool
	}{
		{"one", []string{"w"}, false},
		{"two", []string{"w", "v"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := newFakeAPI()
				api.beforeRead = func() {
					if len(api.writes) > 0 {
						api.set(append(foreignRoles(), grant.WorkspaceEntry("w", "WORKSPACE_OWNER")))
					}
				}
				result, err := api.grant(t.Context(), unread, 2*time.Second, tt.workspaces...)
				var conflict *grant.ConflictError
				if !errors.As(err, &conflict) || conflict.Set != grant.Owner || result.Unverified != tt.unverified {
					t.Errorf("%v, unverified: %t", err, result.Unverified)
				}
			})
		})
	}
}

// TestRestoredIsNotIgnored has another writer restore the roles some time after each of the first writes. Looks later than
// that cannot tell this from an API that ignores writes, so it must not end the run.
func TestRestoredIsNotIgnored(t *testing.T) {
	for _, after := range []time.Duration{0, 300 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := newFakeAPI()
				api.beforeRead = func() {
					if n := len(api.writes); 0 < n && n < 5 && time.Since(api.start) >= api.writes[n-1]+after {
						api.set(foreignRoles())
					}
				}
				result, err := api.grant(t.Context(), unread, 2*time.Second, "w")
				if err != nil || result.Attempts != 5 {
					t.Errorf("%+v, %v", result, err)
				}
			})
		})
	}
}

// TestNoTimeToVerify has no read after the write get an answer before the deadline. What is reported depends on how the
// write ended.
func TestNoTimeToVerify(t *testing.T) {
	var (
		unverified *grant.UnverifiedError
		exhausted  *retry.ExhaustedError
		failure    *apiError
	)
	for _, tt := range []struct {
		name       string
		fault      fault
		unverified bool // the result
		matches    func(err error) bool
	}{
		{"accepted", noFault, true, func(err error) bool { return errors.As(err, &unverified) }},
		{"no answer", answerLost, true, func(err error) bool { return errors.As(err, &unverified) }},
		{"failure of the server", unavailable, true, func(err error) bool {
			ok := errors.As(err, &exhausted) && exhausted.Attempts == 1
			return ok && errors.As(err, &failure) && failure.fromServer
		}},
		{"refused", limited, false, func(err error) bool {
			ok := errors.As(err, &exhausted) && !errors.As(err, &unverified)
			return ok && errors.As(err, &failure) && failure.fromServer
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				api := newFakeAPI()
				api.fault, api.hangs = tt.fault, true
				result, err := api.grant(ctx, unread, 2*time.Second, "w")
				if !tt.matches(err) || result.Unverified != tt.unverified || result.Attempts != 1 {
					t.Errorf("%+v, %#v", result, err)
				}
			})
		})
	}
}
