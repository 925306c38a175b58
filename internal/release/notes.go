package release

import (
	"fmt"
	"strings"

	"astro-workspace-grant/internal/message"
)

// Notes returns the text of the Release on GitHub. The subjects are those of the commits since the version before; that
// is empty for the first release.
func (r Release) Notes(before string, subjects []string) string {
	var b strings.Builder
	repository := "https://github.com/" + r.Repository
	fmt.Fprintf(&b, "```yaml\n- uses: %s@%s # or a commit, see below\n```\n\n## What changed\n\n", r.Repository, r.Major())
	if before == "" {
		b.WriteString("This is the first release.\n")
	} else {
		for _, subject := range subjects {
			fmt.Fprintf(&b, "- %s\n", message.Code(subject))
		}
		fmt.Fprintf(&b, "\n[All changes since %[1]s](%[2]s/compare/%[1]s...%[3]s)\n", before, repository, r.Version)
	}
	fmt.Fprintf(&b, `
## Verify it

The image for linux/amd64 and linux/arm64, which `+"`action.yml`"+` of this release names:

`+"`%[4]s`"+`

It and the attached programs were built by [the release workflow](%[1]s/blob/%[2]s/.github/workflows/release.yml)
from the commit [%[3]s](%[1]s/commit/%[2]s). To verify this with the [GitHub CLI](https://cli.github.com):

`+"```sh"+`
gh attestation verify oci://%[4]s --repo %[5]s --signer-workflow %[5]s/.github/workflows/release.yml
gh release download %[6]s --repo %[5]s --pattern '*-linux-amd64'
gh attestation verify *-linux-amd64 --repo %[5]s --signer-workflow %[5]s/.github/workflows/release.yml
`+"```"+`

To pin the action and its image, use the commit of the tag %[6]s. [More](%[1]s/blob/%[6]s/.github/SECURITY.md)
`, repository, r.Commit, r.Commit[:7], r.Image(), r.Repository, r.Version)
	return b.String()
}
