// Command serve serves the sandbox over TLS, for tests that run the action as a step of a workflow: containers and
// other machines accept no plain HTTP. Its certificate comes from an authority of its own.
//
//	go run ./internal/sandbox/serve -listen 127.0.0.1:0 -dir DIR
//
// DIR then contains ca.pem (for SSL_CERT_FILE), api-token, and, as soon as the sandbox answers, api-url.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"astro-workspace-grant/internal/sandbox"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to serve at; port 0 is a free one")
	dir := flag.String("dir", "", "existing folder for ca.pem, api-token and api-url")
	file := flag.String("file", "", "file of the working folder to commit to the branch main of GitHub")
	flag.Parse()
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := run(ctx, *listen, *dir, *file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves the sandbox until ctx ends.
func run(ctx context.Context, listen, dir, file string) error {
	if dir == "" {
		return fmt.Errorf("-dir is required: clients need the certificate of the authority")
	}
	demo := sandbox.NewDemo(false)
	if file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		demo.GitHub.SetFile("main", file, string(content))
	}
	root, authority, stop, err := listenTLS(listen, demo.Handler)
	if err != nil {
		return err
	}
	defer stop()
	remove, err := writeFiles(dir, root, authority, demo.APIToken)
	if err != nil {
		return err
	}
	defer remove()
	fmt.Printf(
		"Astro is at %[1]s/v1 and GitHub is at %[1]s/api/v3, until a signal. %[2]s contains what clients need.\n",
		root,
		dir,
	)
	<-ctx.Done()
	return nil
}
