package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"afterword/internal/period"
	"afterword/internal/table"
)

// newest reads listings of one of the two indexes, newest first. Each group of lists is merged; the groups follow each other and are given newest first (one for
// each month). next is the position to go on after, "" at the end. An index is a moment late: what has left a list meanwhile is
// passed over, so that a page may have fewer items than the limit although there is a next one.
func (s *Store) newest(ctx context.Context, index *table.Index, groups [][]string, span period.Span) (items []table.Item, next string, err error) {
	var found []table.Item
	for _, lists := range groups {
		for _, list := range lists {
			entries, err := s.newestOf(ctx, index, list, stamp(span.From), stamp(span.To), span.After, span.Limit)
			if err != nil {
				return nil, "", err
			}
			found = append(found, entries...)
		}
		slices.SortStableFunc(found, func(a, b table.Item) int { return -cmp.Compare(listedOf(a, index), listedOf(b, index)) })
		if len(found) > span.Limit {
			found = found[:span.Limit]
			next = listedOf(found[span.Limit-1], index)
			break
		}
	}
	items, err = s.behind(ctx, index, found)
	return items, next, err
}

func listedOf(entry table.Item, index *table.Index) string {
	listed, _ := entry[index.Sort].(string)
	return listed
}

// newestOf reads the newest entries of one list before a position ("": all), one more than the limit if there are as many.
func (s *Store) newestOf(ctx context.Context, index *table.Index, list, from, to, after string, limit int) (entries []table.Item, err error) {
	q := table.Query{
		Table: table.Feedback, Index: index, Partition: list, From: from, To: to, Descending: true,
		Limit: limit + 2, // the position itself may be among them
	}
	if after != "" && (to == "" || after < to) {
		q.To = after
	}
	for {
		page, err := s.table.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, entry := range page.Items {
			if listedOf(entry, index) != after {
				entries = append(entries, entry)
			}
		}
		if page.Next == "" || len(entries) > limit {
			break
		}
		q.Start = page.Next
	}
	return entries[:min(len(entries), limit+1)], nil
}

// behind reads the items behind the entries of an index.
func (s *Store) behind(ctx context.Context, index *table.Index, entries []table.Item) ([]table.Item, error) {
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
		if item[index.Partition] == entries[i][index.Partition] && listedOf(item, index) == listedOf(entries[i], index) {
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
