package release

import (
	"fmt"
	"regexp"
	"strings"
)

var link = regexp.MustCompile(`(!?)(\[[^]\n]*\])\(([^)\s]+)\)`)

// Readme returns README.md for a release: with the name, version and image of the repository. Its links lead to the tag
// of the release, since the Marketplace shows the text on another page.
func (r Release) Readme(text []byte) ([]byte, error) {
	readme, err := r.fill(string(text))
	if err != nil {
		return nil, fmt.Errorf("README.md: %w", err)
	}
	if uses := "uses: " + r.Repository + "@" + r.Major() + "\n"; !strings.Contains(readme, uses) {
		return nil, fmt.Errorf("README.md has no line with uses: %s@v1 or uses: %s@v1", placeholder, r.Repository)
	}
	return []byte(link.ReplaceAllStringFunc(readme, r.absolute)), nil
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
	return fmt.Sprintf("%s%s(https://github.com/%s/%s/%s/%s)", image, text, r.Repository, kind, r.Version, target)
}
