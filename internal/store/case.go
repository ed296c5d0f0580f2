package store

import (
	"context"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/table"
)

var (
	_ followup.Cases  = (*Store)(nil)
	_ followup.Agenda = (*Store)(nil)
)

var errNoCase = fault.New(fault.NotFound, "there is no such case")

// Case reads a case, strongly.
func (s *Store) Case(ctx context.Context, id string) (followup.Case, error) {
	item, err := s.table.Get(ctx, caseKey(id), true)
	if err != nil {
		return followup.Case{}, err
	}
	if item == nil {
		return followup.Case{}, errNoCase
	}
	var c followup.Case
	return c, table.Decode(item, &c)
}

// historyShown is how many events of a case are listed, the newest.
const historyShown = 100

// History lists what happened to a case, oldest first.
func (s *Store) History(ctx context.Context, id string) ([]followup.Event, error) {
	partition := caseKey(id).Partition
	page, err := s.table.Query(ctx, table.Query{
		Table: table.Feedback, Partition: partition, From: "event#", To: "event#~", Descending: true, Limit: historyShown, Strong: true,
	})
	if err != nil {
		return nil, err
	}
	events := make([]followup.Event, len(page.Items))
	for i, item := range page.Items {
		if err := table.Decode(item, &events[len(events)-1-i]); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// ChangeCase stores a case's next state with its history, its entries on the agenda and the customer's count of pending cases, in one
// transaction.
func (s *Store) ChangeCase(ctx context.Context, change followup.Change) error {
	writes, err := caseWrites(change, newWriter())
	if err != nil {
		return err
	}
	err = s.transact(ctx, writes)
	for i, stored := range failed(err) {
		if writes[i].Key == caseKey(change.Case.ID) {
			return fault.Wrap(fault.Conflict, err, "the case was changed meanwhile")
		}
		if stored == nil {
			return fault.Wrap(fault.NotFound, err, "the customer of the case is not there any more")
		}
	}
	return err
}

func caseWrites(change followup.Change, writer string) ([]table.Write, error) {
	c := change.Case
	item, err := table.Encode(c)
	if err != nil {
		return nil, err
	}
	item[table.Listing.Partition], item[table.Listing.Sort] = caseListing(c)
	unchanged := table.Absent(table.AttrPartition)
	if c.Revision > 1 {
		unchanged = table.Equal("revision", c.Revision-1)
	}
	event, err := table.Encode(change.Event)
	if err != nil {
		return nil, err
	}
	writes := []table.Write{
		{Kind: table.Put, Key: caseKey(c.ID), Item: item, If: unchanged, Writer: writer},
		{Kind: table.Put, Key: caseEventKey(c.ID, change.Event.At, c.Revision), Item: event, Writer: writer},
	}
	writes = append(writes, alarmWrites(agenda.Task, c.ID, change.Task)...)
	writes = append(writes, alarmWrites(agenda.Escalate, c.ID, change.Escalate)...)
	if change.Open != 0 && c.Customer != "" {
		writes = append(writes, table.Write{
			Kind: table.Update, Key: customerKey(c.Customer), Add: map[string]int64{"open_cases": change.Open, "revision": 1},
			If: table.Present(table.AttrPartition), Writer: writer,
		})
	}
	return writes, nil
}

func alarmWrites(kind agenda.Kind, id string, alarm followup.Alarm) []table.Write {
	key := workKey(kind, id)
	switch {
	case alarm.Off:
		return []table.Write{{Kind: table.Delete, Key: key}}
	case alarm.At.IsZero():
		return nil
	}
	return []table.Write{{Kind: table.Put, Key: key, Item: agendaAttributes(agenda.Entry{Due: alarm.At, Kind: kind, Key: id})}}
}

// Postpone moves the entry of a case to a later time, unless it is no longer where it was seen.
func (s *Store) Postpone(ctx context.Context, e agenda.Entry, to time.Time) error {
	was := agendaAttributes(e)
	later := agendaAttributes(agenda.Entry{Due: to, Kind: e.Kind, Key: e.Key})
	_, err := s.table.Write(ctx, table.Write{
		Kind: table.Update, Key: workKey(e.Kind, e.Key), Set: later, If: table.Equal(table.Agenda.Sort, was[table.Agenda.Sort]),
	})
	if _, moved := table.Stored(err); moved {
		return nil
	}
	return err
}

// caseListing is the list that a case is in: pending ones by when they were opened, others by when they were closed.
func caseListing(c followup.Case) (list, listed string) {
	if c.State.Pending() {
		return openCasesList(), listedAt(c.OpenedAt, c.ID)
	}
	return closedCasesList(c.ClosedAt.UTC().Format(monthLayout)), listedAt(c.ClosedAt, c.ID)
}

// monthLayout names a month.
const monthLayout = "2006-01"

// OpenCases lists pending cases by when they were opened, newest first.
func (s *Store) OpenCases(ctx context.Context, span period.Span) ([]followup.Case, string, error) {
	return s.cases(ctx, [][]string{{openCasesList()}}, span)
}

// ClosedCases lists cases that are over by when they ended, newest first.
func (s *Store) ClosedCases(ctx context.Context, span period.Span) ([]followup.Case, string, error) {
	var groups [][]string
	for _, month := range monthsBack(span.From, span.To) {
		groups = append(groups, []string{closedCasesList(month)})
	}
	return s.cases(ctx, groups, span)
}

func (s *Store) cases(ctx context.Context, groups [][]string, span period.Span) ([]followup.Case, string, error) {
	items, next, err := s.newest(ctx, &table.Listing, groups, span)
	if err != nil {
		return nil, "", err
	}
	cases := make([]followup.Case, len(items))
	for i, item := range items {
		if err := table.Decode(item, &cases[i]); err != nil {
			return nil, "", err
		}
	}
	return cases, next, nil
}
