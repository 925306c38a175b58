package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// check compares the token's roles with the grants of all processes. If the machine suspends a process between its read
// and its write for longer than settle allows, its write can overwrite a verified grant. No protocol on this API can
// prevent that, so the test is then skipped instead of failed.
func (c matrix) check(t *testing.T, a *sandbox.Astro, lag time.Duration) {
	t.Helper()
	roles := strings.Join(a.Roles(matrixToken), "\n") + "\n"
	for _, role := range foreignRoles() {
		if !strings.Contains(roles, role+"\n") {
			t.Errorf("a foreign role was lost: %s", role)
		}
	}
	lost := 0
	for i := range c.size {
		if own, _ := split(a.Roles(matrixToken), matrixWorkspace(i)); len(own) != 1 || own[0] != "WORKSPACE_OPERATOR" {
			lost++
		}
	}
	allowed := c.settle(t) - 2*lag
	longest := longestWindow(a.Requests())
	summary := fmt.Sprintf("%d of %d grants lost; the longest time from a read to its write was %v, and settle allows %v",
		lost, c.size, longest, allowed)
	switch {
	case lost == 0:
	case longest < allowed || t.Failed():
		t.Error(summary)
	default:
		t.Skip("the machine suspended a process for too long: " + summary)
	}
}

// settle returns the settle time of the processes.
func (c matrix) settle(t *testing.T) time.Duration {
	t.Helper()
	settle, err := time.ParseDuration(c.input(0)["settle"])
	if err != nil {
		t.Fatal(err)
	}
	return settle
}

// longestWindow returns the longest time of any process from a read to the end of the write that is based on it.
func longestWindow(requests []sandbox.Request) (longest time.Duration) {
	read := map[string]time.Time{} // by process
	for _, r := range requests {
		process, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		switch {
		case r.Status != http.StatusOK:
		case call(r.Method, r.Path) == readToken:
			read[process] = r.Start
		case r.Method == http.MethodPost:
			longest = max(longest, r.End.Sub(read[process]))
		}
	}
	return longest
}

// TestLongestWindow has two processes take turns. A write belongs to the previous read of the same process.
func TestLongestWindow(t *testing.T) {
	t.Parallel()
	const token = "/v1/organizations/o/tokens/t"
	request := func(method, path string, status, start int) sandbox.Request {
		began := time.Unix(int64(start), 0)
		return sandbox.Request{Method: method, Path: path, Status: status, Start: began, End: began.Add(time.Second)}
	}
	equal(t, "the longest window", longestWindow([]sandbox.Request{
		request("GET", "/0"+token, 200, 0),
		request("GET", "/1"+token, 200, 5),
		request("POST", "/0"+token+"/roles", 200, 7),
		request("POST", "/1"+token+"/roles", 200, 9),
		request("GET", "/1"+token, 503, 10),
		request("GET", "/1"+token, 200, 20),
		request("POST", "/1"+token+"/roles", 200, 21),
		request("POST", "/0"+token+"/roles", 429, 40), // not counted: it had no effect
	}), 8*time.Second)
}
