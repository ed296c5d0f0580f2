package touchpoint_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/period"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

// page is a book with one page: what it says when it is read, and what was entered last. The real book is tested in package store.
type page struct {
	customer customer.Customer
	subject  touchpoint.Subject
	last     touchpoint.Last
	entered  *touchpoint.Entry
	reopened *touchpoint.Reopening
	known    *touchpoint.Visit
	conflict int // how many more writes come second
	read     []string
}

func (p *page) Standing(_ context.Context, id customer.ID, touchpointName, source, subject string) (customer.Customer, touchpoint.Subject, error) {
	p.read = append(p.read, fmt.Sprint(id != "", " ", touchpointName, " ", source, " ", subject))
	return p.customer, p.subject, nil
}

func (p *page) write() error {
	if p.conflict > 0 {
		p.conflict--
		return fault.New(fault.Conflict, "somebody else was first")
	}
	return nil
}

func (p *page) Enter(_ context.Context, e touchpoint.Entry) (touchpoint.Visit, bool, error) {
	if err := p.write(); err != nil {
		return touchpoint.Visit{}, false, err
	}
	if p.known != nil {
		return *p.known, true, nil
	}
	p.entered = &e
	return e.Visit, false, nil
}

func (p *page) Last(context.Context, string, string, string) (touchpoint.Last, error) {
	return p.last, nil
}

func (p *page) Reopen(_ context.Context, r touchpoint.Reopening) error {
	p.reopened = &r
	return p.write()
}

func hasher(t testing.TB) customer.Hasher {
	t.Helper()
	h, err := customer.NewHasher(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func take(t *testing.T, book *page, e touchpoint.Event) touchpoint.Outcome {
	t.Helper()
	outcome, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), shop(), e, noon)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

func TestTheRowKeepsSinceWhenSomebodyIsACustomerWhereATouchpointComesRound(t *testing.T) {
	early, late := noon.AddDate(-2, 0, 0), noon.AddDate(-1, 0, 0)
	for _, row := range []struct{ known, told, want time.Time }{
		{time.Time{}, late, late}, {late, early, early}, {early, late, early}, {early, time.Time{}, early}, {time.Time{}, time.Time{}, time.Time{}},
	} {
		for _, comes := range []bool{true, false} {
			book, e, p, want := &page{}, order(), shop(), row.want
			if loyalty := p.Touchpoints["loyalty"]; comes {
				loyalty.Every = period.Quarterly
				p.Touchpoints["loyalty"] = loyalty
			} else {
				want = row.known
			}
			book.customer.Since, e.Since = row.known, row.told
			_, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), p, e, noon)
			if err != nil || !book.entered.Customer.Since.Equal(want) {
				t.Errorf("known %s, told %s: kept %s, %v", row.known, row.told, book.entered.Customer.Since, err)
			}
		}
	}
}

func TestAPlannedVisitKeepsThePersonOnTheCustomersRowAlone(t *testing.T) {
	book, e := &page{}, order()
	e.Address = "  Maria@Customer.EXAMPLE "
	e.Properties["agent"] = "anna.berg@ourshop.example"
	e.Properties["team"] = "ask maria@customer.example"
	outcome := take(t, book, e)
	id := hasher(t).ID("maria@customer.example")
	name := survey.IDOf("purchase", "shopify", "#1030", 1)
	want := touchpoint.Visit{
		Decision: touchpoint.Decision{Reason: touchpoint.Planned, Explanation: "the survey is planned for 2026-11-22 11:00 UTC"},
		ID:       name, Touchpoint: "purchase", Source: "shopify", Subject: "#1030", Round: 1, Event: "orders/paid", Delivery: "d-1", Customer: id,
		At: noon.Add(-time.Hour), ReceivedAt: noon, Day: "2026-11-20", Properties: map[string]string{"agent": "anna.berg", "country": "SE", "amount": "99.00"},
		Invitation: name, PlannedAt: planned,
	}
	if diff := cmp.Diff(want, book.entered.Visit); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, outcome.Visit); diff != "" || outcome.Repeated {
		t.Error(diff)
	}
	wantCustomer := &customer.Customer{
		ID: id, Address: "Maria@customer.example", Name: "Maria Lind", Language: "sv-SE", Zone: "Europe/Stockholm",
		Asks: []customer.Ask{{Invitation: name, At: planned, Metric: "CES", Touchpoint: "purchase"}}, Invited: []string{name},
	}
	if diff := cmp.Diff(wantCustomer, book.entered.Customer); diff != "" {
		t.Error(diff)
	}
	for _, kept := range []any{book.entered.Visit, *book.entered.Invitation} {
		if text := fmt.Sprintf("%+v", kept); strings.Contains(strings.ToLower(text), "maria") || strings.Contains(text, "@") {
			t.Errorf("it holds who it was: %s", text)
		}
	}
}

func TestAVisitThatIsNotAskedAboutLeavesTheCustomersRowAlone(t *testing.T) {
	book, e := &page{}, order()
	e.Address = "info@customer.example"
	take(t, book, e)
	if book.entered.Customer != nil || book.entered.Invitation != nil || book.entered.Visit.Reason != touchpoint.RoleAddress {
		t.Errorf("entered %+v", book.entered)
	}
	book, e = &page{customer: customer.Customer{ID: "x", Revision: 3, Agreed: true, Name: "Maria"}}, order()
	e.Consent = touchpoint.Refused
	take(t, book, e)
	if c := book.entered.Customer; c == nil || c.Agreed || c.Revision != 3 || c.Name != "Maria" {
		t.Errorf("a withdrawn consent is not remembered: %+v", c)
	}
}

func TestConsentIsRememberedWhateverWasDecided(t *testing.T) {
	maria := hasher(t).ID("maria@customer.example")
	type row = customer.Customer
	tooOld := func(e *touchpoint.Event) { e.At = noon.Add(-100 * day) }
	for _, c := range []struct {
		rule   string
		before row
		says   touchpoint.Consent
		change func(*touchpoint.Event)
		want   *row // nil: untouched
	}{
		{"refused by somebody new, without the address", row{}, touchpoint.Refused, nil, &row{ID: maria, Refused: true}},
		{"refused after it was given", row{Revision: 3, Agreed: true, Name: "Maria"}, touchpoint.Refused, nil, &row{ID: maria, Revision: 3, Refused: true, Name: "Maria"}},
		{"refused by who cannot be asked anyway", row{Revision: 3, Status: customer.Unsubscribed}, touchpoint.Refused, tooOld, &row{ID: maria, Revision: 3, Status: customer.Unsubscribed, Refused: true}},
		{"refused again", row{Revision: 3, Refused: true}, touchpoint.Refused, nil, nil},
		{"given by somebody new who is not asked", row{}, touchpoint.Given, tooOld, &row{ID: maria, Agreed: true}},
		{"given after it was refused", row{Revision: 3, Refused: true}, touchpoint.Given, tooOld, &row{ID: maria, Revision: 3, Agreed: true}},
		{"given again", row{Revision: 3, Agreed: true}, touchpoint.Given, tooOld, nil},
		{"nothing said", row{Revision: 3, Refused: true}, "", nil, nil},
		{"said by a test", row{}, touchpoint.Refused, func(e *touchpoint.Event) { e.Test = true }, nil},
		{"said of nobody", row{}, touchpoint.Refused, func(e *touchpoint.Event) { e.Address = "maria" }, nil},
		{"said of who was erased", row{Revision: 3, Status: customer.Erased}, touchpoint.Given, nil, nil},
	} {
		book, e := &page{customer: c.before}, order()
		e.Consent = c.says
		if c.change != nil {
			c.change(&e)
		}
		take(t, book, e)
		if diff := cmp.Diff(c.want, book.entered.Customer); diff != "" || book.entered.Invitation != nil {
			t.Errorf("%s: %s", c.rule, diff)
		}
	}
	book, e := &page{customer: row{Revision: 3, Refused: true}}, order()
	e.Consent = touchpoint.Given
	take(t, book, e)
	if got := book.entered.Customer; got == nil || !got.Agreed || got.Refused || len(got.Asks) != 1 {
		t.Errorf("given with a planned visit: %+v", got)
	}
}

func TestWhatIsKnownOfACustomerIsKeptWhereTheEventDoesNotSay(t *testing.T) {
	book, e := &page{customer: customer.Customer{Revision: 7, Address: "maria@customer.example", Name: "Maria", Language: "sv", Zone: "Europe/Oslo"}}, order()
	e.Person, e.Language, e.Zone, e.Consent = "", "not a tag!", "Mars/Olympus", touchpoint.Given
	take(t, book, e)
	c := *book.entered.Customer
	c.Asks, c.Invited, c.ID = nil, nil, ""
	want := customer.Customer{Revision: 7, Address: "maria@customer.example", Name: "Maria", Language: "sv", Zone: "Europe/Oslo", Agreed: true}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestOldAsksAreForgottenButForTheLastFew(t *testing.T) {
	years := func(n int) time.Time { return noon.AddDate(-n, 0, 0) }
	book := &page{customer: customer.Customer{Asks: asks("NPS", years(9), years(8), years(7), years(6), years(5), years(4), years(3))}}
	for i := range book.customer.Asks {
		book.customer.Asks[i].Invitation = fmt.Sprint(i)
	}
	take(t, book, order())
	var kept []string
	for _, ask := range book.entered.Customer.Asks {
		kept = append(kept, ask.Invitation[:1])
	}
	if got := strings.Join(kept[:5], ""); got != "23456" || len(kept) != 6 {
		t.Errorf("kept %v", kept)
	}
}

func TestAsksThatTheWindowOfAnyTouchpointReachesAreRemembered(t *testing.T) {
	p, book := shop(), &page{customer: customer.Customer{Asks: asks("NPS", noon.Add(-701*day), noon.Add(-699*day))}}
	loyalty := p.Touchpoints["loyalty"]
	loyalty.Window = 700 * day
	p.Touchpoints["loyalty"] = loyalty
	for n := range 6 { // one more than is remembered anyway
		book.customer.Asks = append(book.customer.Asks, asks("NPS", noon.Add(time.Duration(n-200)*day))...)
	}
	for i := range book.customer.Asks {
		book.customer.Asks[i].Invitation = fmt.Sprint(i)
	}
	if _, err := (touchpoint.Intake{Book: book, Hash: hasher(t)}).Take(t.Context(), p, order(), noon); err != nil {
		t.Fatal(err)
	}
	if kept := book.entered.Customer.Asks; len(kept) != 8 || !kept[0].At.Equal(noon.Add(-699*day)) {
		t.Errorf("of the asks are kept %+v", kept)
	}
}

func TestASubjectIsAVisitsOwnName(t *testing.T) {
	long := strings.Repeat("å", 100)
	maria := string(hasher(t).ID("maria@customer.example"))
	for _, row := range []struct{ rule, touchpoint, subject, delivery, address, want string }{
		{"the source's name for it", "purchase", " #1030\n", "d-1", "maria@customer.example", "#1030"},
		{"none: the delivery's", "purchase", "", "d-1", "maria@customer.example", "d-1"},
		{"shared: with the customer's id", "loyalty", "2026-Q4", "d-1", "maria@customer.example", "2026-Q4~" + maria},
		{"shared, without a customer: with the delivery's", "loyalty", "2026-Q4", "d-1", "", "2026-Q4~d-1"},
		{"shared and none: the delivery's", "loyalty", "", "d-1", "maria@customer.example", "d-1"},
		{"an address: the customer's id", "purchase", "maria@customer.example", "d-1", "maria@customer.example", maria},
		{"an address, without a customer: the delivery's", "purchase", "maria@customer.example", "d-1", "", "d-1"},
	} {
		book, e := &page{}, order()
		e.Touchpoint, e.Subject, e.Delivery, e.Address = row.touchpoint, row.subject, row.delivery, row.address
		take(t, book, e)
		if got := book.entered.Visit.Subject; got != row.want {
			t.Errorf("%s: %q, want %q", row.rule, got, row.want)
		}
	}
	subject := func(name string) string {
		book, e := &page{}, order()
		e.Subject = name
		take(t, book, e)
		return book.entered.Visit.Subject
	}
	if a, b := subject(long+"a"), subject(long+"b"); a == b || len(a) > 120 || !utf8.ValidString(a) || subject(long+"a") != a {
		t.Errorf("long names became %q and %q", a, b)
	}
	delivery := func(id string) string {
		book, e := &page{}, order()
		e.Subject, e.Delivery = "", id
		take(t, book, e)
		return book.entered.Visit.Subject
	}
	for _, long := range []string{long, "maria@customer.example" + long} {
		if a, b := delivery(long+"a"), delivery(long+"b"); a == b || len(a) > 80 || !utf8.ValidString(a) || delivery(long+"a") != a {
			t.Errorf("long deliveries became %q and %q", a, b)
		}
	}
}

func TestAnEventWithoutSubjectAndDeliveryIsRefused(t *testing.T) {
	e := order()
	e.Subject, e.Delivery = "\x00", ""
	book := &page{}
	_, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), shop(), e, noon)
	if !fault.Is(err, fault.Invalid) || book.entered != nil || book.read != nil {
		t.Errorf("error %v", err)
	}
	e.Touchpoint = "unheard of"
	if _, err := (touchpoint.Intake{Book: book, Hash: hasher(t)}).Take(t.Context(), shop(), e, noon); !fault.Is(err, fault.NotFound) {
		t.Errorf("error %v", err)
	}
}

func TestForeignTextIsCleanedBeforeItIsKept(t *testing.T) {
	book, e := &page{}, order()
	e.Person = "Maria\r\n\u202eLind" + strings.Repeat("x", 500)
	e.Link = "javascript:alert(1)"
	e.At = noon.Add(time.Hour)
	e.Delivery = strings.Repeat("d", 300)
	e.Properties = map[string]string{" Country ": "se", "currency": "eur", "agent": "a\x00b\tc", "channel": strings.Repeat("y", 300), "other": "kept for the filter"}
	take(t, book, e)
	v := book.entered.Visit
	want := map[string]string{"country": "SE", "currency": "EUR", "agent": "ab c", "channel": strings.Repeat("y", 80)}
	if diff := cmp.Diff(want, v.Properties); diff != "" {
		t.Error(diff)
	}
	if name := book.entered.Customer.Name; !strings.HasPrefix(name, "Maria Lindxxx") || len(name) > 80 {
		t.Errorf("name %q", name)
	}
	if v.Link != "" || !v.At.Equal(noon) || len(v.Delivery) > 80 {
		t.Errorf("visit %+v", v)
	}
	e.Name, e.Delivery = "solved for maria@customer.example", "<1@customer.example>"
	take(t, book, e)
	if v := book.entered.Visit; v.Event != "" || len(v.Delivery) != 22 {
		t.Errorf("event %q, delivery %q", v.Event, v.Delivery)
	}
	for link, want := range map[string]string{
		"https://shop.example/o/1?x=1": "https://shop.example/o/1?x=1", "http://shop.example/": "", "https://u:p@shop.example/": "", "//shop.example": "",
		"https://shop.example/?to=maria@customer.example": "", "https://shop.example/?to=maria%40customer.example": "", "https:///x": "", "https://shop.example/" + strings.Repeat("x", 500): "", " https://a.example ": "https://a.example",
	} {
		book, e := &page{}, order()
		e.Link = link
		take(t, book, e)
		if book.entered.Invitation.Link != want {
			t.Errorf("link %q is kept as %q", link, book.entered.Invitation.Link)
		}
	}
}

func TestTheTimeOfAnEventIsWhenItHappenedAndNeverLaterThanNow(t *testing.T) {
	for _, row := range []struct{ told, want time.Time }{
		{noon.Add(-3*day + 900*time.Millisecond), noon.Add(-3 * day)}, {time.Time{}, noon}, {noon.Add(time.Second), noon}, {time.Unix(0, 0), noon},
	} {
		book, e := &page{}, order()
		e.At = row.told
		take(t, book, e)
		if got := book.entered.Visit.At; !got.Equal(row.want) {
			t.Errorf("told %s, kept %s", row.told, got)
		}
	}
}

func TestTheLoserOfARaceDecidesAgainAndGivesUpAfterSomeAttempts(t *testing.T) {
	book := &page{conflict: 3}
	var pauses []int
	intake := touchpoint.Intake{Book: book, Hash: hasher(t), Pause: func(_ context.Context, attempt int) error {
		pauses = append(pauses, attempt)
		return nil
	}}
	if _, err := intake.Take(t.Context(), shop(), order(), noon); err != nil || len(book.read) != 4 || fmt.Sprint(pauses) != "[1 2 3]" {
		t.Errorf("error %v after %d reads and the pauses %v", err, len(book.read), pauses)
	}
	book.conflict = 1000
	if _, err := intake.Take(t.Context(), shop(), order(), noon); !fault.Is(err, fault.Transient) {
		t.Errorf("error %v", err)
	}
	intake.Pause = func(context.Context, int) error { return errors.New("the time is up") }
	if _, err := intake.Take(t.Context(), shop(), order(), noon); !fault.Is(err, fault.Transient) {
		t.Errorf("error %v", err)
	}
}

func TestAVisitWhoseSubjectWasReopenedMeanwhileIsNoRepetition(t *testing.T) {
	for _, row := range []struct {
		stored, delivery string
		again            bool
	}{{"d-1", "d-2", true}, {"", "", true}, {"d-1", "d-1", false}} { // some sources name no deliveries
		known := touchpoint.Visit{Round: 1, Delivery: row.stored}
		book, e := &page{known: &known, subject: touchpoint.Subject{Round: 2, ReopenedAt: noon.Add(-time.Hour)}}, order()
		e.Delivery, e.At = row.delivery, noon
		_, err := touchpoint.Intake{Book: book, Hash: hasher(t)}.Take(t.Context(), shop(), e, noon)
		if fault.Is(err, fault.Transient) != row.again { // this book never has the new round
			t.Errorf("%q after %q: %v", row.delivery, row.stored, err)
		}
	}
}

func TestADeliveryThatComesAgainFindsItsDecision(t *testing.T) {
	known := touchpoint.Visit{Decision: touchpoint.Decision{Reason: touchpoint.Fatigue}, Round: 1, Delivery: "d-1"}
	book := &page{known: &known}
	outcome := take(t, book, order())
	if !outcome.Repeated || outcome.Reason != touchpoint.Fatigue || len(book.read) != 1 {
		t.Errorf("outcome %+v after %d reads", outcome, len(book.read))
	}
	// The same order, told again in another delivery: one more look whether it was reopened in between.
	known.Delivery = "d-0"
	if outcome := take(t, book, order()); !outcome.Repeated || len(book.read) != 3 {
		t.Errorf("outcome %+v after %d reads", outcome, len(book.read))
	}
}

func TestAReopenedSubjectBeginsANewRoundAndTakesBackWhatHasNotLeft(t *testing.T) {
	visit := touchpoint.Visit{Touchpoint: "support", Source: "zendesk", Subject: "88", Round: 1, At: noon.Add(-2 * time.Hour), Delivery: "d-1", Invitation: "inv"}
	reopening := func() touchpoint.Event {
		e := order()
		e.Touchpoint, e.Source, e.Subject, e.Reopened, e.Delivery, e.At = "support", "zendesk", "88", true, "d-2", noon.Add(-time.Hour)
		return e
	}
	held := customer.Customer{ID: "maria", Revision: 4, Asks: []customer.Ask{{Invitation: "other"}, {Invitation: "inv"}}}
	after := touchpoint.Subject{Round: 2, ReopenedAt: noon.Add(-time.Hour), Past: []touchpoint.Past{{Visited: "d-1", Reopened: "d-2"}}}
	freed := customer.Customer{ID: "maria", Revision: 4, Asks: []customer.Ask{{Invitation: "other"}}}
	for _, row := range []struct {
		rule   string
		last   touchpoint.Last
		change func(*touchpoint.Event)
		want   *touchpoint.Reopening
	}{
		{"planned: taken back, its place freed", touchpoint.Last{Visit: &visit, Invitation: &survey.Invitation{ID: "inv", State: survey.Planned}, Customer: held}, nil,
			&touchpoint.Reopening{Visit: visit, After: after, Cancel: "inv", Customer: &freed}},
		{"claimed: on its way, and not to be sent later if it turns back", touchpoint.Last{Visit: &visit, Invitation: &survey.Invitation{ID: "inv", State: survey.Claimed}, Customer: held}, nil,
			&touchpoint.Reopening{Visit: visit, After: after, Leaving: "inv"}},
		{"sent: nothing to take back", touchpoint.Last{Visit: &visit, Invitation: &survey.Invitation{ID: "inv", State: survey.Sent}, Customer: held}, nil,
			&touchpoint.Reopening{Visit: visit, After: after}},
		{"not asked: a new round all the same", touchpoint.Last{Visit: &visit}, nil, &touchpoint.Reopening{Visit: visit, After: after}},
		{"at the very time of the visit", touchpoint.Last{Visit: &visit}, func(e *touchpoint.Event) { e.At = visit.At; e.Delivery = "" },
			&touchpoint.Reopening{Visit: visit, After: touchpoint.Subject{Round: 2, ReopenedAt: visit.At, Past: []touchpoint.Past{{Visited: "d-1"}}}}},
		{"no visit in this round", touchpoint.Last{Subject: after}, nil, nil},
		{"from before the visit", touchpoint.Last{Visit: &visit}, func(e *touchpoint.Event) { e.At = visit.At.Add(-time.Second) }, nil},
		{"the same delivery again", touchpoint.Last{Subject: after, Visit: &touchpoint.Visit{Round: 2, At: visit.At}}, nil, nil},
		{"that of an earlier round, again", touchpoint.Last{Subject: touchpoint.Subject{Round: 3, Past: []touchpoint.Past{{Reopened: "d-2"}, {Reopened: "d-4"}}},
			Visit: &touchpoint.Visit{Round: 3, At: visit.At}}, nil, nil},
	} {
		book, e := &page{last: row.last}, reopening()
		if row.change != nil {
			row.change(&e)
		}
		reason := touchpoint.Reopened
		if row.want == nil {
			reason = touchpoint.NotVisited
		}
		if outcome := take(t, book, e); outcome.Reason != reason {
			t.Errorf("%s: %q", row.rule, outcome.Reason)
		}
		if diff := cmp.Diff(row.want, book.reopened); diff != "" {
			t.Errorf("%s: %s", row.rule, diff)
		}
	}
}

func TestLateNewsOfTheRoundBeforeIsNoNewVisit(t *testing.T) {
	reopened := touchpoint.Subject{Round: 4, ReopenedAt: noon.Add(-time.Hour), Past: []touchpoint.Past{{Visited: "d-0"}, {Visited: "d-1", Reopened: "d-2"}}} // the first is forgotten
	for _, row := range []struct {
		rule     string
		delivery string
		at       time.Time
		round    int
	}{
		{"after it was reopened", "d-3", noon, 4},
		{"at the time that it was reopened", "d-3", noon.Add(-time.Hour), 4},
		{"before it was reopened", "d-3", noon.Add(-time.Hour - time.Second), 3},
		{"the delivery of the visit before, again", "d-1", noon, 3},
		{"the delivery of a visit two rounds back, again", "d-0", noon, 2},
		{"without a delivery", "", noon, 4},
	} {
		book, e := &page{subject: reopened}, order()
		e.Delivery, e.At = row.delivery, row.at
		take(t, book, e)
		if got := book.entered.Visit.Round; got != row.round {
			t.Errorf("%s: round %d, want %d", row.rule, got, row.round)
		}
	}
}
