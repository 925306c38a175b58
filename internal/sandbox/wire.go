package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// timeFormat is RFC 3339 with nine fractional digits, so that times sort as text.
const timeFormat = "2006-01-02T15:04:05.000000000Z07:00"

const jsonType = "application/json"

// A response is sent to the client unless a fault replaces it.
type response struct {
	status int
	header http.Header
	body   []byte
}

// An astroError is an error response of the Astro API.
type astroError struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []fieldError `json:"fieldErrors,omitempty"`

	allow string // the Allow header of a 405
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func astroErrorf(status int, format string, args ...any) *astroError {
	return &astroError{Message: fmt.Sprintf(format, args...), StatusCode: status}
}

// invalid returns a 400 for one field of the request.
func invalid(field, format string, args ...any) *astroError {
	message := fmt.Sprintf(format, args...)
	return &astroError{
		Message:     "Invalid request: " + field + " " + message,
		StatusCode:  http.StatusBadRequest,
		FieldErrors: []fieldError{{field, message}},
	}
}

func (r *astroError) response(requestID string) response {
	r.RequestID = requestID
	header := http.Header{"Content-Type": {jsonType}}
	if r.allow != "" {
		header.Set("Allow", r.allow)
	}
	return response{r.StatusCode, header, encode(r)}
}

// requestID returns a unique request ID in the format of the API's.
func requestID(n int) string {
	return fmt.Sprintf("5a4db0c5-0000-4000-8000-%012x", n)
}

func renderOrganization(id, name string, created time.Time) []byte {
	at := created.UTC().Format(timeFormat)
	return encode(struct {
		ID            string `json:"id"`
		Name          string `json:"name"`
		Product       string `json:"product"`
		Status        string `json:"status"`
		SupportPlan   string `json:"supportPlan"`
		IsScimEnabled bool   `json:"isScimEnabled"`
		CreatedAt     string `json:"createdAt"`
		UpdatedAt     string `json:"updatedAt"`
	}{id, name, "HOSTED", "ACTIVE", "STANDARD", false, at, at})
}

func renderWorkspace(id, name string, organization resource, created time.Time) []byte {
	at := created.UTC().Format(timeFormat)
	return encode(struct {
		ID                  string `json:"id"`
		Name                string `json:"name"`
		Description         string `json:"description"`
		OrganizationID      string `json:"organizationId"`
		OrganizationName    string `json:"organizationName"`
		CICDEnforcedDefault bool   `json:"cicdEnforcedDefault"`
		CreatedAt           string `json:"createdAt"`
		UpdatedAt           string `json:"updatedAt"`
	}{id, name, "", organization.id, organization.name, false, at, at})
}

const exampleOwner = `{"id":"cluserexampleowner00000001","subjectType":"USER","fullName":"Example Owner"}`

// renderTokenHead renders a token without roles, updatedAt and the closing brace.
func renderTokenHead(t Token, created time.Time) []byte {
	at := created.UTC().Format(timeFormat)
	end := ""
	if !t.EndAt.IsZero() {
		end = t.EndAt.UTC().Format(timeFormat)
	}
	head := encode(struct {
		ID          string          `json:"id"`
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Kind        string          `json:"kind"`
		ShortToken  string          `json:"shortToken"`
		Scope       string          `json:"scope"`
		StartAt     string          `json:"startAt"`
		EndAt       string          `json:"endAt,omitempty"`
		CreatedAt   string          `json:"createdAt"`
		CreatedBy   json.RawMessage `json:"createdBy"`
	}{
		t.ID, t.Name, t.Description, "STANDARD", t.ID[max(0, len(t.ID)-4):], t.Scope, at, end, at,
		json.RawMessage(exampleOwner),
	})
	head[len(head)-1] = ',' // replaces the closing brace
	return head
}

// encode returns JSON without HTML escapes. It panics on errors, since strings, numbers, slices and maps
// always encode.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("sandbox: encode response: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
