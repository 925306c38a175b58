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

// TestStartup compares the startup time of the image with that of its base image, in alternating runs.
func TestStartup(t *testing.T) {
	const runs = 5
	image, base := setting(t, "IMAGE"), setting(t, "BASE_IMAGE")
	var baseTimes, imageTimes []time.Duration
	for range runs {
		_, end := timed(t, base, "true")
		firstLine, _ := timed(t, image) // without inputs, it immediately reports which are missing
		baseTimes, imageTimes = append(baseTimes, end), append(imageTimes, firstLine)
	}
	t.Logf("%d runs, median (minimum): docker run of true in the base image %s, first log line of the image %s",
		runs, summary(baseTimes), summary(imageTimes))
	// The minimum is least affected by other load on the machine.
	if difference := slices.Min(imageTimes) - slices.Min(baseTimes); difference > 300*time.Millisecond {
		t.Errorf("the first log line takes %v longer than true in the base image, want at most 300 ms", difference)
	}
}

// timed runs a container and returns the time to its first line and to its end.
func timed(t *testing.T, args ...string) (firstLine, end time.Duration) {
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
	_, _ = log.ReadString('\n') // true prints nothing: this waits for its end
	firstLine = time.Since(began)
	_, _ = io.Copy(io.Discard, log)
	_ = cmd.Wait() // the image fails without inputs
	return firstLine, time.Since(began)
}

func summary(times []time.Duration) string {
	slices.Sort(times)
	return fmt.Sprintf("%d ms (%d)", times[len(times)/2].Milliseconds(), times[0].Milliseconds())
}
