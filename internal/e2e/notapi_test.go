package e2e

import (
	"net/http"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestNotTheAPI has answers with a status of success that are not the API's, as a proxy's sign-in page. The run ends after
// a few attempts, long before its timeout, and says what came.
func TestNotTheAPI(t *testing.T) {
	t.Parallel()
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	page := "<!DOCTYPE html>\n<html><head><title>\n Sign in to\tExample &amp; Co </title></head></html>"
	brotli := sandbox.Fault{Header: http.Header{"Content-Encoding": {"br"}}, Body: "\x0b\x02\x80{}\x03"}
	deflate := sandbox.Fault{Header: http.Header{"Content-Encoding": {"deflate"}}, Body: "x\x9c\xabV*\xc9/I\xcc"}
	foreign := []string{"That is not an answer of the Astro API", "HTTPS_PROXY", "api-url"}
	for _, tt := range []struct {
		name  string
		what  string
		fault sandbox.Fault
		words []string
	}{
		{
			"page instead of a list", listTokens,
			sandbox.Fault{Header: html, Body: page},
			append(foreign, "web page (text/html) while reading the API tokens", `"Sign in to Example & Co"`),
		},
		{
			"page instead of an API token", readToken,
			sandbox.Fault{Header: html, Body: page},
			append(foreign, "web page (text/html) while reading the API token", `"Sign in to Example & Co"`),
		},
		{
			"page instead of the answer to a write", writeRoles,
			sandbox.Fault{Header: html, Body: page},
			append(foreign, "web page (text/html) while setting the API token's roles", `"Sign in to Example & Co"`),
		},
		{"page without a title or a type", listTokens, sandbox.Fault{Body: "<html>"}, append(foreign, "web page (text/html)")},
		{"Brotli", listWorkspaces, brotli, append(foreign, "content in the encoding br")},
		{"deflate", readToken, deflate, append(foreign, "content in the encoding deflate")},
		{
			"error of the API", listTokens,
			sandbox.Fault{Body: `{"message":"Come back later","statusCode":503}`},
			[]string{"an error with the status 200 OK", `"Come back later"`, "support"},
		},
		{
			"error of the API for a write", writeRoles,
			sandbox.Fault{Body: `{"message":"Come back later","statusCode":503}`},
			[]string{"an error with the status 200 OK", `"Come back later"`, "support"},
		},
		{
			"error of another server", listTokens,
			sandbox.Fault{Body: `{"error":{"message":"blocked by policy"}}`},
			[]string{"an error with the status 200 OK", `"blocked by policy"`, "api-url", "HTTPS_PROXY"},
		},
		{"empty", listTokens, sandbox.Fault{Status: 200}, []string{"an empty answer", "api-url", "HTTPS_PROXY"}},
		{"text", listTokens, sandbox.Fault{Body: "hello"}, []string{"text that is not JSON", "api-url", "HTTPS_PROXY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, always(tt.what, tt.fault))
			before := w.Roles(deployer)
			r := run(t, w.root, with("timeout", "10m"))
			r.failed(t, "unavailable", tt.words...)
			lacks(t, "log", r.log, "invalid character", "EOF", "status.astronomer.io")
			equal(t, "attempts", w.count(tt.what), 5)
			equal(t, "roles", w.Roles(deployer), before)
			w.checkWrites(t)
		})
	}
}

// TestGzipOnly checks that the program asks only for a compression that it can undo.
func TestGzipOnly(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		asked[r.Header.Get("Accept-Encoding")] = true
		return sandbox.Fault{}
	})
	run(t, w.root, with()).is(t, "status", "granted")
	equal(t, "encodings", asked, map[string]bool{"gzip": true})
}

// TestWrongRoot has an api-url that is not the root of the API.
func TestWrongRoot(t *testing.T) {
	t.Parallel()
	byID := with("org-token-name", "", "org-token-id", deployer)
	for _, tt := range []struct {
		name   string
		path   string // after the server
		inputs map[string]string
		page   http.Handler // instead of the API
		kind   string
		words  []string
	}{
		{"no version", "", with(), http.NotFoundHandler(), "rejected", []string{"The answer is not the Astro API's", "https://api.astronomer.io/v1"}},
		{"no version, by ID", "", byID, http.NotFoundHandler(), "rejected", []string{"The answer is not the Astro API's", "https://api.astronomer.io/v1"}},
		{"no version, an answer of the API", "", with(), nil, "organization-unclear", []string{"ends in /v1"}},
		{"old version", "/iam/v1beta1", with(), nil, "rejected", []string{"410", "use v1", "ends in /v1"}},
		{"path behind it", "/v1/organizations", with(), nil, "organization-unclear", []string{"ends in /v1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			root := w.root
			if tt.page != nil {
				root = serve(t, tt.page)
			}
			tt.inputs["api-url"] = root + tt.path
			run(t, root, tt.inputs).failed(t, tt.kind, append(tt.words, "Check the input api-url")...)
		})
	}
}
