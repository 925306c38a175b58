package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-workspace-grant/internal/sandbox"
)

// TestMistakesInFile reports all mistakes together, each on its line, and sends no requests to Astro.
func TestMistakesInFile(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs("org-token-id", deployer, "workspace", "Production"), checkout(`grants:
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
	equal(t, "places", r.places(),
		[]string{"", "", at(2, 21), at(3, 11), at(4, 17), at(6, 5), at(9, 5), at(10, 5), at(10, 5)})
	for i, words := range [][]string{
		{"org-token-id and grants-file are both set"},
		{"workspace and grants-file are both set"},
		{"a number", "quotes"},
		{`"OPERATOR"`, "Did you mean WORKSPACE_OPERATOR?", "none to revoke"},
		{`"workspaces" must not be empty`},
		{`Both "org-token-name" and "org-token-id" are set`, "line 5"},
		{`"owner"`},
		{`"org-token-name" or "org-token-id" is required`},
		{`"role" is required`},
	} {
		contains(t, "an error", r.named("error")[i].message, words...)
		equal(t, "title", r.named("error")[i].title, "Invalid input")
	}
	contains(t, "summary", r.summary, "### ❌ Astro grants file failed: invalid-input", "`workspaces` must not be empty",
		"workspace and grants-file are both set", "`org-token-name` or `org-token-id` is required")
	equal(t, "requests", w.calls(), nil)
}

// TestManyMistakesInFile has more mistakes than a runner shows errors. The job summary shows all of them.
func TestManyMistakesInFile(t *testing.T) {
	t.Parallel()
	text := "grants:\n"
	for i := range 30 {
		text += fmt.Sprintf("  - {org-token-name: T%d, role: KING%d, workspaces: [Production]}\n", i, i)
	}
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs(), checkout(text))
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
		{"empty", "", "", []string{"empty", "grants: []"}},
		{"no grants", "# none yet\n", "", []string{"empty"}},
		{"unknown key", "grant: []\n", at(1, 1), []string{`"grant"`, "grants"}},
		{"null", "grants:\n", at(1, 1), []string{"empty", "grants: []"}},
		{"role is null", strings.Replace(one, "WORKSPACE_OPERATOR", "null", 1), at(3, 11), []string{`"role" is required`}},
		{"role is ~", strings.Replace(one, "WORKSPACE_OPERATOR", "~", 1), at(3, 11), []string{`"role" is required`}},
		{
			"role is an empty string", strings.Replace(one, "WORKSPACE_OPERATOR", `""`, 1), at(3, 11),
			[]string{`"role" is required`},
		},
		{
			"role is missing", strings.Replace(one, "    role: WORKSPACE_OPERATOR\n", "", 1), at(2, 5),
			[]string{`"role" is required`},
		},
		{"role is false", strings.Replace(one, "WORKSPACE_OPERATOR", "false", 1), at(3, 11), []string{"boolean"}},
		{
			"workspaces is a string", strings.Replace(one, "[Production]", "Production", 1), at(4, 17),
			[]string{"list", "[Production, Staging]"},
		},
		{"repeated key", one + "    role: none\n", at(5, 5), []string{"role", "line 3"}},
		{
			"two roles", one + strings.ReplaceAll(strings.TrimPrefix(one, "grants:\n"), "OPERATOR", "OWNER"), at(7, 18),
			[]string{"WORKSPACE_OWNER", "WORKSPACE_OPERATOR in line 4"},
		},
		{"anchor", strings.Replace(one, "[Production]", "&all [Production]", 1), at(4, 17), []string{"Anchors"}},
		{"second document", one + "---\n" + one, at(5, 1), []string{"second document"}},
		{"unclosed bracket", "grants: [}\n", at(1, 9), []string{"is not closed"}},
		{
			"deep nesting", "grants: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), at(1, 10),
			[]string{"must be a mapping, but is a list"},
		},
		{"large", "grants: []\n#" + strings.Repeat("x", 1<<20), "", []string{"512 KiB"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applyInputs(), checkout(tt.text))
			r.failed(t, "invalid-input", tt.words...)
			equal(t, "positions", r.places(), []string{tt.at})
			equal(t, "requests", w.calls(), nil)
		})
	}
}

// TestAPITokenInFile has an API token in the file, which must not be shown. (Every run checks this for api-token.)
func TestAPITokenInFile(t *testing.T) {
	t.Parallel()
	other := sandbox.APIToken("clorgsomeoneelse000000001", "cltokensomeoneelse0000001", sandbox.Token{}.EndAt)
	for name, secret := range map[string]string{"api-token": apiToken, "another": other} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applyInputs(),
				checkout("# "+secret+"\ngrants:\n  - {org-token-name: '"+secret+"', role: "+secret+", workspaces: []}\n"))
			r.is(t, "error", "invalid-input")
			contains(t, "positions", strings.Join(r.places(), " "), at(1, 3), at(3, 23))
			r.hides(t, secret)
			equal(t, "requests", w.calls(), nil)
		})
	}
}

func TestFileWithoutGrants(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	r := run(t, w.root, applyInputs(), checkout("grants: []\n"))
	equal(t, "exit code", r.code, 0)
	r.is(t, "status", "unchanged", "changed", "false", "applied", "true", "grants", "[]")
	r.counts(t, 0, 0, 0, 0, 0)
	contains(t, "summary", r.summary, "✅ Astro grants file: no changes")
	equal(t, "requests", w.calls(), nil)
}

// TestFilePath covers paths that do not exist or lead out of the checkout.
func TestFilePath(t *testing.T) {
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
		words      []string // nil if the file is read
	}{
		{"not found", "access.yml", checkout(aFile), []string{"does not exist", "access.yml", "actions/checkout"}},
		{
			"no checkout", grantsPath, env("GITHUB_WORKSPACE", filepath.Join(t.TempDir(), "none")),
			[]string{"does not exist", "actions/checkout"},
		},
		{"absolute", outside, checkout(aFile), []string{"not a path inside the checkout"}},
		{"parent folder", "../" + grantsPath, checkout(aFile), []string{"not a path inside the checkout"}},
		{
			"two dots", "a..yml", func(s *setup) { s.write("a..yml", aFile) },
			[]string{"two dots in its name", "Rename it"},
		},
		{"folder", ".github", checkout(aFile), nil},
		{"link to the outside", "out.yml", link(outside, "out.yml"), []string{"cannot be read"}},
		{"link to a folder outside", "out/grants.yml", link(filepath.Dir(outside), "out"), []string{"cannot be read"}},
		{"link inside", "in.yml", link(grantsPath, "in.yml"), nil},
		{"with the root of the checkout", "/github/workspace/" + grantsPath, checkout(aFile), nil},
		{"with the other extension", ".github/grants.yaml", checkout(aFile), []string{"does not exist", `There is ".github/grants.yml"`}},
		{"without an extension", ".github/grants", checkout(aFile), []string{`There is ".github/grants.yml"`}},
		{"in another case", ".github/Grants.YML", checkout(aFile), []string{`There is ".github/grants.yml"`}},
		{"root of the checkout and out of it", "/github/workspace/../x.yml", checkout(aFile), []string{"not a path inside the checkout"}},
		{"path with dots", "./.github/../.github//grants.yml", checkout(aFile), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			r := run(t, w.root, applyInputs("grants-file", tt.path), checkout(aFile), tt.how)
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
