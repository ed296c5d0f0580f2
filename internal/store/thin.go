package store

import (
	"context"
	"fmt"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/table"
	"afterword/internal/touchpoint"
)

var (
	_ touchpoint.Waiting = (*Store)(nil)
	_ touchpoint.Fetches = (*Store)(nil)
)

// thinKept is for how long it is remembered that a visit is over, which nobody was asked about: no sender goes on for longer with a
// delivery that failed.
const thinKept = 7 * 24 * time.Hour

var errNoThin = fault.New(fault.NotFound, "no event of this visit waits")

func thinKey(key string) table.Key { return workKey(agenda.Fetch, key) }

// waiting is what of an event the source need not be asked for.
type waiting struct {
	Source     string             `json:"source"`
	Name       string             `json:"event,omitempty"`
	Delivery   string             `json:"delivery,omitempty"`
	Subject    string             `json:"subject,omitempty"`
	Link       string             `json:"link,omitempty"`
	At         time.Time          `json:"at"`
	Ahead      bool               `json:"ahead,omitempty"`
	Fetch      string             `json:"fetch"`
	Language   string             `json:"language,omitempty"`
	Zone       string             `json:"zone,omitempty"`
	Since      time.Time          `json:"since,omitzero"`
	Consent    touchpoint.Consent `json:"consent,omitempty"`
	Test       bool               `json:"test,omitempty"`
	Properties map[string]string  `json:"properties,omitempty"`
}

// waited is the event and how it went since.
type waited struct {
	Event      waiting   `json:"event"`
	At         time.Time `json:"at"` // of the event, for conditions
	ReceivedAt time.Time `json:"received_at"`
}

// since is how it went.
type since struct {
	Tries      int       `json:"tries"`
	Trouble    string    `json:"trouble"`
	ReopenedAt time.Time `json:"reopened_at"`
	ReopenedBy string    `json:"reopened_by"`
	Over       bool      `json:"over"`
	Changes    int64     `json:"changes"`
}

// forgotten are the attributes of since that a new event of the visit begins without; when its subject was reopened stays.
var forgotten = []string{"tries", "trouble", "over", table.AttrExpires}

// Await puts an event in, unless there is one that is not over and as late, or was reopened later.
func (s *Store) Await(ctx context.Context, t touchpoint.Thin) (touchpoint.Thin, bool, error) {
	e := t.Event
	item, err := table.Encode(waited{waiting{
		e.Source, e.Name, e.Delivery, e.Subject, e.Link, e.At, e.Ahead, e.Fetch, e.Language, e.Zone, e.Since, e.Consent, e.Test, e.Properties,
	}, e.At, t.ReceivedAt})
	if err != nil {
		return t, false, fmt.Errorf("keep an event until its source was asked: %w", err)
	}
	place(item, agenda.Entry{Due: t.Due, Kind: agenda.Fetch, Key: t.Key})
	stored, err := s.write(ctx, table.Write{
		Kind: table.Update, Key: thinKey(t.Key), Set: item, Add: map[string]int64{"changes": 1}, Remove: forgotten,
		If: table.Any(table.Absent(table.AttrPartition),
			table.All(table.Present("over"), table.AtMost("reopened_at", stamp(e.At))),
			table.All(table.Absent("over"), table.Less("at", stamp(e.At)))),
	})
	there, refused := table.Stored(err)
	if err != nil && !refused {
		return t, false, fmt.Errorf("keep an event until its source was asked: %w", err)
	}
	if refused {
		stored = there
	}
	t, err = thinOf(t.Key, stored)
	return t, !refused, err
}

// thinOf reads what waits under a key.
func thinOf(key string, item table.Item) (t touchpoint.Thin, err error) {
	var (
		kept waited
		w    since
	)
	if err := decode([]table.Item{item, item}, &kept, &w); err != nil {
		return t, fmt.Errorf("read what waits for its source: %w", err)
	}
	e := kept.Event
	entry, _ := entryOf(item)
	return touchpoint.Thin{
		Key: key, ReceivedAt: kept.ReceivedAt, Due: entry.Due,
		Tries: w.Tries, Trouble: w.Trouble, ReopenedAt: w.ReopenedAt, ReopenedBy: w.ReopenedBy, Over: w.Over, Changes: w.Changes,
		Event: touchpoint.Event{
			Source: e.Source, Name: e.Name, Delivery: e.Delivery, Subject: e.Subject, Link: e.Link, At: e.At, Ahead: e.Ahead, Fetch: e.Fetch,
			Language: e.Language, Zone: e.Zone, Since: e.Since, Consent: e.Consent, Test: e.Test, Properties: e.Properties,
		},
	}, nil
}

// Recall marks what waits. It stays where it is on the agenda: who is just asking the source finds it changed, and who died at that
// left it there.
func (s *Store) Recall(ctx context.Context, key string, at time.Time, delivery string) (bool, error) {
	did, err := s.applies(ctx, table.Write{
		Kind: table.Update, Key: thinKey(key), Add: map[string]int64{"changes": 1},
		Set: table.Item{"over": true, "reopened_at": stamp(at), "reopened_by": delivery},
		If: table.All(
			table.AtMost("at", stamp(at)), table.Any(table.Absent("reopened_at"), table.Less("reopened_at", stamp(at))),
		),
	})
	if err != nil {
		return false, fmt.Errorf("recall a visit: %w", err)
	}
	return did, nil
}

// Thin reads what waits under a key.
func (s *Store) Thin(ctx context.Context, key string) (touchpoint.Thin, error) {
	item, err := s.table.Get(ctx, thinKey(key), true)
	if err != nil {
		return touchpoint.Thin{}, err
	}
	if item == nil {
		return touchpoint.Thin{}, errNoThin
	}
	return thinOf(key, item)
}

// PutOff moves it on the agenda.
func (s *Store) PutOff(ctx context.Context, t touchpoint.Thin) (bool, error) {
	w := table.Write{
		Kind: table.Update, Key: thinKey(t.Key), Add: map[string]int64{"changes": 1}, If: table.Equal("changes", t.Changes),
		Set: table.Item{"tries": int64(t.Tries), "trouble": t.Trouble},
	}
	place(w.Set, agenda.Entry{Due: t.Due, Kind: agenda.Fetch, Key: t.Key})
	return s.applies(ctx, w)
}

// Settle removes it, or what keeps it on the agenda.
func (s *Store) Settle(ctx context.Context, t touchpoint.Thin) (bool, error) {
	w := table.Write{Kind: table.Delete, Key: thinKey(t.Key), If: table.Equal("changes", t.Changes)}
	if t.Over {
		w.Kind, w.Remove = table.Update, offAgenda
		w.Set = table.Item{table.AttrExpires: t.ReopenedAt.Add(thinKept).Unix()}
	}
	return s.applies(ctx, w)
}
