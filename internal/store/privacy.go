package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/privacy"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var (
	_ privacy.Archive = (*Store)(nil)
	_ privacy.Eraser  = (*Store)(nil)
)

// errNoStart is the answer to a place in a list that is none.
var errNoStart = fault.New(fault.Invalid, "this is no place to go on from")

// VisitsOf lists the visits of a customer, newest first: those that were planned, to which the row leads, and those that the index has.
func (s *Store) VisitsOf(ctx context.Context, c customer.Customer, start string, limit int) (visits []touchpoint.Visit, next string, err error) {
	received, _, _ := strings.Cut(start, "#")
	if _, err := time.Parse(time.RFC3339, received); err != nil && start != "" || len(start) > table.MaxSort {
		return nil, "", errNoStart
	}
	entries, err := s.newestOf(ctx, &table.Also, customersList(c.ID), "", "", start, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list a customer's visits: %w", err)
	}
	keys := invitationKeys(c.Invited)
	for _, entry := range entries {
		keys = append(keys, feedback(entry.Key(table.Feedback).Partition, "invitation"))
	}
	items, err := s.table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, "", fmt.Errorf("read a customer's visits: %w", err)
	}
	place := func(item table.Item) string { return listedOf(item, &table.Listing) }
	items = slices.DeleteFunc(items, func(item table.Item) bool { // the index is a moment late
		return item == nil || start != "" && place(item) >= start
	})
	slices.SortFunc(items, func(a, b table.Item) int { return cmp.Compare(place(b), place(a)) })
	if len(items) > limit {
		items = items[:limit]
		next = place(items[limit-1])
	}
	visits = make([]touchpoint.Visit, len(items))
	for i, item := range items {
		if visits[i], err = visitOf(item); err != nil {
			return nil, "", err
		}
	}
	return visits, next, nil
}

// under reads all items of a partition whose sort keys begin so, in order.
func (s *Store) under(ctx context.Context, partition, prefix string) (items []table.Item, err error) {
	q := table.Query{Table: table.Feedback, Partition: partition, From: prefix, To: prefix + "~", Strong: true}
	for {
		page, err := s.table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if q.Start = page.Next; q.Start == "" {
			return items, nil
		}
	}
}

// What lies in the partitions of invitations and cases beside them.
const (
	hitsPrefix   = "hit#"
	eventsPrefix = "event#"
)

// HitsOf lists the hits of an invitation.
func (s *Store) HitsOf(ctx context.Context, invitation string) ([]response.Hit, error) {
	items, err := s.under(ctx, invitationKey(invitation).Partition, hitsPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the hits of an invitation: %w", err)
	}
	hits := make([]response.Hit, len(items))
	for i, item := range items {
		if err := table.Decode(item, &hits[i]); err != nil {
			return nil, fmt.Errorf("read a hit: %w", err)
		}
	}
	return hits, nil
}

// WholeHistory lists all that happened to a case.
func (s *Store) WholeHistory(ctx context.Context, id string) ([]followup.Event, error) {
	items, err := s.under(ctx, caseKey(id).Partition, eventsPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the history of a case: %w", err)
	}
	events := make([]followup.Event, len(items))
	for i, item := range items {
		if err := table.Decode(item, &events[i]); err != nil {
			return nil, fmt.Errorf("read an event of a case: %w", err)
		}
	}
	return events, nil
}

// DropHits deletes the hits of an invitation.
func (s *Store) DropHits(ctx context.Context, invitation string) error {
	return s.drop(ctx, invitationKey(invitation).Partition, hitsPrefix)
}

// DropHistory deletes the history of a case.
func (s *Store) DropHistory(ctx context.Context, id string) error {
	return s.drop(ctx, caseKey(id).Partition, eventsPrefix)
}

// DropTicked takes causes out of the history of a case.
func (s *Store) DropTicked(ctx context.Context, id string) error {
	items, err := s.under(ctx, caseKey(id).Partition, eventsPrefix)
	if err != nil {
		return fmt.Errorf("look for what is to be erased: %w", err)
	}
	for _, item := range items {
		if item["causes"] == nil {
			continue
		}
		w := table.Write{Kind: table.Update, Key: item.Key(table.Feedback), Remove: []string{"causes"}, If: table.Present("causes")}
		if _, err := s.applies(ctx, w); err != nil {
			return fmt.Errorf("erase an item: %w", err)
		}
	}
	return nil
}

func (s *Store) drop(ctx context.Context, partition, prefix string) error {
	items, err := s.under(ctx, partition, prefix)
	if err != nil {
		return fmt.Errorf("look for what is to be erased: %w", err)
	}
	for _, item := range items {
		if _, err := s.write(ctx, table.Write{Kind: table.Delete, Key: item.Key(table.Feedback)}); err != nil {
			return fmt.Errorf("erase an item: %w", err)
		}
	}
	return nil
}

// personal are the attributes of a customer's row that say something about the person.
var personal = []string{"address", "name", "language", "zone", "since", "agreed", "refused", "asks"}

// EraseCustomer makes a row say that the customer was erased.
func (s *Store) EraseCustomer(ctx context.Context, id customer.ID, at time.Time) error {
	_, err := s.applies(ctx, table.Write{
		Kind:   table.Update,
		Key:    customerKey(id),
		Set:    table.Item{"id": string(id), "status": string(customer.Erased), "status_at": stamp(at)},
		Add:    map[string]int64{"revision": 1},
		Remove: personal,
		If:     table.Any(table.Absent("status"), notErased, hasAny(personal)),
	})
	if err != nil {
		return fmt.Errorf("erase a customer: %w", err)
	}
	return nil
}

// notErased holds for a status that is another one.
var notErased = table.Any(table.Less("status", string(customer.Erased)), table.More("status", string(customer.Erased)))

func hasAny(attributes []string) table.Condition {
	var there table.AnyCondition
	for _, attr := range attributes {
		there = append(there, table.Present(attr))
	}
	return there
}

// EraseVisit veils a visit that was decided against, in one transaction.
func (s *Store) EraseVisit(ctx context.Context, visit, veiled touchpoint.Visit) error {
	if visit.Erased {
		return nil
	}
	item, err := visitItem(veiled, nil)
	if err != nil {
		return fmt.Errorf("erase a visit: %w", err)
	}
	err = s.transact(ctx, []table.Write{
		{
			Kind: table.Put, Key: invitationKey(visit.ID), Item: item, Writer: newWriter(),
			If: table.All(table.Equal("customer", string(visit.Customer)), table.Absent("erased")),
		},
		{Kind: table.Delete, Key: subjectKey(visit.Touchpoint, visit.Source, visit.Subject)},
	})
	if err != nil && len(failed(err)) == 0 { // else it was veiled before
		return fmt.Errorf("erase a visit: %w", err)
	}
	return nil
}

// What a tombstone has no more: what was said, the evidence, and what leads to the person. Without the rating also what counted.
var (
	said  = []string{"event", "delivery", "link", "properties", "cuts", "said_cuts", "comment", "causes", "replies", "by_hand", "waiting", "first_opened", "other_opened", "honeypot", "hits", "first_hit_at"}
	rated = []string{"counted", "rating", "act"}
)

// EraseRecord makes a tombstone of a visit with its invitation: a new revision of an answer, the end of one that was not sent. One that is being sent
// goes on to its end, so that its mail is counted; whoever has it asks for the customer's status before it would be sent again.
func (s *Store) EraseRecord(ctx context.Context, rec response.Record, t privacy.Tombstone) error {
	removesRating := !t.KeepRating && rec.Act != ""
	if rec.Erased && rec.State != survey.Planned && !removesRating {
		return nil
	}
	w := table.Write{
		Kind:   table.Update,
		Key:    invitationKey(rec.ID),
		Set:    table.Item{"erased": true},
		Remove: slices.Clone(said),
	}
	asRead := table.AllCondition{table.Equal("state", string(rec.State)), table.Absent("rev")}
	if rec.Revision > 0 {
		asRead[1] = table.Equal("rev", rec.Revision)
		w.Add = map[string]int64{"rev": 1}
		w.Set["changed_at"] = stamp(t.At)
		if !t.KeepRating {
			w.Remove = append(w.Remove, rated...)
		}
	}
	switch rec.State {
	case survey.Planned:
		w.Set["state"], w.Set["why"] = string(survey.Suppressed), survey.WhyErased
		w.Remove = slices.Concat(w.Remove, claimAttributes, offAgenda)
	case survey.Claimed:
		asRead = append(asRead, table.Equal("claim", rec.Claim))
	default:
		w.Remove = append(w.Remove, offAgenda...)
	}
	w.If = asRead
	if rec.Erased {
		_, err := s.write(ctx, w)
		return conflict(err, "erase a response")
	}
	w.Set["subject"], w.Writer = t.Subject, newWriter()
	err := s.transact(ctx, []table.Write{w, {Kind: table.Delete, Key: subjectKey(rec.Touchpoint, rec.Source, rec.Subject)}})
	if len(failed(err)) > 0 {
		return errEvidenceChanged
	}
	return conflict(err, "erase a response")
}
