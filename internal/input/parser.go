package input

import (
	"cmp"
	"slices"
	"strings"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/runner"
)

// parser reads inputs and collects their problems.
type parser struct {
	runner   *runner.Runner
	defaults map[string]string
	secrets  []string                   // API tokens that were pasted into other inputs
	problems map[string][]grant.Problem // by the name of the input
	others   []grant.Problem            // of no input
}

func newParser(r *runner.Runner) *parser {
	r.Secret(r.Input("api-token"))
	r.Secret(r.Env("ASTRO_API_TOKEN"))
	r.Secret(githubToken(r))
	p := &parser{runner: r, defaults: map[string]string{}, problems: map[string][]grant.Problem{}}
	for _, input := range All() {
		p.defaults[input.Name] = input.Default
	}
	return p
}

// all returns the problems in the order of the inputs.
func (p *parser) all() []grant.Problem {
	all := p.others
	for _, input := range All() {
		all = append(all, p.problems[input.Name]...)
	}
	return all
}

// get returns an input or its default. An API token that was pasted into it is removed, so that no problem repeats it.
func (p *parser) get(name string) string {
	value := p.runner.Input(name)
	for _, secret := range p.secrets {
		value = strings.ReplaceAll(value, secret, "***")
	}
	return cmp.Or(value, p.defaults[name])
}

// addProblem adds a problem of an input. The message starts with the input's name; the hint says what is allowed.
func (p *parser) addProblem(name string, what, hint message.Text) {
	p.problems[name] = append(p.problems[name], problemOf(name, what, hint))
}

func problemOf(name string, what, hint message.Text) grant.Problem {
	return grant.Problem{Kind: grant.InvalidInput, What: message.New("%s %s.", message.Trusted(name), what), Hint: hint}
}

var isRequired = message.New("is required")

func isNot(value string, what message.Trusted) message.Text {
	return message.New("%s is not %s", value, what)
}

func (p *parser) connection() Inputs {
	var in Inputs
	in.APIToken = p.apiToken()
	in.Claims = astro.ReadClaims(in.APIToken)
	p.checkNoSecretIn(in.APIToken)
	in.Organization = p.id("organization")
	in.APIURL = p.url("api-url")
	in.BadProxy = p.badProxy()
	in.Timeout = p.duration("timeout")
	return in
}

func (p *parser) apiToken() string {
	token := cmp.Or(p.runner.Input("api-token"), strings.TrimSpace(p.runner.Env("ASTRO_API_TOKEN")))
	switch {
	case token == "":
		p.addProblem(
			"api-token",
			isRequired,
			message.New(
				"Pass an Astro API token from a secret, or set the variable ASTRO_API_TOKEN. Secrets are not available to runs that "+
					"were triggered from a fork or by Dependabot.",
			),
		)
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }):
		p.addProblem("api-token", message.New("contains white space or other characters that cannot be part of an API token"),
			message.New("Copy the API token into the secret again, without a line break."))
	}
	return token
}

// checkNoSecretIn refuses an API token that was pasted into another input, and hides it from then on.
func (p *parser) checkNoSecretIn(apiToken string) {
	if apiToken != "" {
		p.secrets = append(p.secrets, apiToken)
	}
	for _, input := range All() {
		value := p.runner.Input(input.Name)
		if input.Secret || value == "" {
			continue
		}
		pasted := astro.JWT().FindAllString(value, -1)
		for _, secret := range pasted {
			p.runner.Secret(secret)
		}
		p.secrets = append(p.secrets, pasted...)
		if len(pasted) > 0 || apiToken != "" && strings.Contains(value, apiToken) {
			p.addProblem(
				input.Name,
				message.New("contains an API token"),
				message.New(
					"Pass the API token as api-token, from a secret. If the workflow file contains it, revoke it: others may have read it.",
				),
			)
		}
	}
}

func (p *parser) token() (name, id string) {
	name, id = p.get("org-token-name"), p.id("org-token-id")
	switch {
	case name == "" && p.get("org-token-id") == "":
		p.addProblem("org-token-name", message.New("or org-token-id is required"),
			message.New("Give the name or the ID of the Organization API token that gets the role."))
	case name != "" && p.get("org-token-id") != "":
		p.addProblem("org-token-name", message.New("and org-token-id are both set"), message.New("Set only one of them."))
	}
	return name, id
}

func (p *parser) role() grant.Role {
	given := p.get("role")
	role, err := grant.ParseRole(given)
	if err == nil {
		return role
	}
	what := isRequired
	if given != "" {
		what = isNot(given, "a role that can be granted")
	}
	p.addProblem("role", what, message.New("%s.", message.Trusted(upperFirst(err.Error()))))
	return role
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (p *parser) workspaces() []string {
	workspaces := p.lines("workspace")
	if len(workspaces) == 0 {
		p.addProblem(
			"workspace",
			isRequired,
			message.New("Give the ID or the exact name of a Workspace. Give several one per line."),
		)
	}
	return workspaces
}

// lines returns the lines of an input, without repetitions.
func (p *parser) lines(name string) []string {
	var lines []string
	for line := range strings.FieldsFuncSeq(p.get(name), func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// checkOnlyFile refuses inputs that the grants file replaces.
func (p *parser) checkOnlyFile() {
	for _, name := range []string{"org-token-name", "org-token-id", "role", "workspace"} {
		if p.get(name) != "" {
			p.addProblem(
				name,
				message.New("and grants-file are both set"),
				message.New("Set only one of them: the file lists all grants."),
			)
		}
	}
}
