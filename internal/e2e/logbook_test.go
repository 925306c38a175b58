package e2e

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// logbook is a log that can be read while it grows.
type logbook struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed when the text grows
}

func newLogbook() *logbook { return &logbook{grown: make(chan struct{})} }

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.grown)
	l.grown = make(chan struct{})
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns once the log holds the words.
func (l *logbook) await(t testing.TB, words string) {
	t.Helper()
	deadline := time.After(patience)
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
			t.Fatalf("the log never said %q:\n%s", words, text)
		}
	}
}
