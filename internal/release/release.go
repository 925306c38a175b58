// Package release creates what a release adds to a commit of main: action.yml with the published image, texts with the
// name of the repository, and the text of the Release on GitHub.
package release

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Release identifies a release.
type Release struct {
	Version    string // for example v1.2.3
	Repository string // OWNER/NAME on GitHub
	Commit     string // the commit that the image was built from
	Digest     string // of the image: sha256:…
}

// Registries allow fewer names than GitHub: https://github.com/opencontainers/distribution-spec/blob/main/spec.md.
var (
	versionForm    = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)
	repositoryForm = regexp.MustCompile(`^[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*$`)
	commitForm     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digestForm     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// Check returns an error that describes every invalid field.
func (r Release) Check() error {
	var problems []error
	for _, field := range []struct {
		form                *regexp.Regexp
		value, name, wanted string
	}{
		{versionForm, r.Version, "version", "a version such as v1.2.3"},
		{repositoryForm, r.Repository, "repository", "OWNER/NAME that is also a valid image name"},
		{commitForm, r.Commit, "commit", "40 hexadecimal digits"},
		{digestForm, r.Digest, "digest", "sha256: followed by 64 hexadecimal digits"},
	} {
		if !field.form.MatchString(field.value) {
			problems = append(problems, fmt.Errorf("the %s is %q, want %s", field.name, field.value, field.wanted))
		}
	}
	return errors.Join(problems...)
}

// Major returns the tag that moves to the latest release, for example v1.
func (r Release) Major() string {
	major, _, _ := strings.Cut(r.Version, ".")
	return major
}

// Before returns the newest of the versions among tags that is older than the release, or an empty string.
func (r Release) Before(tags []string) string {
	before, limit := "", numbers(r.Version)
	for _, tag := range tags {
		n := numbers(tag)
		if n != nil && slices.Compare(n, limit) < 0 && slices.Compare(n, numbers(before)) > 0 {
			before = tag
		}
	}
	return before
}

// numbers returns the three numbers of a version, or nil if it is not a version.
func numbers(version string) []int {
	var all []int
	for _, digits := range versionForm.FindStringSubmatch(version) {
		if n, err := strconv.Atoi(digits); err == nil { // fails for the whole version, which comes first
			all = append(all, n)
		}
	}
	return all
}

// Image returns the published image. Image names must be lower case.
func (r Release) Image() string {
	return "ghcr.io/" + strings.ToLower(r.Repository) + "@" + r.Digest
}
