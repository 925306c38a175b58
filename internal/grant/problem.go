package grant

import (
	"cmp"
	"slices"

	"astro-workspace-grant/internal/escape"
)

// Kind is the machine-readable name of a problem: the value of the output "error".
type Kind string

// The kinds of problem, in the order in which one stands for several.
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
	Rejected            Kind = "rejected"
	Conflict            Kind = "conflict"
	Unverified          Kind = "unverified"
	Unavailable         Kind = "unavailable"
	Canceled            Kind = "canceled"
)

// Kinds returns all kinds, in the order in which one stands for several.
func Kinds() []Kind {
	return []Kind{
		UntrustedFork, InvalidInput, Unauthorized, Forbidden, OrganizationUnclear, TokenNotFound, TokenAmbiguous, WrongTokenScope,
		WorkspaceNotFound, WorkspaceAmbiguous, Rejected, Conflict, Unverified, Unavailable, Canceled,
	}
}

// Problem is why a grant failed: for programs, and for people.
type Problem struct {
	Kind Kind
	What escape.Sentence // what happened, to what
	Hint escape.Sentence // what to do next

	Line, Column int // in the grants file, from 1; 0: it is of no line
}

// Sort puts the problem first that stands for all.
func Sort(problems []Problem) {
	kinds := Kinds()
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
}
