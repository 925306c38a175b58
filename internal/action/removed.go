package action

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/grantsfile"
	"astro-workspace-grant/internal/pullrequest"
)

// removed returns the grants that the pull request deletes from the grants file and that nothing revokes. Reviewers might
// expect that deleting a line takes the access away.
func (a *action) removed(ctx context.Context, now wanted) []grant.Wanted {
	base := a.event.trigger.Base
	if base == "" || a.event.public || a.in.GitHubToken == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, githubTimeout)
	defer cancel()
	files, err := a.filesAt(ctx, base, now.files)
	if err != nil {
		a.runner.Notice("Deleted grants not listed",
			"The plan cannot list the grants that the pull request deletes. "+gitHubFailure(err).String()+".")
		return nil
	}
	before, _ := grantsfile.Parse(time.Now(), files...)
	type pair struct{ name, id, workspace string }
	kept := map[pair]bool{}
	for _, w := range now.grants {
		kept[pair{w.TokenName, w.TokenID, w.WorkspaceGiven}] = true
		// An exclusive file revokes what it does not list from the API tokens that it names.
		kept[pair{w.TokenName, w.TokenID, ""}] = now.exclusive
	}
	return slices.DeleteFunc(before.Wanted, func(w grant.Wanted) bool {
		return w.Role == grant.None || kept[pair{w.TokenName, w.TokenID, w.WorkspaceGiven}] || kept[pair{w.TokenName, w.TokenID, ""}]
	})
}

// filesAt returns the grants files at a commit. It reads only those that differ from the given ones.
func (a *action) filesAt(ctx context.Context, commit string, now []grantsfile.File) ([]grantsfile.File, error) {
	client, err := a.newGitHub()
	if err != nil {
		return nil, err
	}
	blobs, err := client.Blobs(ctx, commit, a.in.GrantsFile)
	switch {
	case pullrequest.Status(err) == http.StatusNotFound:
		return nil, nil // the pull request adds it
	case err != nil:
		return nil, err
	}
	var files []grantsfile.File
	for _, path := range slices.Sorted(maps.Keys(blobs)) {
		if !grantsfile.IsGrantsFile(path) && path != a.in.GrantsFile {
			continue
		}
		file := grantsfile.File{Path: path}
		if i := slices.IndexFunc(now, func(f grantsfile.File) bool { return sameBlob(blobs, f) && f.Path == path }); i >= 0 {
			file = now[i]
		} else if file.Content, err = client.Content(ctx, commit, path); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
