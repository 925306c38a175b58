package input

import (
	"net/url"
	"slices"
	"strings"

	"astro-workspace-grant/internal/message"
)

// badProxy returns the name of a variable with the address of a proxy that cannot be read, and adds the problem. Go's
// client would ignore it and connect directly. The value can contain a password.
func (p *parser) badProxy() string {
	for _, names := range [][]string{{"HTTPS_PROXY", "https_proxy"}, {"HTTP_PROXY", "http_proxy"}} {
		isSet := func(name string) bool { return p.runner.Env(name) != "" }
		i := slices.IndexFunc(names, isSet) // Go's client uses the first that is set
		if i < 0 || isProxy(p.runner.Env(names[i])) {
			continue
		}
		p.others = append(p.others, problemOf("The variable "+names[i], message.New("is not a valid address of a proxy"),
			message.New("Use HOST:PORT with the scheme http or https in front. Write special characters of a password as a "+
				"percent sign and two hexadecimal digits, as in %s for the percent sign itself.", message.Trusted("%25"))))
		return names[i]
	}
	return ""
}

// isProxy reports whether Go's client accepts the address of a proxy, with or without a scheme. A password with a character
// that ends the host, such as a slash, would be taken for something else in part, and be looked up or shown.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	parsed, err := url.Parse(value)
	return err == nil && parsed.Hostname() != "" && !strings.Contains(parsed.RequestURI()+parsed.Fragment, "@") &&
		slices.Contains([]string{"http", "https", "socks5", "socks5h"}, parsed.Scheme)
}
