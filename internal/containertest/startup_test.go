//go:build container

package containertest

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// TestStartup measures the image beside its base, in turns.
func TestStartup(t *testing.T) {
	const runs = 5
	image, base := setting(t, "IMAGE"), setting(t, "BASE_IMAGE")
	var truth, line []time.Duration
	for range runs {
		_, all := timed(t, base, "true")
		first, _ := timed(t, image) // without inputs it says at once which are missing
		truth, line = append(truth, all), append(line, first)
	}
	t.Logf("%d runs in turns, as median (least): docker run of true in the base %s; first log line of the image %s", runs, told(truth), told(line))
	// The least is what a busy machine disturbs least.
	if beyond := slices.Min(line) - slices.Min(truth); beyond > 300*time.Millisecond {
		t.Errorf("the first log line comes %v after docker run of true in the base has ended, want at most 300 ms", beyond)
	}
}

// timed runs a container and returns when its first line came and when it ended.
func timed(t *testing.T, args ...string) (first, all time.Duration) {
	t.Helper()
	cmd := docker(t, append([]string{"run", "--rm", "--network", "none"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stdout)
	_, _ = log.ReadString('\n') // true prints none
	first = time.Since(began)
	_, _ = io.Copy(io.Discard, log)
	_ = cmd.Wait() // the image fails for want of inputs
	return first, time.Since(began)
}

func told(all []time.Duration) string {
	slices.Sort(all)
	return fmt.Sprintf("%d ms (%d)", all[len(all)/2].Milliseconds(), all[0].Milliseconds())
}
