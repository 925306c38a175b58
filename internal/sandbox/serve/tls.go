package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"

	"astro-workspace-grant/internal/sandbox"
)

// listenTLS serves the handler over TLS at an address, HOST:PORT, until stop is called. It returns the address of its
// root and, as PEM, the certificate of its authority, whose key is not kept. Port 0 is a free one.
func listenTLS(address string, handler http.Handler) (root, authority string, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", "", nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	ip := listener.Addr().(*net.TCPAddr).IP
	if ip.IsUnspecified() {
		_ = listener.Close()
		return "", "", nil, fmt.Errorf("starting the sandbox: %s has no host for its certificate", address)
	}
	certificate, authority, err := certify(ip, time.Now())
	if err != nil {
		_ = listener.Close()
		return "", "", nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	listener = tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{certificate},
		NextProtos:   []string{"http/1.1"}, // a fault cuts the connection, and HTTP/2 has many requests on one
	})
	return "https://" + listener.Addr().String(), authority, sandbox.Serve(listener, handler), nil
}

// certificateLife is longer than a sandbox runs.
const certificateLife = 30 * 24 * time.Hour

// certify creates a certificate for this machine, by the address and by its local names, and an authority that signed
// it.
func certify(ip net.IP, now time.Time) (certificate tls.Certificate, authorityPEM string, err error) {
	authorityKey, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2); err != nil {
		return tls.Certificate{}, "", err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Astro Workspace Grant sandbox"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "sandbox"},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{ip, net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	authorityDER, err1 := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	leafDER, err2 := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey)
	if err := errors.Join(err1, err2); err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER})
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}, string(text), nil
}
