// Package release creates the files of a release from those on main: action.yml with the published image, README.md
// with the repository and version, and LICENSE.
package release

import (
	"errors"
	"fmt"
	"regexp"
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

// Image returns the published image. Image names must be lower case.
func (r Release) Image() string {
	return "ghcr.io/" + strings.ToLower(r.Repository) + "@" + r.Digest
}
