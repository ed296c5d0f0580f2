package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/customer"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// Unsubscribe ends all surveys for the customer of an invitation, at once, and counts it with the mails of that day. A customer
// who cannot be mailed any more already keeps the reason, so that doing it again changes nothing. Mails that are planned stay
// planned: dispatch asks the customer's status before it sends. Faults: Transient.
func (s *Store) Unsubscribe(ctx context.Context, inv survey.Invitation, at time.Time) error {
	writes := []table.Write{{
		Kind:   table.Update,
		Key:    customerKey(inv.Customer),
		Set:    table.Item{"status": string(customer.Unsubscribed), "status_at": stamp(at)},
		Add:    map[string]int64{"revision": 1},
		If:     table.All(table.Present("revision"), table.Absent("status")),
		Writer: newWriter(),
	}}
	if inv.SentDay != "" {
		writes = append(writes, table.Write{
			Kind: table.Update,
			Key:  sendsKey(inv.Touchpoint, inv.Survey, inv.SentDay),
			Add:  map[string]int64{"unsubscribed": 1},
		})
	}
	err := s.transact(ctx, writes)
	if len(failed(err)) > 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}
