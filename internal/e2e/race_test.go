//go:build race

package e2e

// The program is built with the race detector where its tests are: it makes the program fail when it finds something.
func init() { buildFlags = append(buildFlags, "-race") }
