package pullrequest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"astro-workspace-grant/internal/grant"
)

// Telling is what a comment tells, as far as a later run has to know: it stands in the comment, hidden.
type Telling struct {
	About   string       `json:"about"` // hash of what the comment is about: runs with the same one share the comment
	Run     int64        `json:"run"`   // ID of the workflow run that told it
	Attempt int64        `json:"attempt"`
	Status  grant.Status `json:"status"`
	DryRun  bool         `json:"dryRun"`
	Roles   string       `json:"roles"` // hash of the roles it is about: API token, Workspaces and wanted role
	Text    string       `json:"text"`  // hash of the text but for link and commit
}

// Hash returns a short hash of some values.
func Hash(values ...string) string {
	encoded, err := json.Marshal(values)
	if err != nil {
		panic("strings do not marshal: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16])
}

const markerName = "astro-workspace-grant"

// marker is an HTML comment: no reader sees it.
func (t Telling) marker() string {
	encoded, err := json.Marshal(t)
	if err != nil {
		panic("strings and numbers do not marshal: " + err.Error())
	}
	return fmt.Sprintf("<!-- %s %s -->", markerName, encoded)
}

// markerForm is what marker writes. The values are hashes, numbers and our own words, so nothing in them ends it.
var markerForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<!-- ` + markerName + ` (\{[^{}<>]*\}) -->`) })

// readMarker returns what a comment's text tells. The marker stands at its end: what is quoted before it does not count.
func readMarker(body string) (Telling, bool) {
	all := markerForm().FindAllStringSubmatch(strings.TrimSpace(body), -1)
	if len(all) == 0 {
		return Telling{}, false
	}
	var told Telling
	if json.Unmarshal([]byte(all[len(all)-1][1]), &told) != nil {
		return Telling{}, false
	}
	return told, true
}

// Mode says when to comment.
type Mode string

// The modes.
const (
	Never   Mode = "never"
	Always  Mode = "always"
	Changed Mode = "changed" // where a grant changed something, or failed
)

// needed reports whether now is to be told, given what the comment tells already, if there is one.
func needed(mode Mode, now Telling, before *Telling) bool {
	if before == nil {
		return mode == Always || now.Status != grant.Unchanged
	}
	newer := before.Run > now.Run || before.Run == now.Run && before.Attempt > now.Attempt
	if newer || before.Text == now.Text {
		return false
	}
	if now.Status != grant.Unchanged {
		return true
	}
	// That nothing is left to do must not hide from a reviewer what was done.
	done := !before.DryRun && before.Status != grant.Failed
	return !done || before.Roles != now.Roles
}
