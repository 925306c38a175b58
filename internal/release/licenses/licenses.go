// Package licenses collects the license texts of everything that the image contains.
package licenses

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// component is a part of the image.
type component struct {
	name, version string
	source        string // where its source code is
	texts         fs.FS  // contains its license texts
}

// Texts of the components that are not Go modules.
//
//go:embed texts
var texts embed.FS

// textFile matches the names of files with license texts and of notices that belong to them.
var textFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)(\.(md|txt))?$`)

// Write writes the license texts to a new folder, one subfolder per component, and a README that lists them. It must
// run in the root of the module. It returns the SPDX expression of all licenses.
//
// It fails for a component without a license that it knows, so that no such component is shipped unnoticed.
func Write(folder string) (expression string, err error) {
	components, err := list()
	if err != nil {
		return "", err
	}
	var all []string
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, c := range components {
		licenses, err := c.write(filepath.Join(folder, filepath.FromSlash(c.name)))
		if err != nil {
			return "", fmt.Errorf("license of %s: %w", c.name, err)
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\n", c.name, c.version, strings.Join(licenses, " AND "), c.source)
		all = append(all, licenses...)
	}
	slices.Sort(all)
	expression = strings.Join(slices.Compact(all), " AND ")
	columns.Flush() // never fails for a buffer
	const intro = "This image contains the following, under the licenses in this folder."
	readme := fmt.Appendf(nil, "%s\n\n%s\nTogether: %s\n", intro, &table, expression)
	return expression, os.WriteFile(filepath.Join(folder, "README"), readme, 0o644)
}

// list returns the program, the modules that it is built from, the standard library, and what comes from the bases.
func list() ([]component, error) {
	goroot, err := output("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	busybox, err := busyboxVersion("Dockerfile")
	if err != nil {
		return nil, err
	}
	components := []component{
		{"astro-workspace-grant", "", "the label org.opencontainers.image.source of the image", os.DirFS(".")},
		{
			"busybox", busybox,
			"https://busybox.net/downloads/busybox-" + busybox + ".tar.bz2, https://github.com/docker-library/busybox",
			embedded("busybox"),
		},
		{"musl", "", "https://musl.libc.org, part of the program busybox", embedded("musl")},
		{"ca-certificates", "", "https://gitlab.alpinelinux.org/alpine/ca-certificates", embedded("ca-certificates")},
		{
			"go", runtime.Version(), "https://go.dev/dl/" + runtime.Version() + ".src.tar.gz",
			os.DirFS(strings.TrimSpace(goroot)),
		},
	}
	modules, err := output("list", "-deps", "-f",
		`{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{"\n"}}{{end}}{{end}}`, ".")
	if err != nil {
		return nil, err
	}
	lines := slices.Sorted(strings.Lines(modules))
	for _, line := range slices.Compact(lines) {
		if fields := strings.SplitN(strings.TrimSpace(line), " ", 3); len(fields) == 3 {
			name, version, folder := fields[0], fields[1], fields[2]
			components = append(components, component{name, version, "https://" + name, os.DirFS(folder)})
		}
	}
	return components, nil
}

// embedded returns the texts of a component that is not a Go module.
func embedded(name string) fs.FS {
	sub, err := fs.Sub(texts, path.Join("texts", name))
	if err != nil {
		panic(err) // only for an invalid path
	}
	return sub
}

func output(args ...string) (string, error) {
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(out), nil
}

// busyboxVersion returns the version of the base image in a Dockerfile.
func busyboxVersion(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	match := regexp.MustCompile(`(?m)^FROM busybox:([0-9.]+)-musl\b`).FindSubmatch(text)
	if match == nil {
		return "", fmt.Errorf("%s has no line FROM busybox:VERSION-musl", file)
	}
	return string(match[1]), nil
}

// write writes the texts of a component to a new folder and returns its licenses.
func (c component) write(folder string) ([]string, error) {
	files, err := fs.ReadDir(c.texts, ".")
	if err != nil {
		return nil, err
	}
	var licenses []string
	for _, file := range files {
		if file.IsDir() || !textFile.MatchString(file.Name()) {
			continue
		}
		text, err := fs.ReadFile(c.texts, file.Name())
		if err != nil {
			return nil, err
		}
		licenses = append(licenses, identify(text)...)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(folder, file.Name()), text, 0o644); err != nil {
			return nil, err
		}
	}
	if len(licenses) == 0 {
		return nil, errors.New("no file with a license that internal/release/licenses knows")
	}
	slices.Sort(licenses)
	return slices.Compact(licenses), nil
}

// marks are phrases that only texts of a license contain, and its SPDX identifier.
var marks = []struct{ license, phrase string }{
	{"Apache-2.0", "Apache License, Version 2.0"},
	{"BSD-3-Clause", "endorse or promote products derived from this software without specific prior written permission"},
	{"GPL-2.0-only", "GNU GENERAL PUBLIC LICENSE Version 2, June 1991"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"MPL-2.0", "Mozilla Public License, v. 2.0"},
}

// identify returns the SPDX identifiers of the licenses in a text.
func identify(text []byte) []string {
	words := strings.Join(strings.Fields(string(text)), " ")
	var licenses []string
	for _, mark := range marks {
		if strings.Contains(words, mark.phrase) {
			licenses = append(licenses, mark.license)
		}
	}
	return licenses
}
