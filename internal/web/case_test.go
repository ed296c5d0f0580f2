package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/web"
)

// office is a site with a desk of two people and one above them, which speaks a language, and one case on it. A long wait is for another
// desk.
type office struct {
	*site
	opener followup.Opener
	desk   *httptest.Server
	answer response.Record
}

// doors open the links of cases.
type doors struct{ keys survey.Keys }

func (d doors) OpenCase(token string) (string, followup.Holder, error) {
	t, err := d.keys.Open(survey.ForCase, token)
	return t.ID, followup.Holder(t.Number), err
}

// openOffice has Eva, unhappy with an order, answer five minutes before the site's clock.
func openOffice(t *testing.T, language string) *office {
	t.Helper()
	s := open(t)
	p := acme()
	p.Desks = map[string]program.Desk{"care": {
		Name: "Customer care", Due: 4 * time.Hour, Zone: p.Zone, Language: language,
		People:   []program.Person{{Name: "Anna Berg", Address: "anna@nordlund.example"}, {Name: "Bo Ek", Address: "bo@nordlund.example"}},
		Escalate: []program.Person{{Name: "Cleo Ask", Address: "cleo@nordlund.example"}},
	}}
	p.Desks["kitchen"] = program.Desk{
		Name: "kitchen", Due: 2 * time.Hour, Zone: p.Zone, Language: language, People: []program.Person{{Name: "Kim Lund", Address: "kim@nordlund.example"}},
	}
	more := p.Surveys["purchase-csat-v1"]
	more.Questions, more.Causes = extras.Questions, slices.Clone(extras.Causes)
	more.Causes[0].Desk = "kitchen"
	p.Surveys[more.ID] = more
	touchpoint := p.Touchpoints["purchase"]
	touchpoint.Desk = "care"
	p.Touchpoints["purchase"] = touchpoint
	kept, programs := store.New(s.table), fixed{p}
	o := &office{site: s, opener: followup.Opener{Cases: kept, Answers: kept, Programs: programs, Log: s.Log}}
	o.desk = httptest.NewServer(web.Cases{
		Shell: s.Shell, Now: s.clock, Log: s.Log,
		Work: followup.Work{Doors: doors{s.Keys}, Cases: kept, Answers: kept, Customers: kept, Programs: programs},
	})
	t.Cleanup(o.desk.Close)

	at := noon.Add(55 * time.Minute)
	earlier := s.invite(t, "support", "sv", func(r *response.Record) {
		r.Revision, r.Rating, r.Counted, r.AnsweredAt, r.Subject = 1, 4, true, noon.AddDate(0, 0, -40), "4711"
	})
	inv := s.invite(t, "purchase", "sv", func(r *response.Record) {
		r.Link = "https://shop.example/admin/orders/1030"
		r.Response = response.Response{Revision: 1, Rating: 1, Act: response.Explicit, Counted: true, AnsweredAt: at, ChangedAt: at,
			Comment: "The parcel came three days late,\nand the shoes are <broken>. \"Never again\" & so on!"}
		o.answer = *r
	})
	s.put(t, table.Key{Table: table.Feedback, Partition: "C#" + string(inv.Customer), Sort: "profile"}, customer.Customer{
		ID: inv.Customer, Revision: 1, Address: "eva@example.com", Name: "Eva Åström", Asks: []customer.Ask{{Invitation: earlier.ID}, {Invitation: inv.ID}},
	})
	o.feed(t, at, o.answer)
	return o
}

// feed lets the change feed show an answer.
func (o *office) feed(t *testing.T, at time.Time, rec response.Record) {
	t.Helper()
	o.put(t, table.Key{Table: table.Feedback, Partition: "I#" + rec.ID, Sort: "invitation"}, rec)
	if _, err := o.opener.Handle(t.Context(), []followup.Seen{{Sequence: "1", Record: rec}}, at); err != nil {
		t.Fatal(err)
	}
}

// later moves the site's clock.
func (o *office) later(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// link is the one in the mail to a seat.
func (o *office) link(seat int) string {
	return survey.Links{Base: o.desk.URL, Keys: o.Keys}.Case(o.answer.ID, seat)
}

// does sends a deed.
func (o *office) does(t *testing.T, seat int, fields ...string) answer {
	t.Helper()
	return o.post(t, o.link(seat), fields...)
}

// dump is everything that is stored.
func (o *office) dump(t *testing.T) (items []string) {
	t.Helper()
	for _, name := range []table.Name{table.Feedback, table.Scorebook} {
		page, err := o.table.Scan(t.Context(), name, "", 0, 0, 1)
		if err != nil || page.Next != "" {
			t.Fatal(err, page.Next)
		}
		for _, item := range page.Items {
			items = append(items, fmt.Sprint(item))
		}
	}
	slices.Sort(items)
	return items
}

// caseScenes are the pages that a desk can meet.
var caseScenes = []struct {
	name      string
	languages []string
	page      func(t *testing.T, o *office) answer
}{
	{"case-open", []string{"en", "sv", "nl", "zh", "ar"}, func(t *testing.T, o *office) answer { return o.get(t, o.link(0)) }},
	{"case-take", []string{"en"}, func(t *testing.T, o *office) answer { return o.get(t, o.link(0)+"?do=take") }},
	{"case-close", []string{"en", "sv", "nl", "zh", "ar"}, func(t *testing.T, o *office) answer { return o.get(t, o.link(0)+"?do=lost") }},
	{"case-overdue", []string{"en"}, func(t *testing.T, o *office) answer { o.later(5 * time.Hour); return o.get(t, o.link(0)) }},
	{"case-taken", []string{"en"}, func(t *testing.T, o *office) answer { return o.does(t, 0, "do", "take") }},
	{"case-taken-before", []string{"en"}, func(t *testing.T, o *office) answer {
		o.does(t, 0, "do", "take")
		o.later(time.Hour)
		return o.does(t, 1000, "do", "take")
	}},
	{"case-without-cause", []string{"en"}, func(t *testing.T, o *office) answer {
		return o.does(t, 0, "do", "lost", "outcome", "She <went> elsewhere.", "cause", " ")
	}},
	{"case-closed", []string{"en", "ar"}, func(t *testing.T, o *office) answer {
		o.does(t, 0, "do", "take")
		o.later(time.Hour)
		return o.does(t, 1, "do", "resolved", "cause", "the carrier", "outcome", "A new pair,\nsent by express.")
	}},
	{"case-gone-on", []string{"en"}, func(t *testing.T, o *office) answer {
		o.does(t, 0, "do", "contacted")
		return o.does(t, 1, "do", "take")
	}},
	{"case-improved", []string{"en"}, func(t *testing.T, o *office) answer {
		better := o.answer
		better.Revision, better.Rating, better.Comment, better.ChangedAt = 2, 4, "", noon.Add(time.Hour)
		o.feed(t, noon.Add(time.Hour), better)
		return o.get(t, o.link(0))
	}},
	{"case-added", []string{"en"}, func(t *testing.T, o *office) answer {
		more := o.answer
		more.Revision, more.Comment, more.ChangedAt = 2, "Nobody answers the telephone either.", noon.Add(time.Hour)
		o.feed(t, noon.Add(time.Hour), more)
		return o.get(t, o.link(0))
	}},
	{"case-moved", []string{"en", "sv", "nl", "zh", "ar"}, func(t *testing.T, o *office) answer {
		more := o.answer
		more.Revision, more.Causes, more.ChangedAt = 2, []string{"long-wait", "cold-food"}, noon.Add(time.Hour)
		more.Replies = []response.Reply{
			{Question: "again", Options: []string{"maybe"}}, {Question: "late", Options: []string{"food", "drinks"}}, {Question: "taste", Rating: new(0)},
			{Question: "hint", Text: "طعام <ساخن>\nAnd clean spoons."},
		}
		o.feed(t, noon.Add(time.Hour), more)
		return o.get(t, o.link(0))
	}},
	{"case-cancelled", []string{"en"}, func(t *testing.T, o *office) answer {
		gone := o.answer
		gone.Revision, gone.Counted = 2, false
		o.feed(t, noon.Add(time.Hour), gone)
		return o.get(t, o.link(0))
	}},
	{"case-anonymous", []string{"en", "sv", "nl", "zh", "ar"}, func(t *testing.T, o *office) answer {
		o.answer.ID, o.answer.Handed, o.answer.Customer, o.answer.Subject, o.answer.Link = survey.IDOf("purchase", "link", "slip", 1), true, "", "", ""
		o.answer.Via = "counter"
		o.feed(t, noon.Add(55*time.Minute), o.answer)
		return o.get(t, o.link(0))
	}},
	{"case-erased", []string{"en"}, func(t *testing.T, o *office) answer {
		gone := o.answer
		gone.Revision, gone.Erased, gone.Subject, gone.Link = 2, true, "~M1JpIlUNUHU3EGUL4MGWmA", ""
		gone.Counted, gone.Rating, gone.Act, gone.Comment = false, 0, "", ""
		o.feed(t, noon.Add(time.Hour), gone)
		return o.get(t, o.link(0))
	}},
}

func TestTheCasePagesAreThese(t *testing.T) {
	for _, scene := range caseScenes {
		for _, language := range scene.languages {
			t.Run(scene.name+"/"+language, func(t *testing.T) {
				got := golden(scene.page(t, openOffice(t, language)).body)
				path := filepath.Join("testdata", scene.name+"."+language+".html")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("the page changed (-update writes it anew):\n%s", diff)
				}
			})
		}
	}
}

func TestLookingAtACaseChangesNothing(t *testing.T) {
	o := openOffice(t, "en")
	before := o.dump(t)
	for _, query := range []string{"", "?do=take", "?do=contacted", "?do=resolved", "?do=lost&cause=x&outcome=y", "?do=nonsense"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if got := o.ask(t, method, o.link(0)+query, ""); got.status != http.StatusOK {
				t.Errorf("%s %s: %d", method, query, got.status)
			}
		}
	}
	if diff := cmp.Diff(before, o.dump(t)); diff != "" {
		t.Error(diff)
	}
}

func TestADeedIsDoneOnce(t *testing.T) {
	o := openOffice(t, "en")
	if got := o.does(t, 0, "do", "take"); got.status != http.StatusOK || !strings.Contains(got.body, "Saved. Thank you.") {
		t.Errorf("%d %s", got.status, got.body)
	}
	once := o.dump(t)
	o.later(time.Minute)
	for _, seat := range []int{0, 1, 1000} {
		if got := o.does(t, seat, "do", "take"); got.status != http.StatusOK || !strings.Contains(got.body, "Taken by Anna Berg") {
			t.Errorf("seat %d: %d %s", seat, got.status, got.body)
		}
	}
	if diff := cmp.Diff(once, o.dump(t)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatACaseDoesNotTakeChangesNothing(t *testing.T) {
	o := openOffice(t, "en")
	o.does(t, 0, "do", "contacted")
	before := o.dump(t)
	for _, row := range []struct {
		fields []string
		status int
	}{
		{[]string{"do", "take"}, 409},
		{[]string{"do", "lost"}, 400},
		{[]string{"do", "lost", "cause", strings.Repeat("x", 121)}, 400},
		{[]string{"do", "resolved", "cause", "x", "outcome", strings.Repeat("x", 1001)}, 400},
		{[]string{"do", "delete"}, 400},
		{nil, 400},
		{[]string{"do", "resolved", "cause", "\xff"}, 400},
		{[]string{"do", "lost", "cause", strings.Repeat("x", 100_000)}, 413},
	} {
		if got := o.does(t, 0, row.fields...); got.status != row.status {
			t.Errorf("%.60v: %d, want %d", row.fields, got.status, row.status)
		}
	}
	if got := o.ask(t, http.MethodPost, o.link(0), `{"do":"resolved"}`, "Content-Type", "application/json"); got.status != 415 {
		t.Errorf("JSON: %d", got.status)
	}
	if got := o.ask(t, http.MethodDelete, o.link(0), ""); got.status != 405 {
		t.Errorf("DELETE: %d", got.status)
	}
	if diff := cmp.Diff(before, o.dump(t)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryBadLinkToACaseIsTheSamePage(t *testing.T) {
	o := openOffice(t, "en")
	good := o.link(0)
	forged := []byte(good)
	forged[len(forged)-1] ^= 1
	strange := survey.Links{Base: o.desk.URL, Keys: o.Keys}
	want := o.get(t, o.desk.URL+"/c/rubbish")
	if want.status != http.StatusNotFound {
		t.Fatal(want.status)
	}
	for name, link := range map[string]string{
		"forged":              string(forged),
		"cut off":             good[:len(good)-1],
		"with more":           good + "A",
		"of a survey":         strings.Replace(strange.Survey(o.answer.Invitation), "/s/", "/c/", 1),
		"of an unsubscribing": strings.Replace(strange.Unsubscribe(o.answer.Invitation), "/u/", "/c/", 1),
		"to no case":          strange.Case(survey.IDOf("a", "b", "c", 1), 0),
		"none":                o.desk.URL + "/c/",
		"elsewhere":           o.desk.URL + "/x/" + strings.TrimPrefix(good, o.desk.URL+"/c/"),
	} {
		before := o.dump(t)
		if got := o.get(t, link); got.status != want.status || got.body != want.body {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if got := o.post(t, link, "do", "take"); got.status != want.status || got.body != want.body {
			t.Errorf("POST %s: %d %s", name, got.status, got.body)
		}
		if diff := cmp.Diff(before, o.dump(t)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestACasePageKeepsToItself(t *testing.T) {
	o := openOffice(t, "en")
	for _, got := range []answer{o.get(t, o.link(0)), o.get(t, o.desk.URL+"/c/rubbish"), o.does(t, 0, "do", "take")} {
		for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
			t.Errorf("policy %q", policy)
		}
	}
}
