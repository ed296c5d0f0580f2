package store

import (
	"context"
	"fmt"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var _ touchpoint.Book = (*Store)(nil)

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
			return known(stored)
		}
	} else {
		err = s.transact(ctx, writes)
		stored := failed(err)
		if visit, there := stored[0]; there {
			return known(visit)
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

// known reads the visit that was there before.
func known(stored table.Item) (touchpoint.Visit, bool, error) {
	var v touchpoint.Visit
	if err := table.Decode(stored, &v); err != nil {
		return v, false, fmt.Errorf("read a visit: %w", err)
	}
	return v, true, nil
}

// entryWrites begins with the visit's.
func entryWrites(e touchpoint.Entry) ([]table.Write, error) {
	v := e.Visit
	item, err := visitItem(v)
	if err != nil {
		return nil, err
	}
	writes := []table.Write{create(visitKey(v.Touchpoint, v.Source, v.Subject, v.Round), item)}
	if e.Invitation != nil {
		item, err := table.Encode(e.Invitation)
		if err != nil {
			return nil, err
		}
		place(item, agenda.Entry{Due: e.Invitation.PlannedAt, Kind: agenda.Invite, Key: e.Invitation.ID})
		writes = append(writes, create(invitationKey(e.Invitation.ID), item))
	}
	if e.Customer != nil {
		w, err := customerWrite(*e.Customer)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	return writes, nil
}

// visitItem is a visit with its place in the listing of its day.
func visitItem(v touchpoint.Visit) (table.Item, error) {
	item, err := table.Encode(v)
	if err != nil {
		return nil, err
	}
	item[table.Listing.Partition] = visitsList(v.Touchpoint, v.Day)
	item[table.Listing.Sort] = listedAt(v.ReceivedAt, v.ID)
	return item, nil
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
	items, err := s.table.BatchGet(ctx, []table.Key{subjectKey(touchpointName, source, subject), visitKey(touchpointName, source, subject, 1)}, true)
	if err != nil {
		return last, err
	}
	if err := decode(items[:1], &last.Subject); err != nil {
		return last, err
	}
	visit := items[1]
	if last.Subject.Round > 1 {
		visit, err = s.table.Get(ctx, visitKey(touchpointName, source, subject, last.Subject.Round), true)
	}
	if err != nil || visit == nil {
		return last, err
	}
	last.Visit = new(touchpoint.Visit)
	if err := table.Decode(visit, last.Visit); err != nil || last.Visit.Invitation == "" {
		return last, err
	}
	items, err = s.table.BatchGet(ctx, []table.Key{invitationKey(last.Visit.Invitation), customerKey(last.Visit.Customer)}, true)
	if err != nil {
		return last, err
	}
	if items[0] != nil {
		last.Invitation = new(survey.Invitation)
	}
	return last, decode(items, last.Invitation, &last.Customer)
}

// Reopen begins a new round of a subject, and takes back an invitation that has not left. One that is just leaving learns of it when it is put back.
func (s *Store) Reopen(ctx context.Context, r touchpoint.Reopening) error {
	item, err := table.Encode(r.After)
	if err != nil {
		return fmt.Errorf("reopen a subject: %w", err)
	}
	writes := []table.Write{{
		Kind:   table.Put,
		Key:    subjectKey(r.Visit.Touchpoint, r.Visit.Source, r.Visit.Subject),
		Item:   item,
		If:     asRead("round", int64(r.Before.Round)),
		Writer: newWriter(),
	}, {
		// An erasure moves the visit, and would not find what is kept of its subject afterwards.
		Kind: table.Check,
		Key:  visitKey(r.Visit.Touchpoint, r.Visit.Source, r.Visit.Subject, r.Visit.Round),
		If:   table.Present(table.AttrPartition),
	}}
	if r.Cancel != "" {
		writes = append(writes, table.Write{
			Kind:   table.Update,
			Key:    invitationKey(r.Cancel),
			Set:    table.Item{"state": string(survey.Cancelled), "why": survey.WhyReopened},
			Remove: []string{table.Agenda.Partition, table.Agenda.Sort},
			If:     table.Equal("state", string(survey.Planned)),
			Writer: newWriter(),
		})
	}
	if r.Leaving != "" {
		writes = append(writes, table.Write{
			Kind:   table.Update,
			Key:    invitationKey(r.Leaving),
			Set:    table.Item{"reopened": true},
			If:     table.Equal("state", string(survey.Claimed)),
			Writer: newWriter(),
		})
	}
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
