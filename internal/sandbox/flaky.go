package sandbox

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
)

// maxFaultsInARow guarantees that clients succeed if they retry twice.
const maxFaultsInARow = 2

// Flaky returns a function for [Options.Fault] that makes the first attempts of most requests fail: with a
// 429 with or without Retry-After, a 502 or 503 of a proxy, or a connection reset before or after the
// request takes effect. One method and path never fails more than twice in a row. The same seed and the same
// requests produce the same faults.
func Flaky(seed uint64) func(n int, r *http.Request) Fault {
	var mu sync.Mutex
	attempts := make(map[string]int) // by method and URL
	faults := make(map[string]int)   // in a row: by method and URL, and by method and path
	return func(_ int, r *http.Request) Fault {
		path := r.Method + " " + r.URL.EscapedPath()
		full := path + "?" + r.URL.RawQuery

		mu.Lock()
		defer mu.Unlock()
		attempts[full]++
		// Each attempt has its own random source, so that concurrent requests do not influence each other.
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(full))
		draw := rand.New(rand.NewPCG(seed, hash.Sum64()+uint64(attempts[full])))

		chance := 0.75
		if faults[full] > 0 {
			chance = 0.4
		}
		// The pages of a list share a path, so both limits apply: one page could use up the path's faults.
		if faults[path] >= maxFaultsInARow || faults[full] >= maxFaultsInARow || draw.Float64() >= chance {
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
