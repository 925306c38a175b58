package astro

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxTotal is the largest plausible totalCount.
const maxTotal = 1_000_000

// decodePage reads {key: [...], "totalCount": n}. A page is half a MiB, of which little is kept.
func decodePage(data []byte, key string, roles bool) (page, error) {
	c := &cursor{data: data}
	result, err := decodeMembers(c, key, roles)
	if syntax := c.err(err == nil); syntax != nil {
		err = syntax
	}
	return result, err
}

func decodeMembers(c *cursor, key string, roles bool) (page, error) {
	result, found := page{total: -1}, false
	if !c.enter('{') {
		c.value()
		return result, errNotExpected
	}
	for c.more('}') {
		var err error
		switch string(c.name()) {
		case key:
			found = true
			err = result.decodeItems(c, roles)
		case "totalCount":
			result.total, err = decodeTotal(c.value(), result.total)
		case "limit":
			result.limit, _ = strconv.Atoi(string(c.value())) // 0 if it is anything else
		default:
			c.value()
		}
		if err != nil {
			return result, err
		}
	}
	if !found || result.total < 0 || result.total > maxTotal {
		return result, fmt.Errorf("no %s with a totalCount", key)
	}
	return result, nil
}

// decodeTotal reads a totalCount. null changes nothing.
func decodeTotal(value []byte, before int) (int, error) {
	if string(value) == "null" {
		return before, nil
	}
	total, err := strconv.Atoi(string(value))
	if err != nil {
		return 0, errors.New("a totalCount that is not a whole number")
	}
	return total, nil
}

func (p *page) decodeItems(c *cursor, roles bool) error {
	p.items, p.size = []listed{}, 0
	if !c.enter('[') {
		if string(c.value()) != "null" { // as some servers write an empty list
			return errNotExpected
		}
		return nil
	}
	var broken error
	for c.more(']') {
		p.size++
		switch item, usable, err := decodeItem(c, roles); {
		case err != nil:
			broken = err
		case usable:
			p.items = append(p.items, item)
		}
	}
	if len(p.items) > 0 {
		return nil // the run may be about another item
	}
	return broken
}

// decodeItem reads one item of a list. An item without an ID, or whose ID, name or scope has a wrong type, is not usable,
// but the list is.
func decodeItem(c *cursor, roles bool) (item listed, usable bool, err error) {
	if !c.enter('{') {
		c.value()
		return item, false, errors.New("an item that is not an object")
	}
	hasID, id, name, scope := false, true, true, true
	for c.more('}') {
		switch string(c.name()) {
		case "id":
			hasID = true
			item.ID, id = text(c.value())
		case "name":
			item.Name, name = textOrNull(c.value())
		case "scope":
			item.Scope, scope = textOrNull(c.value())
		case "roles":
			if value := c.value(); roles {
				item.Roles = bytes.Clone(value)
			}
		default:
			c.value()
		}
	}
	if !hasID || id && item.ID == "" {
		return item, false, errors.New("an item without an ID")
	}
	return item, id && name && scope, nil
}

func textOrNull(value []byte) (string, bool) {
	if string(value) == "null" {
		return "", true
	}
	return text(value)
}

var errNotExpected = errors.New("JSON of another form than expected")
