package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var _ response.Answers = (*Store)(nil)

// errNoInvitation is the answer to an id that no invitation has.
var errNoInvitation = fault.New(fault.NotFound, "there is no survey at this address")

// recordOf reads an invitation's item with the response on it.
func recordOf(item table.Item) (response.Record, error) {
	var rec response.Record
	if err := table.Decode(item, &rec); err != nil {
		return rec, fmt.Errorf("read an invitation: %w", err)
	}
	rec.ID = idOf(item)
	return rec, nil
}

// FirstAnswer stores a first answer in one conditional write.
func (s *Store) FirstAnswer(ctx context.Context, f response.First) (response.Record, bool, error) {
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(f.Invitation),
		Set:    firstAnswer(f),
		Add:    map[string]int64{"rev": 1},
		Remove: []string{"waiting"},
	}
	conditions := table.AllCondition{table.Absent("rev"), table.Absent("erased"), table.More("expires_at", stamp(f.At))}
	if _, err := say(w.Set, f.Comment, f.Extras, f.SaidCuts); err != nil {
		return response.Record{}, false, err
	}
	if f.Act == response.Implied {
		conditions = append(conditions, unsuspected(f)...)
		place(w.Set, agenda.Entry{Due: f.VerdictAt, Kind: agenda.Verdict, Key: f.Invitation})
	} else {
		w.Remove = append(w.Remove, offAgenda...) // no reminder any more
	}
	w.If = conditions
	return s.answer(ctx, w)
}

// firstAnswer is what a first answer puts on its invitation.
func firstAnswer(f response.First) table.Item {
	return table.Item{
		"state": string(survey.Answered), "rating": int64(f.Rating), "act": string(f.Act), "counted": true, "day": f.Day,
		"answered_at": stamp(f.At), "changed_at": stamp(f.At), "edit_until": stamp(f.EditUntil),
		table.Also.Partition: responsesList(f.Series, f.Day[:len("2006-01")]),
		table.Also.Sort:      listedAt(f.At, f.Invitation),
	}
}

// NewAnswer stores an answer with its invitation and the visit in one conditional write.
func (s *Store) NewAnswer(ctx context.Context, inv survey.Invitation, f response.First) (response.Record, bool, error) {
	item, err := visitItem(touchpoint.Visit{
		ID: inv.ID, Touchpoint: inv.Touchpoint, Source: inv.Source, Round: inv.Round, At: inv.VisitedAt, ReceivedAt: f.At, Day: f.Day,
	}, &inv)
	if err != nil {
		return response.Record{}, false, fmt.Errorf("store an answer: %w", err)
	}
	maps.Copy(item, firstAnswer(f))
	item["rev"] = int64(1)
	if _, err := say(item, f.Comment, f.Extras, f.SaidCuts); err != nil {
		return response.Record{}, false, err
	}
	return s.answer(ctx, create(invitationKey(inv.ID), item))
}

// unsuspected is response.Suspicions as a condition.
func unsuspected(f response.First) []table.Condition {
	return []table.Condition{
		table.Absent("other_opened"),
		table.Absent("honeypot"),
		table.Any(table.Absent("first_opened"), table.Equal("first_opened", int64(f.Rating+1))),
		table.Any(
			table.AtMost("sent_at", stamp(f.SentBy)),
			table.All(table.Absent("sent_at"), table.AtMost("claimed_at", stamp(f.SentBy)))), // nobody knows, and the answer proves it
	}
}

// place puts an entry among the attributes of the item that it is about.
func place(attributes table.Item, e agenda.Entry) {
	for name, value := range agendaAttributes(e) {
		attributes[name] = value
	}
}

// ChangeAnswer replaces an answer. The revision in the condition is also what makes the last of two devices win: the other one
// decides again on what this one wrote.
func (s *Store) ChangeAnswer(ctx context.Context, c response.Change) (response.Record, bool, error) {
	w := table.Write{
		Kind: table.Update,
		Key:  invitationKey(c.Invitation),
		Set: table.Item{
			"state": string(survey.Answered), "rating": int64(c.Rating), "act": string(response.Explicit), "counted": true,
			"changed_at": stamp(c.At), "edit_until": stamp(c.EditUntil),
		},
		Add:    map[string]int64{"rev": 1},
		Remove: append([]string{"waiting", "withdrawn", "by_hand"}, offAgenda...),
		If: table.All(table.Equal("rev", c.Revision), table.Absent("erased"), table.Any(
			table.More("edit_until", stamp(c.At)),
			table.All(table.Absent("counted"), table.More("expires_at", stamp(c.At))))),
	}
	unsaid, err := say(w.Set, c.Comment, c.Extras, c.SaidCuts)
	if err != nil {
		return response.Record{}, false, err
	}
	w.Remove = append(w.Remove, unsaid...)
	return s.answer(ctx, w)
}

// say puts what a customer said beside the rating among the attributes, and names those of them that there is nothing for.
func say(attributes table.Item, comment string, extras response.Extras, cuts response.SaidCuts) (unsaid []string, err error) {
	said, err := table.Encode(struct {
		Comment string `json:"comment,omitempty"`
		response.Extras
		Cuts response.SaidCuts `json:"said_cuts,omitempty"`
	}{comment, extras, cuts})
	if err != nil {
		return nil, fmt.Errorf("store an answer: %w", err)
	}
	maps.Copy(attributes, said)
	return slices.DeleteFunc([]string{"comment", "causes", "replies", "said_cuts"}, func(name string) bool { return said[name] != nil }), nil
}

// HoldAnswer notes which rating waits for a button.
func (s *Store) HoldAnswer(ctx context.Context, invitation string, revision int64, rating int) (response.Record, bool, error) {
	return s.answer(ctx, table.Write{
		Kind: table.Update,
		Key:  invitationKey(invitation),
		Set:  table.Item{"waiting": int64(rating + 1)},
		If:   table.All(anInvitation, table.Absent("erased"), stillAt(revision)),
	})
}

// stillAt holds for a record of the revision; 0: without an answer.
func stillAt(revision int64) table.Condition {
	if revision > 0 {
		return table.Equal("rev", revision)
	}
	return table.Absent("rev")
}

// answer makes a write and returns the record as it is then, or the one that kept it from being made.
func (s *Store) answer(ctx context.Context, w table.Write) (response.Record, bool, error) {
	item, err := s.write(ctx, w)
	stored, kept := table.Stored(err)
	switch {
	case kept && !invites(stored):
		return response.Record{}, false, errNoInvitation
	case kept:
		rec, err := recordOf(stored)
		return rec, false, err
	case err != nil:
		return response.Record{}, false, fmt.Errorf("store an answer: %w", err)
	}
	rec, err := recordOf(item)
	return rec, err == nil, err
}
