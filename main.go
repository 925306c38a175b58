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
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"astro-workspace-grant/internal/sandbox"
	"astro-workspace-grant/internal/step"
)

// version is set by the linker on a release.
var version = "dev"

func main() {
	// It is never stopped: a signal that comes when all is done must not turn that into a failure.
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	os.Exit(realMain(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
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
	if o.serve != "" || o.serveFiles != "" {
		if err := o.serveSandbox(ctx); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
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
	if o.export {
		return step.Export(ctx, step.Environment{Getenv: o.getenv, Out: stderr, Version: version}, stdout)
	}
	return step.Run(ctx, step.Environment{Getenv: o.getenv, Out: stdout, Version: version})
}

// options are what a command line says. A runner passes none.
type options struct {
	version, sandbox, faults bool
	export                   bool
	serve, serveFiles        string            // where, and the folder of the files that tell of it
	inputs                   map[string]string // by name
	variables                map[string]string // of the environment, where the sandbox says so
	env                      func(string) string
	out                      io.Writer
}

// getenv is the environment, with the inputs of the command line over it.
func (o *options) getenv(name string) string {
	if input, ok := strings.CutPrefix(name, "INPUT_"); ok {
		if value, ok := o.inputs[strings.ToLower(input)]; ok {
			return value
		}
	}
	if value, ok := o.variables[name]; ok {
		return value
	}
	return o.env(name)
}

func parseFlags(args []string, getenv func(string) string, stdout, stderr io.Writer) (*options, error) {
	o := &options{inputs: map[string]string{}, env: getenv, out: stdout}
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
	flags.BoolVar(&o.export, "export", false, "print a grants file of what the Organization has today")
	flags.StringVar(&o.serve, "serve", "", "serve the sandbox alone, over TLS, at this address (port 0: a free one)")
	flags.StringVar(&o.serveFiles, "serve-files", "", "existing folder for what clients of -serve need: ca.pem, api-token and, once it answers, api-url")
	for _, input := range step.Inputs() {
		set := func(value string) error {
			o.inputs[input.Name] = value
			return nil
		}
		switch {
		case input.Secret: // a command line shows in the list of processes
		case input.Bool:
			flags.BoolFunc(input.Name, input.Help(), set)
		default:
			flags.Func(input.Name, input.Help(), set)
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

// newSandbox makes an Astro and a GitHub in memory that know one API token.
func (o *options) newSandbox() (token string, github *sandbox.GitHub, handler http.Handler) {
	token = sandbox.APIToken(sandbox.DemoOrganizationID, sandbox.DemoTokenID, time.Now().AddDate(1, 0, 0))
	settings := sandbox.Options{APIToken: token, Latency: func() time.Duration { return sandboxLatency }}
	if o.faults {
		settings.Fault = sandbox.Flaky(rand.Uint64())
	}
	github = sandbox.DemoGitHub(token)
	mux := http.NewServeMux()
	mux.Handle("/v1/", sandbox.Demo(settings))
	mux.Handle("/api/", github)
	return token, github, mux
}

// serveSandbox serves the sandbox alone until a signal.
func (o *options) serveSandbox(ctx context.Context) error {
	if o.serve == "" || o.serveFiles == "" {
		return errors.New("-serve and -serve-files go together: without its authority's certificate nobody can reach the sandbox")
	}
	token, _, handler := o.newSandbox()
	root, authority, stop, err := sandbox.ListenTLS(o.serve, handler)
	if err != nil {
		return err
	}
	defer stop()
	remove, err := sandbox.Files(o.serveFiles, root, authority, token)
	if err != nil {
		return err
	}
	defer remove()
	fmt.Fprintf(o.out, "Astro is at %[1]s/v1 and GitHub at %[1]s/api/v3, until a signal. Clients find what they need in %[2]s.\n", root, o.serveFiles)
	<-ctx.Done()
	return nil
}

// startSandbox starts an Astro and a GitHub in memory and points the run at them. Where the command line does not say what
// to grant, it shows one grant that is new and one that changes a role.
func (o *options) startSandbox() (stop func(), err error) {
	token, github, handler := o.newSandbox()
	root, closeServer, err := sandbox.Listen(handler)
	if err != nil {
		return nil, err
	}
	said := func(name string) bool { return o.inputs[name] != "" }
	if !slices.ContainsFunc([]string{"org-token-name", "org-token-id", "role", "workspace", "grants-file"}, said) {
		o.inputs["org-token-name"] = "CI Deployer"
		o.inputs["role"] = "WORKSPACE_OPERATOR"
		o.inputs["workspace"] = "Production\nStaging"
	}
	o.inputs["api-url"] = root + "/v1"
	o.inputs["api-token"] = token
	if o.inputs["comment"] != "" {
		o.onPullRequest(root, token)
	}
	return func() {
		closeServer()
		for _, comment := range github.Comments(sandbox.DemoPullRequest) {
			fmt.Fprintf(o.out, "── Comment on pull request #%d\n%s\n", comment.Number, comment.Body)
		}
	}, nil
}

// onPullRequest makes the run one that a pull request of the sandbox triggered.
func (o *options) onPullRequest(root, token string) {
	if o.inputs["pull-request"] == "" {
		o.inputs["pull-request"] = strconv.Itoa(sandbox.DemoPullRequest)
	}
	o.inputs["github-token"] = token
	o.variables = map[string]string{
		"GITHUB_API_URL": root + "/api/v3", "GITHUB_GRAPHQL_URL": root + "/api/graphql", "GITHUB_SERVER_URL": "https://github.example",
		"GITHUB_REPOSITORY": sandbox.DemoRepository, "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1",
	}
}
