package input

import "testing"

func TestIsProxy(t *testing.T) {
	for value, want := range map[string]bool{
		"http://proxy:3128": true, "https://me:pass@proxy": true, "proxy:3128": true, "proxy": true, "socks5://proxy": true,
		"127.0.0.1:3128": true, "http://me:50%25off@proxy": true,
		"http://proxy:3128/": true, "HTTP://proxy": true, "http://me:p@ss@proxy": true, "http://[::1]:3128": true,
		"http://me@my:pass@proxy": true, "http://user%40company:pass@proxy": true,
		"http://me:12/34@proxy": false, "http://me:12?34@proxy": false, "http://me:12#34@proxy": false, "me:1/2@proxy": false,
		"http://:3128": false, "ftp://proxy": false, "http://proxy\n": false, "http:// proxy": false,
		"http://me:50%off@proxy": false, "me:50%off@proxy": false, "http://": false, "http://proxy:x": false, "%": false,
	} {
		if isProxy(value) != want {
			t.Errorf("%q is a proxy: %v", value, !want)
		}
	}
}
