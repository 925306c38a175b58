package release

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Entrypoint is the program in the image. Runners on Kubernetes require it in action.yml.
const Entrypoint = "/astro-workspace-grant"

var dockerfileLine = regexp.MustCompile(`(?m)^( +)image: Dockerfile *(\r?)$`)

// Action returns action.yml with an image instead of the Dockerfile. Everything else is unchanged, including comments.
func Action(text []byte, image string) ([]byte, error) {
	lines := dockerfileLine.FindAllSubmatchIndex(text, -1)
	if len(lines) != 1 {
		return nil, fmt.Errorf("action.yml has %d lines with image: Dockerfile, want 1", len(lines))
	}
	at := lines[0]
	indent, end := text[at[2]:at[3]], text[at[4]:at[5]]
	line := fmt.Appendf(nil, "%simage: docker://%s%s\n%sentrypoint: %s%s", indent, image, end, indent, Entrypoint, end)
	released := bytes.Join([][]byte{text[:at[0]], text[at[1]:]}, line)
	return released, checkAction(text, released, image)
}

// checkAction verifies that, to a YAML parser, only runs has changed.
func checkAction(before, after []byte, image string) error {
	var want, got map[string]any
	if err := errors.Join(yaml.Unmarshal(before, &want), yaml.Unmarshal(after, &got)); err != nil {
		return fmt.Errorf("failed to parse action.yml: %w", err)
	}
	runs, ok := want["runs"].(map[string]any)
	if !ok || !maps.Equal(runs, map[string]any{"using": "docker", "image": "Dockerfile"}) {
		return fmt.Errorf("action.yml has runs: %v, want only using: docker and image: Dockerfile", want["runs"])
	}
	runs["image"], runs["entrypoint"] = "docker://"+image, Entrypoint
	if !reflect.DeepEqual(got, want) {
		return errors.New("in action.yml, more than runs.image and runs.entrypoint would change")
	}
	return nil
}
