package retry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// IsRetryableStatus reports whether a request that was answered with this HTTP status may succeed later.
func IsRetryableStatus(code int) bool {
	switch code {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return code >= 500
}

// ParseRetryAfter returns how long a Retry-After header asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3). Some
// servers send fractions of seconds. It returns 0 for anything else and for the past.
func ParseRetryAfter(value string, now time.Time) time.Duration {
	// More than a year means never, and would soon overflow a Duration.
	const year = 366 * 24 * time.Hour
	value = strings.TrimSpace(value)
	isOther := func(c rune) bool { return (c < '0' || c > '9') && c != '.' }
	if seconds, err := strconv.ParseFloat(value, 64); !strings.ContainsFunc(value, isOther) &&
		(err == nil || errors.Is(err, strconv.ErrRange)) {
		return time.Duration(min(seconds, year.Seconds()) * float64(time.Second))
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, date.Sub(now)), year)
	}
	return 0
}

// IsUntrusted reports whether a request failed because the two ends do not agree on TLS, or because the certificate is
// not trusted. Another attempt would not change that.
func IsUntrusted(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		host         x509.HostnameError
		invalid      x509.CertificateInvalidError
		header       tls.RecordHeaderError
		alert        tls.AlertError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) ||
		errors.As(err, &invalid) || errors.As(err, &header) || errors.As(err, &alert) ||
		errors.Is(err, http.ErrSchemeMismatch)
}
