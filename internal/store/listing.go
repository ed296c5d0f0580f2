package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"afterword/internal/period"
	"afterword/internal/table"
)

// newest reads listings, newest first. Each group of lists is merged; the groups follow each other and are given newest first (one for
// each month). next is the position to go on after, "" at the end. An index is a moment late: what has left a list meanwhile is
// passed over, so that a page may have fewer items than the limit although there is a next one.
func (s *Store) newest(ctx context.Context, groups [][]string, span period.Span) (items []table.Item, next string, err error) {
	var found []table.Item
	for _, lists := range groups {
		for _, list := range lists {
			entries, err := s.newestOf(ctx, list, span)
			if err != nil {
				return nil, "", err
			}
			found = append(found, entries...)
		}
		slices.SortStableFunc(found, func(a, b table.Item) int { return -cmp.Compare(listedOf(a), listedOf(b)) })
		if len(found) > span.Limit {
			found = found[:span.Limit]
			next = listedOf(found[span.Limit-1])
			break
		}
	}
	items, err = s.behind(ctx, found)
	return items, next, err
}

func listedOf(entry table.Item) string {
	listed, _ := entry[table.Listing.Sort].(string)
	return listed
}

// newestOf reads the newest entries of one list, one more than the limit if there are as many.
func (s *Store) newestOf(ctx context.Context, list string, span period.Span) (entries []table.Item, err error) {
	q := table.Query{
		Table: table.Feedback, Index: &table.Listing, Partition: list, From: stamp(span.From), To: stamp(span.To), Descending: true,
		Limit: span.Limit + 2, // the position itself may be among them
	}
	if span.After != "" && span.After < q.To {
		q.To = span.After
	}
	for {
		page, err := s.table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, entry := range page.Items {
			if listedOf(entry) != span.After {
				entries = append(entries, entry)
			}
		}
		if page.Next == "" || len(entries) > span.Limit {
			break
		}
		q.Start = page.Next
	}
	return entries[:min(len(entries), span.Limit+1)], nil
}

// behind reads the items behind the entries of an index.
func (s *Store) behind(ctx context.Context, entries []table.Item) ([]table.Item, error) {
	keys := make([]table.Key, len(entries))
	for i, entry := range entries {
		keys[i] = entry.Key(table.Feedback)
	}
	read, err := s.table.BatchGet(ctx, keys, false)
	if err != nil {
		return nil, err
	}
	var items []table.Item
	for i, item := range read {
		if item[table.Listing.Partition] == entries[i][table.Listing.Partition] && listedOf(item) == listedOf(entries[i]) {
			items = append(items, item)
		}
	}
	return items, nil
}

// monthsBack names the months that touch a time from until before to, newest first, in whichever zone they were named.
func monthsBack(from, to time.Time) (months []string) {
	const widest = 15 * time.Hour // no zone is further from UTC
	first := from.Add(-widest).UTC().Format(monthLayout)
	last := to.Add(widest).UTC()
	for m := time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC); m.Format(monthLayout) >= first; m = m.AddDate(0, -1, 0) {
		months = append(months, m.Format(monthLayout))
	}
	return months
}
