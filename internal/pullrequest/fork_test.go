package pullrequest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestFromFork(t *testing.T) {
	pull := func(rest string) string { return `{"pull_request":{"number":1` + rest + `},"repository":{"id":1}}` }
	from := func(head, base string) string { return `,"head":{"repo":` + head + `},"base":{"repo":` + base + `}` }
	ours, theirs := `{"id":1,"full_name":"a/b"}`, `{"id":2,"full_name":"c/b"}`
	run := func(head, base string) string {
		return `{"workflow_run":{"head_repository":` + head + `},"repository":` + base + `}`
	}
	for _, tt := range []struct {
		name, payload string
		want          bool
	}{
		{"same repository", pull(from(ours, ours)), false},
		{"fork", pull(from(theirs, ours)), true},
		{"fork, merged", pull(from(theirs, ours) + `,"merged":true`), false},
		{"fork, merged at", pull(from(theirs, ours) + `,"merged_at":"2026-08-01T00:00:00Z"`), false},
		{"fork, not merged", pull(from(theirs, ours) + `,"merged":false,"merged_at":null`), true},
		{"fork, merged at no time", pull(from(theirs, ours) + `,"merged_at":""`), true},
		{"fork that is gone", pull(from("null", ours)), true},
		{"fork that is gone, merged", pull(from("null", ours) + `,"merged":true`), false},
		{"base that is gone", pull(from(ours, "null")), true},
		{"both gone", pull(from("null", "null")), true},
		{"without IDs", pull(from(`{"full_name":"a/b"}`, `{"full_name":"A/B"}`)), false},
		{"without IDs, fork", pull(from(`{"full_name":"c/b"}`, `{"full_name":"a/b"}`)), true},
		{"without any name", pull(from(`{}`, `{}`)), true},
		{"renamed", pull(from(`{"id":1,"full_name":"a/new"}`, ours)), false},
		{"one name, two IDs", pull(from(`{"id":2,"full_name":"a/b"}`, ours)), true},
		{"no repositories", pull(""), true},
		{"no pull request", `{"repository":{"id":1}}`, true},
		{"merged of another type", pull(from(theirs, ours) + `,"merged":"true"`), true},
		{"ID of another type", pull(from(`{"id":"1"}`, ours)), true},
		{"list", `[]`, true},
		{"null", `null`, true},
		{"no JSON", `<html>`, true},
		{"cut off", pull(from(ours, ours))[:40], true},
		{"nothing", ``, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, event := range []string{"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"} {
				if got := FromFork(event, []byte(tt.payload)); got != tt.want {
					t.Errorf("%s: %v", event, got)
				}
			}
		})
	}
	for _, tt := range []struct {
		name, payload string
		want          bool
	}{
		{"same repository", run(ours, ours), false},
		{"fork", run(theirs, ours), true},
		{"fork that is gone", run("null", ours), true},
		{"no repository", run(ours, "null"), true},
		{"no run", `{"repository":` + ours + `}`, true},
		{"no JSON", `x`, true},
		{"nothing", ``, true},
	} {
		t.Run("workflow_run: "+tt.name, func(t *testing.T) {
			if got := FromFork("workflow_run", []byte(tt.payload)); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
	for _, event := range []string{"", "push", "schedule", "workflow_dispatch", "merge_group"} {
		if FromFork(event, nil) || FromFork(event, []byte(pull(from(theirs, ours)))) {
			t.Errorf("%q is taken for a fork's", event)
		}
	}
}

func FuzzFromFork(f *testing.F) {
	f.Add("pull_request", `{"pull_request":{"merged":false,"head":{"repo":{"id":1}},"base":{"repo":{"id":1}}}}`)
	f.Add("pull_request_target", `{"pull_request":{"merged_at":"x"}}`)
	f.Add("workflow_run", `{"workflow_run":{"head_repository":{"full_name":"a/b"}},"repository":{"full_name":"A/B"}}`)
	f.Add("push", ``)
	f.Add("pull_request", `{"pull_request":{"head":{"repo":{"id":2,"full_name":"c/b"}},"base":{"repo":{"id":1,"full_name":"a/b"}}}}`)
	f.Add("pull_request", `{"pull_request":{"head":{"repo":{"id":1},"repo":{"full_name":"x"}},"base":{"repo":{"ID":1}}}}`)
	f.Add("pull_request", `{"pull_request":{"merged":true,"Merged":false},"x":[{"merged":[true]}]}`)
	f.Fuzz(func(t *testing.T, event, payload string) {
		fork := FromFork(event, []byte(payload))
		guarded := strings.HasPrefix(event, "pull_request") || event == "workflow_run"
		if fork && !guarded {
			t.Errorf("%q is taken for a fork's", event)
		}
		if guarded && !fork && !merged(payload) && !sameRepository(event, payload) {
			t.Errorf("%s is let through", payload)
		}
	})
}

// values reads a payload without types: all that stands at a path, in whatever case its names are, and however often one comes.
func values(payload string, path ...string) []string {
	var found []string
	decoder := json.NewDecoder(strings.NewReader(payload))
	decoder.UseNumber()
	collect(decoder, path, true, &found)
	return found
}

// collect reads one value: the parts of it that the path leads to, if it is on the path.
func collect(decoder *json.Decoder, path []string, onPath bool, found *[]string) {
	token, err := decoder.Token()
	switch {
	case err != nil || token == nil:
	case token == json.Delim('{'):
		for decoder.More() {
			key, _ := decoder.Token()
			name, _ := key.(string)
			if onPath && len(path) > 0 && strings.EqualFold(name, path[0]) {
				collect(decoder, path[1:], true, found)
			} else {
				collect(decoder, nil, false, found)
			}
		}
		_, _ = decoder.Token()
	case token == json.Delim('['):
		for decoder.More() {
			collect(decoder, nil, false, found)
		}
		_, _ = decoder.Token()
	case onPath && len(path) == 0:
		*found = append(*found, fmt.Sprint(token))
	}
}

func merged(payload string) bool {
	told := func(at string) bool { return at != "" }
	return slices.Contains(values(payload, "pull_request", "merged"), "true") || slices.ContainsFunc(values(payload, "pull_request", "merged_at"), told)
}

// sameRepository reports whether the two repositories that count have an ID or a name in common.
func sameRepository(event, payload string) bool {
	one, other := []string{"pull_request", "head", "repo"}, []string{"pull_request", "base", "repo"}
	if event == "workflow_run" {
		one, other = []string{"workflow_run", "head_repository"}, []string{"repository"}
	}
	for _, name := range []string{"id", "full_name"} {
		for _, a := range values(payload, append(slices.Clone(one), name)...) {
			for _, b := range values(payload, append(slices.Clone(other), name)...) {
				if strings.EqualFold(a, b) {
					return true
				}
			}
		}
	}
	return false
}
