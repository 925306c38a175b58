package sandbox

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
)

// maxFaults is how many faults Flaky makes in a row, so that whoever tries again gets through.
const maxFaults = 2

// Flaky returns a function for [Options.Fault] under which the first tries of most requests fail: with a 429
// that says when to come back or does not, an outage of a proxy, or a cut connection before or after the
// effect. There are never more than two faults in a row for one method and path. The same seed and the same
// requests meet the same faults.
func Flaky(seed uint64) func(n int, r *http.Request) Fault {
	var mu sync.Mutex
	tries := make(map[string]int)  // by method and URL
	faults := make(map[string]int) // in a row, by method and URL, and by method and path
	return func(_ int, r *http.Request) Fault {
		path := r.Method + " " + r.URL.EscapedPath()
		full := path + "?" + r.URL.RawQuery

		mu.Lock()
		defer mu.Unlock()
		tries[full]++
		// Each try has a source of its own: what other requests do in between does not change its luck.
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(full))
		draw := rand.New(rand.NewPCG(seed, hash.Sum64()+uint64(tries[full])))

		chance := 0.75
		if faults[full] > 0 {
			chance = 0.4
		}
		// The pages of a list share a path. Both bounds hold, so that no page has all the bad luck.
		if faults[path] >= maxFaults || faults[full] >= maxFaults || draw.Float64() >= chance {
			faults[path], faults[full] = 0, 0
			return Fault{}
		}
		faults[path]++
		faults[full]++
		return flakyFault(draw)
	}
}

func flakyFault(draw *rand.Rand) Fault {
	faults := []Fault{
		{
			Status: http.StatusTooManyRequests,
			Header: http.Header{"Retry-After": {"1"}, "Content-Type": {jsonType}},
			Body:   `{"message":"rate limit exceeded","requestId":"","statusCode":429}`,
		},
		{Status: http.StatusTooManyRequests},
		{Status: http.StatusServiceUnavailable, Body: "upstream connect error or disconnect/reset before headers"},
		{
			Status: http.StatusBadGateway,
			Header: http.Header{"Content-Type": {"text/html"}},
			Body:   "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n",
		},
		{Reset: true},
		{Reset: true, After: true},
	}
	return faults[draw.IntN(len(faults))]
}
