package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestFinalFaults meets at each request of a grant what does not pass: the run ends with an error that has a name, or the grant
// stands. Whatever happens, nobody else's role is lost, and no run says that it changed nothing where its grant stands.
func TestFinalFaults(t *testing.T) {
	t.Parallel()
	outcomes := newTable(t)
	valid, validText := certificate(t, time.Now().AddDate(0, 1, 0))
	ended, endedText := certificate(t, time.Now().AddDate(0, 0, -1))
	// Nobody looks up the host: the test is that a redirect is not followed.
	redirect := sandbox.Fault{Status: 307, Header: http.Header{"Location": {"https://login.invalid/"}}}
	for _, where := range []struct {
		name   string
		what   string
		effect bool
	}{
		{"token list", listTokens, false},
		{"Workspace list", listWorkspaces, false},
		{"first read", readToken, false},
		{"write before its effect", writeRoles, false},
		{"write after its effect", writeRoles, true},
		{"look", lookAgain, false},
	} {
		for _, fault := range []struct {
			name  string
			fault sandbox.Fault
			then  func(o *outage)
		}{
			{"redirect to another host", redirect, func(*outage) {}},
			{"refused from then on", sandbox.Fault{Reset: true}, func(o *outage) { o.become(nil) }},
			{"expired TLS from then on", sandbox.Fault{Reset: true}, func(o *outage) { o.become(&ended) }},
		} {
			if where.effect && fault.fault.Status != 0 {
				continue // who redirects a request has not done it
			}
			t.Run(where.name+"/"+fault.name, func(t *testing.T) {
				t.Parallel()
				var server *outage
				w := demo(t, sandbox.Options{}, onNth(1, where.what, func(*sandbox.Astro) sandbox.Fault {
					fault.then(server)
					fault.fault.After = where.effect
					return fault.fault
				}))
				server = newOutage(t, w.Astro, &valid)
				_, before := split(w.Roles(deployer), production)
				r := run(t, server.root(), with("timeout", "4s"), trusting(validText+endedText))
				own, others := split(w.Roles(deployer), production)
				equal(t, "others' roles", others, before)
				equal(t, "exit code", r.code, 1)
				if len(own) > 0 {
					r.is(t, "changed", "true")
				}
				w.checkWrites(t)
				outcomes.add(fault.name, where.name, fmt.Sprintf("%s, %d writes, stands: %t", r.outputs["error"], w.count(writeRoles), len(own) > 0))
			})
		}
	}
}
