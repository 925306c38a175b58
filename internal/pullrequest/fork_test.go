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
		{"fork, merged_at is set", pull(from(theirs, ours) + `,"merged_at":"2026-08-01T00:00:00Z"`), false},
		{"fork, not merged", pull(from(theirs, ours) + `,"merged":false,"merged_at":null`), true},
		{"fork, merged_at is empty", pull(from(theirs, ours) + `,"merged_at":""`), true},
		{"deleted fork", pull(from("null", ours)), true},
		{"deleted fork, merged", pull(from("null", ours) + `,"merged":true`), false},
		{"deleted base", pull(from(ours, "null")), true},
		{"both deleted", pull(from("null", "null")), true},
		{"names only", pull(from(`{"full_name":"a/b"}`, `{"full_name":"A/B"}`)), false},
		{"names only, fork", pull(from(`{"full_name":"c/b"}`, `{"full_name":"a/b"}`)), true},
		{"neither IDs nor names", pull(from(`{}`, `{}`)), true},
		{"renamed", pull(from(`{"id":1,"full_name":"a/new"}`, ours)), false},
		{"same name, different IDs", pull(from(`{"id":2,"full_name":"a/b"}`, ours)), true},
		{"no repositories", pull(""), true},
		{"no pull request", `{"repository":{"id":1}}`, true},
		{"merged of another type", pull(from(theirs, ours) + `,"merged":"true"`), true},
		{"ID of another type", pull(from(`{"id":"1"}`, ours)), true},
		{"list", `[]`, true},
		{"null", `null`, true},
		{"invalid JSON", `<html>`, true},
		{"truncated JSON", pull(from(ours, ours))[:40], true},
		{"empty", ``, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, event := range []string{
				"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment",
			} {
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
		{"deleted fork", run("null", ours), true},
		{"no repository", run(ours, "null"), true},
		{"no run", `{"repository":` + ours + `}`, true},
		{"invalid JSON", `x`, true},
		{"empty", ``, true},
	} {
		t.Run("workflow_run: "+tt.name, func(t *testing.T) {
			if got := FromFork("workflow_run", []byte(tt.payload)); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
	for _, event := range []string{"", "push", "schedule", "workflow_dispatch", "merge_group"} {
		if FromFork(event, nil) || FromFork(event, []byte(pull(from(theirs, ours)))) {
			t.Errorf("%q counts as coming from a fork", event)
		}
	}
}

func FuzzFromFork(f *testing.F) {
	f.Add("pull_request", `{"pull_request":{"merged":false,"head":{"repo":{"id":1}},"base":{"repo":{"id":1}}}}`)
	f.Add("pull_request_target", `{"pull_request":{"merged_at":"x"}}`)
	f.Add("workflow_run", `{"workflow_run":{"head_repository":{"full_name":"a/b"}},"repository":{"full_name":"A/B"}}`)
	f.Add("push", ``)
	f.Add("pull_request",
		`{"pull_request":{"head":{"repo":{"id":2,"full_name":"c/b"}},"base":{"repo":{"id":1,"full_name":"a/b"}}}}`)
	f.Add("pull_request", `{"pull_request":{"head":{"repo":{"id":1},"repo":{"full_name":"x"}},"base":{"repo":{"ID":1}}}}`)
	f.Add("pull_request", `{"pull_request":{"merged":true,"Merged":false},"x":[{"merged":[true]}]}`)
	f.Fuzz(func(t *testing.T, event, payload string) {
		fork := FromFork(event, []byte(payload))
		guarded := strings.HasPrefix(event, "pull_request") || event == "workflow_run"
		if fork && !guarded {
			t.Errorf("%q counts as coming from a fork", event)
		}
		if guarded && !fork && !merged(payload) && !sameRepository(event, payload) {
			t.Errorf("does not count as coming from a fork: %s", payload)
		}
	})
}

// values returns all values at a path in a payload. It ignores the case of names, and includes each of several members
// with the same name.
func values(payload string, path ...string) []string {
	var found []string
	decoder := json.NewDecoder(strings.NewReader(payload))
	decoder.UseNumber()
	collect(decoder, path, true, &found)
	return found
}

// collect reads one JSON value. If onPath is set, it appends what the rest of the path leads to.
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
	isSet := func(at string) bool { return at != "" }
	return slices.Contains(values(payload, "pull_request", "merged"), "true") ||
		slices.ContainsFunc(values(payload, "pull_request", "merged_at"), isSet)
}

// sameRepository reports whether the head and the base repository have an ID or a name in common.
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
