package mail

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/followup"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
)

// unhappy is the task that an unhappy answer makes for Anna Berg, whose desk speaks the language.
func unhappy(language string) (*program.Program, followup.Task) {
	p := acme()
	desk := p.Desks["care"]
	desk.Language = language
	p.Desks["care"] = desk
	inv, c := invited("purchase", "sv")
	inv.State, inv.SentAt, inv.Link = survey.Answered, now.Add(-time.Hour), "https://acme.example/admin/orders/1030"
	answered := now.Add(-10 * time.Minute)
	before, _ := invited("support", "sv")
	return p, followup.Task{
		Case: followup.Case{
			ID: inv.ID, Revision: 1, State: followup.Open, Customer: c.ID, Touchpoint: "purchase", Survey: inv.Survey, Subject: inv.Subject,
			Link: inv.Link, Rating: 1, Group: score.Bad, Answer: 1, Comment: true, Desk: "care", Why: followup.BadRating,
			OpenedAt: answered, Due: now.Add(7 * time.Hour),
		},
		Record: response.Record{Invitation: inv, Response: response.Response{
			Revision: 1, Rating: 1, Act: response.Explicit, Counted: true, AnsweredAt: answered, ChangedAt: answered, Day: "2026-11-13",
			Comment: "Paketet kom tre dagar för sent, och skorna är <trasiga>.\nIngen svarar i telefon!",
		}},
		Customer: customer.Customer{ID: c.ID, Address: "asa.oberg@example.com", Name: "Åsa Öberg", Language: "sv"},
		Earlier: []response.Record{{Invitation: before, Response: response.Response{
			Revision: 1, Rating: 6, Counted: true, AnsweredAt: now.Add(-60 * 24 * time.Hour),
		}}},
		Scale: p.Surveys[inv.Survey].Scale, Desk: desk, Person: desk.People[0],
	}
}

func TestTaskMailReadsAndLooksLikeThis(t *testing.T) {
	for _, language := range languages {
		p, task := unhappy(language)
		letter, err := writer(t).Task(p, task)
		if err != nil {
			t.Fatal(err)
		}
		goldens(t, "task-"+language, letter)
	}
}

// talkative is the task of who also ticked causes and replied to extra questions, one in a script of another direction.
func talkative(language string) (*program.Program, followup.Task) {
	p, task := unhappy(language)
	asked := p.Surveys[task.Case.Survey]
	bad := []score.Group{score.Bad}
	asked.Causes = []program.Cause{
		{ID: "long-wait", For: bad, Desk: "care"},
		{ID: "wrong-item", For: bad, Text: program.Text{"en": "The <wrong> item", "sv": "<Fel> vara", "nl": "Het <verkeerde> artikel", "zh": "<错>了", "ar": "المنتج <الخطأ>"}},
	}
	solved, open := program.ShippedQuestions["solved"], program.ShippedQuestions["open"]
	solved.ID, open.ID = "solved", "open"
	taste := program.Text{"en": "And the fit?", "sv": "Och passformen?", "nl": "En de pasvorm?", "zh": "合身吗？", "ar": "وماذا عن المقاس؟"}
	low := program.Text{"en": "Poor", "sv": "Dålig", "nl": "Slecht", "zh": "差", "ar": "سيئ"}
	asked.Questions = []program.Question{solved, open, {ID: "fit", Kind: program.ScaleKind, Max: 10, Ask: taste, Low: low}}
	p.Surveys[asked.ID] = asked
	task.Case.Why, task.Case.Route, task.Case.Causes = followup.CauseTicked, "long-wait", []string{"long-wait", "wrong-item"}
	task.Record.Extras = response.Extras{Causes: task.Case.Causes, Replies: []response.Reply{
		{Question: "solved", Options: []string{"partly"}}, {Question: "open", Text: "الفاتورة <القديمة>\nOch returen 1030."}, {Question: "fit", Rating: new(0)},
	}}
	return p, task
}

var ownWords = regexp.MustCompile(`<td [^>]*dir="auto"[^>]*>الفاتورة`)

func TestATaskMailTellsWhatWasTickedAndReplied(t *testing.T) {
	for _, language := range languages {
		p, task := talkative(language)
		letter, err := writer(t).Task(p, task)
		if err != nil {
			t.Fatal(err)
		}
		goldens(t, "task-talkative-"+language, letter)
		if html := parse(t, letter).HTML; !ownWords.MatchString(html) {
			t.Errorf("%s: the customer's words go in the direction of the desk's", language)
		}
	}
}

func TestTheTaskAboutNobodyReadsAndLooksLikeThis(t *testing.T) {
	for _, language := range languages {
		p, task := unhappy(language)
		task.Record.Handed, task.Record.Customer, task.Record.Subject, task.Record.Link = true, "", "", ""
		task.Record.Via = "counter"
		task.Case.Customer, task.Customer, task.Earlier = "", customer.Customer{}, nil
		letter, err := writer(t).Task(p, task)
		if err != nil {
			t.Fatal(err)
		}
		goldens(t, "task-anonymous-"+language, letter)
	}
}

func TestAnEscalatedTaskWithoutWordsReadsAndLooksLikeThis(t *testing.T) {
	p, task := unhappy("en")
	task.Seat, task.Person = followup.EscalationSeat, task.Desk.Escalate[0]
	task.Record.Comment, task.Earlier = "", nil
	letter, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	goldens(t, "task-escalated", letter)
}

func TestATaskSaysThatTheCustomerHasThoughtBetterOfIt(t *testing.T) {
	p, task := unhappy("en")
	task.Record.Rating, task.Record.Revision = 4, 2
	letter, err := writer(t).Task(p, task)
	if err != nil {
		t.Fatal(err)
	}
	const note = "The customer has since chosen 4, which is a better answer."
	if m := parse(t, letter); !strings.Contains(m.Text, note) || !strings.Contains(m.HTML, note) {
		t.Errorf("nothing of it in\n%s", m.Text)
	}
}
