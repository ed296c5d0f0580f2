package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/survey"
	"afterword/internal/table"
)

var (
	_ survey.Returns     = (*Store)(nil)
	_ survey.Suppression = (*Store)(nil)
)

// Bounced keeps that the mail of an invitation did not arrive.
func (s *Store) Bounced(ctx context.Context, inv survey.Invitation, why string, at time.Time) error {
	return s.returned(ctx, inv, "bounced", table.Item{"bounced_at": stamp(at), "bounce": why})
}

// Complained keeps that the customer complained about it.
func (s *Store) Complained(ctx context.Context, inv survey.Invitation, at time.Time) error {
	return s.returned(ctx, inv, "complained", table.Item{"complained_at": stamp(at)})
}

// returned sets what happened to a mail, once, and counts it with the mails of its day.
func (s *Store) returned(ctx context.Context, inv survey.Invitation, what string, set table.Item) error {
	err := s.transact(ctx, []table.Write{
		{
			Kind: table.Update, Key: invitationKey(inv.ID), Set: set, Writer: newWriter(),
			If: table.All(table.Present("sent_day"), table.Absent(what+"_at")),
		},
		{Kind: table.Update, Key: sendsKey(inv.Touchpoint, inv.Survey, inv.SentDay), Add: map[string]int64{what: 1}},
	})
	if len(failed(err)) > 0 {
		return nil // counted before, or nothing that was sent
	}
	if err != nil {
		return fmt.Errorf("count a mail as %s: %w", what, err)
	}
	return nil
}

// Deferred keeps that a mail came back for a while.
func (s *Store) Deferred(ctx context.Context, inv survey.Invitation, why string) error {
	_, err := s.applies(ctx, table.Write{
		Kind: table.Update, Key: invitationKey(inv.ID), Set: table.Item{"bounce": why},
		If: table.All(table.Present("sent_day"), table.Absent("bounced_at")),
	})
	return err
}
