package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"astro-workspace-grant/internal/input"
)

// options is a parsed command line.
type options struct {
	version, sandbox, faults bool
	export, exclusive        bool
	verbose                  bool
	check                    string            // the grants file to check
	inputs                   map[string]string // by name
	variables                map[string]string // set by the sandbox
	env                      Environment
}

// getenv returns an environment variable. Flags override inputs.
func (o *options) getenv(name string) string {
	if input, ok := strings.CutPrefix(name, "INPUT_"); ok {
		if value, ok := o.inputs[strings.ToLower(input)]; ok {
			return value
		}
	}
	if value, ok := o.variables[name]; ok {
		return value
	}
	return o.env.Getenv(name)
}

func parse(env Environment) (*options, error) {
	o := &options{inputs: map[string]string{}, env: env}
	flags := flag.NewFlagSet("astro-workspace-grant", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller prints one line instead
	for _, local := range localFlags() {
		switch target := local.target(o).(type) {
		case *bool:
			flags.BoolVar(target, local.name, false, "")
		case *string:
			flags.StringVar(target, local.name, "", "")
		}
	}
	for _, in := range input.All() {
		set := func(value string) error {
			o.inputs[in.Name] = value
			return nil
		}
		switch {
		case in.Usage == "": // a secret, or only a runner knows it
		case in.Bool:
			flags.BoolFunc(in.Name, "", set)
		default:
			flags.Func(in.Name, "", set)
		}
	}
	if err := flags.Parse(env.Args); err != nil {
		unknown, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: ")
		if ok {
			return nil, errors.New("unknown flag " + unknown)
		}
		return nil, err
	}
	if o.exclusive && !o.export {
		return nil, errors.New("-exclusive needs -export")
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

// localFlag is a flag that is not an input.
type localFlag struct {
	name, usage string
	target      func(o *options) any // a *bool or *string
}

func localFlags() []localFlag {
	return []localFlag{
		{
			"sandbox",
			"run against an Astro in memory, without an account or a network",
			func(o *options) any { return &o.sandbox },
		},
		{"faults", "like -sandbox, with an API that fails now and then", func(o *options) any { return &o.faults }},
		{
			"export",
			"print a grants file with the roles that the Organization has today",
			func(o *options) any { return &o.export },
		},
		{"exclusive", "with -export: make the file revoke what it does not list", func(o *options) any { return &o.exclusive }},
		{"check", "check a grants file or a folder of them, without a network", func(o *options) any { return &o.check }},
		{"v", "also print the step outputs, the job summary and the comment", func(o *options) any { return &o.verbose }},
		{"version", "print the version", func(o *options) any { return &o.version }},
	}
}
