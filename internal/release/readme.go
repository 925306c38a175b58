package release

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// placeholder is the name of the repository in the README on main.
const placeholder = "OWNER/astro-workspace-grant"

var leftover = regexp.MustCompile(`\bOWNER/|ghcr\.io/owner/`)

var link = regexp.MustCompile(`(!?)(\[[^]\n]*\])\(([^)\s]+)\)`)

// Readme returns README.md for a release: with the name, version and image of the repository, and with links to the
// files of the released commit, since the release does not contain them.
func (r Release) Readme(text []byte) ([]byte, error) {
	readme := string(text)
	if !strings.Contains(readme, "uses: "+placeholder+"@v1\n") {
		return nil, fmt.Errorf("README.md has no line with uses: %s@v1", placeholder)
	}
	readme = strings.NewReplacer(
		placeholder+"@v1", r.Repository+"@"+r.Major(),
		placeholder+"/v1/", r.Repository+"/"+r.Major()+"/",
		"ghcr.io/"+strings.ToLower(placeholder), "ghcr.io/"+strings.ToLower(r.Repository),
		placeholder, r.Repository,
	).Replace(readme)
	readme = link.ReplaceAllStringFunc(readme, r.absolute)
	if leftover.MatchString(readme) {
		return nil, errors.New("README.md has an OWNER outside of " + placeholder)
	}
	return []byte(readme), nil
}

// absolute makes a relative link absolute.
func (r Release) absolute(markdown string) string {
	parts := link.FindStringSubmatch(markdown)
	image, text, target := parts[1], parts[2], parts[3]
	if strings.HasPrefix(target, "#") || strings.Contains(target, ":") {
		return markdown
	}
	kind := "blob"
	if image != "" {
		kind = "raw"
	}
	return fmt.Sprintf("%s%s(https://github.com/%s/%s/%s/%s)", image, text, r.Repository, kind, r.Commit, target)
}
