package command

import (
	"slices"
	"strings"
	"testing"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/input"
)

func TestHelpListsAllFlags(t *testing.T) {
	var listed, defined []string
	for _, group := range groups() {
		listed = append(listed, group.names...)
	}
	for _, in := range input.All() {
		if in.Usage != "" {
			defined = append(defined, in.Name)
		}
	}
	for _, flag := range localFlags() {
		defined = append(defined, flag.name)
	}
	slices.Sort(listed)
	slices.Sort(defined)
	if !slices.Equal(listed, defined) {
		t.Errorf("the help lists %q, and the flags are %q", listed, defined)
	}
}

func TestHelpListsAllRoles(t *testing.T) {
	for _, role := range append(grant.Roles(), grant.None) {
		if !strings.Contains(help(), "\n  "+string(role)) {
			t.Errorf("the help does not describe the role %s", role)
		}
	}
}

func TestHelpFitsIntoATerminal(t *testing.T) {
	for line := range strings.Lines(help()) {
		if len(strings.TrimSpace(line)) > 106 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}
