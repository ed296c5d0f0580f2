package store

import (
	"context"
	"fmt"
	"strings"

	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/table"
	"afterword/internal/tally"
)

var _ tally.Ledger = (*Store)(nil)

// RecordOf reads what a change of the feed says about a response: its revision and its contribution. It is false for what is no
// response, and for a removal: what time to live removes stands in the ledger, and who wants a response not to count any more
// writes a tombstone, which keeps revision, touchpoint, survey, day and sent_day. A response that cannot be read is an error, because
// leaving it out would count wrongly in silence.
func RecordOf(c table.Change) (tally.Record, bool, error) {
	id, is := responseIn(c.Key)
	if _, revised := c.New["rev"].(int64); !is || !revised {
		return tally.Record{}, false, nil
	}
	r, err := readRecord(id, c.New)
	return r, err == nil, err
}

// responseIn is the id in the key of an invitation's item.
func responseIn(k table.Key) (id string, is bool) {
	id, is = strings.CutPrefix(k.Partition, "I#")
	return id, is && k == invitationKey(id)
}

// readRecord reads the attributes that responses and ledger rows have in common. A rating may be missing when it does not count.
func readRecord(id string, item table.Item) (tally.Record, error) {
	r := tally.Record{Response: id}
	wrong := func(attr string) (tally.Record, error) {
		return r, fault.New(fault.Internal, "response %s: the attribute %q is not what is counted by", id, attr)
	}
	r.Revision, _ = item["rev"].(int64)
	r.Series.Touchpoint, _ = item["touchpoint"].(string)
	r.Series.Survey, _ = item["survey"].(string)
	r.Counted, _ = item["counted"].(bool)
	r.Clicked, _ = item["clicked"].(bool)
	r.Cuts = cutsIn(item)
	if r.Revision < 1 {
		return wrong("rev")
	}
	if r.Series.Touchpoint == "" || r.Series.Survey == "" {
		return wrong("touchpoint or survey")
	}
	rating, rated := item["rating"].(int64)
	if r.Counted = r.Counted && rated; r.Counted {
		if rating < 0 || rating > tally.MaxRating {
			return wrong("rating")
		}
		r.Rating = int(rating)
	}
	for attr, day := range map[string]*period.Day{"day": &r.Day, "sent_day": &r.SentDay} {
		text, there := item[attr].(string)
		if attr == "sent_day" && !there && item["handed"] == true {
			continue // it was asked by a link
		}
		parsed, err := period.ParseDay(text)
		if err != nil {
			return wrong(attr)
		}
		*day = parsed
	}
	return r, nil
}

func rowItem(r tally.Record) table.Item {
	item := table.Item{
		"rev": r.Revision, "touchpoint": r.Series.Touchpoint, "survey": r.Series.Survey,
		"day": r.Day.String(),
	}
	if r.Mailed() {
		item["sent_day"] = r.SentDay.String()
	} else {
		item["handed"] = true
	}
	if r.Counted {
		item["counted"], item["rating"] = true, int64(r.Rating)
		if r.Clicked {
			item["clicked"] = true
		}
	}
	if cuts := cutsItem(r.Cuts); len(cuts) > 0 {
		item["cuts"] = cuts
	}
	return item
}

// cutsItem is cuts by property: a value, or a list where there are several.
func cutsItem(cuts tally.Cuts) map[string]any {
	item := map[string]any{}
	for cut := range cuts.All() {
		switch was := item[cut.Property].(type) {
		case nil:
			item[cut.Property] = cut.Value
		case string:
			item[cut.Property] = []any{was, cut.Value}
		case []any:
			item[cut.Property] = append(was, cut.Value)
		}
	}
	return item
}

// cutsIn reads what the response is counted by beside its series: what was frozen when it was asked for, and what the customer said.
func cutsIn(item table.Item) tally.Cuts {
	var cuts []tally.Cut
	for _, attr := range []string{"cuts", "said_cuts"} {
		stored, _ := item[attr].(map[string]any)
		for property, values := range stored {
			some, several := values.([]any)
			if !several {
				some = []any{values}
			}
			for _, value := range some {
				text, _ := value.(string)
				cuts = append(cuts, tally.Cut{Property: property, Value: text})
			}
		}
	}
	return tally.CutsOf(cuts...)
}

// Rows reads ledger rows.
func (s *Store) Rows(ctx context.Context, responses []string) ([]tally.Record, error) {
	b, err := s.reading(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Key, len(responses))
	for i, id := range responses {
		keys[i] = ledgerKey(b.book, id)
	}
	return s.records(ctx, keys, responses)
}

// records reads items that hold records, strongly.
func (s *Store) records(ctx context.Context, keys []table.Key, ids []string) ([]tally.Record, error) {
	items, err := s.table.BatchGet(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	records := make([]tally.Record, len(items))
	for i, item := range items {
		if _, revised := item["rev"].(int64); !revised {
			continue
		}
		if records[i], err = readRecord(ids[i], item); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// Move moves ledger rows and adds to tallies. It does not try again by itself: what is to be done then is the fold's to decide. The
// rows need no writer's name against lost answers, because the fold reads them again and finds its revision there.
func (s *Store) Move(ctx context.Context, moves []tally.Move, adds tally.Sheet, lane int) error {
	b, err := s.reading(ctx)
	if err != nil {
		return err
	}
	writes := make([]table.Write, 0, len(moves)+len(adds))
	for _, m := range moves {
		asRead := table.Absent(table.AttrPartition)
		if m.Was.Revision > 0 {
			asRead = table.Equal("rev", m.Was.Revision)
		}
		key := ledgerKey(b.book, m.Now.Response)
		writes = append(writes, table.Write{Kind: table.Put, Key: key, Item: rowItem(m.Now), If: asRead})
	}
	added, err := b.additions(adds, lane)
	if err != nil {
		return err
	}
	for key, add := range added {
		writes = append(writes, table.Write{Kind: table.Update, Key: key, Add: add})
	}
	err = s.table.Transact(ctx, writes)
	cancelled, is := table.AsCancelled(err)
	switch {
	case !is:
		return err
	case cancelled.Retry():
		return fault.Wrap(fault.TooMany, err, "others are counting the same responses or into the same tallies")
	default:
		return fault.Wrap(fault.Conflict, err, "a response was counted meanwhile")
	}
}

// additions is what is added to each item. Segments of one shelf share theirs, which changes once.
func (s *Store) additions(adds tally.Sheet, lane int) (map[table.Key]map[string]int64, error) {
	added := map[table.Key]map[string]int64{}
	for cell, counts := range adds {
		touchpoint, survey, day, cut := cell.Series.Touchpoint, cell.Series.Survey, cell.Day.String(), cell.Cut
		if cut == (tally.Cut{}) {
			add := map[string]int64{}
			counters(counts, func(attr string, n int64) { add[attr] = n })
			added[tallyKey(s.book, touchpoint, survey, day, lane)] = add
			continue
		}
		code, known := s.codes.of(tally.Segment{Series: cell.Series, Cut: cut})
		if !known {
			return nil, fault.New(fault.Internal, "a value of %q is counted that has no code", cut.Property)
		}
		key := cutKey(s.book, touchpoint, survey, cut.Property, day, lane, int(code/perShelf))
		if added[key] == nil {
			added[key] = map[string]int64{}
		}
		cutCounters(code, counts, func(attr string, n int64) { added[key][attr] = n })
		added[key][changesAttr] = counts.Changes
	}
	return added, nil
}

// Counting takes the changes of the feed to a tally. It is the handler of the function that counts.
type Counting struct{ Tally tally.Counter }

// Handle counts a batch and returns the lowest sequence number that is not done, "" when all are.
func (c Counting) Handle(ctx context.Context, changes []table.Change) (firstFailed string, err error) {
	var records []tally.Record
	var sequences []string
	for _, change := range changes {
		r, is, err := RecordOf(change)
		if err != nil {
			return "", fmt.Errorf("read change %s: %w", change.Sequence, err)
		}
		if is {
			records = append(records, r)
			sequences = append(sequences, change.Sequence)
		}
	}
	open, err := c.Tally.Handle(ctx, records)
	for _, i := range open {
		if firstFailed == "" || table.CompareSequences(sequences[i], firstFailed) < 0 {
			firstFailed = sequences[i]
		}
	}
	return firstFailed, err
}
