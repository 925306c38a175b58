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

// An entity is the Organization, Workspace, Deployment, DAG or DAG tag that a role applies to.
type entity struct {
	kind, id, deploymentID string
}

// An entry is one role of an API token.
type entry struct {
	entity
	role    string
	unknown []string // names of members that are not part of the API
}

// parseRolesBody returns the raw entries of a body, whose only key must be "roles".
func parseRolesBody(body []byte) ([]string, *astroError) {
	keys, values, err := members(body)
	if err != nil {
		return nil, astroErrorf(http.StatusBadRequest, "The body is not a JSON object: %v", err)
	}
	if len(keys) != 1 || keys[0] != "roles" {
		return nil, invalid("body", "must have exactly one key, roles")
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

// parseEntry parses one entry. On failure, the entry contains the members that are valid.
func parseEntry(field, raw string) (entry, *astroError) {
	var e entry
	keys, values, err := members([]byte(raw))
	if err != nil {
		return e, invalid(field, "is not a JSON object: %v", err)
	}
	known := map[string]*string{
		"entityType": &e.kind, "entityId": &e.id, "role": &e.role, "deploymentId": &e.deploymentID,
	}
	var apiErr *astroError
	for _, key := range keys {
		to, ok := known[key]
		if !ok {
			e.unknown = append(e.unknown, key)
		} else if json.Unmarshal(values[key], to) != nil || *to == "" {
			apiErr = invalid(field+"."+key, "must be a non-empty string")
		}
	}
	return e, apiErr
}

// members returns the keys of a JSON object, in order, and their values. Unlike json.Unmarshal it rejects
// duplicate keys, null, and invalid UTF-8.
func members(object []byte) ([]string, map[string]json.RawMessage, error) {
	if !utf8.Valid(object) {
		return nil, nil, errors.New("not valid UTF-8")
	}
	if err := json.Unmarshal(object, new(json.RawMessage)); err != nil {
		return nil, nil, err
	}
	d := json.NewDecoder(bytes.NewReader(object))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, nil, errors.New("another JSON value")
	}
	var keys []string
	values := make(map[string]json.RawMessage)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		key := fmt.Sprint(token) // the decoder guarantees a string
		if slices.Contains(keys, key) {
			return nil, nil, fmt.Errorf("duplicate key %q", key)
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
