// Package release makes the files of a release out of those on main: action.yml that names the published image, README.md
// that names the repository and the version, and LICENSE.
package release

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Release says what is released.
type Release struct {
	Version    string // as in v1.2.3
	Repository string // OWNER/NAME on GitHub
	Commit     string // that the image was built from
	Digest     string // of the image, as in sha256:…
}

// A registry's names are stricter than GitHub's: https://github.com/opencontainers/distribution-spec/blob/main/spec.md.
var (
	versionForm    = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)
	repositoryForm = regexp.MustCompile(`^[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9]+((\.|_|__|-+)[A-Za-z0-9]+)*$`)
	commitForm     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digestForm     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// Check returns an error that names all that is wrong.
func (r Release) Check() error {
	var wrong []error
	for _, field := range []struct {
		form                *regexp.Regexp
		value, name, wanted string
	}{
		{versionForm, r.Version, "version", "v1.2.3"},
		{repositoryForm, r.Repository, "repository", "OWNER/NAME, with a name that an image can have, too"},
		{commitForm, r.Commit, "commit", "its 40 hexadecimal digits"},
		{digestForm, r.Digest, "digest", "sha256: and 64 hexadecimal digits"},
	} {
		if !field.form.MatchString(field.value) {
			wrong = append(wrong, fmt.Errorf("the %s is %q, not as in %s", field.name, field.value, field.wanted))
		}
	}
	return errors.Join(wrong...)
}

// Major is the moving tag, as in v1.
func (r Release) Major() string {
	major, _, _ := strings.Cut(r.Version, ".")
	return major
}

// Image is the published image. GitHub's registry takes lower case alone.
func (r Release) Image() string {
	return "ghcr.io/" + strings.ToLower(r.Repository) + "@" + r.Digest
}
