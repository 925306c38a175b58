package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// check holds the token's roles against what all programs were told. A program that the machine stops between its
// read and its write for longer than settle allows can undo a grant that was verified, which no protocol on this API
// can keep it from: that is no failure of the program, and is told as what it is.
func (c matrix) check(t *testing.T, a *sandbox.Astro, lag time.Duration) {
	t.Helper()
	kept := strings.Join(a.Roles(matrixToken), "\n") + "\n"
	for _, role := range foreignRoles() {
		if !strings.Contains(kept, role+"\n") {
			t.Errorf("a foreign role is gone: %s", role)
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
	said := fmt.Sprintf("%d of %d grants lost; the longest time from a read to its write was %v, and settle allows %v",
		lost, c.size, longest, allowed)
	switch {
	case lost == 0:
	case longest < allowed || t.Failed():
		t.Error(said)
	default:
		t.Skip("the machine stopped a program for too long: " + said)
	}
}

// settle is what the programs settle for.
func (c matrix) settle(t *testing.T) time.Duration {
	t.Helper()
	settle, err := time.ParseDuration(c.input(0)["settle"])
	if err != nil {
		t.Fatal(err)
	}
	return settle
}

// longestWindow is the longest that any program took from a read to the end of the write that was built on it.
func longestWindow(requests []sandbox.Request) (longest time.Duration) {
	read := map[string]time.Time{} // by program
	for _, r := range requests {
		program, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		switch {
		case r.Status != http.StatusOK:
		case call(r.Method, r.Path) == readToken:
			read[program] = r.Start
		case r.Method == http.MethodPost:
			longest = max(longest, r.End.Sub(read[program]))
		}
	}
	return longest
}

// TestLongestWindow has two programs take turns: a write belongs to the read before it by the same program.
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
		request("POST", "/0"+token+"/roles", 429, 40), // without effect
	}), 8*time.Second)
}
