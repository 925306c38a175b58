package input

import (
	"html"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/runner"
)

const apiToken = "eyJhbGciOiJSUzI1NiJ9.eyJwZXJtaXNzaW9ucyI6W119.c2lnbmF0dXJl"

// read reads valid inputs with some changes. A name in capitals is that of an environment variable.
func read(changes map[string]string) (Inputs, []grant.Problem) {
	env := map[string]string{
		"INPUT_ORG-TOKEN-NAME": "CI Deployer", "INPUT_ROLE": "WORKSPACE_OPERATOR", "INPUT_WORKSPACE": "Production",
		"INPUT_API-TOKEN": apiToken,
	}
	for name, value := range changes {
		if name != strings.ToUpper(name) {
			name = "INPUT_" + strings.ToUpper(name)
		}
		env[name] = value
	}
	return Read(runner.New(func(name string) string { return env[name] }, io.Discard))
}

func TestDefaults(t *testing.T) {
	in, problems := read(nil)
	if len(problems) > 0 {
		t.Fatal(texts(problems))
	}
	if in.TokenName != "CI Deployer" || in.TokenID != "" || in.Role != grant.Operator ||
		!slices.Equal(in.Workspaces, []string{"Production"}) || in.APIToken != apiToken {
		t.Errorf("got %+v", in)
	}
	if in.Organization != "" || in.APIURL != "https://api.astronomer.io/v1" || in.DryRun || in.AllowFork {
		t.Errorf("got %+v", in)
	}
	if in.Timeout != 5*time.Minute || in.Wait != 0 || in.Settle != 2*time.Second {
		t.Errorf("got %+v", in)
	}
}

func TestValidInputs(t *testing.T) {
	type env = map[string]string
	for _, tt := range []struct {
		name  string
		env   env
		check func(in Inputs) bool
	}{
		{"by ID", env{"org-token-name": "", "org-token-id": " clx-1_A "}, func(in Inputs) bool {
			return in.TokenID == "clx-1_A" && in.TokenName == ""
		}},
		{"only surrounding space of a name is removed", env{"org-token-name": " a, b\tc "}, func(in Inputs) bool {
			return in.TokenName == "a, b\tc"
		}},
		{"role in lower case", env{"role": "workspace_owner"}, func(in Inputs) bool { return in.Role == grant.Owner }},
		{"several Workspaces", env{"workspace": "\n a \r\nb\n\n a\nb c\r"}, func(in Inputs) bool {
			return slices.Equal(in.Workspaces, []string{"a", "b", "b c"})
		}},
		{"API token from the environment", env{"api-token": "", "ASTRO_API_TOKEN": " tok\n"}, func(in Inputs) bool {
			return in.APIToken == "tok"
		}},
		{"API token from both", env{"ASTRO_API_TOKEN": "tok"}, func(in Inputs) bool { return in.APIToken == apiToken }},
		{"Organization", env{"organization": "o1"}, func(in Inputs) bool { return in.Organization == "o1" }},
		{"another API", env{"api-url": "https://astro.example:8443/x/"}, func(in Inputs) bool {
			return in.APIURL == "https://astro.example:8443/x"
		}},
		{"loopback", env{"api-url": "http://localhost:1/v1"}, func(in Inputs) bool {
			return in.APIURL == "http://localhost:1/v1"
		}},
		{"loopback by address", env{"api-url": "http://127.1.2.3:1"}, func(in Inputs) bool { return in.APIURL != "" }},
		{"loopback of IPv6", env{"api-url": "http://[::1]:1"}, func(in Inputs) bool { return in.APIURL != "" }},
		{"true", env{"dry-run": "true", "allow-fork": "True"}, func(in Inputs) bool {
			return in.DryRun && in.AllowFork
		}},
		{"TRUE", env{"dry-run": "TRUE", "allow-fork": "FALSE"}, func(in Inputs) bool {
			return in.DryRun && !in.AllowFork
		}},
		{"False", env{"dry-run": "False"}, func(in Inputs) bool { return !in.DryRun }},
		{"durations", env{"timeout": "1h30m", "wait": "90s", "settle": "0s"}, func(in Inputs) bool {
			return in.Timeout == 90*time.Minute && in.Wait == 90*time.Second && in.Settle == 0
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, problems := read(tt.env)
			if len(problems) > 0 || !tt.check(in) {
				t.Errorf("got %+v, problems %s", in, texts(problems))
			}
		})
	}
}

func TestInvalidInputs(t *testing.T) {
	type env = map[string]string
	for _, tt := range []struct {
		name string
		env  env
		want []string // part of each problem
	}{
		{"no token", env{"org-token-name": " "}, []string{"org-token-name or org-token-id is required."}},
		{"token by name and ID", env{"org-token-id": "t1"}, []string{"org-token-name and org-token-id are both set."}},
		{"invalid ID", env{"org-token-name": "", "org-token-id": "../x"}, []string{`org-token-id "../x" is not a valid ID.`}},
		{"no role", env{"role": ""}, []string{"role is required. Use WORKSPACE_MEMBER,"}},
		{"similar role", env{"role": "OPERATOR"}, []string{
			`role "OPERATOR" is not a role that can be granted. Did you mean WORKSPACE_OPERATOR? Otherwise use`,
		}},
		{"unknown role", env{"role": "x"}, []string{`role "x" is not a role that can be granted. Use`}},
		{"no Workspace", env{"workspace": "\n \r\n"}, []string{"workspace is required."}},
		{"no API token", env{"api-token": ""}, []string{
			"api-token is required. Pass an Astro API token from a secret, or set the variable ASTRO_API_TOKEN. " +
				"Secrets are not available to runs that were triggered from a fork or by Dependabot.",
		}},
		{"API token with a line break", env{"api-token": "abc\ndef"}, []string{"api-token contains white space"}},
		{"API token with other letters", env{"api-token": "абв"}, []string{
			"api-token contains white space or other characters",
		}},
		{"invalid Organization", env{"organization": "My Org"}, []string{`organization "My Org" is not a valid ID.`}},
		{"plain http", env{"api-url": "http://api.astronomer.io/v1"}, []string{"is not an https address. Use https"}},
		{"plain http to a name that resembles loopback", env{"api-url": "http://localhost.evil.example"}, []string{
			"is not an https address",
		}},
		{"another scheme", env{"api-url": "ftp://127.0.0.1"}, []string{"is not an https address"}},
		{"user in the address", env{"api-url": "https://a:b@c.example"}, []string{"is not a valid address of an API"}},
		{"query in the address", env{"api-url": "https://c.example?a=b"}, []string{"is not a valid address of an API"}},
		{"no scheme", env{"api-url": "api.astronomer.io"}, []string{"is not a valid address of an API"}},
		{"yes", env{"dry-run": "yes"}, []string{`dry-run "yes" is not true or false.`}},
		{"tRUE", env{"allow-fork": "tRUE"}, []string{"allow-fork "}},
		{"number without a unit", env{"timeout": "90"}, []string{
			`timeout "90" is not a valid duration. Use a duration such as 90s, 5m or 1h30m.`,
		}},
		{"zero timeout", env{"timeout": "0s"}, []string{"timeout must be longer than 0s."}},
		{"negative durations", env{"wait": "-1s", "settle": "-1s"}, []string{`wait must not be negative: "-1s".`, "settle "}},
		{"longer than timeout", env{"timeout": "1s", "wait": "1s", "settle": "2s"}, []string{
			"wait (1s) must be shorter than timeout (1s). Raise timeout, or lower wait.", "settle ",
		}},
		{
			"report over the grants file",
			env{
				"org-token-name": "", "role": "", "workspace": "", "grants-file": "a/g.yml", "report-file": "./a//g.yml",
			},
			[]string{"report-file is the same file as grants-file."},
		},
		{
			"all together",
			env{"org-token-name": "", "role": "", "workspace": "", "api-token": "", "timeout": "x", "dry-run": "x"},
			[]string{"org-token-name ", "role ", "workspace ", "api-token ", "dry-run ", "timeout "},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := read(tt.env)
			got := texts(problems)
			if len(got) != len(tt.want) {
				t.Fatalf("got %q", got)
			}
			for i, want := range tt.want {
				if !strings.Contains(got[i], want) || problems[i].Kind != grant.InvalidInput {
					t.Errorf("got %q of kind %s, want %q", got[i], problems[i].Kind, want)
				}
			}
		})
	}
}

// An API token that was pasted into another input must never be shown, not even escaped in the summary.
func TestPastedAPIToken(t *testing.T) {
	other := strings.Replace(apiToken, "c2ln", "b3Ro", 1)
	for _, input := range All() {
		if input.Secret {
			continue
		}
		for _, value := range []string{apiToken, "Bearer " + apiToken, other, "x " + other + " " + apiToken} {
			in, problems := read(map[string]string{input.Name: value})
			want := input.Name + " contains an API token."
			if !strings.Contains(strings.Join(texts(problems), "\n"), want) {
				t.Errorf("%s: %q", input.Name, texts(problems))
			}
			in.APIToken, in.GitHubToken = "", ""
			for _, secret := range []string{apiToken, other} {
				if text := shown(in, problems); strings.Contains(text, secret) {
					t.Errorf("%s is shown: %s", input.Name, text)
				}
			}
		}
	}
}

func texts(problems []grant.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.What.String()+" "+p.Hint.String())
	}
	return all
}

// shown returns everything that a run can show of inputs and their problems, as text and as Markdown without escapes.
func shown(in Inputs, problems []grant.Problem) string {
	all := append(texts(problems), in.TokenName, in.TokenID, string(in.Role), in.Organization, in.APIURL)
	all = append(all, in.Workspaces...)
	for _, p := range problems {
		all = append(all, html.UnescapeString(p.What.Markdown()), html.UnescapeString(p.Hint.Markdown()))
	}
	return strings.Join(all, "\n")
}

func FuzzInputs(f *testing.F) {
	for _, seed := range []string{
		"", "x", "§", "a§b", "Bearer §", "WORKSPACE_OPERATR", "http://§@x", "https://x/§", "5m", "-1s", "true", "\n§\n",
		"\xff\x00", "%s", "[::1]:§", "#§",
	} {
		for i := range All() {
			f.Add(byte(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, value string) {
		// "§" represents the API token.
		value = strings.ReplaceAll(value, "§", apiToken)
		input := All()[int(which)%len(All())]
		if input.Secret {
			value = strings.ReplaceAll(value, apiToken, "x")
		}
		in, problems := read(map[string]string{input.Name: value})
		if input.Secret {
			return
		}
		if text := shown(in, problems); strings.Contains(text, apiToken) {
			t.Errorf("%s: the API token is shown: %s", input.Name, text)
		}
		if strings.Contains(value, apiToken) && len(problems) == 0 {
			t.Errorf("%s: an API token is accepted", input.Name)
		}
		for _, p := range problems {
			if p.Kind != grant.InvalidInput || p.What.IsEmpty() || p.Hint.IsEmpty() {
				t.Errorf("%s: %q of kind %q", input.Name, texts(problems), p.Kind)
			}
		}
	})
}
