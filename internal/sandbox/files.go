package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files that tell others of a sandbox. It answers once the last one of them is there.
const (
	authorityFile = "ca.pem"
	tokenFile     = "api-token"
	addressFile   = "api-url"
)

// Files names in a folder what a client needs of a sandbox: the certificate of its authority in ca.pem, an API token that
// Astro and GitHub know in api-token, and the root of the Astro API in api-url. The last one comes last, by rename, so that
// who sees it finds all of them whole. The function returned takes it away.
func Files(dir, root, authority, token string) (remove func(), err error) {
	address := filepath.Join(dir, addressFile)
	if err := os.Remove(address); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("an earlier sandbox's file: %w", err)
	}
	for _, file := range []struct{ name, text string }{
		{authorityFile, authority}, {tokenFile, token}, {addressFile, root + "/v1"},
	} {
		path := filepath.Join(dir, file.name)
		if err := os.WriteFile(path+".new", []byte(file.text), 0o600); err != nil {
			return nil, fmt.Errorf("telling of the sandbox: %w", err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			return nil, fmt.Errorf("telling of the sandbox: %w", err)
		}
	}
	return func() { _ = os.Remove(address) }, nil
}
