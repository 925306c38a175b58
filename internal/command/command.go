// Package command is the command line: it runs the action from a terminal, where inputs are flags, or on a runner,
// which passes none.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"astro-workspace-grant/internal/action"
	"astro-workspace-grant/internal/export"
	"astro-workspace-grant/internal/input"
)

// Environment is what a command depends on.
type Environment struct {
	Args           []string
	Getenv         func(string) string
	Stdout, Stderr io.Writer
	Version        string
}

// usageError is the exit code for a wrong command line.
const usageError = 2

// Run runs a command and returns its exit code.
func Run(ctx context.Context, env Environment) int {
	o, err := parse(env)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(env.Stdout, help())
		return 0
	case err != nil:
		fmt.Fprintf(env.Stderr, "%v; see -help\n", err)
		return usageError
	case o.version:
		fmt.Fprintf(env.Stdout, "astro-workspace-grant %s\n", env.Version)
		return 0
	case o.check != "":
		return check(env.Stdout, o.check)
	case hasNothingToDo(env):
		fmt.Fprint(env.Stderr, firstSteps)
		return usageError
	}
	if o.sandbox || o.faults {
		stop, err := o.startSandbox()
		if err != nil {
			fmt.Fprintln(env.Stderr, err)
			return 1
		}
		defer stop()
	}
	if o.export {
		return export.Run(ctx, export.Environment{
			Getenv: o.getenv, Log: env.Stderr, Out: env.Stdout, Version: env.Version, Exclusive: o.exclusive,
		})
	}
	return action.Run(ctx, action.Environment{Getenv: o.getenv, Out: env.Stdout, Version: env.Version, Verbose: o.verbose})
}

// hasNothingToDo reports whether a person started the program without any arguments, inputs or API token.
func hasNothingToDo(env Environment) bool {
	variables := []string{"GITHUB_ACTIONS", "ASTRO_API_TOKEN"}
	for _, in := range input.All() {
		variables = append(variables, "INPUT_"+strings.ToUpper(in.Name))
	}
	for _, name := range variables {
		if env.Getenv(name) != "" {
			return false
		}
	}
	return len(env.Args) == 0
}

const firstSteps = `Set ASTRO_API_TOKEN to the Astro API token that makes the grant.
See -help for the flags.
Try -sandbox to run against an Astro in memory, without an account or a network.
`
