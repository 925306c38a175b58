// Astro Workspace Grant gives an Organization API token of Astro a role in Workspaces: as a step of a GitHub Actions
// workflow, or from a terminal.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"astro-workspace-grant/internal/command"
)

// version is set by the linker for a release.
var version = "dev"

func main() {
	// The handler is never removed: a signal that arrives when everything is done must not make the run fail.
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	os.Exit(command.Run(ctx, command.Environment{
		Args: os.Args[1:], Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr, Version: version,
	}))
}
