package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"
)

// An entity is what a role is for.
type entity struct {
	kind, id, deploymentID string
}

// An entry is what the API understands of one role.
type entry struct {
	entity
	role    string
	unknown []string // the names of its members that the API does not know
}

// parseRoles takes the raw entries out of a body that has the one key "roles" and nothing else.
func parseRoles(body []byte) ([]string, *refusal) {
	keys, values, err := members(body)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The body is not a JSON object: %v", err)
	}
	if len(keys) != 1 || keys[0] != "roles" {
		return nil, invalid("body", "must have the one key roles")
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(values["roles"], &raw); err != nil {
		return nil, invalid("roles", "must be a list")
	}
	if len(raw) == 0 {
		return nil, invalid("roles", "must have at least one entry")
	}
	roles := make([]string, len(raw))
	for i, r := range raw {
		roles[i] = string(r)
	}
	return roles, nil
}

// parseEntry reads one entry. What it could read stands in the entry even where it refuses it.
func parseEntry(field, raw string) (entry, *refusal) {
	var e entry
	keys, values, err := members([]byte(raw))
	if err != nil {
		return e, invalid(field, "is not a JSON object: %v", err)
	}
	known := map[string]*string{
		"entityType": &e.kind, "entityId": &e.id, "role": &e.role, "deploymentId": &e.deploymentID,
	}
	var refused *refusal
	for _, key := range keys {
		to, ok := known[key]
		if !ok {
			e.unknown = append(e.unknown, key)
		} else if json.Unmarshal(values[key], to) != nil || *to == "" {
			refused = invalid(field+"."+key, "must be a string that is not empty")
		}
	}
	return e, refused
}

// members splits a JSON object into its members, in their order. Unlike json.Unmarshal it refuses keys that
// come twice, null in place of an object, and text that is not UTF-8.
func members(object []byte) ([]string, map[string]json.RawMessage, error) {
	if !utf8.Valid(object) {
		return nil, nil, errors.New("it is not UTF-8")
	}
	if err := json.Unmarshal(object, new(json.RawMessage)); err != nil {
		return nil, nil, err
	}
	d := json.NewDecoder(bytes.NewReader(object))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, nil, errors.New("it is something else")
	}
	var keys []string
	values := make(map[string]json.RawMessage)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		key := fmt.Sprint(token) // the decoder has made sure that it is a string
		if slices.Contains(keys, key) {
			return nil, nil, fmt.Errorf("the key %q comes twice", key)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		keys = append(keys, key)
		values[key] = value
	}
	return keys, values, nil
}
