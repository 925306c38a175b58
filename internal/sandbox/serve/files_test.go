package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, root := range []string{"https://127.0.0.1:1", "https://127.0.0.1:22"} { // the second replaces the first one's
		remove, err := writeFiles(dir, root, "an authority", "a token")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"ca.pem": "an authority", "api-token": "a token", "api-url": root + "/v1"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			equal(t, name, []any{string(text), err}, []any{want, nil})
		}
		equal(t, "files", names(t, dir), []string{"api-token", "api-url", "ca.pem"})
		if root == "https://127.0.0.1:22" {
			remove()
			equal(t, "files after the end", names(t, dir), []string{"api-token", "ca.pem"})
		}
	}
}

func TestFilesFail(t *testing.T) {
	if _, err := writeFiles(filepath.Join(t.TempDir(), "none"), "https://127.0.0.1:1", "", ""); err == nil {
		t.Error("no error for a folder that is not there")
	}
	// A file that cannot be written leaves nothing that says the sandbox is ready.
	dir := t.TempDir()
	for _, path := range []string{"api-url", "api-token.new/x"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := writeFiles(dir, "https://127.0.0.1:1", "", ""); err == nil {
		t.Error("no error for a file that cannot be written")
	}
	if slices.Contains(names(t, dir), "api-url") {
		t.Error("api-url says that it is ready")
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
