package release

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"

	"github.com/goccy/go-yaml"
)

// Entrypoint is the program in the image. Runners on Kubernetes take an image only where action.yml names it.
const Entrypoint = "/astro-workspace-grant"

var dockerfileLine = regexp.MustCompile(`(?m)^( +)image: Dockerfile *(\r?)$`)

// Action returns action.yml with an image in place of the Dockerfile, and all else, comments too, as it was.
func Action(text []byte, image string) ([]byte, error) {
	lines := dockerfileLine.FindAllSubmatchIndex(text, -1)
	if len(lines) != 1 {
		return nil, fmt.Errorf("action.yml has %d lines that say image: Dockerfile, not 1", len(lines))
	}
	at := lines[0]
	indent, end := text[at[2]:at[3]], text[at[4]:at[5]]
	line := fmt.Appendf(nil, "%simage: docker://%s%s\n%sentrypoint: %s%s", indent, image, end, indent, Entrypoint, end)
	made := bytes.Join([][]byte{text[:at[0]], text[at[1]:]}, line)
	return made, checkAction(text, made, image)
}

// checkAction makes sure that a parser sees no change but the one in runs.
func checkAction(before, after []byte, image string) error {
	var want, got map[string]any
	if err := errors.Join(yaml.Unmarshal(before, &want), yaml.Unmarshal(after, &got)); err != nil {
		return fmt.Errorf("reading action.yml: %w", err)
	}
	runs, ok := want["runs"].(map[string]any)
	if !ok || !maps.Equal(runs, map[string]any{"using": "docker", "image": "Dockerfile"}) {
		return fmt.Errorf("action.yml has runs: %v, not using: docker and image: Dockerfile alone", want["runs"])
	}
	runs["image"], runs["entrypoint"] = "docker://"+image, Entrypoint
	if !reflect.DeepEqual(got, want) {
		return errors.New("in action.yml more would change than runs.image and runs.entrypoint")
	}
	return nil
}
