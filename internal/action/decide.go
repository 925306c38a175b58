package action

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"astro-workspace-grant/internal/grant"
	"astro-workspace-grant/internal/grantsfile"
	"astro-workspace-grant/internal/input"
	"astro-workspace-grant/internal/message"
	"astro-workspace-grant/internal/pullrequest"
	"astro-workspace-grant/internal/retry"
)

// wanted is what the inputs or the grants file ask for.
type wanted struct {
	grants    []grant.Wanted
	files     []grantsfile.File
	exclusive bool // see [grantsfile.Grants]
}

// checkout returns the root of the checkout.
func (a *action) checkout() string { return cmp.Or(a.runner.Env("GITHUB_WORKSPACE"), ".") }

// readFile reads and checks the grants file. It sends nothing.
func (a *action) readFile() (wanted, []grant.Problem) {
	files, problems := grantsfile.Read(a.checkout(), a.in.GrantsFile)
	if len(problems) > 0 {
		return wanted{}, problems
	}
	grants, problems := grantsfile.Parse(time.Now(), files...)
	return wanted{grants: grants.Wanted, files: files, exclusive: grants.Exclusive}, problems
}

func (a *action) logDecision(planOnly message.Text) {
	if planOnly.IsEmpty() {
		a.runner.Infof("The grants file will be applied.")
		return
	}
	a.runner.Infof("The grants file is planned only: %s", planOnly)
}

// whyPlanOnly says why the grants file is only planned; an empty text if it is applied. If a run should apply the
// file but cannot find out whether it may, that is a problem.
func (a *action) whyPlanOnly(ctx context.Context, files []grantsfile.File) (message.Text, *grant.Problem) {
	switch {
	case a.in.DryRun:
		return message.New("dry-run is true."), nil
	case a.in.Apply == input.Check:
		return message.New("apply is check."), nil
	case !a.event.unreadable.IsEmpty() && (a.event.public || a.in.Apply == input.Auto):
		return message.Text{}, a.unreadableEvent()
	case a.event.public:
		return message.New("the pull request comes from a fork and is not merged."), nil
	case a.in.Apply == input.Always:
		return message.Text{}, nil
	case !a.runner.OnRunner():
		return message.New("this is not a workflow run. Use -apply always to apply the file from here."), nil
	}
	ctx, cancel := context.WithTimeout(ctx, githubTimeout)
	defer cancel()
	landing := pullrequest.ReadLanding(a.event.name, a.runner.Env("GITHUB_REF"), a.event.payload)
	reason, err := a.compareWithBranch(ctx, landing, files)
	if err != nil {
		return message.Text{}, a.cannotCompare(err)
	}
	return reason, nil
}

// compareWithBranch says why the grants file is not applied after all, given what landed on which branch.
func (a *action) compareWithBranch(
	ctx context.Context, landing pullrequest.Landing, files []grantsfile.File,
) (message.Text, error) {
	notLanded := message.New(
		"with apply: auto, a file is applied only on the default branch, by a push, on a schedule, manually, or when a "+
			"pull request is merged. This is the event %s.",
		a.event.name,
	)
	if !landing.Landed {
		return notLanded, nil
	}
	client, err := a.newGitHub()
	if err != nil {
		return message.Text{}, err
	}
	if !landing.Known {
		branch, err := client.DefaultBranch(ctx)
		if err != nil || branch != landing.Branch {
			return notLanded, err
		}
	}
	for _, wait := range branchDelays {
		if err := retry.Sleep(ctx, wait); err != nil {
			return message.Text{}, err
		}
		blobs, err := client.Blobs(ctx, "refs/heads/"+landing.Branch, a.in.GrantsFile)
		if err != nil || sameFiles(blobs, files) {
			return message.Text{}, err
		}
	}
	return a.whyDifferent(ctx, client, landing.Branch, files), nil
}

// branchDelays are the waits before each look at the default branch: GitHub's answer can be one version behind a push.
var branchDelays = [...]time.Duration{0, 2 * time.Second, 4 * time.Second}

// whyDifferent says why the file differs from the one at the head of the branch: because that one is newer, or because the
// file in the checkout is not the committed one. Then no later run applies it, which is worth a warning.
func (a *action) whyDifferent(
	ctx context.Context, client *pullrequest.Client, branch string, files []grantsfile.File,
) message.Text {
	differs := message.New("the file differs from %s at the head of %s", a.in.GrantsFile, branch)
	committed, err := client.Blobs(ctx, a.runner.Env("GITHUB_SHA"), a.in.GrantsFile)
	if err == nil && sameFiles(committed, files) {
		return message.New("%s. If a later run applies that version, nothing is missing. Running an old workflow again must not "+
			"restore an old file.", differs)
	}
	why := message.New("%s, and from the one in the commit of this run. Check out that commit, and do not change the file in "+
		"an earlier step.", differs)
	a.runner.Warning("Grants file not applied", message.New("Nothing was applied: %s", why).String())
	return why
}

// sameFiles reports whether git stores the same files: all of them, and no other grants file.
func sameFiles(blobs map[string]string, files []grantsfile.File) bool {
	count := 0
	for path := range blobs {
		if grantsfile.IsGrantsFile(path) || path == files[0].Path {
			count++
		}
	}
	differs := func(file grantsfile.File) bool { return !sameBlob(blobs, file) }
	return count == len(files) && !slices.ContainsFunc(files, differs)
}

func sameBlob(blobs map[string]string, file grantsfile.File) bool {
	hash, ok := blobs[file.Path]
	return ok && pullrequest.IsBlob(hash, file.Content)
}

// cannotCompare is the problem that GitHub does not say whether the grants file is that of the default branch.
func (a *action) cannotCompare(err error) *grant.Problem {
	problem := &grant.Problem{
		Kind: grant.Unavailable,
		What: message.New("The grants file could not be compared with the default branch: %s.", gitHubFailure(err)),
		Hint: message.New("Run it again later."),
	}
	refusals := []int{http.StatusForbidden, http.StatusUnauthorized, http.StatusNotFound}
	switch cure := pullrequest.Cure(err); {
	case errors.Is(err, context.Canceled):
		*problem = a.explain.Error(err)
	case cure != "":
		problem.Kind, problem.Hint = grant.Forbidden, message.New("%s", message.Trusted(cure))
	case slices.Contains(refusals, pullrequest.Status(err)) || errors.Is(err, errNoGitHubToken):
		problem.Kind = grant.Forbidden
		problem.Hint = message.New(
			"Give the job the permission contents: read. Leave github-token out to use the workflow's own token.",
		)
	}
	return problem
}
