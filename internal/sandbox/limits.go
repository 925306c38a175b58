package sandbox

import (
	"net/http"
	"time"
)

// A window limits the requests in any period of one second.
type window struct {
	limit    int // 0: unlimited
	admitted []time.Time
}

// admit counts a request and returns true, or returns false if the limit is reached.
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

func (a *Astro) withinLimits(method string, now time.Time) bool {
	switch method {
	case http.MethodGet:
		return a.gets.admit(now)
	case http.MethodPost:
		return a.posts.admit(now)
	}
	return true
}
