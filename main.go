// Astro Workspace Grant gives an Organization API token of Astro a role in Workspaces: as a step of a GitHub Actions
// workflow, or from a terminal.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"astro-workspace-grant/internal/sandbox"
	"astro-workspace-grant/internal/step"
)

// version is set by the linker on a release.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := realMain(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func realMain(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, getenv, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case o.version:
		fmt.Fprintf(stdout, "astro-workspace-grant %s\n", version)
		return 0
	}
	if o.sandbox || o.faults {
		stop, err := o.startSandbox()
		if err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		defer stop()
	}
	return step.Run(ctx, step.Environment{Getenv: o.getenv, Out: stdout, Version: version})
}

// options are what a command line says. A runner passes none.
type options struct {
	version, sandbox, faults bool
	inputs                   map[string]string // by name
	env                      func(string) string
}

// getenv is the environment, with the inputs of the command line over it.
func (o *options) getenv(name string) string {
	if input, ok := strings.CutPrefix(name, "INPUT_"); ok {
		if value, ok := o.inputs[strings.ToLower(input)]; ok {
			return value
		}
	}
	return o.env(name)
}

func parseFlags(args []string, getenv func(string) string, stdout, stderr io.Writer) (*options, error) {
	o := &options{inputs: map[string]string{}, env: getenv}
	flags := flag.NewFlagSet("astro-workspace-grant", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		flags.SetOutput(stdout)
		fmt.Fprint(stdout, usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.version, "version", false, "print the version")
	flags.BoolVar(&o.sandbox, "sandbox", false, "run against an Astro in memory: no account, no network")
	flags.BoolVar(&o.faults, "faults", false, "like -sandbox, with an API that fails now and then")
	for _, input := range step.Inputs() {
		if !input.Secret {
			flags.Func(input.Name, input.Help(), func(value string) error {
				o.inputs[input.Name] = value
				return nil
			})
		}
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "unexpected argument %q; see -help\n", flags.Arg(0))
		return nil, errors.New("unexpected argument")
	}
	return o, nil
}

const usage = `Gives an Organization API token of Astro a role in Workspaces.

On GitHub's runner the inputs come from the workflow. In a terminal they are flags, and the API
token that makes the grant comes from the variable ASTRO_API_TOKEN:

  astro-workspace-grant -org-token-name "CI Deployer" -role WORKSPACE_OPERATOR -workspace Production

`

// sandboxLatency is what one request takes in the sandbox.
const sandboxLatency = 50 * time.Millisecond

// startSandbox starts an Astro in memory and points the run at it. Where the command line does not say what to grant, it
// shows one grant that is new and one that changes a role.
func (o *options) startSandbox() (stop func(), err error) {
	token := sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))
	settings := sandbox.Options{APIToken: token, Latency: func() time.Duration { return sandboxLatency }}
	if o.faults {
		settings.Fault = sandbox.Flaky(rand.Uint64())
	}
	root, stop, err := sandbox.Listen(sandbox.Demo(settings))
	if err != nil {
		return nil, err
	}
	if len(o.inputs) == 0 {
		o.inputs["org-token-name"] = "CI Deployer"
		o.inputs["role"] = "WORKSPACE_OPERATOR"
		o.inputs["workspace"] = "Production\nStaging"
	}
	o.inputs["api-url"] = root + "/v1"
	o.inputs["api-token"] = token
	return stop, nil
}
