package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var (
	_ response.Hits   = (*Store)(nil)
	_ response.Court  = (*Store)(nil)
	_ response.Clicks = (*Store)(nil)
)

var errEvidenceChanged = fault.New(fault.Conflict, "the invitation changed meanwhile")

// RecordOf reads an invitation with its response, strongly.
func (s *Store) RecordOf(ctx context.Context, invitation string) (response.Record, error) {
	item, err := s.table.Get(ctx, invitationKey(invitation), true)
	if err != nil {
		return response.Record{}, fmt.Errorf("read an invitation: %w", err)
	}
	if !invites(item) {
		return response.Record{}, errNoInvitation
	}
	return recordOf(item)
}

// NoteHit stores what a hit adds. What it is the first to say is in the condition, and the number of hits as read where it is kept, so
// that each has a number of its own and two at the same moment are weighed one after the other.
func (s *Store) NoteHit(ctx context.Context, rec response.Record, n response.Note) error {
	w := table.Write{
		Kind: table.Update,
		Key:  invitationKey(rec.ID),
		Set:  evidence(rec, n),
		If:   table.All(anInvitation, table.Absent("erased"), unchanged(rec, n)),
	}
	if n.Kept {
		w.Add = map[string]int64{"hits": 1}
	}
	if err := s.note(ctx, rec, n, w); err != nil {
		return err
	}
	if !n.Kept {
		return nil
	}
	hit := table.Write{Kind: table.Put, Key: hitKey(rec.ID, n.Hit.At, rec.Hits), Item: hitItem(n.Hit)}
	if _, err := s.write(ctx, hit); err != nil {
		return fmt.Errorf("store a hit: %w", err)
	}
	return nil
}

// note writes the invitation; a click that counts together with the number of clicks on the mails of that day.
func (s *Store) note(ctx context.Context, rec response.Record, n response.Note, w table.Write) error {
	if !n.Clicked {
		_, err := s.write(ctx, w)
		return conflict(err, "store evidence")
	}
	w.If = table.All(w.If, table.Absent("clicked"), table.Absent("rev"))
	err := s.transact(ctx, []table.Write{w, {
		Kind: table.Update,
		Key:  sendsKey(rec.Touchpoint, rec.Survey, rec.SentDay),
		Add:  map[string]int64{"clicked": 1},
	}})
	if len(failed(err)) > 0 {
		return errEvidenceChanged
	}
	return conflict(err, "count a click")
}

// conflict turns a failed condition on what was read into its fault.
func conflict(err error, act string) error {
	if _, changed := table.Stored(err); changed {
		return errEvidenceChanged
	}
	if err != nil {
		return fmt.Errorf("%s: %w", act, err)
	}
	return nil
}

func evidence(rec response.Record, n response.Note) table.Item {
	set := table.Item{}
	if n.First {
		set["first_hit_at"] = stamp(n.Hit.At)
	}
	if n.FirstOpened > 0 {
		set["first_opened"] = int64(n.FirstOpened)
	}
	// Absent until they are true: conditions ask for that.
	for name, is := range map[string]bool{"other_opened": n.OtherOpened, "honeypot": n.Honeypot, "clicked": n.Clicked} {
		if is {
			set[name] = true
		}
	}
	if !n.JudgeAt.IsZero() {
		place(set, agenda.Entry{Due: n.JudgeAt, Kind: agenda.Verdict, Key: rec.ID})
	}
	return set
}

func unchanged(rec response.Record, n response.Note) table.Condition {
	asRead := table.AllCondition{}
	for name, first := range map[string]bool{
		"first_hit_at": n.First, "first_opened": n.FirstOpened > 0, "other_opened": n.OtherOpened, "honeypot": n.Honeypot,
	} {
		if first {
			asRead = append(asRead, table.Absent(name))
		}
	}
	switch {
	case n.Kept && rec.Hits == 0:
		asRead = append(asRead, table.Absent("hits"))
	case n.Kept:
		asRead = append(asRead, table.Equal("hits", rec.Hits))
	}
	return asRead
}

func hitItem(h response.Hit) table.Item {
	item := table.Item{"at": stamp(h.At), "method": h.Method, table.AttrExpires: h.At.Add(response.HitAge).Unix()}
	if h.Rating != nil {
		item["rating"] = int64(*h.Rating)
	}
	if h.Honeypot {
		item["honeypot"] = true
	}
	if len(h.Against) > 0 {
		item["against"] = list(h.Against)
	}
	return item
}

func list(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return values
}

// Uphold notes that an implied answer stands.
func (s *Store) Uphold(ctx context.Context, rec response.Record, at time.Time) error {
	_, err := s.write(ctx, table.Write{
		Kind:   table.Update,
		Key:    invitationKey(rec.ID),
		Set:    table.Item{"verdict_at": stamp(at)},
		Remove: offAgenda,
		If:     table.All(table.Equal("rev", rec.Revision), table.Absent("erased")),
	})
	return conflict(err, "uphold an answer")
}

// Withdraw takes an implied answer out of the count. It keeps its place in the listing, with its reasons.
func (s *Store) Withdraw(ctx context.Context, rec response.Record, reasons []string, remind, at time.Time) error {
	w := table.Write{
		Kind: table.Update,
		Key:  invitationKey(rec.ID),
		Set: table.Item{
			"state": string(survey.Sent), "withdrawn": list(reasons), "verdict_at": stamp(at), "changed_at": stamp(at),
		},
		Add:    map[string]int64{"rev": 1},
		Remove: []string{"counted"},
		If:     table.All(table.Equal("rev", rec.Revision), table.Absent("erased")),
	}
	if remind.IsZero() {
		w.Remove = append(w.Remove, offAgenda...)
	} else {
		place(w.Set, agenda.Entry{Due: remind, Kind: agenda.Remind, Key: rec.ID})
	}
	_, err := s.write(ctx, w)
	return conflict(err, "withdraw an answer")
}

// Dismiss takes a click for none.
func (s *Store) Dismiss(ctx context.Context, rec response.Record, remind time.Time) error {
	w := table.Write{
		Kind: table.Update, Key: invitationKey(rec.ID), Set: table.Item{}, Remove: offAgenda,
		If: table.All(table.Present("clicked"), table.Absent("rev"), table.Absent("erased")),
	}
	if !remind.IsZero() {
		w.Remove = nil
		place(w.Set, agenda.Entry{Due: remind, Kind: agenda.Remind, Key: rec.ID})
	}
	_, err := s.applies(ctx, w)
	return err
}
