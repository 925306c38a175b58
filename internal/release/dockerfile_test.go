package release

import (
	"regexp"
	"strings"
	"testing"
)

// TestPinnedBases checks that each base image has an exact tag, which people read, and a digest, which nobody can move.
// Dependabot updates both.
func TestPinnedBases(t *testing.T) {
	form := regexp.MustCompile(`^FROM [a-z]+:[0-9]+\.[0-9]+\.[0-9]+-[a-z]+@sha256:[0-9a-f]{64}( AS build)?$`)
	bases := regexp.MustCompile(`(?m)^FROM .*$`).FindAllString(read(t, "Dockerfile"), -1)
	if len(bases) != 2 {
		t.Errorf("the Dockerfile has the bases %q, want 2", bases)
	}
	for _, base := range bases {
		if !form.MatchString(base) {
			t.Errorf("%s: want an exact tag and a digest", base)
		}
	}
}

// TestReproduce checks that SECURITY.md builds the program as the Dockerfile does.
func TestReproduce(t *testing.T) {
	command := regexp.MustCompile(`CGO_ENABLED=0 go build .*-X main\.version=`)
	dockerfile, security := command.FindString(read(t, "Dockerfile")), command.FindString(read(t, ".github/SECURITY.md"))
	if dockerfile == "" || dockerfile != security {
		t.Errorf("the Dockerfile builds with\n%s\nSECURITY.md builds with\n%s", dockerfile, security)
	}
}

// TestPinnedActions checks that every action of others is pinned to a commit, with its tag beside it.
func TestPinnedActions(t *testing.T) {
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v[0-9.]+$`)
	for _, folder := range []string{".github/workflows", ".github/examples"} {
		for _, name := range list(t, folder) {
			for _, line := range regexp.MustCompile(`(?m)uses: (.*)$`).FindAllStringSubmatch(read(t, name), -1) {
				uses := line[1]
				ours := uses == "./" || strings.HasPrefix(uses, onMain(t).Repository) || strings.HasPrefix(uses, placeholder)
				if !ours && !pinned.MatchString(uses) {
					t.Errorf("%s uses %s, want a commit and its tag", name, uses)
				}
			}
		}
	}
}
