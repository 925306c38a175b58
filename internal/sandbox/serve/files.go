package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files for clients of a sandbox. It answers as soon as the last one exists.
const (
	authorityFile = "ca.pem"
	tokenFile     = "api-token"
	addressFile   = "api-url"
)

// writeFiles writes to a folder what clients need: the certificate of the authority to ca.pem, an API token for Astro
// and GitHub to api-token, and the root of the Astro API to api-url. The last one is written last, by rename, so that
// all are complete when it exists. remove removes it.
func writeFiles(dir, root, authority, token string) (remove func(), err error) {
	address := filepath.Join(dir, addressFile)
	if err := os.Remove(address); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("removing the file of an earlier sandbox: %w", err)
	}
	for _, file := range []struct{ name, text string }{
		{authorityFile, authority}, {tokenFile, token}, {addressFile, root + "/v1"},
	} {
		path := filepath.Join(dir, file.name)
		if err := os.WriteFile(path+".new", []byte(file.text), 0o600); err != nil {
			return nil, fmt.Errorf("writing the files for clients: %w", err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			return nil, fmt.Errorf("writing the files for clients: %w", err)
		}
	}
	return func() { _ = os.Remove(address) }, nil
}
