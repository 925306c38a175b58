//go:build race

package e2e

// If the tests are built with the race detector, the program is too. It then fails when a race is detected.
func init() { buildFlags = append(buildFlags, "-race") }
