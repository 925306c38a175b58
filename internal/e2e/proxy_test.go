package e2e

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// proxy is an HTTP proxy that connects every client to one server, regardless of the requested host. The proxy resolves
// the host name, not the program, so the tests need no DNS.
type proxy struct {
	to       string // the server's address
	password string // the required Proxy-Authorization; empty: none

	mu    sync.Mutex
	asked []string // methods and hosts of the requests
	first int      // status of the first response; 0: no fault
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	fault := p.first
	p.first = 0
	p.mu.Unlock()
	if fault != 0 {
		w.WriteHeader(fault)
		return
	}
	if p.password != "" && r.Header.Get("Proxy-Authorization") != p.password {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	go func() { _, _ = io.Copy(server, client) }()
	_, _ = io.Copy(client, server)
}

func TestProxy(t *testing.T) {
	t.Parallel()
	const basic = "Basic bWU6cGFzcw==" // me:pass
	for _, tt := range []struct {
		name  string
		proxy *proxy
		env   map[string]string // PROXY is replaced with its address
		kind  string
		words []string
		asked bool
	}{
		{"without password", &proxy{}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "", nil, true},
		{"lowercase variable", &proxy{}, map[string]string{"https_proxy": "http://PROXY"}, "", nil, true},
		{"right password", &proxy{password: basic}, map[string]string{"HTTPS_PROXY": "http://me:pass@PROXY"}, "", nil, true},
		{
			"missing password", &proxy{password: basic},
			map[string]string{"HTTPS_PROXY": "http://PROXY"},
			"rejected",
			[]string{"The proxy answered 407", "HTTPS_PROXY"},
			true,
		},
		{"wrong password", &proxy{password: basic}, map[string]string{"HTTPS_PROXY": "http://me:hunter2@PROXY"}, "rejected", []string{"The proxy answered 407"}, true},
		{"forbidden", &proxy{first: 403}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "rejected", []string{"The proxy answered 403", "HTTPS_PROXY"}, true},
		{"unauthorized", &proxy{first: 401}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "rejected", []string{"The proxy answered 401", "HTTPS_PROXY"}, true},
		{"not found", &proxy{first: 404}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "rejected", []string{"The proxy answered 404", "HTTPS_PROXY"}, true},
		{"redirect", &proxy{first: 302}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "rejected", []string{"The proxy answered 302", "HTTPS_PROXY"}, true},
		{"unavailable at first", &proxy{first: 503}, map[string]string{"HTTPS_PROXY": "http://PROXY"}, "", nil, true},
		{
			"NO_PROXY for other hosts", &proxy{},
			map[string]string{"HTTPS_PROXY": "http://PROXY", "NO_PROXY": "a.invalid,.b.invalid"},
			"", nil, true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			root, text := serveTLS(t, w.Astro, time.Now().AddDate(0, 1, 0))
			tt.proxy.to = strings.TrimPrefix(root, "https://")
			address := strings.TrimPrefix(serve(t, tt.proxy), "http://")
			options := []option{trustCertificate(text)}
			for name, value := range tt.env {
				options = append(options, env(name, strings.Replace(value, "PROXY", address, 1)))
			}
			r := run(t, "https://"+companyHost, with(), options...)
			r.is(t, "error", tt.kind)
			if tt.kind != "" {
				r.failed(t, tt.kind, tt.words...)
				equal(t, "requests", w.calls(), nil)
			}
			tt.proxy.mu.Lock()
			defer tt.proxy.mu.Unlock()
			equal(t, "the proxy was used", slices.Contains(tt.proxy.asked, "CONNECT "+companyHost+":443"), tt.asked)
			lacks(t, "log and summary", r.log+r.summary, "hunter2", "me:pass")
		})
	}
}

// TestNoProxy has a proxy that does not apply to the API, so the program connects directly. The API is at 0.0.0.0,
// which needs no DNS and, unlike loopback addresses, is not excluded from proxies by default.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		env    map[string]string // PROXY is replaced with its address
		direct bool
	}{
		{"NO_PROXY", map[string]string{"HTTPS_PROXY": "http://PROXY", "NO_PROXY": "other.invalid,0.0.0.0"}, true},
		{"HTTP_PROXY only", map[string]string{"HTTP_PROXY": "http://PROXY"}, true},
		{"HTTPS_PROXY for all hosts", map[string]string{"HTTPS_PROXY": "http://PROXY"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			root, text := serveTLS(t, w.Astro, time.Now().AddDate(0, 1, 0))
			_, port, err := net.SplitHostPort(strings.TrimPrefix(root, "https://"))
			if err != nil {
				t.Fatal(err)
			}
			out := &proxy{to: "127.0.0.1:" + port}
			address := strings.TrimPrefix(serve(t, out), "http://")
			options := []option{trustCertificate(text)}
			for name, value := range tt.env {
				options = append(options, env(name, strings.Replace(value, "PROXY", address, 1)))
			}
			run(t, "https://0.0.0.0:"+port, with(), options...).is(t, "status", "granted")
			out.mu.Lock()
			defer out.mu.Unlock()
			equal(t, "the proxy was used", len(out.asked) > 0, !tt.direct)
		})
	}
}

// TestUnreadableProxy has variables of a proxy that Go's client would ignore. Nothing is sent, as it would go past the proxy.
func TestUnreadableProxy(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"HTTPS_PROXY": "http://me:50%off-s3cret@proxy.invalid:3128",
		"https_proxy": "http://me:1/s3cret@proxy.invalid:3128",
		"HTTP_PROXY":  "me:50%off-s3cret@proxy.invalid:3128",
		"http_proxy":  "s3cret://proxy.invalid:3128",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serveGitHub(t, sandbox.GitHubOptions{}, nil, nil)
			r := o.run(t, with("comment", "always"), env(name, value))
			r.failed(t, "invalid-input", "The variable "+name+" is not a valid address of a proxy")
			lacks(t, "the log and the summary", r.log+r.summary, "s3cret")
			equal(t, "requests to Astro", o.calls(), nil)
			equal(t, "requests to GitHub", len(o.github.Requests()), 0)
		})
	}
}

// TestUnreadableProxyOfExport exports past no proxy either.
func TestUnreadableProxyOfExport(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := start(t, w.root, nil, terminal, args("-export", "-api-url", w.root+"/v1"),
		env("HTTPS_PROXY", "http://me:50%off-s3cret@proxy.invalid:3128")).wait()
	equal(t, "exit code", r.code, 1)
	contains(t, "the log", r.log, "The variable HTTPS_PROXY is not a valid address of a proxy")
	lacks(t, "the log", r.log, "s3cret")
	equal(t, "requests to Astro", w.calls(), nil)
}

// TestProxyInBothCases has a variable that is not used, as the one in upper case comes first. It does no harm.
func TestProxyInBothCases(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, with(), env("HTTPS_PROXY", "http://proxy.invalid:3128"), env("https_proxy", "%"))
	r.is(t, "status", "granted", "error", "")
}
