package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// TestCreatedBetweenLists has what a run looks for appear after its first list, which is read again for suggestions.
func TestCreatedBetweenLists(t *testing.T) {
	t.Parallel()
	const id = "cltokenlate00000000000001"
	workspaceToken := sandbox.Token{
		ID: "cltokenlate00000000000000", Name: "Late", Scope: "WORKSPACE", Roles: []string{entry("WORKSPACE", staging, "WORKSPACE_OWNER")},
	}
	for _, tt := range []struct {
		name   string
		before *sandbox.Token
		what   string
		add    func(a *sandbox.Astro)
		inputs map[string]string
	}{
		{"API token", nil, listTokens, addLate, with("org-token-name", "Late")},
		{"API token with the name of another one", &workspaceToken, listTokens, addLate, with("org-token-name", "Late")},
		{
			"Workspace", nil, listWorkspaces,
			func(a *sandbox.Astro) { a.AddWorkspace("clworkspacelate0000000001", "Late") }, with("workspace", "Late"),
		},
		{
			"Workspace by ID", nil, listWorkspaces,
			func(a *sandbox.Astro) { a.AddWorkspace("ws-late", "Late") }, with("workspace", "ws-late"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, onNth(2, tt.what, func(a *sandbox.Astro) sandbox.Fault {
				tt.add(a)
				return sandbox.Fault{}
			}))
			if tt.before != nil {
				w.AddToken(*tt.before)
			}
			r := run(t, w.root, tt.inputs)
			r.is(t, "status", "granted")
			if tt.what == listTokens {
				r.is(t, "token-id", id)
			}
		})
	}
}

// TestListThatShifts deletes an API token after the first page was read, so that the second page skips one.
func TestListThatShifts(t *testing.T) {
	t.Parallel()
	w := demoWithTokens(t, 1500, sandbox.Options{}, onNth(2, listTokens, func(a *sandbox.Astro) sandbox.Fault {
		a.RemoveToken("cltoken000000000000000100")
		return sandbox.Fault{}
	}))
	r := run(t, w.root, with("org-token-name", "token 1001")) // the first one on the second page
	r.is(t, "status", "granted", "token-id", "cltoken000000000000001001")
	equal(t, "pages", w.count(listTokens), 4)
}

// TestNamesSplitAtCommas has a server that takes a comma for the end of a name.
func TestNamesSplitAtCommas(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, func(_ *sandbox.Astro, r *http.Request) sandbox.Fault {
		if strings.Contains(r.URL.Query().Get("names"), ",") {
			return sandbox.Fault{Body: `{"workspaces":[],"limit":1000,"offset":0,"totalCount":0}`, Status: 200}
		}
		return sandbox.Fault{}
	})
	w.AddWorkspace("clworkspacecomma000000001", "Sales, North")
	r := run(t, w.root, with("workspace", "Sales, North", "wait", "1m"))
	r.is(t, "status", "granted", "workspace-name", "Sales, North")
	lacks(t, "the log", r.log, "Not found yet")
}

// TestOtherIDs has Workspaces whose IDs have other forms than usual.
func TestOtherIDs(t *testing.T) {
	t.Parallel()
	const uuid = "0b5e1f5c-6d8e-4c8a-9d2f-1a2b3c4d5e6f"
	for id, lists := range map[string]int{uuid: 1, "ws_1": 2} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			w.AddWorkspace(id, "Other")
			r := run(t, w.root, with("workspace", id, "wait", "4m"))
			r.is(t, "status", "granted", "workspace-id", id, "workspace-name", "Other")
			equal(t, "lists", w.count(listWorkspaces), lists)
			lacks(t, "the log", r.log, "Not found yet")
		})
	}
}

// TestNamesThatLookTheSame has names that a person cannot tell apart. Following the hint solves it.
func TestNamesThatLookTheSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, given, actual, difference string }{
		{"space at the end", "Finance", "Finance ", "ends with a space"},
		{"NFD", "M\u00fcnchen", "Mu\u0308nchen", "NFC and NFD"},
		{"Cyrillic", "Data", "D\u0430ta", "U+0430, not U+0061"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const workspace, token = "clworkspacelookalike00001", "cltokenlookalike000000001"
			w := demo(t, sandbox.Options{}, nil)
			w.AddWorkspace(workspace, tt.actual)
			w.AddToken(sandbox.Token{
				ID: token, Name: tt.actual, Roles: []string{entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER")},
			})
			run(t, w.root, with("workspace", tt.given)).failed(t, "workspace-not-found", "looks the same", tt.difference,
				"Set workspace to the ID", workspace)
			run(t, w.root, with("org-token-name", tt.given)).failed(t, "token-not-found", "looks the same", tt.difference,
				"Set org-token-id to the ID", token)
			run(t, w.root, with("workspace", workspace)).is(t, "status", "granted")
		})
	}
}

// TestTwoNamesThatLookTheSame has two names that look like the given one. Both are reported: only the user can choose.
func TestTwoNamesThatLookTheSame(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clworkspacelookalike00001", "Sales, EU ")
	w.AddWorkspace("clworkspacelookalike00002", "Sales,  EU")
	run(t, w.root, with("workspace", "Sales, EU")).failed(t, "workspace-not-found",
		"ends with a space", "clworkspacelookalike00001", "has other spaces", "clworkspacelookalike00002")
}

func TestSeveralWorkspacesOnOneLine(t *testing.T) {
	t.Parallel()
	for _, given := range []string{
		"Production, Staging", `["Production", "Staging"]`, "- Production\n- Staging", "[\n  \"Production\",\n  \"Staging\"\n]",
		`"Production"`,
	} {
		w := demo(t, sandbox.Options{}, nil)
		r := run(t, w.root, with("workspace", given))
		r.is(t, "error", "workspace-not-found")
		for _, problem := range r.named("error") {
			contains(t, "the error", problem.message, "one per line, without commas, dashes, brackets and quotes")
		}
	}
	w := demo(t, sandbox.Options{}, nil)
	w.AddWorkspace("clworkspacecomma000000001", "Sales, North")
	run(t, w.root, with("workspace", "Sales, Nort")).failed(t, "workspace-not-found", `Did you mean "Sales, North"?`, "one per line")
	run(t, w.root, applyInputs(), checkout(`grants: [{org-token-name: CI Deployer, role: none, workspaces: ["Production, Staging"]}]`)).
		failed(t, "workspace-not-found", "make each an entry of its own")
}

// TestUnusableItems has lists with an item that has no valid ID. Other items are found all the same.
func TestUnusableItems(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{"id":7,"name":"Bad"}`, `{"id":null}`, `{"id":{},"name":7,"scope":[]}`, `{"name":"Bad"}`, `null`} {
		t.Run(bad, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			root := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				w.ServeHTTP(answer, r)
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(answer.Code)
				_, _ = strings.NewReplacer(`"tokens":[{`, `"tokens":[`+bad+`,{`, `"workspaces":[{`, `"workspaces":[`+bad+`,{`).
					WriteString(rw, answer.Body.String())
			}))
			run(t, root, with()).is(t, "status", "granted")
			run(t, root, with("org-token-name", "Nobody")).failed(t, "token-not-found", "Nobody")
		})
	}
}

// TestTwoCreatedBetweenLists has two API tokens or Workspaces with the same name appear after the first list.
func TestTwoCreatedBetweenLists(t *testing.T) {
	t.Parallel()
	for kind, inputs := range map[string]map[string]string{
		"token-ambiguous": with("org-token-name", "Late"), "workspace-ambiguous": with("workspace", "Late"),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ids := []string{"clcreatedlate000000000001", "clcreatedlate000000000002"}
			add := func(a *sandbox.Astro) sandbox.Fault {
				for _, id := range ids {
					a.AddToken(sandbox.Token{ID: id, Name: "Late"})
					a.AddWorkspace(id, "Late")
				}
				return sandbox.Fault{}
			}
			what := map[string]string{"token-ambiguous": listTokens, "workspace-ambiguous": listWorkspaces}[kind]
			w := demo(t, sandbox.Options{}, onNth(2, what, add))
			run(t, w.root, inputs).failed(t, kind, ids...)
			equal(t, "writes", w.count(writeRoles), 0)
		})
	}
}

// TestNothingToSee has an API token that is shown no Workspaces.
func TestNothingToSee(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, always(listWorkspaces, sandbox.Fault{
		Status: 200, Body: `{"workspaces":[],"limit":1000,"offset":0,"totalCount":0}`,
	}))
	run(t, w.root, with()).failed(t, "workspace-not-found", "The API shows no Workspaces at all", "Organization Owner")
	r := start(t, w.root, nil, terminal, args("-export", "-api-url", w.root+"/v1")).wait()
	equal(t, "exit code of the export", r.code, 1)
	contains(t, "the log of the export", r.log, "The API shows no Workspaces", "Organization Owner")
	lacks(t, "the log of the export", r.log, "grants:")
}

// TestTokenThatEnds grants roles to API tokens that have ended or soon will.
func TestTokenThatEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		in      time.Duration // 0: never
		inputs  []string
		warning string
	}{
		{"never", 0, nil, ""},
		{"in a month", 30 * 24 * time.Hour, nil, ""},
		{"in six days", 6 * 24 * time.Hour, nil, "but it expires at"},
		{"yesterday", -24 * time.Hour, nil, "but it expired at"},
		{"yesterday, planned", -24 * time.Hour, []string{"dry-run", "true"}, "but it expired at"},
		{"yesterday, unchanged", -24 * time.Hour, []string{"workspace", "Staging"}, ""},
		{"yesterday, revoked", -24 * time.Hour, []string{"workspace", "Staging", "role", "none"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, sandbox.Options{}, nil)
			token := sandbox.Token{ID: "cltokenending000000000001", Name: "Ending", Roles: []string{
				entry("ORGANIZATION", sandbox.DemoOrganizationID, "ORGANIZATION_MEMBER"), entry("WORKSPACE", staging, "WORKSPACE_OPERATOR"),
			}}
			if tt.in != 0 {
				token.EndAt = time.Now().Add(tt.in)
			}
			w.AddToken(token)
			r := run(t, w.root, with(append([]string{"org-token-name", "Ending"}, tt.inputs...)...))
			equal(t, "exit code", r.code, 0)
			warnings := fmt.Sprint(r.named("warning"))
			if tt.warning == "" {
				equal(t, "warnings", warnings, "[]")
				return
			}
			contains(t, "the warning", warnings, `"Ending"`, tt.warning)
		})
	}
}

// TestWaitForOtherID waits for a Workspace whose ID has another form. It is found as soon as it exists.
func TestWaitForOtherID(t *testing.T) {
	t.Parallel()
	w := demo(t, sandbox.Options{}, onNth(3, listWorkspaces, func(a *sandbox.Astro) sandbox.Fault {
		a.AddWorkspace("ws_1", "Late")
		return sandbox.Fault{}
	}))
	r := run(t, w.root, with("workspace", "ws_1", "wait", "20s"))
	r.is(t, "status", "granted", "workspace-id", "ws_1")
	equal(t, "lines about waiting", strings.Count(r.log, "Not found yet"), 1)
}
