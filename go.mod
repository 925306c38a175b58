module astro-workspace-grant

go 1.26

require (
	github.com/cenkalti/backoff/v4 v4.3.0
	github.com/sethvargo/go-githubactions v1.4.0
)
