package grant

import (
	"reflect"
	"strings"
	"testing"

	"astro-workspace-grant/internal/message"
)

func TestSortProblems(t *testing.T) {
	a, b := Problem{Kind: Unavailable, What: message.New("a")}, Problem{Kind: Forbidden, What: message.New("b")}
	c := Problem{Kind: Unavailable, What: message.New("c")}
	problems := []Problem{a, b, c}
	Sort(problems)
	if want := []Problem{b, a, c}; !reflect.DeepEqual(problems, want) {
		t.Errorf("got %v, want %v", problems, want)
	}
}

func TestMergeProblems(t *testing.T) {
	problem := func(kind Kind, what string) Problem {
		return Problem{Kind: kind, What: message.New("%s", what)}
	}
	refused, missing := problem(Unauthorized, "401"), problem(TokenNotFound, "gone")
	got := MergeProblems([]Problem{missing, refused}, nil, []Problem{refused, problem(TokenNotFound, "gone too")})
	var all []string
	for _, p := range got {
		all = append(all, string(p.Kind)+" "+p.What.String())
	}
	want := `unauthorized "401", token-not-found "gone", token-not-found "gone too"`
	if strings.Join(all, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(all, ", "), want)
	}
}
