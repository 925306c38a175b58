package astro

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"
)

// JWT matches an Astro API token anywhere in a text.
var JWT = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)
})

// Claims are the claims of an Astro API token. They save requests and explain errors. They are never used to decide who
// may do what, as only the server checks the signature.
type Claims struct {
	OrganizationID string    // empty if there is none, or several
	TokenID        string    // the ID of the API token itself
	Expires        time.Time // zero if unknown
}

// ReadClaims reads the claims of an API token. Claims that cannot be read are zero.
func ReadClaims(token string) Claims {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Claims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Claims{}
	}
	// One at a time: a permission of another type must not hide the expiry.
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil {
		return Claims{}
	}
	var claims Claims
	var permissions []string
	if json.Unmarshal(members["permissions"], &permissions) == nil {
		claims.OrganizationID = onlyID(permissions, "organizationId:")
		claims.TokenID = onlyID(permissions, "apiTokenId:")
	}
	var id string
	if json.Unmarshal(members["apiTokenId"], &id) == nil && IsID(id) {
		claims.TokenID = id
	}
	var seconds float64
	// Up to the year 9999: a larger number would overflow a Time.
	if json.Unmarshal(members["exp"], &seconds) == nil && seconds > 0 && seconds < 253402300800 {
		claims.Expires = time.Unix(int64(seconds), 0)
	}
	return claims
}

// onlyID returns the ID after prefix, if all permissions with that prefix name the same one.
func onlyID(permissions []string, prefix string) string {
	found := ""
	for _, permission := range permissions {
		id, ok := strings.CutPrefix(permission, prefix)
		if !ok || id == found {
			continue
		}
		if found != "" || !IsID(id) {
			return ""
		}
		found = id
	}
	return found
}
