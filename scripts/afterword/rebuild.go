package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// rebuilding is how a rebuild stands.
type rebuilding struct {
	Running                   bool
	Stage, Failure            string
	Since, Due                time.Time
	Counted, Carried, Removed int64
}

// between is how long it waits before it asks again.
var between = 10 * time.Second

// rebuild asks for a rebuild, or finds the one that is running, and follows it to its end.
func rebuild(ctx context.Context, to target, _ []string, out io.Writer) error {
	const path = "/api/admin/rebuild"
	var state rebuilding
	if err := to.call(ctx, http.MethodGet, path, "", nil, &state); err != nil {
		return err
	}
	if !state.Running {
		if err := to.call(ctx, http.MethodPost, path, "", nil, &state); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "a rebuild is running since %s; it goes on by itself if you stop this\n", state.Since.Format(time.RFC3339))
	for said := ""; ; {
		if now := state.String(); now != said {
			fmt.Fprintln(out, now)
			said = now
		}
		if !state.Running {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(between):
		}
		state = rebuilding{}
		if err := to.call(ctx, http.MethodGet, path, "", nil, &state); err != nil {
			return err
		}
	}
	if state.Failure != "" {
		return errors.New("nothing changed, what was read before is read on: " + state.Failure)
	}
	return nil
}

func (r rebuilding) String() string {
	return fmt.Sprintf("%s: %d responses counted, %d of expired ones carried over, %d old items removed", r.Stage, r.Counted, r.Carried, r.Removed)
}
