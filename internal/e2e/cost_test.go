package e2e

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// BenchmarkRun measures a whole run of the program with settle 0s against an API that takes 50 ms for each request: the
// number of requests, the sequential round trips up to the end of the write, the time, and the memory.
func BenchmarkRun(b *testing.B) {
	byID := []string{"org-token-name", "", "org-token-id", deployer}
	for _, tt := range []struct {
		name   string
		tokens int
		inputs []string
	}{
		{"tokens=50", 50, nil},
		{"tokens=999", 999, nil},
		{"tokens=10000", 10_000, nil},
		{"by-ID", 10_000, byID},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var requests, trips int
			var memory int64
			var written, computing time.Duration
			for b.Loop() {
				b.StopTimer()
				w := demoWithTokens(b, tt.tokens,
					sandbox.Options{Latency: func() time.Duration { return 50 * time.Millisecond }}, nil)
				runtime.GC() // or it goes on while the program runs
				b.StartTimer()
				begun := time.Now()
				p := start(b, w.root, with(tt.inputs...))
				peak := p.watchMemory()
				p.wait().is(b, "status", "granted")
				requests, trips = w.cost()
				memory = max(memory, <-peak)
				written += w.lastWrite().Sub(begun)
				computing += p.command.ProcessState.UserTime() + p.command.ProcessState.SystemTime()
			}
			b.ReportMetric(float64(requests), "requests")
			b.ReportMetric(float64(trips), "trips-to-write")
			b.ReportMetric(float64(memory)/1024, "peak-MiB")
			b.ReportMetric(float64(written)/float64(b.N)/float64(50*time.Millisecond), "latencies-to-write")
			b.ReportMetric(computing.Seconds()*1000/float64(b.N), "CPU-ms")
		})
	}
}

// watchMemory returns the peak memory of the program in KiB, once it has ended. It reads what Linux reports while the
// process runs: the resource usage after its end includes that of its parent before the start.
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
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return peak
}

// cost returns the number of requests, and that of the sequential round trips up to the last write.
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

// lastWrite is when the last write was answered.
func (w world) lastWrite() (end time.Time) {
	for _, r := range w.Requests() {
		if r.Method == http.MethodPost {
			end = r.End
		}
	}
	return end
}

// BenchmarkStart measures the start and the end of the program, with nothing in between.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p := launch(&setup{t: b, dir: b.TempDir(), env: map[string]string{}, args: []string{"-version"}})
		if err := <-p.done; err != nil {
			b.Fatal(err)
		}
	}
}
