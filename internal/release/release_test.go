package release

import (
	"strings"
	"testing"
)

// good is a valid release.
var good = Release{
	Version: "v2.13.4", Repository: "Example-Airlines/Astro-Grant", Commit: strings.Repeat("0123456789", 4),
	Digest: "sha256:" + strings.Repeat("0123456789abcdef", 4),
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Release)
		field  string // the invalid field; empty: none
	}{
		{"valid", func(*Release) {}, ""},
		{"zeros", func(r *Release) { r.Version = "v0.0.0" }, ""},
		{"no v", func(r *Release) { r.Version = "1.2.3" }, "version"},
		{"two numbers", func(r *Release) { r.Version = "v1.2" }, "version"},
		{"major version only", func(r *Release) { r.Version = "v1" }, "version"},
		{"leading zero", func(r *Release) { r.Version = "v1.02.3" }, "version"},
		{"pre-release", func(r *Release) { r.Version = "v1.2.3-rc.1" }, "version"},
		{"line break", func(r *Release) { r.Version = "v1.2.3\n" }, "version"},
		{"no version", func(r *Release) { r.Version = "" }, "version"},
		{"dots and underscores", func(r *Release) { r.Repository = "a/b.c_d__e--f" }, ""},
		{"no owner", func(r *Release) { r.Repository = "astro-grant" }, "repository"},
		{"three parts", func(r *Release) { r.Repository = "a/b/c" }, "repository"},
		{"parent folder", func(r *Release) { r.Repository = "a/.." }, "repository"},
		{"invalid image name", func(r *Release) { r.Repository = "a/-b" }, "repository"},
		{"two dots", func(r *Release) { r.Repository = "a/b..c" }, "repository"},
		{"markup", func(r *Release) { r.Repository = "a/b)<script>" }, "repository"},
		{"space", func(r *Release) { r.Repository = "a/b c" }, "repository"},
		{"short commit", func(r *Release) { r.Commit = "0123456" }, "commit"},
		{"branch", func(r *Release) { r.Commit = "main" }, "commit"},
		{"short digest", func(r *Release) { r.Digest = "sha256:0123" }, "digest"},
		{"no algorithm", func(r *Release) { r.Digest = strings.TrimPrefix(r.Digest, "sha256:") }, "digest"},
		{"upper case", func(r *Release) { r.Digest = "sha256:" + strings.Repeat("A", 64) }, "digest"},
		{"other algorithm", func(r *Release) { r.Digest = "sha512:" + strings.Repeat("a", 64) }, "digest"},
		{"tag", func(r *Release) { r.Digest = "latest" }, "digest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := good
			tt.change(&r)
			err := r.Check()
			if (err == nil) != (tt.field == "") || err != nil && !strings.Contains(err.Error(), "the "+tt.field+" is ") {
				t.Errorf("error %v, want one about the field %q", err, tt.field)
			}
		})
	}
	if err := (Release{}).Check(); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("want four errors: %v", err)
	}
}

func TestNames(t *testing.T) {
	if got := good.Major(); got != "v2" {
		t.Errorf("the major version is %q", got)
	}
	if got, want := good.Image(), "ghcr.io/example-airlines/astro-grant@"+good.Digest; got != want {
		t.Errorf("the image is %q, want %q", got, want)
	}
}
