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

// State is what a later run needs to know about a comment. It is hidden in the comment.
type State struct {
	Key     string       `json:"about"` // hash of what the comment is about: runs with the same key share the comment
	Run     int64        `json:"run"`   // ID of the workflow run that wrote it
	Attempt int64        `json:"attempt"`
	Status  grant.Status `json:"status"`
	DryRun  bool         `json:"dryRun"`
	Roles   string       `json:"roles"` // hash of the API token, the Workspaces and the wanted roles
	Text    string       `json:"text"`  // hash of the text without link and commit
}

// Hash returns a short hash of values.
func Hash(values ...string) string {
	encoded, err := json.Marshal(values)
	if err != nil {
		panic("strings do not marshal: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16])
}

const markerName = "astro-workspace-grant"

// marker returns the state as an HTML comment, which readers do not see.
func (s State) marker() string {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic("strings and numbers do not marshal: " + err.Error())
	}
	return fmt.Sprintf("<!-- %s %s -->", markerName, encoded)
}

// markerForm matches what marker returns. The values are hashes, numbers and our own words, so none of them can end it.
var markerForm = sync.OnceValue(
	func() *regexp.Regexp { return regexp.MustCompile(`<!-- ` + markerName + ` (\{[^{}<>]*\}) -->`) },
)

// readMarker returns the state in a comment's text. Only the last marker counts: others are quoted ones.
func readMarker(body string) (State, bool) {
	all := markerForm().FindAllStringSubmatch(strings.TrimSpace(body), -1)
	if len(all) == 0 {
		return State{}, false
	}
	var state State
	if json.Unmarshal([]byte(all[len(all)-1][1]), &state) != nil {
		return State{}, false
	}
	return state, true
}

// Mode says when to comment.
type Mode string

// The modes.
const (
	Never   Mode = "never"
	Always  Mode = "always"
	Changed Mode = "changed" // if a grant changed something or failed
)

// needed reports whether a comment has to be written, given the state of the earlier one, if there is one.
func needed(mode Mode, now State, before *State) bool {
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
