package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/tally"
)

var (
	_ tally.Books = (*Store)(nil)
	_ tally.Cases = Sweep{}
)

// Responses reads a page of the table that the responses are in. One that does not say when it changed may have done so just now.
func (s *Store) Responses(ctx context.Context, start string, since time.Time) (page tally.ResponsesPage, err error) {
	found, err := s.table.Scan(ctx, table.Feedback, start, 0, 0, 1)
	if err != nil {
		return page, err
	}
	for _, item := range found.Items {
		r, is, err := RecordOf(table.Change{Key: item.Key(table.Feedback), New: item})
		switch {
		case err != nil:
			page.Unreadable = append(page.Unreadable, r.Response)
		case is:
			page.Records = append(page.Records, r)
			if changed, _ := item["changed_at"].(string); changed == "" || changed > stamp(since) {
				page.Fresh = append(page.Fresh, r.Response)
			}
		}
	}
	page.Next = found.Next
	return page, nil
}

// Reread reads some responses.
func (s *Store) Reread(ctx context.Context, responses []string) ([]tally.Record, error) {
	return s.records(ctx, invitationKeys(responses), responses)
}

func invitationKeys(ids []string) []table.Key {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = invitationKey(id)
	}
	return keys
}

// Entries reads a page of the scorebook. Entries of other generations are left out.
func (s *Store) Entries(ctx context.Context, start string) (page tally.EntriesPage, err error) {
	b, err := s.reading(ctx)
	if err != nil {
		return page, err
	}
	found, err := s.table.Scan(ctx, table.Scorebook, start, 0, 0, 1)
	if err != nil {
		return page, err
	}
	for _, item := range found.Items {
		switch err := b.addEntry(ctx, &page, item); {
		case fault.Is(err, fault.Transient):
			return page, err
		case err != nil:
			page.Unreadable = append(page.Unreadable, item.Key(table.Scorebook).String())
		}
	}
	page.Next = found.Next
	return page, nil
}

// addEntry tells rows, tallies and scores apart by their keys (see keys.go).
func (s *Store) addEntry(ctx context.Context, page *tally.EntriesPage, item table.Item) error {
	key := item.Key(table.Scorebook)
	part := strings.Split(key.Partition, "#")
	if part[0] != s.book {
		return nil
	}
	switch {
	case len(part) == 3 && part[1] == "L":
		row, err := readRecord(part[2], item)
		if err != nil {
			return fmt.Errorf("read a ledger row: %w", err)
		}
		page.Rows = append(page.Rows, row)
	case len(part) == 4 && part[1] == "T":
		day, ok := dayOf(key)
		if !ok {
			return fault.New(fault.Internal, "the tally %s is of no day", key)
		}
		cell := tally.Cell{Series: tally.Series{Touchpoint: part[2], Survey: part[3]}, Day: day}
		page.Tallies = append(page.Tallies, tally.Tallied{Cell: cell, Counts: countsOf(item)})
	case len(part) == 5 && part[1] == "T":
		return s.addSegments(ctx, page, item, part)
	case len(part) == 5 && part[1] == "J":
		if value, named := item[valueAttr].(string); named {
			series := tally.Series{Touchpoint: part[2], Survey: part[3]}
			page.Named = append(page.Named, tally.Segment{Series: series, Cut: tally.Cut{Property: unescape(part[4]), Value: value}})
		}
	case len(part) == 4 && part[1] == "S":
		score := tally.Score{Series: tally.Series{Touchpoint: part[2], Survey: part[3]}, Name: key.Sort}
		page.Scores = append(page.Scores, tally.Stored{Score: score, Counts: countsOf(item)})
	}
	return nil
}

func (s *Store) addSegments(ctx context.Context, page *tally.EntriesPage, item table.Item, part []string) error {
	day, ok := dayOf(item.Key(table.Scorebook))
	if !ok {
		return fault.New(fault.Internal, "a tally of segments is of no day")
	}
	property, series := unescape(part[4]), tally.Series{Touchpoint: part[2], Survey: part[3]}
	for code, counts := range segmentsIn(item) {
		value, err := s.valueOf(ctx, valueCode{series, property, code})
		if err != nil {
			return err
		}
		cell := tally.Cell{Series: series, Day: day, Cut: tally.Cut{Property: property, Value: value}}
		page.Tallies = append(page.Tallies, tally.Tallied{Cell: cell, Counts: counts})
	}
	return nil
}
