package imports_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/imports"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
)

// archive is answers in memory, beside customers.
type archive struct {
	rows
	answers map[string]imports.Answer
}

func (a *archive) ImportAnswer(_ context.Context, answer imports.Answer) (bool, error) {
	if a.others > 0 {
		a.others--
		return false, fault.New(fault.Conflict, "somebody else changed it first")
	}
	if _, known := a.answers[answer.Invitation.ID]; known {
		return true, nil
	}
	a.answers[answer.Invitation.ID] = answer
	if answer.Customer != nil {
		a.kept[answer.Customer.ID] = *answer.Customer
	}
	return false, nil
}

func bring(t *testing.T, a *archive, r imports.Response) (string, imports.Result, error) {
	t.Helper()
	if a.answers == nil {
		a.answers = map[string]imports.Answer{}
	}
	if a.kept == nil {
		a.kept = map[customer.ID]customer.Customer{}
	}
	p := program.Default()
	p.Segments = []program.Segment{program.ByAgent, program.ByLanguage}
	return imports.Responses{Archive: a, Heard: &response.Listener{}, Hash: hasher(t)}.Take(t.Context(), p, r, now)
}

func rated(rating int) *int { return &rating }

func quick() imports.Response {
	return imports.Response{
		ID: "88", Touchpoint: "support", Address: "Anna@Shop.example", Name: "Anna Berg", Language: "sv_SE", Subject: "4711", Link: "https://desk.example/4711", Rating: rated(2),
		Comment: " Quick.\r\n", At: time.Date(2025, 3, 1, 23, 30, 0, 0, time.UTC), SentAt: time.Date(2025, 2, 27, 9, 0, 0, 0, time.UTC),
		Properties: map[string]string{"Agent": "anna@desk.example", "colour": "red"},
	}
}

func TestAnAnswerOfAFormerToolKeepsItsDatesAndCountsAsNoMailOfOurs(t *testing.T) {
	a := &archive{rows: rows{others: 2}}
	id, result, err := bring(t, a, quick())
	if err != nil || result != imports.Added {
		t.Fatal(result, err)
	}
	p := program.Default()
	who := hasher(t).ID("anna@shop.example")
	s := p.Surveys[p.Touchpoints["support"].Survey]
	at := quick().At
	want := imports.Answer{
		Invitation: survey.Invitation{
			ID: id, Handed: true, Touchpoint: "support", Survey: s.ID, Number: s.Number, Metric: string(s.Scale.Metric), Customer: who, Language: "sv-SE", Source: "import",
			Subject: "4711", Link: "https://desk.example/4711", Round: 1, Cuts: map[string]string{"agent": "anna", "language": "sv-SE"}, VisitedAt: at, ExpiresAt: at, ImportedAt: now,
		},
		First: response.First{Invitation: id, Series: s.ID, Rating: 2, Act: response.Explicit, Comment: "Quick.", At: at,
			Day: "2025-03-02", EditUntil: at}, // in Stockholm, the program's zone
		Properties: map[string]string{"agent": "anna"},
		Customer: &customer.Customer{ID: who, Address: "Anna@shop.example", Name: "Anna Berg", Language: "sv-SE",
			Asks: []customer.Ask{{Invitation: id, At: quick().SentAt, Metric: string(s.Scale.Metric), Touchpoint: "support"}}, Invited: []string{id}},
	}
	if diff := cmp.Diff(want, a.answers[id]); diff != "" {
		t.Error(diff)
	}
}

func TestAnAnswerIsBroughtOnce(t *testing.T) {
	a := &archive{}
	first, _, err := bring(t, a, quick())
	if err != nil {
		t.Fatal(err)
	}
	changed := quick()
	changed.Rating = rated(5)
	if id, result, err := bring(t, a, changed); id != first || result != imports.Unchanged || err != nil || a.answers[id].First.Rating != 2 {
		t.Errorf("%s, %v", result, err)
	}
	other := quick()
	other.Touchpoint = "purchase"
	if id, result, err := bring(t, a, other); id == first || result != imports.Added || err != nil {
		t.Errorf("of another touchpoint: %s, %v", result, err)
	}
}

func TestAnAnswerOfNobodysLeadsToNobody(t *testing.T) {
	a := &archive{}
	r := quick()
	r.Address, r.Subject, r.SentAt, r.Language = "", "anna@shop.example", time.Time{}, ""
	id, _, err := bring(t, a, r)
	got := a.answers[id]
	if err != nil || got.Customer != nil || got.Invitation.Customer != "" || got.Invitation.Subject != "" || got.Invitation.Language != program.Default().Languages[0] {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhenSomebodyAnsweredCountsForFatigueIfNobodyKnowsWhenTheyWereAsked(t *testing.T) {
	a := &archive{}
	r := quick()
	r.SentAt = time.Time{}
	if _, _, err := bring(t, a, r); err != nil {
		t.Fatal(err)
	}
	if asks := a.kept[hasher(t).ID("anna@shop.example")].Asks; len(asks) != 1 || !asks[0].At.Equal(r.At) || asks[0].Handed {
		t.Errorf("%+v", asks)
	}
}

func TestNothingIsKeptAboutWhoWasErased(t *testing.T) {
	id := hasher(t).ID("anna@shop.example")
	a := &archive{rows: rows{kept: map[customer.ID]customer.Customer{id: {ID: id, Revision: 3, Status: customer.Erased}}}}
	if _, _, err := bring(t, a, quick()); !fault.Is(err, fault.Closed) || len(a.answers) > 0 {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBeAnAnswerIsRefused(t *testing.T) {
	for want, change := range map[string]func(*imports.Response){
		"touchpoint; expected abandonment": func(r *imports.Response) { r.Touchpoint = "suport" },
		"no such survey":                   func(r *imports.Response) { r.Survey = "support-ces-v9" },
		`"id" is a text`:                   func(r *imports.Response) { r.ID = " " },
		"1 to 120 characters":              func(r *imports.Response) { r.ID = strings.Repeat("ö", 121) },
		`"rating" is missing`:              func(r *imports.Response) { r.Rating = nil },
		"expected a number from 1 to 5":    func(r *imports.Response) { r.Rating = rated(6) },
		`"answered_at" is missing`:         func(r *imports.Response) { r.At = time.Time{} },
		`"answered_at" is in the future`:   func(r *imports.Response) { r.At = now.Add(time.Second) },
		`"answered_at" is before the year`: func(r *imports.Response) { r.At, r.SentAt = time.Unix(0, 0), time.Time{} },
		`"sent_at" is after "answered_at"`: func(r *imports.Response) { r.SentAt = r.At.Add(time.Second) },
		"at most 5000 characters":          func(r *imports.Response) { r.Comment = strings.Repeat("ö", 5001) },
		`"address" is not a mail address`:  func(r *imports.Response) { r.Address = "anna" },
	} {
		a, r := &archive{}, quick()
		change(&r)
		if _, _, err := bring(t, a, r); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.TextOf(err), want) || len(a.answers) > 0 {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
