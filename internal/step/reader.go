package step

import (
	"cmp"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/escape"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/runner"
)

// reader reads inputs and gathers what is wrong with them.
type reader struct {
	runner   *runner.Runner
	defaults map[string]string
	secrets  []string                   // API tokens that were pasted into other inputs
	problems map[string][]grant.Problem // by the input's name
}

func newReader(r *runner.Runner) *reader {
	in := &reader{runner: r, defaults: map[string]string{}, problems: map[string][]grant.Problem{}}
	for _, input := range Inputs() {
		in.defaults[input.Name] = input.Default
	}
	return in
}

// get returns an input, or its default. An API token that was pasted into it is left out: no problem may repeat it.
func (in *reader) get(name string) string {
	value := in.runner.Input(name)
	for _, secret := range in.secrets {
		value = strings.ReplaceAll(value, secret, "***")
	}
	return cmp.Or(value, in.defaults[name])
}

// wrong notes a problem of an input. The hint says what is allowed.
func (in *reader) wrong(name string, what, hint escape.Sentence) {
	in.problems[name] = append(in.problems[name], grant.Problem{
		Kind: grant.InvalidInput,
		What: escape.Say("Input %s: %s.", escape.Plain(name), what),
		Hint: hint,
	})
}

func (in *reader) apiToken() string {
	token := cmp.Or(in.runner.Input("api-token"), strings.TrimSpace(in.runner.Env("ASTRO_API_TOKEN")))
	switch {
	case token == "":
		in.wrong("api-token", escape.Say("it is empty, and so is the variable ASTRO_API_TOKEN"),
			escape.Say("Pass an Astro API token from a secret. Secrets do not reach runs that were triggered from a fork or by Dependabot."))
	case strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }):
		in.wrong("api-token", escape.Say("it has white space or other characters in it that no API token has"),
			escape.Say("Copy the API token into the secret once more, without a line break."))
	}
	return token
}

// checkNoSecretIn refuses an API token that was pasted into another input, and keeps it from being shown from then on.
func (in *reader) checkNoSecretIn(apiToken string) {
	if apiToken != "" {
		in.secrets = append(in.secrets, apiToken)
	}
	for _, input := range Inputs() {
		value := in.runner.Input(input.Name)
		if input.Secret || value == "" {
			continue
		}
		pasted := astro.JWT().FindAllString(value, -1)
		for _, secret := range pasted {
			in.runner.Secret(secret)
		}
		in.secrets = append(in.secrets, pasted...)
		if len(pasted) > 0 || apiToken != "" && strings.Contains(value, apiToken) {
			in.wrong(input.Name, escape.Say("an API token stands in it"),
				escape.Say("Pass the API token as api-token, from a secret. If the workflow file holds it, revoke it: others can have read it."))
		}
	}
}

func (in *reader) token() (name, id string) {
	name, id = in.get("org-token-name"), in.id("org-token-id")
	switch {
	case name == "" && in.get("org-token-id") == "":
		in.wrong("org-token-name", escape.Say("neither it nor org-token-id is given"), escape.Say("Name the Organization API token that gets the role, or give its ID."))
	case name != "" && in.get("org-token-id") != "":
		in.wrong("org-token-name", escape.Say("both it and org-token-id are given"), escape.Say("Give one of the two."))
	}
	return name, id
}

func (in *reader) role() grant.Role {
	given := in.get("role")
	role, err := grant.ParseRole(given)
	switch {
	case given == "":
		in.wrong("role", escape.Say("it is empty"), escape.Say("%s.", escape.Plain(upperFirst(err.Error()))))
	case err != nil:
		in.wrong("role", escape.Say("%s is no role that can be granted", given), escape.Say("%s.", escape.Plain(upperFirst(err.Error()))))
	}
	return role
}

func (in *reader) workspaces() []string {
	var result []string
	for line := range strings.FieldsFuncSeq(in.get("workspace"), func(c rune) bool { return c == '\n' || c == '\r' }) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(result, line) {
			result = append(result, line)
		}
	}
	if len(result) == 0 {
		in.wrong("workspace", escape.Say("it is empty"), escape.Say("Give a Workspace's ID or its exact name; several, one a line."))
	}
	return result
}

func (in *reader) id(name string) string {
	id := in.get(name)
	if id != "" && !astro.IsID(id) {
		in.wrong(name, escape.Say("%s is no ID", id), escape.Say("An ID has letters, digits, - and _ only; it looks like clxxxxxxxxxxxxxxxxxxxxxxx."))
	}
	return id
}

func (in *reader) url(name string) string {
	given := in.get(name)
	parsed, err := url.Parse(given)
	switch {
	case err != nil || parsed.Host == "" || parsed.User != nil || strings.ContainsAny(given, "?#"):
		in.wrong(name, escape.Say("%s is not the address of an API", given), escape.Say("Leave it out for Astro's own, https://api.astronomer.io/v1."))
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || !isLoopback(parsed.Hostname())):
		in.wrong(name, escape.Say("%s is not an https address", given), escape.Say("Use https: the API token is sent there. Plain http is allowed toward this machine only."))
	}
	return strings.TrimRight(given, "/")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// parseBool reads a boolean of YAML 1.2's core schema.
func parseBool(s string) (value, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

func (in *reader) bool(name string) bool {
	value, ok := parseBool(in.get(name))
	if !ok {
		in.wrong(name, escape.Say("%s is neither true nor false", in.get(name)), escape.Say("Write true or false."))
	}
	return value
}

func (in *reader) duration(name string) time.Duration {
	given := in.get(name)
	value, err := time.ParseDuration(given)
	hint := escape.Say("Write it as in 90s, 5m or 1h30m.")
	switch {
	case err != nil:
		in.wrong(name, escape.Say("%s is no duration", given), hint)
	case value == 0 && name == "timeout":
		in.wrong(name, escape.Say("%s is not positive", given), hint)
	case value < 0:
		in.wrong(name, escape.Say("%s is negative", given), hint)
	}
	return value
}

// checkFileAlone refuses what a grants file says itself.
func (in *reader) checkFileAlone() {
	for _, name := range []string{"org-token-name", "org-token-id", "role", "workspace"} {
		if in.get(name) != "" {
			in.wrong(name, escape.Say("it is given, and grants-file too"), escape.Say("Give one of the two: the file says itself who gets which role where."))
		}
	}
}

// path reads the path of a file in the checkout, without detours: GitHub, and annotations on a diff, know it by no other.
func (in *reader) path(name string) string {
	given := in.get(name)
	if given == "" {
		return ""
	}
	return filepath.Clean(given)
}

func (in *reader) reportFile() string {
	path := in.path("report-file")
	switch {
	case path != "" && path == in.path("grants-file"):
		in.wrong("report-file", escape.Say("it is the grants file"), escape.Say("Give the report a path of its own, as in access-report.json."))
		return ""
	case path != "" && !filepath.IsLocal(path):
		in.wrong("report-file", escape.Say("%s is no path inside of the checkout", path), escape.Say("Give a path from the root of the checkout, as in access-report.json."))
		return ""
	}
	return path
}

func (in *reader) applyAlways() bool {
	given := in.get("apply")
	if given != "auto" && given != "always" {
		in.wrong("apply", escape.Say("%s is none of its values", given), escape.Say("Write auto or always."))
	}
	return given == "always"
}

func (in *reader) mode(name string) pullrequest.Mode {
	mode := pullrequest.Mode(in.get(name))
	modes := []pullrequest.Mode{pullrequest.Never, pullrequest.Always, pullrequest.Changed}
	if !slices.Contains(modes, mode) {
		in.wrong(name, escape.Say("%s is none of its values", string(mode)), escape.Say("Write never, always or changed."))
		return pullrequest.Never
	}
	return mode
}

func (in *reader) number(name string) int {
	given := strings.TrimPrefix(in.get(name), "#")
	if given == "" {
		return 0
	}
	number, err := strconv.Atoi(given)
	if err != nil || number < 1 {
		in.wrong(name, escape.Say("%s is no number of a pull request", given), escape.Say("Give its number, as in 123, or leave it out."))
		return 0
	}
	return number
}

// githubToken returns the token for GitHub's API. It is only used for the pull request: whether it is any good shows there.
func githubToken(r *runner.Runner) string {
	return cmp.Or(r.Input("github-token"), strings.TrimSpace(r.Env("GITHUB_TOKEN")))
}

func (in *reader) checkTimes(result inputs) {
	for _, part := range []struct {
		name  string
		value time.Duration
	}{{"wait", result.wait}, {"settle", result.settle}} {
		if result.timeout > 0 && part.value >= result.timeout {
			in.wrong(part.name, escape.Say("%s is not less than the timeout of %s", part.value.String(), result.timeout.String()),
				escape.Say("Raise timeout, or lower %s.", escape.Plain(part.name)))
		}
	}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
