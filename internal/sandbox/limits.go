package sandbox

import (
	"net/http"
	"time"
)

// A window counts the requests of the last second.
type window struct {
	limit    int // 0: none
	admitted []time.Time
}

// admit reports whether one more request is within the limit, and if so counts it.
func (w *window) admit(now time.Time) bool {
	if w.limit == 0 {
		return true
	}
	for len(w.admitted) > 0 && now.Sub(w.admitted[0]) >= time.Second {
		w.admitted = w.admitted[1:]
	}
	if len(w.admitted) >= w.limit {
		return false
	}
	w.admitted = append(w.admitted, now)
	return true
}

// withinLimits counts one more request.
func (a *Astro) withinLimits(method string, now time.Time) bool {
	switch method {
	case http.MethodGet:
		return a.gets.admit(now)
	case http.MethodPost:
		return a.posts.admit(now)
	}
	return true
}
