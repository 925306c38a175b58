package e2e

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// liveLog is a log that can be read while a process writes to it.
type liveLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed when text is added
}

func newLiveLog() *liveLog { return &liveLog{grown: make(chan struct{})} }

func (l *liveLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.text.Write(p)
}

func (l *liveLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits until the log contains the words.
func (l *liveLog) await(t testing.TB, words string) {
	t.Helper()
	deadline := time.After(maxWait)
	for {
		l.mu.Lock()
		text, grown := l.text.String(), l.grown
		l.mu.Unlock()
		if strings.Contains(text, words) {
			return
		}
		select {
		case <-grown:
		case <-deadline:
			t.Fatalf("the log does not contain %q:\n%s", words, text)
		}
	}
}
