package store

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/table"
)

// care is a program with a desk, and one for who had to wait.
type care struct{}

func (care) Current(context.Context) (*program.Program, error) {
	desk := program.Desk{Name: "care", Due: 4 * time.Hour, Zone: time.UTC,
		People:   []program.Person{{Name: "Anna", Address: "anna@acme.example"}, {Name: "Bo", Address: "bo@acme.example"}},
		Escalate: []program.Person{{Name: "Cleo", Address: "cleo@acme.example"}}}
	queue := desk
	queue.Name, queue.Due = "queue", 2*time.Hour
	return &program.Program{
		Zone: time.UTC, Desks: map[string]program.Desk{"care": desk, "queue": queue},
		Touchpoints: map[string]program.Touchpoint{"support": {Name: "support", Survey: "ces", Desk: "care"}},
		Surveys: map[string]program.Survey{"ces": {ID: "ces", Number: 1, Causes: []program.Cause{{ID: "long-wait", Desk: "queue"}},
			Scale: score.Scale{Metric: score.CES, Min: 1, Max: 5, Direction: score.Higher, GoodFrom: 4, BadTo: 2}}},
	}, nil
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func followingOn(s *Store, now func() time.Time) Following {
	return Following{Opener: followup.Opener{Cases: s, Answers: s, Programs: care{}, Log: quiet()}, Now: now}
}

// keepRecord stores an invitation with its answer, and returns the change as the feed shows it.
func keepRecord(t *testing.T, s *Store, sequence int, rec response.Record) table.Change {
	t.Helper()
	item, err := table.Encode(rec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(rec.ID), Item: item}); err != nil {
		t.Fatal(err)
	}
	key := invitationKey(rec.ID)
	item[table.AttrPartition], item[table.AttrSort] = key.Partition, key.Sort
	return table.Change{Sequence: fmt.Sprint(sequence), Key: key, New: item}
}

func keepCustomer(t *testing.T, s *Store, id customer.ID) {
	t.Helper()
	w := table.Write{Kind: table.Put, Key: customerKey(id), Item: table.Item{"id": string(id), "revision": int64(1), "address": "maria@example.com"}}
	if _, err := s.table.Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

func badAnswer(id string) response.Record {
	return response.Record{
		Invitation: survey.Invitation{ID: id, Touchpoint: "support", Survey: "ces", Customer: "maria", Subject: "4711"},
		Response:   response.Response{Revision: 1, Rating: 1, Act: response.Explicit, Counted: true, AnsweredAt: noon, ChangedAt: noon},
	}
}

func TestACaseIsKeptWithItsHistoryItsAlarmsAndTheCustomersCount(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		keepCustomer(t, s, "maria")
		change := keepRecord(t, s, 1, badAnswer("i"))
		f := followingOn(s, func() time.Time { return noon })
		if failed, err := f.Handle(t.Context(), []table.Change{change}); failed != "" || err != nil {
			t.Fatal(failed, err)
		}
		c, err := s.Case(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		if c.State != followup.Open || c.Revision != 1 || !c.OpenedAt.Equal(noon) {
			t.Errorf("%+v", c)
		}
		if row, err := s.Customer(t.Context(), "maria"); err != nil || row.OpenCases != 1 || row.Revision != 2 {
			t.Errorf("%+v, %v", row, err)
		}
		want := []agenda.Entry{{Due: noon.Add(5 * time.Minute), Kind: agenda.Task, Key: "i"}, {Due: noon.Add(4 * time.Hour), Kind: agenda.Escalate, Key: "i"}}
		if diff := cmp.Diff(want, dueBy(t, s, noon.Add(24*time.Hour), 50)); diff != "" {
			t.Error(diff)
		}
		if history, err := s.History(t.Context(), "i"); err != nil || len(history) != 1 || history[0].What != followup.Opened {
			t.Errorf("%+v, %v", history, err)
		}
	})
}

func TestAChangeOfACaseThatIsNotTheOneItWasMadeOfIsAConflict(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		keepCustomer(t, s, "maria")
		c := followup.Case{ID: "i", Revision: 1, State: followup.Open, Customer: "maria", OpenedAt: noon}
		for _, revision := range []int64{2, 1} {
			c.Revision = revision
			err := s.ChangeCase(t.Context(), followup.Change{Case: c, Event: followup.Event{At: noon}, Open: 1})
			if (revision == 2) != fault.Is(err, fault.Conflict) {
				t.Errorf("revision %d: %v", revision, err)
			}
		}
		c.Revision = 2
		later := followup.Change{Case: c, Event: followup.Event{At: noon.Add(time.Second), What: "later"}}
		if err := s.ChangeCase(t.Context(), later); err != nil {
			t.Fatal(err)
		}
		if history, err := s.History(t.Context(), "i"); err != nil || len(history) != 2 || history[1].What != "later" {
			t.Errorf("%+v, %v", history, err)
		}
		c.Revision = 4
		if err := s.ChangeCase(t.Context(), followup.Change{Case: c, Event: followup.Event{At: noon}}); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if row, _ := s.Customer(t.Context(), "maria"); row.OpenCases != 1 {
			t.Errorf("%d open cases, want 1", row.OpenCases)
		}
	})
}

func TestACaseOfNobodyIsNotFound(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		err := s.ChangeCase(t.Context(), followup.Change{Case: followup.Case{ID: "i", Revision: 1, Customer: "nobody"}, Event: followup.Event{At: noon}, Open: 1})
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := s.Case(t.Context(), "i"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestAnEntryIsPostponedOnlyFromWhereItWasSeen(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		e := agenda.Entry{Due: noon, Kind: agenda.Task, Key: "i"}
		putWork(t, s, e)
		later := noon.Add(time.Hour)
		for range 2 {
			if err := s.Postpone(t.Context(), e, later); err != nil {
				t.Fatal(err)
			}
			later = later.Add(time.Hour)
		}
		gone := agenda.Entry{Due: noon, Kind: agenda.Escalate, Key: "j"}
		if err := s.Postpone(t.Context(), gone, later); err != nil {
			t.Fatal(err)
		}
		e.Due = noon.Add(time.Hour)
		if diff := cmp.Diff([]agenda.Entry{e}, dueBy(t, s, noon.Add(24*time.Hour), 50)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnAnswerThatCannotBeReadIsDropped(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		keepCustomer(t, s, "maria")
		good := keepRecord(t, s, 3, badAnswer("i"))
		broken := table.Change{Sequence: "1", Key: invitationKey("b"), New: table.Item{"rev": int64(1), "answered_at": "yesterday"}}
		other := table.Change{Sequence: "2", Key: customerKey("maria"), New: table.Item{"revision": int64(1)}}
		gone := table.Change{Sequence: "4", Key: invitationKey("g")}
		f := followingOn(s, func() time.Time { return noon })
		var log bytes.Buffer
		f.Opener.Log = slog.New(slog.NewTextHandler(&log, nil))
		if failed, err := f.Handle(t.Context(), []table.Change{broken, other, good, gone}); failed != "" || err != nil {
			t.Fatal(failed, err)
		}
		if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "I#b") {
			t.Errorf("the log says %s, want one line about the broken answer", said)
		}
		if _, err := s.Case(t.Context(), "i"); err != nil {
			t.Error(err)
		}
	})
}

func TestCasesAreListedPageByPageNewestFirst(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		keepCustomer(t, s, "maria")
		for n := range 7 {
			at := noon.AddDate(0, -n, 0)
			c := followup.Case{ID: fmt.Sprint("case-", n), Revision: 1, State: followup.Open, Customer: "maria", OpenedAt: at}
			if n >= 4 {
				c.State, c.ClosedAt = followup.Lost, at.Add(time.Hour)
			}
			if err := s.ChangeCase(t.Context(), followup.Change{Case: c, Event: followup.Event{At: noon}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, row := range []struct {
			name string
			read func(context.Context, period.Span) ([]followup.Case, string, error)
			from time.Time
			want string
		}{
			{"open", s.OpenCases, time.Time{}, "case-0 case-1 case-2 case-3"},
			{"open since September", s.OpenCases, time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), "case-0 case-1 case-2"},
			{"closed", s.ClosedCases, noon.AddDate(-1, 0, 0), "case-4 case-5 case-6"},
			{"closed since June", s.ClosedCases, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), "case-4 case-5"},
		} {
			for limit := 1; limit <= 5; limit++ {
				var got []string
				span := period.Span{From: row.from, To: noon.Add(time.Hour), Limit: limit}
				for pages := 1; ; pages++ {
					cases, next, err := row.read(t.Context(), span)
					if err != nil {
						t.Fatal(err)
					}
					if len(cases) > limit {
						t.Errorf("%s: %d cases on a page of %d", row.name, len(cases), limit)
					}
					for _, c := range cases {
						got = append(got, c.ID)
					}
					if span.After = next; next == "" {
						if least := (len(got) + limit - 1) / limit; pages != least {
							t.Errorf("%s by %d: %d pages, want %d", row.name, limit, pages, least)
						}
						break
					}
				}
				if strings.Join(got, " ") != row.want {
					t.Errorf("%s by %d: %v, want %s", row.name, limit, got, row.want)
				}
			}
		}
	})
}

func TestACaseThatWasClosedLeavesTheOpenOnes(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		keepCustomer(t, s, "maria")
		f := followingOn(s, func() time.Time { return noon })
		if _, err := f.Handle(t.Context(), []table.Change{keepRecord(t, s, 1, badAnswer("i"))}); err != nil {
			t.Fatal(err)
		}
		gone := badAnswer("i")
		gone.Revision, gone.Counted = 2, false
		if _, err := f.Handle(t.Context(), []table.Change{keepRecord(t, s, 2, gone)}); err != nil {
			t.Fatal(err)
		}
		span := period.Span{To: noon.Add(time.Hour), Limit: 10}
		if open, _, err := s.OpenCases(t.Context(), span); err != nil || len(open) != 0 {
			t.Errorf("%+v, %v", open, err)
		}
		span.From = noon.AddDate(0, -1, 0)
		if closed, _, err := s.ClosedCases(t.Context(), span); err != nil || len(closed) != 1 || closed[0].State != followup.Cancelled {
			t.Errorf("%+v, %v", closed, err)
		}
		if entries := dueBy(t, s, noon.Add(24*time.Hour), 50); len(entries) != 0 {
			t.Errorf("on the agenda: %v", entries)
		}
	})
}

func TestResponsesOfSeveralSurveysAreListedTogether(t *testing.T) {
	onEngines(t, func(t *testing.T, s *Store) {
		var want []string
		for n := range 12 {
			rec := badAnswer(fmt.Sprintf("answer-%02d", n))
			rec.AnsweredAt = noon.AddDate(0, 0, -5*n)
			rec.Survey = []string{"ces", "nps"}[n%2]
			item, err := table.Encode(rec)
			if err != nil {
				t.Fatal(err)
			}
			item[table.Also.Partition] = responsesList(rec.Survey, rec.AnsweredAt.Format(monthLayout))
			item[table.Also.Sort] = listedAt(rec.AnsweredAt, rec.ID)
			if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: invitationKey(rec.ID), Item: item}); err != nil {
				t.Fatal(err)
			}
			want = append(want, rec.ID)
		}
		var got []string
		span := period.Span{From: noon.AddDate(0, -3, 0), To: noon.Add(time.Hour), Limit: 5}
		for {
			records, next, err := s.ResponsesTo(t.Context(), []string{"ces", "nps"}, span)
			if err != nil {
				t.Fatal(err)
			}
			for _, rec := range records {
				got = append(got, rec.ID)
			}
			if span.After = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
