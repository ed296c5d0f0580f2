package store

import (
	"context"
	"strconv"
	"strings"

	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/tally"
)

var (
	_ tally.Scorebook = (*Store)(nil)
	_ tally.Archive   = (*Store)(nil)
)

// The counters of a tally are top-level attributes, because nothing can be added to deeper ones, and short, because a year of them
// is read to store a score: r0 to r10 answers by rating, and these.
const (
	repliesAttr = "a"
	clickedAttr = "k"
	changesAttr = "c"
)

var ratingAttrs = func() (names [tally.MaxRating + 1]string) {
	for rating := range names {
		names[rating] = "r" + strconv.Itoa(rating)
	}
	return names
}()

// counters calls write with the name and value of each count that is not zero.
func counters(c tally.Counts, write func(attr string, n int64)) {
	for rating, n := range c.Answers {
		if n != 0 {
			write(ratingAttrs[rating], n)
		}
	}
	if c.Replies != 0 {
		write(repliesAttr, c.Replies)
	}
	if c.Clicked != 0 {
		write(clickedAttr, c.Clicked)
	}
	if c.Changes != 0 {
		write(changesAttr, c.Changes)
	}
}

// countsOf reads what counters wrote.
func countsOf(item table.Item) (c tally.Counts) {
	n := func(attr string) int64 {
		value, _ := item[attr].(int64)
		return value
	}
	c.Replies, c.Clicked, c.Changes = n(repliesAttr), n(clickedAttr), n(changesAttr)
	for rating := range c.Answers {
		c.Answers[rating] = n(ratingAttrs[rating])
	}
	return c
}

// lanesEnd is beyond every lane of a day: '#' sorts before the digits of a lane and '$'.
const lanesEnd = "$"

// each calls read with every item of a range of one partition, strongly read.
func (s *Store) each(ctx context.Context, partition, from, to string, read func(table.Item)) error {
	return s.eachOf(ctx, table.Query{Table: table.Scorebook, Partition: partition, From: from, To: to, Strong: true}, read)
}

// eachOf calls read with every item of a range.
func (s *Store) eachOf(ctx context.Context, q table.Query, read func(table.Item)) error {
	for {
		page, err := s.table.Query(ctx, q)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			read(item)
		}
		if page.Next == "" {
			return nil
		}
		q.Start = page.Next
	}
}

// Days reads the tallies of a range of days.
func (s *Store) Days(ctx context.Context, series tally.Series, from, to period.Day) (map[period.Day]tally.Counts, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	days := map[period.Day]tally.Counts{}
	partition := tallyPartition(b.book, series.Touchpoint, series.Survey)
	err = s.each(ctx, partition, from.String(), to.String()+lanesEnd, func(item table.Item) {
		if day, ok := dayOf(item.Key(table.Scorebook)); ok {
			days[day] = days[day].Plus(countsOf(item))
		}
	})
	return days, err
}

// dayOf is the day in a tally's sort key, "2026-11-22#0".
func dayOf(k table.Key) (period.Day, bool) {
	name, _, _ := strings.Cut(k.Sort, "#")
	day, err := period.ParseDay(name)
	return day, err == nil
}

// StoreScore keeps the counts of a period. A failed condition means that somebody stored newer ones, which is as good.
func (s *Store) StoreScore(ctx context.Context, series tally.Series, name string, counts tally.Counts) error {
	b, err := s.reading(ctx)
	if err != nil {
		return err
	}
	item := table.Item{}
	counters(counts, func(attr string, n int64) { item[attr] = n })
	_, err = s.table.Write(ctx, table.Write{
		Kind: table.Put, Key: scoreKey(b.book, series.Touchpoint, series.Survey, name), Item: item,
		If: table.Any(table.Absent(changesAttr), table.AtMost(changesAttr, counts.Changes)),
	})
	if _, newer := table.Stored(err); newer {
		return nil
	}
	return err
}

// Score reads the stored counts of a period.
func (s *Store) Score(ctx context.Context, series tally.Series, name string) (tally.Counts, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return tally.Counts{}, err
	}
	item, err := s.table.Get(ctx, scoreKey(b.book, series.Touchpoint, series.Survey, name), true)
	return countsOf(item), err
}

// Scores reads the stored counts of several periods.
func (s *Store) Scores(ctx context.Context, series tally.Series, names []string) ([]tally.Counts, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Key, len(names))
	for i, name := range names {
		keys[i] = scoreKey(b.book, series.Touchpoint, series.Survey, name)
	}
	items, err := s.table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	counts := make([]tally.Counts, len(items))
	for i, item := range items {
		counts[i] = countsOf(item)
	}
	return counts, nil
}

// Sends reads how the mails fared that were sent on a range of days.
func (s *Store) Sends(ctx context.Context, series tally.Series, from, to period.Day) (sum tally.Sends, err error) {
	partition := sendsKey(series.Touchpoint, series.Survey, "").Partition
	err = s.each(ctx, partition, from.String(), to.String(), func(item table.Item) {
		for attr, n := range map[string]*int64{
			"sent": &sum.Sent, "bounced": &sum.Bounced, "complained": &sum.Complained, "unsubscribed": &sum.Unsubscribed, "clicked": &sum.Clicked,
		} {
			more, _ := item[attr].(int64)
			*n += more
		}
	})
	return sum, err
}
