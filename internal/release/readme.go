package release

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// placeholder stands on main for the repository, whatever its name will be.
const placeholder = "OWNER/astro-workspace-grant"

var leftover = regexp.MustCompile(`\bOWNER/|ghcr\.io/owner/`)

var link = regexp.MustCompile(`(!?)(\[[^]\n]*\])\(([^)\s]+)\)`)

// Readme returns README.md as it reads on a release: it names the repository, its version and its image, and links to files of
// the commit that was released, since the release has none of them.
func (r Release) Readme(text []byte) ([]byte, error) {
	readme := string(text)
	if !strings.Contains(readme, "uses: "+placeholder+"@v1\n") {
		return nil, fmt.Errorf("README.md has no line that says uses: %s@v1", placeholder)
	}
	readme = strings.NewReplacer(
		placeholder+"@v1", r.Repository+"@"+r.Major(),
		placeholder+"/v1/", r.Repository+"/"+r.Major()+"/",
		"ghcr.io/"+strings.ToLower(placeholder), "ghcr.io/"+strings.ToLower(r.Repository),
		placeholder, r.Repository,
	).Replace(readme)
	readme = link.ReplaceAllStringFunc(readme, r.absolute)
	if leftover.MatchString(readme) {
		return nil, errors.New("README.md still has an OWNER that is not " + placeholder)
	}
	return []byte(readme), nil
}

// absolute returns a link, with its target on GitHub where it is a file beside README.md.
func (r Release) absolute(markdown string) string {
	parts := link.FindStringSubmatch(markdown)
	image, words, target := parts[1], parts[2], parts[3]
	if strings.HasPrefix(target, "#") || strings.Contains(target, ":") {
		return markdown
	}
	kind := "blob"
	if image != "" {
		kind = "raw"
	}
	return fmt.Sprintf("%s%s(https://github.com/%s/%s/%s/%s)", image, words, r.Repository, kind, r.Commit, target)
}
