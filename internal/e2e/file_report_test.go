package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// fileReport is the content of report-file.
type fileReport struct {
	File, Status, Error, PlannedOnly, OrganizationID string
	Applied                                          bool
	Run                                              struct {
		Repository, ID, Attempt, Commit, Actor, Event string
		PullRequest                                   int
	}
	Grants []struct {
		TokenID, TokenName, WorkspaceID, WorkspaceName, Before, After, Status, Error, RequestID string
		Time                                                                                    time.Time
	}
}

// report reads the file report.json that the run wrote to its checkout.
func (p *process) report(t testing.TB) (report fileReport) {
	t.Helper()
	text := p.reportText(t)
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return report
}

// reportText returns the text of the report file.
func (p *process) reportText(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(p.path("report.json"))
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, "the report file", string(text), apiToken, githubToken)
	return string(text)
}

func TestReportFile(t *testing.T) {
	t.Parallel()
	// The API's own response to a write has no request ID.
	o := serveMerged(t, aFile, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, deployer) {
			return sandbox.Fault{After: true, Body: `{"requestId":"5a4db0c5-1"}`}
		}
		return sandbox.Fault{}
	})
	p := start(t, o.root, fileInputs("report-file", "report.json", "comment", "always"), append(o.options, env("GITHUB_ACTOR", "octocat"))...)
	p.wait().is(t, "status", "granted")
	r := p.report(t)
	equal(t, "file, status, error, plannedOnly, organizationId",
		[]string{r.File, r.Status, r.Error, r.PlannedOnly, r.OrganizationID},
		[]string{grantsPath, "granted", "", "", sandbox.DemoOrganizationID})
	equal(t, "applied", r.Applied, true)
	equal(t, "run", []string{r.Run.Repository, r.Run.ID, r.Run.Attempt, r.Run.Commit, r.Run.Actor, r.Run.Event},
		[]string{repository, "1658821493", "1", "ffac537e6cbbf934b08745a378932722df287a53", "octocat", "push"})
	equal(t, "pull request", r.Run.PullRequest, number)
	want := [][]string{
		{deployer, "CI Deployer", production, "Production", "", "WORKSPACE_OPERATOR", "granted", "", "5a4db0c5-1"},
		{deployer, "CI Deployer", staging, "Staging", "WORKSPACE_AUTHOR", "WORKSPACE_OPERATOR", "updated", "", "5a4db0c5-1"},
		{legacySync, "Legacy Sync", sandboxWorkspace, "Sandbox", "WORKSPACE_OWNER", "none", "revoked", "", ""},
		{provisioner, "Provisioner", sandboxWorkspace, "Sandbox", "", "none", "unchanged", "", ""},
	}
	if equal(t, "grants", len(r.Grants), len(want)); len(r.Grants) != len(want) {
		return
	}
	for i, g := range r.Grants {
		got := []string{
			g.TokenID, g.TokenName, g.WorkspaceID, g.WorkspaceName, g.Before, g.After, g.Status, g.Error, g.RequestID,
		}
		equal(t, fmt.Sprintf("grant %d", i), got, want[i])
		if g.Time.Before(p.began.Truncate(time.Second)) || g.Time.After(p.ended) {
			t.Errorf("the time is %v, but the run lasted from %v to %v", g.Time, p.began, p.ended)
		}
	}
}

// TestReportForEachOutcome checks that a run writes the report regardless of its outcome.
func TestReportForEachOutcome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                 string
		inputs               map[string]string
		text                 string
		status, kind, reason string
		applied              bool
		grants               int
	}{
		{"planned", fileInputs("dry-run", "true"), aFile, "granted", "", "dry-run is true", false, 4},
		{"invalid file", applyInputs(), "grants: [{}]", "failed", "invalid-input", "", false, 0},
		{"not found", applyInputs(), strings.ReplaceAll(aFile, "Provisioner", "Nobody"), "failed", "token-not-found", "", false, 4},
		{"grant by inputs", with("workspace", "Staging\nProduction"), "", "granted", "", "", true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			tt.inputs["report-file"] = "report.json"
			p := start(t, w.root, tt.inputs, checkout(tt.text))
			p.wait().is(t, "error", tt.kind)
			r := p.report(t)
			equal(t, "status, error, plannedOnly",
				[]string{r.Status, r.Error, r.PlannedOnly}, []string{tt.status, tt.kind, tt.reason})
			equal(t, "applied", r.Applied, tt.applied)
			equal(t, "grants", len(r.Grants), tt.grants)
			for _, g := range r.Grants {
				equal(t, "status is failed", g.Status == "failed", tt.kind != "")
			}
		})
	}
}

// TestReportPath has paths that can be created, and paths that must not be written to.
func TestReportPath(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	link := func(s *setup) {
		if err := os.Symlink(outside, s.path("out")); err != nil {
			s.t.Fatal(err)
		}
	}
	old := func(s *setup) { s.write(".github/old.json", strings.Repeat("old ", 10000)) }
	for _, tt := range []struct {
		name, path string
		how        option
		title      string // of the error; empty: the report is written
		grants     bool   // whether grants are applied
	}{
		{"new directories", "a/b/c/report.json", checkout(aFile), "", true},
		{"existing file", ".github/old.json", old, "", true},
		{"path that is not clean", "./a/../report.json", checkout(aFile), "", true},
		{"parent directory", "../report.json", checkout(aFile), "Invalid input", false},
		{"absolute", filepath.Join(outside, "report.json"), checkout(aFile), "Invalid input", false},
		{"through a symbolic link", "out/report.json", link, "Invalid input", false},
		{"directory", ".github", checkout(aFile), "Invalid input", false},
		{"below a file", grantsPath + "/report.json", checkout(aFile), "Invalid input", false},
		{"name that is too long", "new/" + strings.Repeat("x", 300), checkout(aFile), "Invalid input", false},
		{"with the root of the checkout", "/github/workspace/a/report.json", checkout(aFile), "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			p := start(t, w.root, applyInputs("report-file", tt.path), checkout(aFile), tt.how)
			r := p.wait()
			equal(t, "writes", w.count(writeRoles), map[bool]int{true: 2}[tt.grants])
			if tt.title == "" {
				text, _ := os.ReadFile(p.path(strings.TrimPrefix(tt.path, "/github/workspace/")))
				equal(t, "the report is valid JSON", json.Valid(text), true)
				equal(t, "exit code", r.code, 0)
				return
			}
			r.is(t, "status", "failed", "error", "invalid-input", "changed", strconv.FormatBool(tt.grants))
			errors := r.named("error")
			if len(errors) != 1 || errors[0].title != tt.title || !strings.Contains(errors[0].message, "report-file") {
				t.Errorf("errors %+v", errors)
			}
			left, _ := os.ReadDir(outside)
			equal(t, "files outside", len(left), 0)
			if _, err := os.Stat(p.path("new")); err == nil {
				t.Error("the check left a folder behind")
			}
		})
	}
}

// TestReportFileLost has the report file become unwritable during the grant. The step fails, but not the grant.
func TestReportFileLost(t *testing.T) {
	t.Parallel()
	var folder string
	w := demo(t, sandbox.Options{}, onNth(1, writeRoles, func(*sandbox.Astro) sandbox.Fault {
		if err := os.WriteFile(folder, nil, 0o600); err != nil { // a file in the place of the folder
			t.Error(err)
		}
		return sandbox.Fault{}
	}))
	r := run(t, w.root, with("report-file", "reports/report.json"), checkout(aFile), func(s *setup) { folder = s.path("reports") })
	r.is(t, "status", "granted", "error", "", "changed", "true")
	equal(t, "exit code", r.code, 1)
	errors := r.named("error")
	equal(t, "errors", len(errors), 1)
	contains(t, "the error", errors[0].message, "report file could not be written", "Everything else is as reported")
	contains(t, "the summary", r.summary, "### ✅ Astro Workspace grant: 1 granted", "❌ The report file could not be written")
}

// TestOwnerOfReportFile has a checkout that belongs to the runner's account. What the container creates there, as root,
// belongs to it as well.
func TestOwnerOfReportFile(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	t.Parallel()
	const runner = 1001
	w := demo(t, sandbox.Options{}, nil)
	p := start(t, w.root, with("report-file", "reports/access/report.json"), checkout(aFile), func(s *setup) {
		if err := os.Chown(s.dir, runner, runner+1); err != nil {
			t.Fatal(err)
		}
	})
	p.wait().is(t, "status", "granted")
	for _, name := range []string{"reports", "reports/access", "reports/access/report.json"} {
		info, err := os.Stat(p.path(name))
		if err != nil {
			t.Fatal(err)
		}
		owner := info.Sys().(*syscall.Stat_t)
		equal(t, "owner of "+name, []uint32{owner.Uid, owner.Gid}, []uint32{runner, runner + 1})
	}
}
