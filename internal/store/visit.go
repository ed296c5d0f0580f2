package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var (
	_ touchpoint.Book    = (*Store)(nil)
	_ touchpoint.Archive = (*Store)(nil)
	_ touchpoint.Rows    = (*Store)(nil)
)

// errChanged is the answer to a decision that was made on what is no longer so.
var errChanged = fault.New(fault.Conflict, "somebody else changed it first")

// Standing reads a customer's row and the rounds of a subject, strongly and together.
func (s *Store) Standing(ctx context.Context, id customer.ID, touchpointName, source, subject string) (customer.Customer, touchpoint.Subject, error) {
	var c customer.Customer
	var rounds touchpoint.Subject
	keys := []table.Key{subjectKey(touchpointName, source, subject)}
	if id != "" {
		keys = append(keys, customerKey(id))
	}
	items, err := s.table.BatchGet(ctx, keys, true)
	if err == nil {
		err = decode(items, &rounds, &c)
	}
	if err != nil {
		return c, rounds, fmt.Errorf("read what a decision is made on: %w", err)
	}
	return c, rounds, nil
}

// decode fills the targets with the items, in order; one that is not there leaves its target as it is.
func decode(items []table.Item, into ...any) error {
	for i, item := range items {
		if item == nil {
			continue
		}
		if err := table.Decode(item, into[i]); err != nil {
			return err
		}
	}
	return nil
}

// Enter keeps a visit alone by one conditional write, and one with consequences by one transaction.
func (s *Store) Enter(ctx context.Context, e touchpoint.Entry) (touchpoint.Visit, bool, error) {
	writes, err := entryWrites(e)
	if err != nil {
		return touchpoint.Visit{}, false, fmt.Errorf("enter a visit: %w", err)
	}
	if len(writes) == 1 {
		_, err = s.table.Write(ctx, writes[0])
		if stored, there := table.Stored(err); there {
			v, err := visitOf(stored)
			return v, err == nil, err
		}
	} else {
		err = s.transact(ctx, writes)
		stored := failed(err)
		if visit, there := stored[0]; there {
			v, err := visitOf(visit)
			return v, err == nil, err
		}
		if len(stored) > 0 {
			return touchpoint.Visit{}, false, errChanged
		}
	}
	if err != nil {
		return touchpoint.Visit{}, false, fmt.Errorf("enter a visit: %w", err)
	}
	return e.Visit, false, nil
}

// entryWrites begins with the visit's.
func entryWrites(e touchpoint.Entry) ([]table.Write, error) {
	item, err := visitItem(e.Visit, e.Invitation)
	if err != nil {
		return nil, err
	}
	writes := append([]table.Write{create(invitationKey(e.Visit.ID), item)}, asides(e)...)
	if e.Customer != nil {
		w, err := customerWrite(*e.Customer)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	if e.Subject != nil {
		key := subjectKey(e.Visit.Touchpoint, e.Visit.Source, e.Visit.Subject)
		writes = append(writes, table.Write{Kind: table.Check, Key: key, If: subjectAsRead(*e.Subject)})
	}
	return writes, nil
}

// subjectAsRead holds while nobody told of the subject again.
func subjectAsRead(s touchpoint.Subject) table.Condition {
	round := asRead("round", int64(s.Round))
	if s.ReopenedAt.IsZero() {
		return round
	}
	return table.All(round, table.Equal("reopened_at", stamp(s.ReopenedAt)))
}

// create puts an item where there is none.
func create(key table.Key, item table.Item) table.Write {
	return table.Write{Kind: table.Put, Key: key, Item: item, If: table.Absent(table.AttrPartition), Writer: newWriter()}
}

// Last reads the latest round of a subject: the visit, and then the invitation about it with its customer.
func (s *Store) Last(ctx context.Context, touchpointName, source, subject string) (touchpoint.Last, error) {
	last, err := s.last(ctx, touchpointName, source, subject)
	if err != nil {
		return touchpoint.Last{}, fmt.Errorf("read what was reopened: %w", err)
	}
	return last, nil
}

func (s *Store) last(ctx context.Context, touchpointName, source, subject string) (last touchpoint.Last, err error) {
	// Few subjects are ever reopened: the first round is read on the chance that it is the last.
	visited := func(round int) table.Key { return invitationKey(survey.IDOf(touchpointName, source, subject, round)) }
	items, err := s.table.BatchGet(ctx, []table.Key{subjectKey(touchpointName, source, subject), visited(1)}, true)
	if err != nil {
		return last, err
	}
	if err := decode(items[:1], &last.Subject); err != nil {
		return last, err
	}
	item := items[1]
	if last.Subject.Round > 1 {
		item, err = s.table.Get(ctx, visited(last.Subject.Round), true)
	}
	if err != nil || item == nil {
		return last, err
	}
	visit, err := visitOf(item)
	if last.Erased = visit.Erased; err != nil || visit.Erased { // it has no subject any more that could come back
		return last, err
	}
	if last.Visit = &visit; visit.Invitation == "" {
		return last, nil
	}
	inv, err := invitationOf(item)
	if err != nil {
		return last, err
	}
	last.Invitation = &inv
	row, err := s.table.Get(ctx, customerKey(visit.Customer), true)
	if err != nil {
		return last, err
	}
	return last, decode([]table.Item{row}, &last.Customer)
}

// earlyKept is for how long a reopening is known whose visit nobody told of: longer than senders try again.
const earlyKept = 35 * 24 * time.Hour

// Reopen begins a new round of a subject, and takes back an invitation that has not left. One that is just leaving learns of it when it is put back.
func (s *Store) Reopen(ctx context.Context, r touchpoint.Reopening) error {
	item, err := table.Encode(r.After)
	if err != nil {
		return fmt.Errorf("reopen a subject: %w", err)
	}
	if r.Early { // of most subjects nothing else is ever told, and an erasure finds subjects by their visits
		item[table.AttrExpires] = r.After.ReopenedAt.Add(earlyKept).Unix()
	}
	writes := []table.Write{{
		Kind:   table.Put,
		Key:    subjectKey(r.Visit.Touchpoint, r.Visit.Source, r.Visit.Subject),
		Item:   item,
		If:     subjectAsRead(r.Before),
		Writer: newWriter(),
	}, reopened(r)}
	if r.Customer != nil {
		w, err := customerWrite(*r.Customer)
		if err != nil {
			return err
		}
		writes = append(writes, w)
	}
	err = s.transact(ctx, writes)
	switch {
	case len(failed(err)) > 0:
		return errChanged
	case err != nil:
		return fmt.Errorf("reopen a subject: %w", err)
	}
	return nil
}

// reopened is what a reopening does to the visit, which is only looked at if no invitation is to be told. An erasure has veiled the
// subject, and would not find what is kept of it afterwards.
func reopened(r touchpoint.Reopening) table.Write {
	w := table.Write{Kind: table.Update, Key: invitationKey(r.Visit.ID), Writer: newWriter()}
	as := func(state survey.State) table.Condition {
		return table.All(table.Equal("state", string(state)), table.Absent("erased"))
	}
	switch {
	case r.Early:
		w = table.Write{Kind: table.Check, Key: w.Key, If: table.Absent(table.AttrPartition)}
	case r.Cancel != "":
		w.Set, w.Remove, w.If = table.Item{"state": string(survey.Cancelled), "why": survey.WhyReopened}, offAgenda, as(survey.Planned)
	case r.Leaving != "":
		w.Set, w.If = table.Item{"reopened": true}, as(survey.Claimed)
	default:
		w = table.Write{Kind: table.Check, Key: w.Key, If: table.All(table.Present(table.AttrPartition), table.Absent("erased"))}
	}
	return w
}
