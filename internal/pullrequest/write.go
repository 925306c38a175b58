package pullrequest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"github.com/google/go-github/v62/github"

	"astro-workspace-grant/internal/retry"
)

const (
	// spread is the time that each job of a matrix adds to the window in which all of them write: GitHub accepts about 80
	// writes a minute, and jobs that write at the same time overwrite each other.
	spread = 400 * time.Millisecond
	// settle is how long after a write a job of a matrix reads it again. Another job can overwrite it that had read the comment
	// before. Others only wait for about as long as another one would take for that, but at least minSettle.
	settle    = 2 * time.Second
	minSettle = 250 * time.Millisecond
	// maxLook is how long a look may take. Then a write that is based on it comes before others look at what they wrote.
	maxLook = settle / 2
	// mostSlow is how many looks in a row may take longer: some GitHubs are always slow.
	mostSlow = 3
	// The first and the longest wait, at most, before rows that were overwritten are written again.
	firstRewrite, longestRewrite = 2 * time.Second, 15 * time.Second
)

// Budget returns how long a job may try to write a comment that it shares with others of its matrix.
func Budget(jobs int) time.Duration {
	return max(time.Minute, time.Duration(jobs)*1200*time.Millisecond)
}

// Post is what a run has to say in a comment that it shares with other runs.
type Post struct {
	Number int      // of the pull request
	Keys   []string // of the comment. The first one counts; the others are those of earlier versions of the action.
	Run    int64    // the ID of the workflow run
	Jobs   int      // how many jobs of the run may write at the same time
	Job    int      // which of them this one is, from 0

	// Merge adds what the run has to say to what the comments say now.
	Merge func(now []State) Draft
}

// Draft is the text of a comment.
type Draft struct {
	Text   string
	State  State
	Needed bool // it says something that the comment does not say
}

var (
	errOverwritten = errors.New("other jobs have overwritten what this one wrote")
	errLate        = errors.New("writing it took so long that rows of other jobs may have been overwritten")
)

// WriteComment writes a post to the comment with its key, or creates the comment. The comments are those that a search
// has found. GitHub has no way to write only if nothing has changed. So it merges the post into what the comment says,
// writes that and reads it again, until the post is there. It returns the comment, or nil if there is none.
func (c *Client) WriteComment(ctx context.Context, p Post, ours []Comment) (*Comment, error) {
	retrying := retry.Config{Notify: func(wait retry.Wait) { c.config.Retrying("writing the comment", wait) }}
	w := &commentWriter{
		Client: c, Post: p, nonce: rand.Text(), ours: ours,
		failures: retry.NewBackoff(retrying), losses: retry.NewFullJitter(firstRewrite, longestRewrite, retrying),
	}
	err := w.write(ctx)
	if err != nil {
		err = fmt.Errorf("writing the comment: %w", err)
	}
	if len(w.ours) == 0 {
		return nil, err
	}
	return &w.ours[0], err
}

// commentWriter writes one post.
type commentWriter struct {
	*Client
	Post
	failures, losses *retry.Backoff

	nonce   string    // marks the comments that it writes
	ours    []Comment // the oldest first: that one stays
	created *Comment
	isKnown bool // what ours says is known without another look

	wrote   bool      // since the last look
	settled time.Time // when what it has written counts, if it is still there
	isLate  bool      // other jobs of the matrix may have read their rows again before a write removed them
	slow    int       // how many looks in a row were slow
}

func (w *commentWriter) write(ctx context.Context) error {
	// Nothing has to be read again if nothing has to be written, or if the search was just now.
	w.isKnown = len(w.ours) <= 1 && !w.draft().Needed
	if !w.isKnown && w.Jobs > 1 {
		if err := retry.Sleep(ctx, w.turn()); err != nil {
			return err
		}
	} else if len(w.ours) == 0 && time.Since(w.searched) < maxSearchAge {
		w.isKnown = true
	}
	for {
		switch done, err := w.step(ctx); {
		case err != nil:
			return err
		case done && w.isLate:
			return errLate
		case done:
			return nil
		}
	}
}

// step looks at the comment and writes it if needed. It is done if the post is in the comment to stay.
func (w *commentWriter) step(ctx context.Context) (done bool, err error) {
	began := time.Now()
	if err := w.look(ctx); err != nil {
		return false, err
	}
	draft := w.draft()
	if !draft.Needed {
		if rest := time.Until(w.settled); rest > 0 { // the answer to a write was lost, and it can be overwritten yet
			return false, retry.Sleep(ctx, rest)
		}
		return true, w.tidy(ctx)
	}
	if time.Since(began) > maxLook && w.slow < mostSlow {
		w.slow++
		return false, nil // the comment may have changed meanwhile, and its writer may have looked at it
	}
	w.slow = 0
	if w.wrote {
		w.wrote = false
		return false, w.losses.Wait(ctx, errOverwritten)
	}
	return false, w.send(ctx, draft, began)
}

// send writes a draft, and waits until it counts.
func (w *commentWriter) send(ctx context.Context, draft Draft, looked time.Time) error {
	created, err := w.sendOnce(ctx, draft)
	took := time.Since(looked)
	w.settled = time.Now().Add(w.settle(took))
	w.isLate = w.isLate || w.Jobs > 1 && took > settle
	switch {
	case retry.IsRetryable(err):
		// Whether it took effect is unknown. What it was based on may be out of date when it is sent again.
		w.ours = nil
		return w.failures.Wait(ctx, err)
	case err != nil:
		return err
	case created && w.Jobs <= 1:
		w.settled = time.Time{} // others that create one as well find this one when they search again
		return nil
	}
	w.wrote = true
	return retry.Sleep(ctx, time.Until(w.settled))
}

// settle returns when to read again what took some time to read and write.
func (w *commentWriter) settle(took time.Duration) time.Duration {
	if w.Jobs > 1 {
		return settle
	}
	return min(max(2*took, minSettle), settle)
}

// turn returns when the job's turn comes to write first: a random moment of its part of the window.
func (w *commentWriter) turn() time.Duration {
	return time.Duration(w.Job%w.Jobs)*spread + mathrand.N(spread)
}

func (w *commentWriter) draft() Draft {
	var states []State
	for _, comment := range w.ours {
		states = append(states, comment.State)
	}
	return w.Merge(states)
}

// look reads the comment again. It searches for it if it is not known, was deleted, or is one of several.
func (w *commentWriter) look(ctx context.Context) error {
	if w.isKnown {
		w.isKnown = false
		return nil
	}
	if len(w.ours) == 1 && w.created == nil {
		present, err := try(ctx, w.Client, "reading the comment", func(ctx context.Context) (*github.IssueComment, error) {
			comment, _, err := w.github.Issues.GetComment(ctx, w.owner, w.name, w.ours[0].ID)
			return comment, err
		})
		if err == nil {
			w.ours[0] = newComment(present)
		}
		if Status(err) != http.StatusNotFound {
			return err
		}
	}
	ours, err := w.FindComments(ctx, w.Number, w.Keys)
	if err == nil && len(ours) == 0 && w.created != nil {
		ours = []Comment{*w.created} // the list is behind
	}
	w.ours, w.created = ours, nil
	return err
}

func (w *commentWriter) sendOnce(ctx context.Context, draft Draft) (created bool, err error) {
	draft.State.Key, draft.State.Run, draft.State.Nonce = w.Keys[0], w.Run, w.nonce
	body := draft.Text + "\n" + draft.State.marker() + "\n"
	created = len(w.ours) == 0
	written, err := once(ctx, func(ctx context.Context) (*github.IssueComment, error) {
		comment := &github.IssueComment{Body: &body}
		if created {
			written, _, err := w.github.Issues.CreateComment(ctx, w.owner, w.name, w.Number, comment)
			return written, err
		}
		written, _, err := w.github.Issues.EditComment(ctx, w.owner, w.name, w.ours[0].ID, comment)
		return written, err
	})
	switch {
	case err != nil && !created && Status(err) == http.StatusNotFound:
		return false, retry.Retryable(err, 0) // it was deleted meanwhile
	case err != nil:
		return false, err
	}
	comment := newComment(written)
	if created {
		w.us = account{Login: written.GetUser().GetLogin(), ID: written.GetUser().GetID()}
		w.ours, w.created = []Comment{comment}, &comment
	} else {
		w.ours[0] = comment
	}
	return created, nil
}

// tidy deletes duplicates, whose rows the first comment has now: the one that this run created, and what an earlier run
// has left.
func (w *commentWriter) tidy(ctx context.Context) error {
	for _, comment := range w.ours[min(1, len(w.ours)):] {
		if comment.State.Nonce != w.nonce && comment.State.Run >= w.Run {
			continue // its own run deletes it
		}
		_, err := try(ctx, w.Client, "deleting a duplicate comment", func(ctx context.Context) (struct{}, error) {
			_, err := w.github.Issues.DeleteComment(ctx, w.owner, w.name, comment.ID)
			return struct{}{}, err
		})
		if err != nil && Status(err) != http.StatusNotFound {
			return err
		}
	}
	return nil
}
