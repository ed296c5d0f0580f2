package response_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"afterword/internal/agenda"
	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

// sent is when the mail of these tests left; the program's zone is an hour ahead.
var sent = time.Date(2026, 11, 12, 22, 30, 0, 0, time.UTC)

// stage plays what customers, scanners and verdicts do to one invitation in the real store.
type stage struct {
	table    table.Table
	meter    *table.Meter
	recorder *response.Recorder
	evidence response.Evidence
	judge    response.Judge
	bench    response.Bench
	inv      survey.Invitation
	counts   bool // the program counts unconfirmed clicks
}

type fixed struct{ *program.Program }

func (p fixed) Current(context.Context) (*program.Program, error) { return p.Program, nil }

// set makes a stage on which a mail about a purchase (CSAT, 1 to 5, one reminder) was sent.
func set(t *testing.T, engine tabletest.Engine, change ...func(*survey.Invitation)) *stage {
	t.Helper()
	s := &stage{meter: new(table.Meter)}
	s.table, _ = engine.OpenMetered(t, s.meter)
	kept, programs := store.New(s.table), fixed{program.Default()}
	s.recorder = &response.Recorder{Answers: kept, Programs: programs}
	s.evidence = response.Evidence{Hits: kept}
	s.judge = response.Judge{Court: kept, Clicks: kept, Programs: programs}
	s.bench = response.Bench{Rulings: kept, Programs: programs}
	s.inv = survey.Invitation{
		ID: survey.IDOf("purchase", "shopify", t.Name(), 1), State: survey.Sent, Touchpoint: "purchase", Survey: "purchase-csat-v1", Number: 1,
		Metric: "CSAT", Customer: customer.ID("anybody"), Language: "en", Source: "shopify", Subject: "#1030", Round: 1,
		VisitedAt: sent.Add(-time.Hour), PlannedAt: sent, ClaimedAt: sent, Claim: "walk", SentAt: sent, SentDay: "2026-11-12",
		ExpiresAt: sent.AddDate(0, 0, 30),
	}
	for _, c := range change {
		c(&s.inv)
	}
	item, err := table.Encode(s.inv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.table.Write(t.Context(), table.Write{Kind: table.Put, Key: s.key(), Item: item}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) key() table.Key {
	return table.Key{Table: table.Feedback, Partition: "I#" + s.inv.ID, Sort: "invitation"}
}

func (s *stage) record(t *testing.T) response.Record {
	t.Helper()
	rec, err := s.evidence.Look(t.Context(), s.inv.ID)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// play does one step, such as "2m GET 4": the time after the mail was sent, who does what, and with which rating.
//
//	GET, HEAD, PREFETCH   open a rating's link (or the plain one, without a rating)
//	HIDDEN                opens the link that no person sees
//	act 4                 the first act of a person on the page opened with 4
//	press 4 ...           the button or another rating, with a comment of the words that follow
//	verdict               the verdict that is due
//	count, withdraw ...   the owner's, with a reason of the words that follow
func (s *stage) play(t *testing.T, step string) response.Result {
	t.Helper()
	words := strings.Fields(step)
	after, err := time.ParseDuration(words[0])
	if err != nil {
		t.Fatal(err)
	}
	now := sent.Add(after)
	var rating *int
	if words[1] == "count" || words[1] == "withdraw" {
		if _, err := s.bench.Reverse(t.Context(), s.inv.ID, words[1] == "count", strings.Join(words[2:], " "), now); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	if len(words) > 2 {
		n, err := strconv.Atoi(words[2])
		if err != nil {
			t.Fatal(err)
		}
		rating = &n
	}
	switch words[1] {
	case "GET", "HEAD", "PREFETCH", "HIDDEN":
		hit := response.Hit{At: now, Method: "GET", Counts: s.counts, Rating: rating, Honeypot: words[1] == "HIDDEN"}
		if words[1] == "HEAD" {
			hit.Method = "HEAD"
		}
		if words[1] == "PREFETCH" {
			hit.Against = []string{"purpose: prefetch"}
		}
		if err := s.evidence.Note(t.Context(), s.record(t), hit); err != nil {
			t.Fatal(err)
		}
	case "act", "press":
		a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: *rating, Act: response.Explicit}
		if words[1] == "act" {
			a.Act, a.Opened = response.Implied, rating
		}
		if len(words) > 3 {
			comment := strings.Join(words[3:], " ")
			a.Comment = &comment
		}
		result, _, err := s.recorder.Answer(t.Context(), a, now)
		if err != nil {
			t.Fatal(err)
		}
		return result
	case "verdict":
		due := []agenda.Entry{{Due: now, Kind: agenda.Verdict, Key: s.inv.ID}}
		if err := s.judge.Handle(t.Context(), due, agenda.Walk{Now: func() time.Time { return now }, End: now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("nobody does %q", step)
	}
	return ""
}

// told is what is stored, in a few words.
func told(rec response.Record) string {
	var b strings.Builder
	switch {
	case rec.Revision == 0:
		b.WriteString("no answer")
	case rec.Counted:
		fmt.Fprintf(&b, "%d %s, revision %d", rec.Rating, rec.Act, rec.Revision)
	default:
		fmt.Fprintf(&b, "%d withdrawn, revision %d", rec.Rating, rec.Revision)
	}
	if rec.Comment != "" {
		fmt.Fprintf(&b, ", %q", rec.Comment)
	}
	if rec.Waiting > 0 {
		fmt.Fprintf(&b, ", %d waits", rec.Waiting-1)
	}
	for _, reason := range rec.Withdrawn {
		b.WriteString(", " + reason)
	}
	if rec.ByHand != "" {
		fmt.Fprintf(&b, " (%s)", rec.ByHand)
	}
	if want := map[bool]survey.State{true: survey.Answered, false: survey.Sent}[rec.Counted]; rec.State != want {
		fmt.Fprintf(&b, ", and the invitation is %s", rec.State)
	}
	return b.String()
}
