package input

import (
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"astro-workspace-grant/internal/astro"
	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/pullrequest"
)

// Apply says when a grants file is applied.
type Apply string

// The values of the input apply.
const (
	Auto   Apply = "auto"   // on the default branch
	Always Apply = "always" // in every run
	Check  Apply = "check"  // never: it is compared with Astro
)

func (p *parser) id(name string) string {
	id := p.get(name)
	if id != "" && !astro.IsID(id) {
		p.addProblem(name, isNot(id, "a valid ID"),
			message.New("An ID consists of letters, digits, - and _ and looks like clxxxxxxxxxxxxxxxxxxxxxxx."))
	}
	return id
}

func (p *parser) url(name string) string {
	given := p.get(name)
	parsed, err := url.Parse(given)
	switch {
	case err != nil || parsed.Host == "" || parsed.User != nil || strings.ContainsAny(given, "?#"):
		p.addProblem(
			name,
			isNot(given, "a valid address of an API"),
			message.New("Leave it out to use Astro's own, https://api.astronomer.io/v1."),
		)
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || !isLoopback(parsed.Hostname())):
		p.addProblem(name, isNot(given, "an https address"),
			message.New("Use https, as the API token is sent there. Plain http is allowed only for this machine itself."))
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

func (p *parser) bool(name string) bool {
	value, ok := parseBool(p.get(name))
	if !ok {
		p.addProblem(name, isNot(p.get(name), "true or false"), message.New("Use true or false."))
	}
	return value
}

func (p *parser) duration(name string) time.Duration {
	given := p.get(name)
	value, err := time.ParseDuration(given)
	hint := message.New("Use a duration such as 90s, 5m or 1h30m.")
	switch {
	case err != nil:
		p.addProblem(name, isNot(given, "a valid duration"), hint)
	case value == 0 && name == "timeout":
		p.addProblem(name, message.New("must be longer than %s", message.Trusted(given)), hint)
	case value < 0:
		p.addProblem(name, message.New("must not be negative: %s", given), hint)
	}
	return value
}

// path reads the path of a file in the checkout and cleans it: GitHub, and annotations on a diff, know no other form. It can
// begin with the root of the checkout, which ${{ github.workspace }} is; the runner writes /github/workspace for that.
func (p *parser) path(name string) string {
	given := p.get(name)
	if given == "" {
		return ""
	}
	path := filepath.Clean(given)
	for _, root := range []string{"/github/workspace", p.runner.Env("GITHUB_WORKSPACE")} {
		if inside, err := filepath.Rel(root, path); root != "" && err == nil && filepath.IsAbs(path) && filepath.IsLocal(inside) {
			return inside
		}
	}
	return path
}

func (p *parser) reportFile() string {
	path := p.path("report-file")
	switch {
	case path != "" && path == p.path("grants-file"):
		p.addProblem(
			"report-file",
			message.New("is the same file as grants-file"),
			message.New("Use another path, such as access-report.json."),
		)
		return ""
	case path != "" && !filepath.IsLocal(path):
		p.addProblem("report-file", isNot(path, "a path inside the checkout"),
			message.New("Use a path relative to the root of the checkout, such as access-report.json."))
		return ""
	}
	return path
}

func (p *parser) apply() Apply {
	given := Apply(p.get("apply"))
	switch {
	case !slices.Contains([]Apply{Auto, Always, Check}, given):
		p.addProblem("apply", isNot(string(given), "a valid value"), message.New("Use auto, always or check."))
	case given == Check && p.get("grants-file") == "":
		p.addProblem("apply", message.New("is check, but there is no grants-file"),
			message.New("Set grants-file to the file to compare with Astro."))
	}
	return given
}

func (p *parser) maxRole() grant.Role {
	given := p.get("max-role")
	role, err := grant.ParseRole(given)
	if given == "" || err == nil && role != grant.None {
		return role
	}
	var roles []message.Text
	for _, role := range grant.Roles() {
		roles = append(roles, message.New("%s", message.Trusted(role)))
	}
	p.addProblem("max-role", isNot(given, "a role that can be granted"), message.New("Use one of %s.", roles))
	return ""
}

func (p *parser) maxRevocations() int {
	given := p.get("max-revocations")
	if given == "" {
		return -1
	}
	number, err := strconv.Atoi(given)
	if err != nil || number < 0 {
		p.addProblem("max-revocations", isNot(given, "a valid number"), message.New("Use a number such as 10, or 0 for none at all."))
		return 0
	}
	return number
}

func (p *parser) mode(name string) pullrequest.Mode {
	mode := pullrequest.Mode(p.get(name))
	modes := []pullrequest.Mode{pullrequest.Never, pullrequest.Always, pullrequest.Changed}
	if !slices.Contains(modes, mode) {
		p.addProblem(name, isNot(string(mode), "a valid value"), message.New("Use never, always or changed."))
		return pullrequest.Never
	}
	return mode
}

func (p *parser) number(name string) int {
	given := strings.TrimPrefix(p.get(name), "#")
	if given == "" {
		return 0
	}
	number, err := strconv.Atoi(given)
	if err != nil || number < 1 {
		p.addProblem(
			name,
			isNot(given, "a valid number of a pull request"),
			message.New("Use a number such as 123, or leave it out."),
		)
		return 0
	}
	return number
}

func (p *parser) checkTimes(in Inputs) {
	for _, time := range []struct {
		name  string
		value time.Duration
	}{{"wait", in.Wait}, {"settle", in.Settle}} {
		if in.Timeout > 0 && time.value >= in.Timeout {
			p.addProblem(time.name, message.New("(%s) must be shorter than timeout (%s)",
				message.Trusted(time.value.String()), message.Trusted(in.Timeout.String())),
				message.New("Raise timeout, or lower %s.", message.Trusted(time.name)))
		}
	}
}
