package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/survey"
	"afterword/internal/table"
)

var (
	_ survey.Claims    = (*Store)(nil)
	_ survey.Reminders = (*Store)(nil)
	_ survey.Allowance = (*Store)(nil)
)

// claimAttributes are what a claim sets and a put-back removes. Without expires_at an invitation cannot be answered.
var claimAttributes = []string{"claim", "claimed_at", "sent_day", "expires_at"}

// Claim takes a planned invitation.
func (s *Store) Claim(ctx context.Context, id string, c survey.Claim) (bool, error) {
	return s.applies(ctx, table.Write{
		Kind: table.Update,
		Key:  invitationKey(id),
		Set: table.Item{
			"state": string(survey.Claimed), "claim": c.By, "claimed_at": stamp(c.At), "sent_day": c.Day, "expires_at": stamp(c.ExpiresAt),
		},
		If: table.Equal("state", string(survey.Planned)),
	})
}

// claimedBy holds while an invitation is claimed by this claim.
func claimedBy(claim string) table.Condition {
	return table.All(table.Equal("state", string(survey.Claimed)), table.Equal("claim", claim))
}

// PutBack makes a claimed invitation planned again; its entry on the agenda has never left. One whose subject was reopened
// since it was claimed ends.
func (s *Store) PutBack(ctx context.Context, id, claim string, later time.Time) error {
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(id),
		Set:    table.Item{"state": string(survey.Planned)},
		Remove: claimAttributes,
		If:     table.All(claimedBy(claim), table.Absent("reopened")),
	}
	postpone(w.Set, agenda.Entry{Due: later, Kind: agenda.Invite, Key: id})
	_, err := s.write(ctx, w)
	stored, stays := table.Stored(err)
	if !stays {
		return err
	}
	inv, err := invitationOf(stored)
	if err != nil {
		return fmt.Errorf("put an invitation back: %w", err)
	}
	if inv.Reopened && inv.Claim == claim {
		return s.Stop(ctx, inv, survey.Cancelled, survey.WhyReopened)
	}
	return nil
}

// postpone gives an entry another time, unless that is zero.
func postpone(attributes table.Item, e agenda.Entry) {
	if !e.Due.IsZero() {
		place(attributes, e)
	}
}

// Lose makes a claimed invitation unknown. It keeps what the claim set: it can be answered, which proves that it was sent.
func (s *Store) Lose(ctx context.Context, id, claim string) error {
	_, err := s.applies(ctx, table.Write{
		Kind:   table.Update,
		Key:    invitationKey(id),
		Set:    table.Item{"state": string(survey.Unknown)},
		Remove: offAgenda,
		If:     claimedBy(claim),
	})
	return err
}

// Stop ends an invitation and frees its place among the customer's asks, in one transaction.
func (s *Store) Stop(ctx context.Context, inv survey.Invitation, state survey.State, why string) error {
	for range tries {
		stop := table.Write{
			Kind:   table.Update,
			Key:    invitationKey(inv.ID),
			Set:    table.Item{"state": string(state), "why": why},
			Remove: slices.Concat(claimAttributes, offAgenda),
			If:     table.Equal("state", string(survey.Planned)),
			Writer: newWriter(),
		}
		if inv.Claim != "" {
			stop.If = claimedBy(inv.Claim)
		}
		free, err := s.freed(ctx, inv)
		if err != nil {
			return err
		}
		err = s.transact(ctx, append(free, stop))
		lost := failed(err)
		if _, gone := lost[len(free)]; gone || err == nil {
			return nil // it is done, or somebody else was faster
		}
		if lost == nil && !fault.Is(err, fault.Transient) {
			return fmt.Errorf("end an invitation: %w", err)
		}
	}
	return fault.New(fault.Transient, "end an invitation: the customer's row is too busy")
}

// freed is the write that frees the place of an invitation among its customer's asks; none if it has none.
func (s *Store) freed(ctx context.Context, inv survey.Invitation) ([]table.Write, error) {
	c, err := s.Customer(ctx, inv.Customer)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(c.Asks), func(ask customer.Ask) bool { return ask.Invitation == inv.ID })
	if len(kept) == len(c.Asks) {
		return nil, nil
	}
	c.Asks = kept
	w, err := customerWrite(c)
	return []table.Write{w}, err
}

// ClaimReminder takes the one reminder of an invitation that is sent and not answered, and may be answered still.
func (s *Store) ClaimReminder(ctx context.Context, id, claim string, at time.Time) (bool, error) {
	return s.applies(ctx, table.Write{
		Kind: table.Update,
		Key:  invitationKey(id),
		Set:  table.Item{"reminder": survey.ReminderClaimed, "claim": claim, "reminded_at": stamp(at)},
		If: table.All(
			table.Equal("state", string(survey.Sent)), table.Absent("reminder"), table.Absent("bounced_at"), table.Absent("complained_at"),
			table.More("expires_at", stamp(at))),
	})
}

// PutBackReminder undoes ClaimReminder; the entry on the agenda has never left, but an answer may have put its own in that place.
func (s *Store) PutBackReminder(ctx context.Context, id, claim string, later time.Time) error {
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(id),
		Set:    table.Item{},
		Remove: []string{"reminder", "reminded_at"},
		If:     table.All(table.Equal("reminder", survey.ReminderClaimed), table.Equal("claim", claim), table.Equal("state", string(survey.Sent))),
	}
	postpone(w.Set, agenda.Entry{Due: later, Kind: agenda.Remind, Key: id})
	_, err := s.applies(ctx, w)
	return err
}

// EndReminder keeps what became of a reminder. An answer that came meanwhile has an entry of its own on the agenda, which stays.
func (s *Store) EndReminder(ctx context.Context, id, claim, outcome string) error {
	mine := table.All(table.Equal("claim", claim), table.Any(
		table.Equal("reminder", survey.ReminderClaimed), table.Equal("reminder", survey.ReminderUnknown)))
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(id),
		Set:    table.Item{"reminder": outcome},
		Remove: offAgenda,
		If:     table.All(mine, table.Equal("state", string(survey.Sent))),
	}
	ended, err := s.applies(ctx, w)
	if ended || err != nil {
		return err
	}
	w.Remove, w.If = nil, mine
	_, err = s.applies(ctx, w)
	return err
}

// Reserve takes up to n of what a day allows.
func (s *Store) Reserve(ctx context.Context, day string, n, most int) (int, error) {
	for range tries {
		if n = min(n, most); n <= 0 {
			return 0, nil
		}
		_, err := s.write(ctx, table.Write{
			Kind: table.Update,
			Key:  quotaKey(day),
			Add:  map[string]int64{"reserved": int64(n)},
			If:   table.Any(table.Absent("reserved"), table.AtMost("reserved", int64(most-n))),
		})
		stored, full := table.Stored(err)
		if !full {
			return n, err
		}
		reserved, _ := stored["reserved"].(int64)
		n = most - int(reserved)
	}
	return 0, nil
}

// GiveBack returns a part of what was reserved.
func (s *Store) GiveBack(ctx context.Context, day string, n int) error {
	_, err := s.applies(ctx, table.Write{
		Kind: table.Update,
		Key:  quotaKey(day),
		Add:  map[string]int64{"reserved": int64(-n)},
		If:   table.AtLeast("reserved", int64(n)),
	})
	return err
}
