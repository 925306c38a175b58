package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// timeFormat is RFC 3339 with all nine digits, so that times sort as text.
const timeFormat = "2006-01-02T15:04:05.000000000Z07:00"

const jsonType = "application/json"

// An answer is what goes back to the client if nothing gets in the way.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// A refusal is an error as the API tells it.
type refusal struct {
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	StatusCode  int          `json:"statusCode"`
	FieldErrors []fieldError `json:"fieldErrors,omitempty"`

	allow string // the method that a 405 names
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{Message: fmt.Sprintf(format, args...), StatusCode: status}
}

// invalid refuses a request for one of its fields.
func invalid(field, format string, args ...any) *refusal {
	message := fmt.Sprintf(format, args...)
	return &refusal{
		Message:     "Invalid request: " + field + " " + message,
		StatusCode:  http.StatusBadRequest,
		FieldErrors: []fieldError{{field, message}},
	}
}

func (r *refusal) answer(requestID string) answer {
	r.RequestID = requestID
	header := http.Header{"Content-Type": {jsonType}}
	if r.allow != "" {
		header.Set("Allow", r.allow)
	}
	return answer{r.StatusCode, header, encode(r)}
}

// requestID has the shape of the API's and is different for each request.
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

// renderToken renders what stands before and after a token's roles and updatedAt.
func renderToken(t Token, created time.Time) (head, tail []byte) {
	at := created.UTC().Format(timeFormat)
	end := ""
	if !t.EndAt.IsZero() {
		end = t.EndAt.UTC().Format(timeFormat)
	}
	head = encode(struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		ShortToken  string `json:"shortToken"`
		Scope       string `json:"scope"`
		StartAt     string `json:"startAt"`
		EndAt       string `json:"endAt,omitempty"`
		CreatedAt   string `json:"createdAt"`
	}{t.ID, t.Name, t.Description, t.ID[max(0, len(t.ID)-4):], t.Scope, at, end, at})
	head[len(head)-1] = ',' // in place of the closing brace

	tail = []byte(`,"createdBy":{"id":"cluserexampleowner00000001","subjectType":"USER","fullName":"Example Owner"}`)
	if t.Extra != "" {
		tail = append(append(tail, ','), t.Extra...)
	}
	return head, append(tail, '}')
}

// encode is JSON without the escapes that json.Marshal makes for HTML's sake. What the sandbox encodes is its
// own strings and numbers, which cannot fail.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("sandbox: encoding an answer: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
