package store

import (
	"context"
	"maps"

	"afterword/internal/agenda"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var _ response.Rulings = (*Store)(nil)

// Rule stores what the owner decided. Like a verdict's it keeps the answer's place in the listing, and is the last word of the agenda:
// no verdict is due any more.
func (s *Store) Rule(ctx context.Context, rec response.Record, r response.Ruling) (response.Record, bool, error) {
	w := table.Write{
		Kind: table.Update,
		Key:  invitationKey(rec.ID),
		Set:  table.Item{"by_hand": r.Reason, "verdict_at": stamp(r.At), "changed_at": stamp(r.At)},
		Add:  map[string]int64{"rev": 1},
	}
	asRead := table.AllCondition{anInvitation, table.Absent("erased"), stillAt(rec.Revision)}
	switch {
	case !r.Counted:
		w.Set["state"], w.Set["withdrawn"] = string(unanswered(rec)), list([]string{response.WithdrawnByHand})
		w.Remove = []string{"counted"}
	case r.First != nil:
		maps.Copy(w.Set, firstAnswer(*r.First))
		w.Remove = []string{"waiting"}
		asRead = append(asRead, table.Equal("waiting", int64(rec.Waiting)))
	default:
		w.Set["state"], w.Set["counted"] = string(survey.Answered), true
		w.Remove = []string{"waiting", "withdrawn"}
	}
	if r.Remind.IsZero() {
		w.Remove = append(w.Remove, offAgenda...)
	} else {
		place(w.Set, agenda.Entry{Due: r.Remind, Kind: agenda.Remind, Key: rec.ID})
	}
	w.If = asRead
	return s.answer(ctx, w)
}

// unanswered is the state of an invitation whose answer does not count any more.
func unanswered(rec response.Record) survey.State {
	if rec.Handed {
		return survey.Handed
	}
	return survey.Sent
}
