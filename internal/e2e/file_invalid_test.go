package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestMistakesInTheFile tells all of them at once, each on its line, and asks Astro nothing.
func TestMistakesInTheFile(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applied("org-token-id", deployer, "workspace", "Production"), checkout(`grants:
  - org-token-name: 42
    role: OPERATOR
    workspaces: []
  - org-token-name: CI Deployer
    org-token-id: cltokencideployer00000001
    role: WORKSPACE_MEMBER
    workspaces: [Production]
    owner: me
  - role:
    workspaces: [Staging]
`))
	r.is(t, "error", "invalid-input", "applied", "false", "attempts", "0", "changed", "false")
	equal(t, "places", r.places(), []string{"", "", at(2, 21), at(3, 11), at(4, 17), at(6, 5), at(9, 5), at(10, 5), at(10, 5)})
	for i, words := range [][]string{
		{"Input org-token-id", "grants-file too"},
		{"Input workspace", "grants-file too"},
		{"a number", "quotes"},
		{`"OPERATOR"`, "Did you mean WORKSPACE_OPERATOR?", "none to revoke"},
		{"workspaces is empty"},
		{"Both", "line 5"},
		{`"owner"`},
		{"Neither"},
		{"role is empty"},
	} {
		contains(t, "an error", r.named("error")[i].message, words...)
		equal(t, "title", r.named("error")[i].title, "Invalid input")
	}
	contains(t, "summary", r.summary, "### ❌ Astro grants file failed: invalid-input", "workspaces is empty", "Input workspace", "Neither")
	equal(t, "requests", w.calls(), nil)
}

// TestManyMistakesInTheFile has more than a runner shows: the summary has all.
func TestManyMistakesInTheFile(t *testing.T) {
	t.Parallel()
	text := "grants:\n"
	for i := range 30 {
		text += fmt.Sprintf("  - {org-token-name: T%d, role: KING%d, workspaces: [Production]}\n", i, i)
	}
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applied(), checkout(text))
	r.is(t, "error", "invalid-input")
	errors := r.named("error")
	equal(t, "errors", len(errors), 10)
	equal(t, "the ninth", errors[8].at, at(10, 32))
	contains(t, "the last", errors[9].message, "21 more problems", "summary")
	for i := range 30 {
		contains(t, "summary", r.summary, fmt.Sprintf("KING%d", i))
	}
	equal(t, "requests", w.calls(), nil)
}

func TestInvalidFile(t *testing.T) {
	t.Parallel()
	one := "grants:\n  - org-token-name: CI Deployer\n    role: WORKSPACE_OPERATOR\n    workspaces: [Production]\n"
	for _, tt := range []struct {
		name, text, at string
		words          []string
	}{
		{"nothing", "", "", []string{"empty", "grants: []"}},
		{"no grants", "# none yet\n", "", []string{"empty"}},
		{"another key", "grant: []\n", at(1, 1), []string{`"grant"`, "grants"}},
		{"null", "grants:\n", at(1, 1), []string{"empty", "grants: []"}},
		{"role is null", strings.Replace(one, "WORKSPACE_OPERATOR", "null", 1), at(3, 11), []string{"role is empty"}},
		{"role is ~", strings.Replace(one, "WORKSPACE_OPERATOR", "~", 1), at(3, 11), []string{"role is empty"}},
		{"role is a quoted nothing", strings.Replace(one, "WORKSPACE_OPERATOR", `""`, 1), at(3, 11), []string{"role is empty"}},
		{"role is missing", strings.Replace(one, "    role: WORKSPACE_OPERATOR\n", "", 1), at(2, 5), []string{"role is missing"}},
		{"role is false", strings.Replace(one, "WORKSPACE_OPERATOR", "false", 1), at(3, 11), []string{"boolean"}},
		{"Workspaces are one", strings.Replace(one, "[Production]", "Production", 1), at(4, 17), []string{"list", "[Production, Staging]"}},
		{"key twice", one + "    role: none\n", at(5, 5), []string{"role", "line 3"}},
		{"two roles", one + strings.ReplaceAll(strings.TrimPrefix(one, "grants:\n"), "OPERATOR", "OWNER"), at(7, 18), []string{"WORKSPACE_OWNER", "WORKSPACE_OPERATOR in line 4"}},
		{"anchor", strings.Replace(one, "[Production]", "&all [Production]", 1), at(4, 17), []string{"Anchors"}},
		{"second document", one + "---\n" + one, at(5, 1), []string{"second document"}},
		{"no YAML", "grants: [}\n", at(1, 9), []string{"no valid YAML"}},
		{"deep", "grants: " + strings.Repeat("[", 5000), at(1, 24), []string{"16 deep"}},
		{"large", "grants: []\n#" + strings.Repeat("x", 1<<20), "", []string{"1 MiB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applied(), checkout(tt.text))
			r.failed(t, "invalid-input", tt.words...)
			equal(t, "where", r.places(), []string{tt.at})
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestAPITokenInTheFile must not be repeated, whosever it is. (That api-token shows nowhere is checked in every run.)
func TestAPITokenInTheFile(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgsomeoneelse000000001", "cltokensomeoneelse0000001", sandbox.Token{}.EndAt)
	for name, secret := range map[string]string{"its own": apiToken, "another": other} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applied(), checkout("# "+secret+"\ngrants:\n  - {org-token-name: '"+secret+"', role: "+secret+", workspaces: []}\n"))
			r.is(t, "error", "invalid-input")
			contains(t, "where", strings.Join(r.places(), " "), at(1, 3), at(3, 23))
			r.hides(t, secret)
			equal(t, "requests", w.calls(), nil)
		})
	}
}

func TestFileThatGrantsNothing(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applied(), checkout("grants: []\n"))
	equal(t, "exit code", r.code, 0)
	r.is(t, "status", "unchanged", "changed", "false", "applied", "true", "grants", "[]")
	r.counts(t, 0, 0, 0, 0, 0)
	contains(t, "summary", r.summary, "✅ Astro grants file applied: nothing had to change")
	equal(t, "requests", w.calls(), nil)
}

// TestWhereTheFileIs has paths that lead nowhere, or out of the checkout.
func TestWhereTheFileIs(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "grants.yml")
	if err := os.WriteFile(outside, []byte(aFile), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) option {
		return func(s *setup) {
			if err := os.Symlink(target, s.path(name)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name, path string
		how        option
		words      []string // nil: it is read
	}{
		{"nowhere", "access.yml", checkout(aFile), []string{"no file", "access.yml", "actions/checkout"}},
		{"no checkout", grantsPath, env("GITHUB_WORKSPACE", filepath.Join(t.TempDir(), "none")), []string{"no file", "actions/checkout"}},
		{"absolute", outside, checkout(aFile), []string{"no path inside of the checkout"}},
		{"above", "../" + grantsPath, checkout(aFile), []string{"no path inside of the checkout"}},
		{"two dots", "a..yml", func(s *setup) { s.write("a..yml", aFile) }, []string{"two dots in its name", "Rename it"}},
		{"a folder", ".github", checkout(aFile), []string{"no regular file"}},
		{"a link out", "out.yml", link(outside, "out.yml"), []string{"cannot be read"}},
		{"a folder that leads out", "out/grants.yml", link(filepath.Dir(outside), "out"), []string{"cannot be read"}},
		{"a link inside", "in.yml", link(grantsPath, "in.yml"), nil},
		{"by another way", "./.github/../.github//grants.yml", checkout(aFile), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applied("grants-file", tt.path), checkout(aFile), tt.how)
			if tt.words == nil {
				r.is(t, "status", "granted", "error", "")
				return
			}
			r.failed(t, "invalid-input", tt.words...)
			lacks(t, "the error", r.named("error")[0].message, "CI Deployer")
			equal(t, "requests", w.calls(), nil)
		})
	}
}
