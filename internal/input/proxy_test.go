package input

import "testing"

func TestIsProxy(t *testing.T) {
	for value, want := range map[string]bool{
		"http://proxy:3128": true, "https://me:pass@proxy": true, "proxy:3128": true, "proxy": true, "socks5://proxy": true,
		"127.0.0.1:3128": true, "http://me:50%25off@proxy": true,
		"http://me:50%off@proxy": false, "me:50%off@proxy": false, "http://": false, "http://proxy:x": false, "%": false,
	} {
		if isProxy(value) != want {
			t.Errorf("%q is a proxy: %v", value, !want)
		}
	}
}
