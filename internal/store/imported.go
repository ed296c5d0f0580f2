package store

import (
	"context"
	"fmt"
	"maps"

	"afterword/internal/customer"
	"afterword/internal/imports"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var (
	_ imports.Rows    = (*Store)(nil)
	_ imports.Archive = (*Store)(nil)
)

// Rehearsal is a store on which everything can be tried: it knows what this one has, and what is written stays with it.
func (s *Store) Rehearsal() *Store {
	tried := *s
	tried.table = table.Rehearse(s.table)
	return &tried
}

// KeepCustomer writes a row under the condition of its revision.
func (s *Store) KeepCustomer(ctx context.Context, c customer.Customer) error {
	w, err := customerWrite(c)
	if err != nil {
		return err
	}
	made, err := s.applies(ctx, w)
	switch {
	case err != nil:
		return fmt.Errorf("keep a customer: %w", err)
	case !made:
		return errChanged
	}
	return nil
}

// ImportAnswer stores an answer as one by a link for everybody is: invitation, visit and answer are one item. It is found by its survey
// and its customer and stands among the decisions of no day, since none was made here.
func (s *Store) ImportAnswer(ctx context.Context, a imports.Answer) (known bool, err error) {
	inv := a.Invitation
	visit := touchpoint.Visit{
		ID: inv.ID, Touchpoint: inv.Touchpoint, Source: inv.Source, Subject: inv.Subject, Round: inv.Round, Link: inv.Link, Customer: inv.Customer,
		At: inv.VisitedAt, ReceivedAt: inv.ImportedAt, Properties: a.Properties,
	}
	item, err := visitItem(visit, &inv)
	if err != nil {
		return false, fmt.Errorf("import an answer: %w", err)
	}
	delete(item, table.Listing.Partition)
	maps.Copy(item, firstAnswer(a.First))
	item["rev"] = int64(1)
	if _, err := say(item, a.First.Comment, a.First.Extras, a.First.SaidCuts); err != nil {
		return false, err
	}
	writes := []table.Write{create(invitationKey(inv.ID), item)}
	if a.Customer != nil {
		w, err := customerWrite(*a.Customer)
		if err != nil {
			return false, err
		}
		writes = append(writes, asides(touchpoint.Entry{Visit: visit, Invitation: &inv, Customer: a.Customer})...)
		writes = append(writes, w)
	}
	err = s.transact(ctx, writes)
	stored := failed(err)
	if _, there := stored[0]; there {
		return true, nil
	}
	switch {
	case len(stored) > 0:
		return false, errChanged
	case err != nil:
		return false, fmt.Errorf("import an answer: %w", err)
	}
	return false, nil
}
