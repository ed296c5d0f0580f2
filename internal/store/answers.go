package store

import (
	"context"

	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/response"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var _ followup.Answers = (*Store)(nil)

// Records reads several invitations with their responses, those that are there, in the given order.
func (s *Store) Records(ctx context.Context, invitations []string) ([]response.Record, error) {
	keys := make([]table.Key, len(invitations))
	for i, id := range invitations {
		keys[i] = invitationKey(id)
	}
	items, err := s.table.BatchGet(ctx, keys, false)
	if err != nil {
		return nil, err
	}
	return recordsOf(items)
}

// ResponsesTo lists the responses to some surveys by when they were first given, newest first.
func (s *Store) ResponsesTo(ctx context.Context, surveys []string, span period.Span) ([]response.Record, string, error) {
	var groups [][]string
	for _, month := range monthsBack(span.From, span.To) {
		var lists []string
		for _, survey := range surveys {
			lists = append(lists, responsesList(survey, month))
		}
		groups = append(groups, lists)
	}
	items, next, err := s.newest(ctx, &table.Also, groups, span)
	if err != nil {
		return nil, "", err
	}
	records, err := recordsOf(items)
	return records, next, err
}

func recordsOf(items []table.Item) ([]response.Record, error) {
	var records []response.Record
	for _, item := range items {
		if !invites(item) {
			continue
		}
		rec, err := recordOf(item)
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	return records, nil
}

// VisitsOn lists the visits to touchpoints that were received on a day of the program's zone, with their decisions, newest first.
func (s *Store) VisitsOn(ctx context.Context, touchpoints []string, day string, span period.Span) ([]touchpoint.Visit, string, error) {
	var lists []string
	for _, name := range touchpoints {
		lists = append(lists, visitsList(name, day))
	}
	items, next, err := s.newest(ctx, &table.Listing, [][]string{lists}, span)
	if err != nil {
		return nil, "", err
	}
	visits := make([]touchpoint.Visit, len(items))
	for i, item := range items {
		if visits[i], err = visitOf(item); err != nil {
			return nil, "", err
		}
	}
	return visits, next, nil
}
