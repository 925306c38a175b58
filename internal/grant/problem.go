package grant

import (
	"cmp"
	"slices"

	"astro-workspace-grant/internal/message"
)

// Kind is the machine-readable name of a problem. It is the value of the output "error".
type Kind string

// The kinds of problem, in order of precedence.
const (
	UntrustedFork       Kind = "untrusted-fork"
	InvalidInput        Kind = "invalid-input"
	Unauthorized        Kind = "unauthorized"
	Forbidden           Kind = "forbidden"
	OrganizationUnclear Kind = "organization-unclear"
	TokenNotFound       Kind = "token-not-found"
	TokenAmbiguous      Kind = "token-ambiguous"
	WrongTokenScope     Kind = "wrong-token-scope"
	WorkspaceNotFound   Kind = "workspace-not-found"
	WorkspaceAmbiguous  Kind = "workspace-ambiguous"
	Policy              Kind = "policy"
	Drift               Kind = "drift"
	Rejected            Kind = "rejected"
	Conflict            Kind = "conflict"
	Unverified          Kind = "unverified"
	Unavailable         Kind = "unavailable"
	Canceled            Kind = "canceled"
)

// Kinds returns all kinds in order of precedence.
func Kinds() []Kind {
	return []Kind{
		UntrustedFork, InvalidInput, Unauthorized, Forbidden, OrganizationUnclear, TokenNotFound, TokenAmbiguous,
		WrongTokenScope, WorkspaceNotFound, WorkspaceAmbiguous, Policy, Drift, Rejected, Conflict, Unverified, Unavailable, Canceled,
	}
}

// Problem is a reason why a run fails, for programs and for people.
type Problem struct {
	Kind Kind
	What message.Text // what happened, to what
	Hint message.Text // what to do next
	At   Position     // in the grants file
}

// Sort sorts problems by the precedence of their kinds. It keeps the order of problems of one kind.
func Sort(problems []Problem) {
	kinds := Kinds()
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
}

// MergeProblems combines several lists of problems, without repetitions, and sorts them.
func MergeProblems(lists ...[]Problem) []Problem {
	seen := map[string]bool{}
	merged := slices.DeleteFunc(slices.Concat(lists...), func(problem Problem) bool {
		key := string(problem.Kind) + " " + problem.What.String()
		repeated := seen[key]
		seen[key] = true
		return repeated
	})
	Sort(merged)
	return merged
}
