package sandbox

import (
	"fmt"
	"net/http"
	"testing"
)

// flakyRun returns the faults that Flaky injects into a fixed sequence of a thousand requests.
func flakyRun(seed uint64) []string {
	flaky := Flaky(seed)
	var faults []string
	for n := range 1000 {
		r := newRequest("GET", fmt.Sprintf("http://sandbox.test%s?offset=%d", tokenPath, n%3), "")
		if n%4 == 0 {
			r = newRequest("POST", "http://sandbox.test"+rolesPath, "{}")
		}
		faults = append(faults, fmt.Sprint(r.Method, r.URL.RawQuery, flaky(n, r)))
	}
	return faults
}

func TestFlakyIsDeterministic(t *testing.T) {
	equal(t, "second run", flakyRun(7), flakyRun(7))
	if fmt.Sprint(flakyRun(7)) == fmt.Sprint(flakyRun(8)) {
		t.Error("two seeds produce the same faults")
	}
}

func TestFlakyNeverFailsThreeTimesInARow(t *testing.T) {
	for seed := range uint64(50) {
		flaky := Flaky(seed)
		byPath, byURL := map[string]int{}, map[string]int{}
		for n := range 2000 {
			r := newRequest("GET", fmt.Sprintf("http://sandbox.test/v1/organizations/%d?offset=%d", n%2, n%5), "")
			if !flaky(n, r).any() {
				byPath[r.URL.Path], byURL[r.URL.String()] = 0, 0
				continue
			}
			byPath[r.URL.Path]++
			byURL[r.URL.String()]++
			if byPath[r.URL.Path] > 2 || byURL[r.URL.String()] > 2 {
				t.Fatalf("seed %d, request %d: %d faults in a row for the path, %d for the URL",
					seed, n, byPath[r.URL.Path], byURL[r.URL.String()])
			}
		}
	}
}

func TestFlakyInjectsEveryFault(t *testing.T) {
	kinds := make(map[string]int)
	const seeds = 400
	for seed := range uint64(seeds) {
		f := Flaky(seed)(1, newRequest("GET", "http://sandbox.test"+tokenPath, ""))
		kinds[fmt.Sprint(f.Status, f.Header.Get("Retry-After"), f.Reset, f.After)]++
	}
	equal(t, "kinds, including none", len(kinds), 7)
	if none := kinds[fmt.Sprint(0, "", false, false)]; none > seeds/2 {
		t.Errorf("%d of %d first attempts have no fault", none, seeds)
	}
}

func TestFlakySucceedsWithRetries(t *testing.T) {
	a := newTestAstro(Options{Fault: Flaky(1)})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		path, sent := tokenPath, ""
		if method == http.MethodPost {
			path, sent = rolesPath, body(memberRole, workspaceRole)
		}
		status := 0
		for attempts := 0; attempts < 3 && status != 200; attempts++ {
			if response, _, err := overNetwork(t, a, method, path, sent); err == nil {
				status = response.StatusCode
			}
		}
		equal(t, method, status, 200)
	}
}
