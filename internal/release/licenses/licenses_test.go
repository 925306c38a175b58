package licenses

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestWrite collects the texts of the real program.
func TestWrite(t *testing.T) {
	t.Chdir("../../..")
	folder := t.TempDir()
	expression, err := Write(folder)
	if err != nil {
		t.Fatal(err)
	}
	dockerfile := read(t, "Dockerfile")
	if label := `image.licenses="` + expression + `"`; !strings.Contains(dockerfile, label) {
		t.Errorf("the Dockerfile does not contain the label %s", label)
	}
	readme := read(t, filepath.Join(folder, "README"))
	modules := regexp.MustCompile(`(?m)^\s(\S+) (v\S+)`).FindAllStringSubmatch(read(t, "go.mod"), -1)
	if len(modules) == 0 {
		t.Fatal("go.mod requires no modules")
	}
	for _, module := range modules {
		name, version := module[1], module[2]
		if name == "github.com/yuin/goldmark" {
			continue // only in tests
		}
		row := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` +` + regexp.QuoteMeta(version) + ` `)
		if !row.MatchString(readme) {
			t.Errorf("the README does not list %s %s:\n%s", name, version, readme)
		}
		read(t, filepath.Join(folder, name, "LICENSE"))
	}
	for name, phrase := range map[string]string{
		"astro-workspace-grant/LICENSE": "Apache License",
		"busybox/LICENSE":               "GNU GENERAL PUBLIC LICENSE",
		"ca-certificates/NOTICE":        "Mozilla Public License",
		"go/LICENSE":                    "The Go Authors",
		"musl/LICENSE":                  "Rich Felker",
		"go.yaml.in/yaml/v3/NOTICE":     "Canonical",
		"README":                        "https://busybox.net/downloads/busybox-1.",
	} {
		if !strings.Contains(read(t, filepath.Join(folder, name)), phrase) {
			t.Errorf("%s does not contain %q", name, phrase)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestComponent(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge, to any person obtaining\n  a copy of this software"
	const apache = "Licensed under the Apache License, Version 2.0"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string // empty if it is an error
		wrote string
	}{
		{"one license", map[string]string{"LICENSE": mit, "main.go": apache}, []string{"MIT"}, "LICENSE"},
		{"two in one text", map[string]string{"LICENSE": mit + apache}, []string{"Apache-2.0", "MIT"}, "LICENSE"},
		{"the same in two files", map[string]string{"LICENSE": mit, "COPYING": mit}, []string{"MIT"}, "COPYING LICENSE"},
		{"other names", map[string]string{"Licence.md": mit}, []string{"MIT"}, "Licence.md"},
		{"notice", map[string]string{"LICENSE": apache, "NOTICE": "x"}, []string{"Apache-2.0"}, "LICENSE NOTICE"},
		{"no text", map[string]string{"main.go": mit}, nil, ""},
		{"unknown license", map[string]string{"LICENSE": "All rights reserved."}, nil, ""},
		{"no license, only a mention", map[string]string{"LICENSING.go": mit}, nil, ""},
		{"only in a subfolder", map[string]string{"x/LICENSE": mit}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range tt.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			folder := filepath.Join(t.TempDir(), "new")
			got, err := component{name: "x", texts: files}.write(folder)
			if !slices.Equal(got, tt.want) || (err == nil) != (tt.want != nil) {
				t.Fatalf("%q, %v, want %q", got, err, tt.want)
			}
			if tt.want == nil {
				return
			}
			var wrote []string
			entries, err := os.ReadDir(folder)
			for _, entry := range entries {
				wrote = append(wrote, entry.Name())
			}
			if err != nil || strings.Join(wrote, " ") != tt.wrote {
				t.Errorf("wrote %q, %v, want %s", wrote, err, tt.wrote)
			}
		})
	}
}

func TestBusyboxVersion(t *testing.T) {
	for text, want := range map[string]string{ // want: empty if it is an error
		"FROM golang:1 AS build\nFROM busybox:1.37.0-musl\n":                "1.37.0",
		"FROM busybox:1.36.1-musl@sha256:" + strings.Repeat("0", 64) + "\n": "1.36.1",
		"FROM busybox:1.37.0-glibc\n":                                       "", // another C library, another license
		"FROM busybox\n":                                                    "",
		"FROM scratch\n":                                                    "",
	} {
		file := filepath.Join(t.TempDir(), "Dockerfile")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := busyboxVersion(file); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}
