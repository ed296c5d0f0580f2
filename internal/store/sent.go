package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var _ survey.Marks = (*Store)(nil)

// An invitation counts as sent on its day from when it has the attribute sent_at: whoever sets that adds to the count in the same
// transaction, so that marks, answers and events of the carrier count it once between them, in any order.

// A transaction of marks: so many invitations, and the counts of so many series and days.
const (
	marksAtOnce  = 90
	countsAtOnce = table.MaxTransaction - marksAtOnce
)

// Sent marks invitations, many in a transaction with one add to each series' count of the day.
func (s *Store) Sent(ctx context.Context, marks []survey.Mark) error {
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b survey.Mark) int {
		return strings.Compare(seriesDay(a.Invitation), seriesDay(b.Invitation))
	})
	var failures []error // one that cannot be marked keeps no other from it: each was sent
	for len(marks) > 0 {
		n := batchOf(marks)
		if err := s.sent(ctx, marks[:n]); err != nil {
			failures = append(failures, fmt.Errorf("mark what was sent: %w", err))
		}
		marks = marks[n:]
	}
	return errors.Join(failures...)
}

func seriesDay(inv survey.Invitation) string {
	key := sendsKey(inv.Touchpoint, inv.Survey, inv.SentDay)
	return key.Partition + "|" + key.Sort
}

// batchOf tells how many of the marks, which are in order of their series, fit one transaction.
func batchOf(marks []survey.Mark) int {
	counts, last := 0, ""
	for i, mark := range marks[:min(len(marks), marksAtOnce)] {
		if of := seriesDay(mark.Invitation); of != last {
			counts, last = counts+1, of
		}
		if counts > countsAtOnce {
			return i
		}
	}
	return min(len(marks), marksAtOnce)
}

// sent marks what fits one transaction. Those that do not stand as expected are marked one by one; so are all of them when it is not
// known whether the transaction was made.
func (s *Store) sent(ctx context.Context, marks []survey.Mark) error {
	var failures []error
	for len(marks) > 1 {
		writes := make([]table.Write, 0, len(marks)+countsAtOnce)
		for _, mark := range marks {
			writes = append(writes, markWrite(mark))
		}
		err := s.transact(ctx, append(writes, countWrites(marks)...))
		if err == nil {
			return errors.Join(failures...)
		}
		apart := failed(err)
		if apart == nil {
			break
		}
		var rest []survey.Mark
		for i, mark := range marks {
			if _, is := apart[i]; !is {
				rest = append(rest, mark)
			} else {
				failures = append(failures, s.sentOne(ctx, mark))
			}
		}
		marks = rest
	}
	for _, mark := range marks {
		failures = append(failures, s.sentOne(ctx, mark))
	}
	return errors.Join(failures...)
}

// markWrite marks an invitation that is as the claim left it, or was given up meanwhile.
func markWrite(mark survey.Mark) table.Write {
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(mark.Invitation.ID),
		Set:    table.Item{"state": string(survey.Sent), "sent_at": stamp(mark.At)},
		Writer: newWriter(),
		If: table.All(table.Equal("claim", mark.Invitation.Claim), table.Absent("sent_at"), table.Any(
			table.Equal("state", string(survey.Claimed)), table.Equal("state", string(survey.Unknown)))),
	}
	if mark.MessageID != "" {
		w.Set["message_id"] = mark.MessageID
	}
	if mark.RemindAt.IsZero() {
		w.Remove = offAgenda
	} else {
		place(w.Set, agenda.Entry{Due: mark.RemindAt, Kind: agenda.Remind, Key: mark.Invitation.ID})
	}
	return w
}

// answeredWrite marks an invitation that was answered before it could be marked: state and agenda are the answer's.
func answeredWrite(mark survey.Mark) table.Write {
	w := markWrite(mark)
	w.Set = table.Item{"sent_at": stamp(mark.At)}
	if mark.MessageID != "" {
		w.Set["message_id"] = mark.MessageID
	}
	w.Remove = nil
	w.If = table.All(table.Equal("claim", mark.Invitation.Claim), table.Absent("sent_at"), table.Equal("state", string(survey.Answered)))
	return w
}

// countWrites adds marks, which are in order of their series, to the counts of their days.
func countWrites(marks []survey.Mark) []table.Write {
	var writes []table.Write
	last := ""
	for _, mark := range marks {
		if of := seriesDay(mark.Invitation); of != last {
			last = of
			writes = append(writes, table.Write{
				Kind: table.Update,
				Key:  sendsKey(mark.Invitation.Touchpoint, mark.Invitation.Survey, mark.Invitation.SentDay),
				Add:  map[string]int64{"sent": 0},
			})
		}
		writes[len(writes)-1].Add["sent"]++
	}
	return writes
}

// sentOne marks one invitation however it stands by now.
func (s *Store) sentOne(ctx context.Context, mark survey.Mark) (err error) {
	for range tries {
		for _, write := range []table.Write{markWrite(mark), answeredWrite(mark)} {
			err = s.transact(ctx, append([]table.Write{write}, countWrites([]survey.Mark{mark})...))
			if err == nil {
				return nil
			}
			stored, otherwise := failed(err)[0]
			if !otherwise {
				break
			}
			if _, counted := stored["sent_at"]; counted || stored["claim"] != mark.Invitation.Claim {
				return s.sentBefore(ctx, mark)
			}
		}
		if !fault.Is(err, fault.Transient) {
			return err
		}
		if err := s.pause(ctx, firstPause); err != nil {
			return err
		}
	}
	return err
}

// sentBefore completes an invitation that was proven to be sent before it was marked: the message's id, and the reminder.
func (s *Store) sentBefore(ctx context.Context, mark survey.Mark) error {
	if mark.MessageID == "" {
		return nil
	}
	unmarked := table.All(table.Equal("claim", mark.Invitation.Claim), table.Absent("message_id"))
	w := markWrite(mark)
	delete(w.Set, "sent_at")
	w.If = table.All(unmarked, table.Equal("state", string(survey.Sent)), table.Absent("reminder"))
	completed, err := s.applies(ctx, w)
	if completed || err != nil {
		return err
	}
	_, err = s.applies(ctx, table.Write{
		Kind: table.Update, Key: w.Key, Set: table.Item{"message_id": mark.MessageID}, If: unmarked,
	})
	return err
}

// Proven makes a claimed or unknown invitation sent, at the time of its claim, which is before any proof. Its entry leaves the agenda
// unless it is an answer's.
func (s *Store) Proven(ctx context.Context, id string, at time.Time) error {
	inv, err := s.Invitation(ctx, id)
	if err != nil || inv.Claim == "" || !inv.SentAt.IsZero() {
		return err
	}
	mark := survey.Mark{Invitation: inv, At: inv.ClaimedAt}
	if at.Before(mark.At) { // by another machine's clock
		mark.At = at
	}
	if err := s.sentOne(ctx, mark); err != nil {
		return fmt.Errorf("mark what is proven to be sent: %w", err)
	}
	return nil
}
