package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// pause is whether survey mails wait.
type pause struct {
	Paused          bool
	Since, After    time.Time
	Why             string
	Mails, Troubled int64
	Rate            float64
}

func sending(ctx context.Context, of target, _ []string, out io.Writer) error {
	var p pause
	if err := of.call(ctx, http.MethodGet, "/api/admin/sending", "", nil, &p); err != nil {
		return err
	}
	if !p.Paused {
		_, err := fmt.Fprintln(out, "survey mails leave")
		return err
	}
	_, err := fmt.Fprintf(out, "survey mails are paused since %s: %s, %d of %d mails of the account since %s (%.2g %%)\n",
		p.Since.Format(time.RFC3339), p.Why, p.Troubled, p.Mails, p.After.Format(time.RFC3339), 100*p.Rate)
	return err
}

func resume(ctx context.Context, of target, _ []string, out io.Writer) error {
	if err := of.call(ctx, http.MethodPost, "/api/admin/resume", "", nil, nil); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "survey mails leave; what waited for more than a day is not sent any more")
	return err
}
