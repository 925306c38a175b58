package pullrequest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"astro-workspace-grant/internal/grant"
)

// State is what later runs need to know about a comment. It is hidden in the comment.
type State struct {
	Key     string `json:"about"` // hash of what the comment is about: runs with the same key share the comment
	Run     int64  `json:"run"`   // ID of the workflow run that wrote it
	Attempt int64  `json:"attempt"`
	Nonce   string `json:"nonce,omitempty"` // tells which process wrote it
	Table   string `json:"table,omitempty"` // the encoded rows

	// Instead of a table, comments of earlier versions of the action have these.
	Status grant.Status `json:"status,omitempty"`
	DryRun bool         `json:"dryRun,omitempty"`
	Roles  string       `json:"roles,omitempty"` // hash of the API token, the Workspaces and the wanted roles
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

// markerForm matches what marker returns. The values are hashes, numbers, base64 and our own words, so none of them can
// end it.
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
