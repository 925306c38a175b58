package step

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

// read reads inputs that are right but for what is edited. A name in capitals is a variable itself.
func read(edit map[string]string) (inputs, []grant.Problem) {
	env := map[string]string{
		"INPUT_ORG-TOKEN-NAME": "CI Deployer", "INPUT_ROLE": "WORKSPACE_OPERATOR", "INPUT_WORKSPACE": "Production", "INPUT_API-TOKEN": apiToken,
	}
	for name, value := range edit {
		if name != strings.ToUpper(name) {
			name = "INPUT_" + strings.ToUpper(name)
		}
		env[name] = value
	}
	return readInputs(runner.New(func(name string) string { return env[name] }, io.Discard))
}

func TestDefaults(t *testing.T) {
	in, problems := read(nil)
	if len(problems) > 0 {
		t.Fatal(texts(problems))
	}
	if in.tokenName != "CI Deployer" || in.tokenID != "" || in.role != grant.Operator || !slices.Equal(in.workspaces, []string{"Production"}) || in.apiToken != apiToken {
		t.Errorf("got %+v", in)
	}
	if in.organization != "" || in.apiURL != "https://api.astronomer.io/v1" || in.dryRun || in.allowFork {
		t.Errorf("got %+v", in)
	}
	if in.timeout != 5*time.Minute || in.wait != 0 || in.settle != 2*time.Second {
		t.Errorf("got %+v", in)
	}
}

func TestInputs(t *testing.T) {
	type env = map[string]string
	for _, tt := range []struct {
		name  string
		env   env
		check func(in inputs) bool
	}{
		{"by ID", env{"org-token-name": "", "org-token-id": " clx-1_A "}, func(in inputs) bool { return in.tokenID == "clx-1_A" && in.tokenName == "" }},
		{"a name is taken whole", env{"org-token-name": " a, b\tc "}, func(in inputs) bool { return in.tokenName == "a, b\tc" }},
		{"role in lower case", env{"role": "workspace_owner"}, func(in inputs) bool { return in.role == grant.Owner }},
		{"several Workspaces", env{"workspace": "\n a \r\nb\n\n a\nb c\r"}, func(in inputs) bool { return slices.Equal(in.workspaces, []string{"a", "b", "b c"}) }},
		{"API token from the environment", env{"api-token": "", "ASTRO_API_TOKEN": " tok\n"}, func(in inputs) bool { return in.apiToken == "tok" }},
		{"API token from both", env{"ASTRO_API_TOKEN": "tok"}, func(in inputs) bool { return in.apiToken == apiToken }},
		{"Organization", env{"organization": "o1"}, func(in inputs) bool { return in.organization == "o1" }},
		{"another API", env{"api-url": "https://astro.example:8443/x/"}, func(in inputs) bool { return in.apiURL == "https://astro.example:8443/x" }},
		{"loopback", env{"api-url": "http://localhost:1/v1"}, func(in inputs) bool { return in.apiURL == "http://localhost:1/v1" }},
		{"loopback by address", env{"api-url": "http://127.1.2.3:1"}, func(in inputs) bool { return in.apiURL != "" }},
		{"loopback of IPv6", env{"api-url": "http://[::1]:1"}, func(in inputs) bool { return in.apiURL != "" }},
		{"true", env{"dry-run": "true", "allow-fork": "True"}, func(in inputs) bool { return in.dryRun && in.allowFork }},
		{"TRUE", env{"dry-run": "TRUE", "allow-fork": "FALSE"}, func(in inputs) bool { return in.dryRun && !in.allowFork }},
		{"False", env{"dry-run": "False"}, func(in inputs) bool { return !in.dryRun }},
		{"times", env{"timeout": "1h30m", "wait": "90s", "settle": "0s"}, func(in inputs) bool {
			return in.timeout == 90*time.Minute && in.wait == 90*time.Second && in.settle == 0
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

func TestWrongInputs(t *testing.T) {
	type env = map[string]string
	for _, tt := range []struct {
		name string
		env  env
		want []string // what each problem tells
	}{
		{"no token", env{"org-token-name": " "}, []string{"Input org-token-name: neither it nor org-token-id is given."}},
		{"token by name and ID", env{"org-token-id": "t1"}, []string{"Input org-token-name: both it and org-token-id are given."}},
		{"ID that is none", env{"org-token-name": "", "org-token-id": "../x"}, []string{`Input org-token-id: "../x" is no ID.`}},
		{"no role", env{"role": ""}, []string{"Input role: it is empty. Allowed are WORKSPACE_MEMBER,"}},
		{"near role", env{"role": "OPERATOR"}, []string{`Input role: "OPERATOR" is no role that can be granted. Did you mean WORKSPACE_OPERATOR? Else: allowed are`}},
		{"far role", env{"role": "x"}, []string{`Input role: "x" is no role that can be granted. Allowed are`}},
		{"no Workspace", env{"workspace": "\n \r\n"}, []string{"Input workspace: it is empty."}},
		{"no API token", env{"api-token": ""}, []string{"Input api-token: it is empty, and so is the variable ASTRO_API_TOKEN. Pass an Astro API token from a secret. Secrets do not reach runs that were triggered from a fork or by Dependabot."}},
		{"API token with a line break", env{"api-token": "abc\ndef"}, []string{"Input api-token: it has white space"}},
		{"API token with other letters", env{"api-token": "абв"}, []string{"Input api-token: it has white space or other characters"}},
		{"Organization that is no ID", env{"organization": "My Org"}, []string{`Input organization: "My Org" is no ID.`}},
		{"plain http", env{"api-url": "http://api.astronomer.io/v1"}, []string{"is not an https address. Use https"}},
		{"plain http to what only looks like loopback", env{"api-url": "http://localhost.evil.example"}, []string{"is not an https address"}},
		{"another scheme", env{"api-url": "ftp://127.0.0.1"}, []string{"is not an https address"}},
		{"user in the address", env{"api-url": "https://a:b@c.example"}, []string{"is not the address of an API"}},
		{"query in the address", env{"api-url": "https://c.example?a=b"}, []string{"is not the address of an API"}},
		{"no address", env{"api-url": "api.astronomer.io"}, []string{"is not the address of an API"}},
		{"yes", env{"dry-run": "yes"}, []string{`Input dry-run: "yes" is neither true nor false.`}},
		{"tRUE", env{"allow-fork": "tRUE"}, []string{"Input allow-fork:"}},
		{"number without a unit", env{"timeout": "90"}, []string{`Input timeout: "90" is no duration. Write it as in 90s, 5m or 1h30m.`}},
		{"no time", env{"timeout": "0s"}, []string{"Input timeout: \"0s\" is not positive."}},
		{"negative", env{"wait": "-1s", "settle": "-1s"}, []string{"Input wait: \"-1s\" is negative.", "Input settle:"}},
		{"longer than all", env{"timeout": "1s", "wait": "1s", "settle": "2s"}, []string{`Input wait: "1s" is not less than the timeout of "1s". Raise timeout, or lower wait.`, "Input settle:"}},
		{"report over the grants file", env{"org-token-name": "", "role": "", "workspace": "", "grants-file": "a/g.yml", "report-file": "./a//g.yml"}, []string{"Input report-file: it is the grants file."}},
		{"all at once", env{"org-token-name": "", "role": "", "workspace": "", "api-token": "", "timeout": "x", "dry-run": "x"}, []string{
			"Input org-token-name", "Input role", "Input workspace", "Input api-token", "Input dry-run", "Input timeout",
		}},
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

// An API token that is pasted into another input must not come out, not even of the summary, where it is escaped.
func TestPastedAPIToken(t *testing.T) {
	other := strings.Replace(apiToken, "c2ln", "b3Ro", 1)
	for _, input := range Inputs() {
		if input.Secret {
			continue
		}
		for _, value := range []string{apiToken, "Bearer " + apiToken, other, "x " + other + " " + apiToken} {
			in, problems := read(map[string]string{input.Name: value})
			if want := "Input " + input.Name + ": an API token stands in it."; !strings.Contains(strings.Join(texts(problems), "\n"), want) {
				t.Errorf("%s: %q", input.Name, texts(problems))
			}
			in.apiToken, in.githubToken = "", ""
			for _, secret := range []string{apiToken, other} {
				if told := tells(in, problems); strings.Contains(told, secret) {
					t.Errorf("%s comes out: %s", input.Name, told)
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

// tells is all that becomes of inputs and their problems, as text and as Markdown that is no longer escaped.
func tells(in inputs, problems []grant.Problem) string {
	all := append(texts(problems), in.tokenName, in.tokenID, string(in.role), in.organization, in.apiURL)
	all = append(all, in.workspaces...)
	for _, p := range problems {
		all = append(all, html.UnescapeString(p.What.Markdown()), html.UnescapeString(p.Hint.Markdown()))
	}
	return strings.Join(all, "\n")
}

func FuzzInputs(f *testing.F) {
	for _, seed := range []string{
		"", "x", "§", "a§b", "Bearer §", "WORKSPACE_OPERATR", "http://§@x", "https://x/§", "5m", "-1s", "true", "\n§\n", "\xff\x00", "%s", "[::1]:§", "#§",
	} {
		for i := range Inputs() {
			f.Add(byte(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, value string) {
		// The fuzzer writes the API token as "§".
		value = strings.ReplaceAll(value, "§", apiToken)
		input := Inputs()[int(which)%len(Inputs())]
		if input.Secret {
			value = strings.ReplaceAll(value, apiToken, "x")
		}
		in, problems := read(map[string]string{input.Name: value})
		if input.Secret {
			return
		}
		if told := tells(in, problems); strings.Contains(told, apiToken) {
			t.Errorf("%s: the API token comes out: %s", input.Name, told)
		}
		if strings.Contains(value, apiToken) && len(problems) == 0 {
			t.Errorf("%s: an API token is no problem", input.Name)
		}
		for _, p := range problems {
			if p.Kind != grant.InvalidInput || p.What.Empty() || p.Hint.Empty() {
				t.Errorf("%s: %q of kind %q", input.Name, texts(problems), p.Kind)
			}
		}
	})
}
