module astro-workspace-grant

go 1.26

require (
	github.com/cenkalti/backoff/v4 v4.3.0
	github.com/google/go-github/v62 v62.0.0
	github.com/sethvargo/go-githubactions v1.4.0
	github.com/yuin/goldmark v1.7.13
	go.yaml.in/yaml/v3 v3.0.6
	golang.org/x/time v0.14.0
)

require github.com/google/go-querystring v1.1.0 // indirect
