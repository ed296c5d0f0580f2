package store

import (
	"context"
	"fmt"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var (
	_ survey.Invitations = (*Store)(nil)
	_ survey.Mailed      = (*Store)(nil)
	_ survey.Customers   = (*Store)(nil)
)

// Invitations reads some invitations, not strongly: whoever acts on one does so under a condition.
func (s *Store) Invitations(ctx context.Context, ids []string) ([]survey.Invitation, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = invitationKey(id)
	}
	items, err := s.table.BatchGet(ctx, keys, false)
	if err != nil {
		return nil, fmt.Errorf("read invitations: %w", err)
	}
	invitations := make([]survey.Invitation, len(ids))
	for i, item := range items {
		if invitations[i], err = invitationOf(item); err != nil {
			return nil, err
		}
	}
	return invitations, nil
}

// Invitation reads an invitation, strongly; the zero one if there is none.
func (s *Store) Invitation(ctx context.Context, id string) (survey.Invitation, error) {
	item, err := s.table.Get(ctx, invitationKey(id), true)
	if err != nil {
		return survey.Invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	return invitationOf(item)
}

// invitationOf reads an invitation; the zero one if the item is none.
func invitationOf(item table.Item) (survey.Invitation, error) {
	var inv survey.Invitation
	if !invites(item) {
		return inv, nil
	}
	if err := table.Decode(item, &inv); err != nil {
		return inv, fmt.Errorf("read an invitation: %w", err)
	}
	inv.ID = idOf(item)
	return inv, nil
}

// Drop takes an entry off the agenda. One that was given another time or kind meanwhile stays.
func (s *Store) Drop(ctx context.Context, e agenda.Entry) error {
	_, err := s.applies(ctx, table.Write{
		Kind:   table.Update,
		Key:    invitationKey(e.Key),
		Remove: offAgenda,
		If:     table.Equal(table.Agenda.Sort, agendaAttributes(e)[table.Agenda.Sort]),
	})
	return err
}

// offAgenda are the attributes without which an item is not on the agenda.
var offAgenda = []string{table.Agenda.Partition, table.Agenda.Sort}

// CustomersOf reads customers' rows, strongly.
func (s *Store) CustomersOf(ctx context.Context, ids []customer.ID) (map[customer.ID]customer.Customer, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = customerKey(id)
	}
	items, err := s.table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	customers := make(map[customer.ID]customer.Customer, len(ids))
	for i, item := range items {
		if item == nil {
			continue
		}
		if customers[ids[i]], err = customerOf(item); err != nil {
			return nil, err
		}
	}
	return customers, nil
}
