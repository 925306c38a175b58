package retry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
)

// Untrusted reports whether a request failed because the two ends do not agree on TLS, or the certificate is not trusted. No
// further try will change that.
func Untrusted(err error) bool {
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
