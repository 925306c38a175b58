package grant

import (
	"cmp"
	"slices"
	"strings"
)

// mostNear is how many similar names are suggested.
const mostNear = 5

// Near returns up to five names that somebody who wrote want may have meant, the most similar first. It never suggests
// want itself.
func Near(want string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	folded := []rune(strings.ToLower(want))
	bound := max(1, len(folded)/4)
	for _, name := range names {
		if name == want {
			continue
		}
		other := []rune(strings.ToLower(name))
		switch d := distance(folded, other, bound); {
		case d <= bound:
			near = append(near, candidate{name, d})
		case contains(folded, other) || contains(other, folded):
			near = append(near, candidate{name, bound + 1})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	result := []string{}
	for _, c := range near {
		if len(result) < mostNear && !slices.Contains(result, c.name) {
			result = append(result, c.name)
		}
	}
	return result
}

// contains reports whether part is a significant part of whole.
func contains(whole, part []rune) bool {
	return len(part) >= 4 && strings.Contains(string(whole), string(part))
}

// distance returns how many letters have to be added, dropped, replaced or swapped with their neighbor to turn a into
// b, or bound+1 if there are more than bound. (The libraries for this have no bound: comparing 1,000 unknown names with
// 1,000 known ones took them half a minute.)
func distance(a, b []rune, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound {
		return bound + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		// A row is built on the two before it.
		if slices.Min(row) > bound && slices.Min(last) > bound {
			return bound + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], bound+1)
}
