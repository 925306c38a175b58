package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestFinalFaults has faults that no retry gets past, at each request of a grant. The run reports an error. Other
// roles are never lost, and the output changed is never false if the role was granted.
func TestFinalFaults(t *testing.T) {
	t.Parallel()
	outcomes := newTable(t)
	valid, validText := certificate(t, time.Now().AddDate(0, 1, 0))
	expired, expiredText := certificate(t, time.Now().AddDate(0, 0, -1))
	// The host does not exist: the test is that a redirect is not followed.
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
		{"verification", verifyRead, false},
	} {
		for _, fault := range []struct {
			name  string
			fault sandbox.Fault
			then  func(o *outage)
		}{
			{"redirect to another host", redirect, func(*outage) {}},
			{"connection refused from then on", sandbox.Fault{Reset: true}, func(o *outage) { o.setCertificate(nil) }},
			{"expired certificate from then on", sandbox.Fault{Reset: true}, func(o *outage) { o.setCertificate(&expired) }},
		} {
			if where.effect && fault.fault.Status != 0 {
				continue // a redirected request has no effect
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
				r := run(t, server.root(), with("timeout", "4s"), trustCertificate(validText+expiredText))
				own, others := split(w.Roles(deployer), production)
				equal(t, "other roles", others, before)
				equal(t, "exit code", r.code, 1)
				if len(own) > 0 {
					r.is(t, "changed", "true")
				}
				w.checkWrites(t)
				outcomes.add(fault.name, where.name,
					fmt.Sprintf("%s, %d writes, granted: %t", r.outputs["error"], w.count(writeRoles), len(own) > 0))
			})
		}
	}
}
