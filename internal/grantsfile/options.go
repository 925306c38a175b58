package grantsfile

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/message"
)

// maxReason is the largest number of characters of a reason. A table shows it.
const maxReason = 200

// exclusive reads whether Workspace roles that the file does not list are to be revoked.
func (c *checker) exclusive(fields fields, g *Grants) {
	v, ok := fields.values[keyExclusive]
	if !ok {
		return
	}
	if v.typeOf() != aBoolean {
		c.wrongType(v, message.New("%s", keyExclusive), aBoolean, message.New("Use true or false, without quotes."))
		return
	}
	g.Exclusive = strings.EqualFold(v.node.Value, "true")
	g.exclusiveAt = c.position(v.at)
}

// contradictsExclusive is the problem that one file sets exclusive and another one sets the opposite.
func contradictsExclusive(before, g Grants) grant.Problem {
	return grant.Problem{
		Kind: grant.InvalidInput,
		What: message.New("exclusive is %s here, but %s in %s.",
			message.Trusted(strconv.FormatBool(g.Exclusive)), message.Trusted(strconv.FormatBool(before.Exclusive)),
			before.exclusiveAt.From(g.exclusiveAt)),
		Hint: message.New("It applies to all files of the folder. Set it in one of them."),
		At:   g.exclusiveAt,
	}
}

// reason reads why there is the grant.
func (c *checker) reason(fields fields, w *grant.Wanted) {
	v, ok := fields.values[keyReason]
	if !ok {
		return
	}
	reason, ok := c.name(v, message.New("The reason"))
	if length := utf8.RuneCountInString(reason); ok && length > maxReason {
		c.addProblem(v.at, message.New("The reason has %s characters.", length),
			message.New("Use at most %s.", maxReason))
	}
	w.Reason = reason
}

// until reads the last day of the grant. From the next day on, the grant is a revocation.
func (c *checker) until(fields fields, w *grant.Wanted) {
	v, ok := fields.values[keyUntil]
	if !ok {
		return
	}
	hint := message.New("Use the last day on which the grant holds, as in 2027-01-31, without a time of day.")
	if is := v.typeOf(); is != aString && is != aNumber {
		c.wrongType(v, message.New("%s", keyUntil), "a date", hint)
		return
	}
	day, err := time.Parse(time.DateOnly, v.node.Value)
	switch {
	case err != nil:
		c.addProblem(v.at, message.New("%s is not a valid date.", brief(v.node.Value)), hint)
	case day.Year() < 2020:
		c.addProblem(v.at, message.New("%s is before the year 2020.", v.node.Value), hint)
	case w.Role == grant.None:
		c.addProblem(fields.keys[keyUntil], message.New("%s and role: none are both set.", keyUntil),
			message.New("A revocation has no end. Delete %s, or set the role that ends.", keyUntil))
	default:
		w.Until = day
		if !c.now.Before(day.AddDate(0, 0, 1)) {
			w.Ended, w.Role = true, grant.None
		}
	}
}
