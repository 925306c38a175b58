package grantsfile

import (
	"slices"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
)

const oneGrant = "grants:\n- org-token-name: A\n  role: WORKSPACE_OWNER\n  workspaces: [W]\n"

var optionTests = []problemTest{
	{"exclusive in quotes", "exclusive: 'true'\n" + oneGrant, []string{`1:12 "exclusive" must be a boolean, but is a string.`}},
	{"exclusive of YAML 1.1", "exclusive: yes\n" + oneGrant, []string{`1:12 "exclusive" must be a boolean, but is a string.`}},
	{"exclusive empty", "exclusive:\n" + oneGrant, []string{`1:1 "exclusive" must not be empty.`}},
	{"exclusive of a grant", oneGrant + "  exclusive: true\n", []string{`5:3 "exclusive" is not a valid key.`}},
	{"no such day", oneGrant + "  until: 2027-02-29\n", []string{`5:10 "2027-02-29" is not a valid date.`}},
	{"time of day", oneGrant + "  until: 2027-01-31T12:00:00Z\n", []string{`5:10 "2027-01-31T12:00:00Z" is not a valid date.`}},
	{"another format", oneGrant + "  until: 31.1.2027\n", []string{`5:10 "31.1.2027" is not a valid date.`}},
	{"only a year", oneGrant + "  until: 2027\n", []string{`5:10 "2027" is not a valid date.`}},
	{"too long ago", oneGrant + "  until: 2019-12-31\n", []string{`5:10 "2019-12-31" is before the year 2020.`}},
	{"date empty", oneGrant + "  until:\n", []string{`5:3 "until" must not be empty.`}},
	{"dates", oneGrant + "  until: [2027-01-31]\n", []string{`5:10 "until" must be a date, but is a list.`}},
	{"revocation with an end", strings.ReplaceAll(oneGrant, "WORKSPACE_OWNER", "none") + "  until: 2027-01-31\n", []string{
		`5:3 "until" and role: none are both set.`,
	}},
	{"reason empty", oneGrant + "  reason: ''\n", []string{"5:11 The reason must not be empty."}},
	{"reason a number", oneGrant + "  reason: 12\n", []string{"5:11 The reason must be a string, but YAML reads it as a number."}},
	{"reason with a line break", oneGrant + "  reason: |\n    A\n    B\n", []string{
		`5:11 The reason "A\nB\n" must not contain a tab, a line break or another control character.`,
	}},
	{"reason too long", oneGrant + "  reason: " + strings.Repeat("x", 201) + "\n", []string{"5:11 The reason has 201 characters."}},
	{"reason with a colon", oneGrant + "  reason: Fix: the build\n", []string{"5:11 Text with a colon must be in quotes."}},
	{"all together", "exclusive: 1\n" + oneGrant + "  until: soon\n  reason: ' x'\n", []string{
		`1:12 "exclusive" must be a boolean, but is a number.`,
		`6:10 "soon" is not a valid date.`,
		`7:11 The reason " x" must not start or end with white space.`,
	}},
}

// TestUntil reads the same file on several days.
func TestUntil(t *testing.T) {
	at := func(text string) time.Time {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	for _, tt := range []struct {
		name, now string
		want      grant.Role
	}{
		{"before", "2026-11-26T00:00:00Z", grant.Owner},
		{"last moment", "2027-01-31T23:59:59Z", grant.Owner},
		{"last moment, elsewhere the next day", "2027-02-01T08:59:59+09:00", grant.Owner},
		{"midnight", "2027-02-01T00:00:00Z", grant.None},
		{"midnight, elsewhere the last day", "2027-01-31T16:00:00-08:00", grant.None},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grants, problems := Parse(at(tt.now), File{Content: []byte(oneGrant + "  until: 2027-01-31\n  reason: Test\n")})
			if len(problems) > 0 || len(grants.Wanted) != 1 {
				t.Fatalf("got %+v, %q", grants, places(problems))
			}
			w := grants.Wanted[0]
			if w.Role != tt.want || w.Ended != (tt.want == grant.None) || w.Until.Format(time.DateOnly) != "2027-01-31" || w.Reason != "Test" {
				t.Errorf("got %+v", w)
			}
		})
	}
}

// TestEndedAndAnother has two grants of the same API token in the same Workspace, in either order.
func TestEndedAndAnother(t *testing.T) {
	entry := func(role, until string) string {
		return "- {org-token-name: A, role: " + role + ", workspaces: [W]" + until + "}\n"
	}
	const ended = ", until: 2026-11-25"
	for _, tt := range []struct {
		name, first, second string
		want                bool
	}{
		{"ended", entry("WORKSPACE_OWNER", ended), entry("WORKSPACE_MEMBER", ""), true},
		{"both ended", entry("WORKSPACE_OWNER", ended), entry("WORKSPACE_MEMBER", ended), true},
		{"both hold", entry("WORKSPACE_OWNER", ", until: 2026-11-26"), entry("WORKSPACE_MEMBER", ""), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, text := range []string{tt.first + tt.second, tt.second + tt.first} {
				if _, problems := parseFile([]byte("grants:\n" + text)); (len(problems) == 0) != tt.want {
					t.Errorf("got %q for\n%s", places(problems), text)
				}
			}
		})
	}
}

// TestSeveralFiles parses files as one.
func TestSeveralFiles(t *testing.T) {
	const other = "grants: [{org-token-name: A, role: none, workspaces: [W, X]}]\n"
	for _, tt := range []struct {
		name, a, b string
		exclusive  bool
		want       []string // file:line:column and what it is
	}{
		{"both", oneGrant, "grants: []\n", false, nil},
		{"exclusive in one", oneGrant, "exclusive: true\ngrants: []\n", true, nil},
		{"exclusive in both", "exclusive: true\n" + oneGrant, "exclusive: true\ngrants: []\n", true, nil},
		{"exclusive and the opposite", "exclusive: true\n" + oneGrant, "exclusive: false\ngrants: []\n", false, []string{
			"b.yml:1:12 exclusive is false here, but true in line 1 of \"a.yml\".",
		}},
		{"contradiction", oneGrant, other, false, []string{
			`b.yml:1:55 The API token "A" has two roles in the Workspace "W": none here, and WORKSPACE_OWNER in line 4 of "a.yml".`,
		}},
		{"each with a problem", "grants: 1\n", "grants: 2\n", false, []string{
			`a.yml:1:9 "grants" must be a list, but is a number.`, `b.yml:1:9 "grants" must be a list, but is a number.`,
		}},
		{"empty", "", oneGrant, false, []string{`a.yml:0:0 "a.yml": The file is empty.`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			grants, problems := Parse(today, File{"a.yml", []byte(tt.a)}, File{"b.yml", []byte(tt.b)})
			got := places(problems)
			for i, p := range problems {
				got[i] = p.At.File + ":" + got[i]
			}
			if !slices.Equal(got, tt.want) || grants.Exclusive != tt.exclusive {
				t.Errorf("got %q, exclusive %t; want %q, %t", got, grants.Exclusive, tt.want, tt.exclusive)
			}
		})
	}
}
