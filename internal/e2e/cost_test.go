package e2e

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// BenchmarkRun is a whole run of the program against an API that takes 50 ms for each request, without settling: what it
// costs in requests, in round trips one after the other up to the end of the write, in time, and in memory.
func BenchmarkRun(b *testing.B) {
	byID := []string{"org-token-name", "", "org-token-id", deployer}
	for _, tt := range []struct {
		name   string
		tokens int
		inputs []string
	}{
		{"tokens=50", 50, nil},
		{"tokens=1000", 1000, nil},
		{"tokens=10000", 10_000, nil},
		{"by-ID", 10_000, byID},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var requests, trips int
			var memory int64
			for b.Loop() {
				b.StopTimer()
				w := crowd(b, tt.tokens, sandbox.Options{Latency: func() time.Duration { return 50 * time.Millisecond }}, nil)
				b.StartTimer()
				p := start(b, w.root, with(tt.inputs...))
				peak := p.watchMemory()
				p.wait().is(b, "status", "granted")
				requests, trips = w.cost()
				memory = max(memory, <-peak)
			}
			b.ReportMetric(float64(requests), "requests")
			b.ReportMetric(float64(trips), "trips-to-write")
			b.ReportMetric(float64(memory)/1024, "peak-MiB")
		})
	}
}

// watchMemory returns the most memory that the program had, in KiB, once it has ended. Linux notes that for a process: the resource
// usage that is left when it has ended counts in what its parent had before it started.
func (p *process) watchMemory() <-chan int64 {
	peak := make(chan int64, 1)
	go func() {
		var most int64
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
			_, rest, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found {
				peak <- most
				return
			}
			if fields := strings.Fields(rest); strings.Contains(string(status), "astro-workspace") {
				kib, _ := strconv.ParseInt(fields[0], 10, 64)
				most = max(most, kib)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return peak
}

// cost returns the number of requests, and the round trip that the last write was.
func (w world) cost() (requests, trips int) {
	all := w.Requests()
	chain := roundTrips(all)
	for i, r := range all {
		if r.Method == http.MethodPost {
			trips = chain[i]
		}
	}
	return len(all), trips
}

// BenchmarkStart is the program's start and end, with nothing in between.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p := launch(&setup{t: b, dir: b.TempDir(), env: map[string]string{}, args: []string{"-version"}})
		if err := <-p.done; err != nil {
			b.Fatal(err)
		}
	}
}
