package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"afterword/internal/function"
	"afterword/internal/local"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// latencies times answers and visits against the least that either could be: one conditional put on the same engine.
func latencies(ctx context.Context, s *sheet) error {
	if err := latencyOn(ctx, s, "bolt"); err != nil || !hasDynamo() {
		return err
	}
	return latencyOn(ctx, s, "dynamodb")
}

func latencyOn(ctx context.Context, s *sheet, engine string) (err error) {
	options := local.Options{Engine: engine}
	if engine == "bolt" { // in a folder, so that it waits for the disk
		if options.Data, err = os.MkdirTemp("", "afterword-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(options.Data)) }()
	}
	w, err := openWorld(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	const turns = 60
	pages, err := invite(ctx, w, 2*turns)
	if err != nil {
		return err
	}
	records, err := invitationsOf(ctx, w)
	if err != nil {
		return err
	}
	took, err := rounds(turns, putter(ctx, w.engine), poster(w, pages[:turns]), recorder(ctx, w, records[turns:]), visitor(w))
	if err != nil {
		return err
	}
	s.say("%s: medians of %d turns; one conditional put, of an item in no index, %.2f ms", engine, turns, milliseconds(took[0]))
	for i, name := range []string{"answer: POST /s/..., the whole handler behind API Gateway's event", "answer: the recorder alone", "visit: signed webhook, whole handler: one strong read, one transaction"} {
		s.say("  %-70s %6.2f ms, ratio %.2f", name, milliseconds(took[i+1]), ratio(took[i+1], took[0]))
	}
	return nil
}

// invite reports n visits, lets their mails leave and returns the pages of the surveys, each of another customer.
func invite(ctx context.Context, w *world, n int) (pages []string, err error) {
	for i := range n {
		if err := w.report(i, i, true); err != nil {
			return nil, err
		}
	}
	for len(pages) < n && w.Now().Before(begin.AddDate(0, 0, 10)) {
		if err := w.Advance(ctx, w.Now().Add(time.Hour)); err != nil {
			return nil, err
		}
		for _, m := range w.letters() {
			all, err := links(m)
			if err != nil {
				return nil, err
			}
			if m.Kind == survey.SurveyLetter {
				pages = append(pages, page(all, "/s/"))
			}
		}
	}
	if len(pages) < n {
		return nil, fmt.Errorf("%d of %d surveys left", len(pages), n)
	}
	return pages, nil
}

// invitationsOf are the invitations of the mails, in their order.
func invitationsOf(ctx context.Context, w *world) (all []survey.Invitation, err error) {
	kept := store.New(w.engine)
	for _, m := range w.Mails() {
		if m.Kind != survey.SurveyLetter {
			continue
		}
		inv, err := kept.Invitation(ctx, m.Tags[survey.TagInvitation])
		if err != nil {
			return nil, err
		}
		all = append(all, inv)
	}
	return all, nil
}

func timing(act func() error) (time.Duration, error) {
	began := time.Now()
	err := act()
	return time.Since(began), err
}

// putter puts an item of an invitation's size under a condition.
func putter(ctx context.Context, engine table.Table) func(int) (time.Duration, error) {
	item := table.Item{"state": strings.Repeat("s", 600)}
	return func(round int) (time.Duration, error) {
		key := table.Key{Table: table.Feedback, Partition: fmt.Sprintf("X#%d", round), Sort: "put"}
		return timing(func() error {
			_, err := engine.Write(ctx, table.Write{Kind: table.Put, Key: key, Item: item, If: table.Absent(table.AttrPartition)})
			return err
		})
	}
}

func poster(w *world, pages []string) func(int) (time.Duration, error) {
	return func(round int) (time.Duration, error) {
		r := w.form(pages[round], url.Values{"rating": {"4"}, "act": {"explicit"}, "comment": {"Quick and friendly, thank you."}})
		return timing(func() error { _, err := w.do(r); return err })
	}
}

func recorder(ctx context.Context, w *world, of []survey.Invitation) func(int) (time.Duration, error) {
	kept := store.New(w.engine)
	records := response.Recorder{Answers: kept, Programs: function.Programs(kept, w.Now)}
	return func(round int) (time.Duration, error) {
		answer := response.Answer{Invitation: of[round].ID, Number: of[round].Number, Rating: 4, Act: response.Explicit}
		return timing(func() error {
			result, _, err := records.Answer(ctx, answer, w.Now())
			if err == nil && result != response.Saved {
				err = fmt.Errorf("the answer was %s", result)
			}
			return err
		})
	}
}

func visitor(w *world) func(int) (time.Duration, error) {
	return func(round int) (time.Duration, error) {
		n := 1_000_000 + round
		r, err := w.visit(n, n)
		if err != nil {
			return 0, err
		}
		return timing(func() error { _, err := w.do(r); return err })
	}
}
