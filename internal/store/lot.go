package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"afterword/internal/agenda"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// An invitation counts as sent on its day from when it has the attribute sent_at, which nothing takes away. Whoever sets that decides
// how it is counted:
//
//   - Alone, in the transaction that sets it. So do proofs, which come one by one.
//   - In a lot, a work item on the agenda that names up to 90 invitations that the carrier took. The lot is put first; then each of its
//     invitations is marked by a plain write, which sets the lot's name with sent_at; when each of them has its sent_at, or can never get
//     it any more (another claim, no item), the lot is closed in the transaction that adds as many as carry its name.
//
// That is exact in any order and with any number of writers: sent_at is set once, with the name of one lot or with none; what the closing
// counts cannot change any more when it is counted, so that all who come to count a lot count the same; and a lot is closed once,
// because closing asks that it is open. It stays as a closed one for a while, so that a put that was long on its way opens nothing again.
// A lot whose maker died is finished by the next walk: that there is one proves that its letters were carried. Before it is put they
// are unknown like any others.
//
// It is cheaper because a write costs double in a transaction: in a lot a mark is 1 write unit beside that of its entry on the agenda,
// and 10 go to the lot itself; alone it is 2, and as many for its count.
const (
	lotSize     = 90 // so that the lot is two units, and its invitations are the round's
	worthALot   = 3  // marks, at 2 units each and 7 for a small lot, over 5 units each
	marksAtOnce = 10
	lotKept     = 24 * time.Hour // after it was closed
)

// Sent marks invitations of one claim.
func (s *Store) Sent(ctx context.Context, marks []survey.Mark) error {
	var failures []error // one that cannot be marked keeps no other from it: each was sent
	for lot := range slices.Chunk(marks, lotSize) {
		failures = append(failures, s.sent(ctx, lot))
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("mark what was sent: %w", err)
	}
	return nil
}

func (s *Store) sent(ctx context.Context, marks []survey.Mark) error {
	if len(marks) >= worthALot {
		lot := newWriter()
		if _, err := s.write(ctx, lotWrite(lot, marks)); err == nil {
			return s.finish(ctx, lot, marks)
		}
		// It may be there nevertheless, and will find that all of them are counted.
	}
	return eachMark(marks, func(_ int, mark survey.Mark) error { return s.sentAlone(ctx, mark) })
}

// eachMark does something with each of the marks, some at once, whatever becomes of the others.
func eachMark(marks []survey.Mark, do func(int, survey.Mark) error) error {
	failures := make([]error, len(marks))
	var group errgroup.Group
	group.SetLimit(marksAtOnce)
	for i, mark := range marks {
		group.Go(func() error {
			failures[i] = do(i, mark)
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	return errors.Join(failures...)
}

func lotWrite(lot string, marks []survey.Mark) table.Write {
	ids := make(table.Set, len(marks))
	for i, mark := range marks {
		ids[i] = mark.Invitation.ID
	}
	w := table.Write{
		Kind: table.Put, Key: lotKey(lot), If: table.Absent(table.AttrPartition),
		Item: table.Item{"claim": marks[0].Invitation.Claim, "invitations": ids},
	}
	place(w.Item, agenda.Entry{Due: marks[0].At, Kind: agenda.Mark, Key: lot})
	return w
}

// Finish brings a lot to its end. The carrier's ids are lost with whoever made it, and as for all that was unknown for a while there
// are no reminders.
func (s *Store) Finish(ctx context.Context, lot string) error {
	item, err := s.table.Get(ctx, lotKey(lot), true)
	if err != nil {
		return fmt.Errorf("read what is to be marked: %w", err)
	}
	ids, open := item["invitations"].(table.Set)
	entry, due := entryOf(item)
	if !open || !due {
		return nil // the agenda's index is a moment late
	}
	claim, _ := item["claim"].(string)
	marks := make([]survey.Mark, len(ids))
	for i, id := range ids {
		marks[i] = survey.Mark{Invitation: survey.Invitation{ID: id, Claim: claim}, At: entry.Due}
	}
	return s.finish(ctx, lot, marks)
}

// finish marks the invitations of a lot and closes it. What fails leaves it open, for the next walk.
func (s *Store) finish(ctx context.Context, lot string, marks []survey.Mark) error {
	items := make([]table.Item, len(marks))
	err := eachMark(marks, func(i int, mark survey.Mark) (err error) {
		items[i], err = s.mark(ctx, mark, lot)
		return err
	})
	if err != nil {
		return err
	}
	counts, err := lotCounts(lot, items)
	if err != nil {
		return err
	}
	err = s.transact(ctx, append(counts, table.Write{
		Kind:   table.Update,
		Key:    lotKey(lot),
		Set:    table.Item{table.AttrExpires: marks[0].At.Add(lotKept).Unix()},
		Remove: append([]string{"claim", "invitations"}, offAgenda...),
		If:     table.Present("invitations"),
	}))
	if len(failed(err)) > 0 {
		return nil // somebody else closed it
	}
	if err != nil {
		return fmt.Errorf("count what was sent: %w", err)
	}
	return nil
}

// lotCounts adds up the invitations that carry a lot's name by series and day.
func lotCounts(lot string, items []table.Item) (counts []table.Write, err error) {
	at := map[table.Key]int{}
	for _, item := range items {
		if item["lot"] != lot {
			continue
		}
		inv, err := invitationOf(item)
		if err != nil {
			return nil, err
		}
		one := countWrite(inv)
		if n, is := at[one.Key]; is {
			counts[n].Add["sent"]++
			continue
		}
		at[one.Key] = len(counts)
		counts = append(counts, one)
	}
	return counts, nil
}

// mark marks an invitation of a lot however it stands, and returns it as it is then.
func (s *Store) mark(ctx context.Context, mark survey.Mark, lot string) (table.Item, error) {
	item, err := s.write(ctx, inLot(lot, markWrite(mark)))
	if stored, otherwise := table.Stored(err); otherwise && unmarked(stored, mark) {
		item, err = s.write(ctx, inLot(lot, answeredWrite(mark)))
	}
	if stored, otherwise := table.Stored(err); otherwise {
		return stored, s.sentBefore(ctx, mark)
	}
	return item, err
}

func inLot(lot string, w table.Write) table.Write {
	w.Set["lot"] = lot
	return w
}
