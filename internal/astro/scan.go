package astro

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// maxDepth is how deep encoding/json lets values nest.
const maxDepth = 10_000

// cursor walks over JSON from front to back and builds no value of what it skips: encoding/json takes several times as
// long for a page. It accepts what encoding/json accepts. After a syntax error it is at the end, and bad is set.
type cursor struct {
	data  []byte
	at    int
	depth int
	first bool // it has just entered an object or array
	bad   bool
}

func (c *cursor) fail() {
	c.bad, c.at = true, len(c.data)
}

// err returns the syntax error, if any. With atEnd, text after the value is one.
func (c *cursor) err(atEnd bool) error {
	if atEnd && !c.bad {
		c.peek()
		c.bad = c.at < len(c.data)
	}
	if !c.bad {
		return nil
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(c.data, new(any)); errors.As(err, &syntax) {
		return err
	}
	return errNotExpected
}

// peek moves to the next byte that is not white space and returns it, or 0 at the end.
func (c *cursor) peek() byte {
	for ; c.at < len(c.data); c.at++ {
		switch b := c.data[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// enter moves into the object or array ahead, or returns false if something else is ahead.
func (c *cursor) enter(opening byte) bool {
	if c.peek() != opening {
		return false
	}
	c.at++
	c.first = true
	if c.depth++; c.depth > maxDepth {
		c.fail()
	}
	return true
}

// more reports whether there is another element or member before closing. If not, it moves out.
func (c *cursor) more(closing byte) bool {
	next, first := c.peek(), c.first
	c.first = false
	switch {
	case c.bad:
		return false
	case next == closing:
		c.at++
		c.depth--
		return false
	case first:
		return true
	case next == ',':
		c.at++
		return true
	}
	c.fail()
	return false
}

// name moves past the name of a member and its colon.
func (c *cursor) name() []byte {
	if c.peek() != '"' {
		c.fail()
		return nil
	}
	quoted := c.value()
	if c.peek() != ':' {
		c.fail()
		return nil
	}
	c.at++
	if bytes.IndexByte(quoted, '\\') >= 0 {
		name, _ := text(quoted)
		return []byte(name)
	}
	return quoted[1 : len(quoted)-1]
}

// value moves past a whole value and returns its text, or nothing after a syntax error.
func (c *cursor) value() []byte {
	next := c.peek()
	start := c.at
	switch next {
	case '"':
		c.skipString()
	case '{':
		for c.enter('{'); c.more('}'); {
			c.name()
			c.value()
		}
	case '[':
		for c.enter('['); c.more(']'); {
			c.value()
		}
	case 't':
		c.skipWord("true")
	case 'f':
		c.skipWord("false")
	case 'n':
		c.skipWord("null")
	default:
		c.skipNumber()
	}
	if c.bad {
		return nil
	}
	return c.data[start:c.at]
}

func (c *cursor) skipWord(word string) {
	if !bytes.HasPrefix(c.data[c.at:], []byte(word)) {
		c.fail()
		return
	}
	c.at += len(word)
}

func (c *cursor) skipString() {
	for i := c.at + 1; i < len(c.data); i++ {
		switch b := c.data[i]; {
		case b == '"':
			c.at = i + 1
			return
		case b == '\\':
			n := escapeLength(c.data[i+1:])
			if n == 0 {
				c.fail()
				return
			}
			i += n
		case b < ' ':
			c.fail()
			return
		}
	}
	c.fail()
}

// escapeLength returns how many bytes of an escape follow its backslash, 0 for none that JSON has.
func escapeLength(after []byte) int {
	if len(after) == 0 {
		return 0
	}
	switch after[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(after) > 4 && allHex(after[1:5]) {
			return 5
		}
	}
	return 0
}

func allHex(digits []byte) bool {
	for _, b := range digits {
		if !('0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F') {
			return false
		}
	}
	return true
}

func (c *cursor) skipNumber() {
	c.skipAny("-")
	if !c.skipAny("0") && !c.skipDigits() {
		c.fail()
	}
	if c.skipAny(".") && !c.skipDigits() {
		c.fail()
	}
	if c.skipAny("eE") {
		c.skipAny("+-")
		if !c.skipDigits() {
			c.fail()
		}
	}
}

// skipAny moves past one byte if it is one of these.
func (c *cursor) skipAny(of string) bool {
	if c.at < len(c.data) && strings.IndexByte(of, c.data[c.at]) >= 0 {
		c.at++
		return true
	}
	return false
}

func (c *cursor) skipDigits() bool {
	start := c.at
	for c.at < len(c.data) && '0' <= c.data[c.at] && c.data[c.at] <= '9' {
		c.at++
	}
	return c.at > start
}

// text returns the string that a value is, or false if it is not a string.
func text(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	for _, b := range value {
		if b == '\\' || b >= 0x80 {
			var s string
			err := json.Unmarshal(value, &s) // for escapes, and for what is not UTF-8
			return s, err == nil
		}
	}
	return string(value[1 : len(value)-1]), true
}
