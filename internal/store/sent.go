package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var _ survey.Marks = (*Store)(nil)

// unmarked tells of an invitation whether the mark can still be made.
func unmarked(stored table.Item, mark survey.Mark) bool {
	_, sent := stored["sent_at"]
	return !sent && stored["claim"] == mark.Invitation.Claim
}

// markWrite marks an invitation that is as the claim left it, or was given up meanwhile.
func markWrite(mark survey.Mark) table.Write {
	w := table.Write{
		Kind: table.Update,
		Key:  invitationKey(mark.Invitation.ID),
		Set:  table.Item{"state": string(survey.Sent), "sent_at": stamp(mark.At)},
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

// answeredWrite marks an invitation that was answered before it could be marked: state and agenda are the answer's, or those of the verdict
// on it.
func answeredWrite(mark survey.Mark) table.Write {
	w := markWrite(mark)
	w.Set = table.Item{"sent_at": stamp(mark.At)}
	if mark.MessageID != "" {
		w.Set["message_id"] = mark.MessageID
	}
	w.Remove = nil
	w.If = table.All(table.Equal("claim", mark.Invitation.Claim), table.Absent("sent_at"))
	return w
}

func countWrite(inv survey.Invitation) table.Write {
	return table.Write{Kind: table.Update, Key: sendsKey(inv.Touchpoint, inv.Survey, inv.SentDay), Add: map[string]int64{"sent": 1}}
}

// sentAlone marks one invitation however it stands, and counts it.
func (s *Store) sentAlone(ctx context.Context, mark survey.Mark) (err error) {
	for range tries {
		for _, write := range []table.Write{markWrite(mark), answeredWrite(mark)} {
			write.Writer = newWriter()
			err = s.transact(ctx, []table.Write{write, countWrite(mark.Invitation)})
			if err == nil {
				return nil
			}
			stored, otherwise := failed(err)[0]
			if !otherwise {
				break
			}
			if !unmarked(stored, mark) {
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
	nameless := table.All(table.Equal("claim", mark.Invitation.Claim), table.Absent("message_id"))
	w := markWrite(mark)
	delete(w.Set, "sent_at")
	w.If = table.All(nameless, table.Equal("state", string(survey.Sent)), table.Absent("reminder"))
	completed, err := s.applies(ctx, w)
	if completed || err != nil {
		return err
	}
	_, err = s.applies(ctx, table.Write{
		Kind: table.Update, Key: w.Key, Set: table.Item{"message_id": mark.MessageID}, If: nameless,
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
	if err := s.sentAlone(ctx, mark); err != nil {
		return fmt.Errorf("mark what is proven to be sent: %w", err)
	}
	return nil
}
