package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/privacy"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/touchpoint"
)

func TestAVisitThatWasDecidedAgainstIsNoInvitation(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		test := s.order(1, ingrid, "Ingrid Quist")
		test.Test = true
		id := s.take(t, s.Store, test).Visit.ID
		before := s.all(t)

		inv, err := s.Invitation(t.Context(), id)
		if diff := cmp.Diff(survey.Invitation{}, inv); err != nil || diff != "" {
			t.Errorf("to the bounces it is one: %v %s", err, diff)
		}
		several, err := s.Invitations(t.Context(), []string{id})
		if diff := cmp.Diff([]survey.Invitation{{}}, several); err != nil || diff != "" {
			t.Errorf("to the dispatcher it is one: %v %s", err, diff)
		}
		if records, err := s.Records(t.Context(), []string{id}); err != nil || len(records) > 0 {
			t.Errorf("to the desk it is one: %+v, %v", records, err)
		}
		if claimed, err := s.Claim(t.Context(), id, survey.Claim{By: "c", At: noon, Day: "2026-11-20", ExpiresAt: noon.Add(time.Hour)}); err != nil || claimed {
			t.Errorf("claimed: %v, %v", claimed, err)
		}
		if err := s.Proven(t.Context(), id, noon); err != nil {
			t.Error(err)
		}
		// What is read before it is written is not trusted to be there.
		unread := response.Record{Invitation: survey.Invitation{ID: id}}
		rating := 1
		if err := s.NoteHit(t.Context(), unread, response.Note{Hit: response.Hit{At: noon, Method: "GET", Rating: &rating}, FirstOpened: 2, Kept: true}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a hit: %v", err)
		}
		for what, act := range map[string]func() error{
			"its page": func() error {
				_, err := s.RecordOf(t.Context(), id)
				return err
			},
			"a first answer": func() error {
				_, _, err := s.FirstAnswer(t.Context(), response.First{Invitation: id, Series: "p", Rating: 1, Act: response.Explicit, Day: "2026-11-20", At: noon})
				return err
			},
			"a changed answer": func() error {
				_, _, err := s.ChangeAnswer(t.Context(), response.Change{Invitation: id, Rating: 1, At: noon})
				return err
			},
			"an answer that waits": func() error {
				_, _, err := s.HoldAnswer(t.Context(), id, 0, 1)
				return err
			},
		} {
			if err := act(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		sent := survey.Invitation{ID: id, Touchpoint: "support", Survey: "p", SentDay: "2026-11-20"}
		if err := s.Bounced(t.Context(), sent, "bounced", noon); err != nil {
			t.Error(err)
		}
		if err := s.Deferred(t.Context(), sent, "full"); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(before, s.all(t)); diff != "" {
			t.Error(diff)
		}
		if found := s.audit(t); found.Responses > 0 {
			t.Errorf("the audit counts it: %+v", found)
		}
	})
}

// A person whose row leads to no more invitations, because the address is everybody's: all of them are found by the index, whether they
// were answered or not.
func TestAllThatIsPlannedForACustomerIsFoundHoweverMuchItIs(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		const planned = customer.MostInvited + 5
		for n := range planned {
			outcome := s.take(t, s.Store, s.order(n, ingrid, "Ingrid Quist"))
			if n%2 == 0 {
				s.send(t, s.Store, outcome.Visit.Invitation)
				s.answer(t, s.Store, outcome.Visit.Invitation, 1, comment)
			}
		}
		person, err := privacy.Reader{Archive: s, Hash: s.hash}.Export(t.Context(), ingrid)
		if err != nil || len(person.Customer.Invited) != customer.MostInvited || len(person.Events) != planned {
			t.Fatalf("%d of %d visits are exported, %v", len(person.Events), planned, err)
		}
		if done := s.erase(t, true); done.Visits != planned || done.Answers != (planned+1)/2 {
			t.Errorf("erased %+v", done)
		}
		s.drain(t, s.Store)
		for _, told := range tells(t, s.all(t)) {
			t.Error(told)
		}
		if done := s.erase(t, false); done.Visits != planned {
			t.Errorf("erased again: %+v", done)
		}
	})
}

func TestTheVisitsOfACustomerAreListedNewestFirstFromRowAndIndex(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		const visits = 13
		var want []string
		for n := range visits {
			e := s.order(n, ingrid, "Ingrid Quist")
			e.Test = n%3 == 1
			outcome, err := touchpoint.Intake{Book: s, Hash: s.hash}.Take(t.Context(), s.program(t), e, noon.Add(time.Duration(n)*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			want = append([]string{fmt.Sprint(outcome.Visit.ID, " ", outcome.Reason)}, want...)
		}
		reader := privacy.Reader{Archive: s, Hash: s.hash}
		for _, size := range []int{1, 4, 13, 20} {
			var listed []string
			pages := 0
			for start, more := "", true; more; more = start != "" {
				p, next, err := reader.History(t.Context(), s.hash.ID(ingrid), start, size)
				if err != nil || len(p.Events) > size {
					t.Fatalf("%d events, %v", len(p.Events), err)
				}
				for _, e := range p.Events {
					listed = append(listed, fmt.Sprint(e.Visit.ID, " ", e.Visit.Reason))
				}
				start = next
				pages++
			}
			if diff := cmp.Diff(want, listed); diff != "" || pages != (visits+size-1)/size {
				t.Errorf("%d in %d pages: %s", size, pages, diff)
			}
		}
		for _, start := range []string{"x", "#", "2026-11-20", "2026-11-20T12:00:00Z#" + strings.Repeat("a", 2000)} {
			if _, _, err := reader.History(t.Context(), s.hash.ID(ingrid), start, 5); !fault.Is(err, fault.Invalid) {
				t.Errorf("from %.30q: %v", start, err)
			}
		}
	})
}

func TestAVisitIsReadBackAsItWasWritten(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		for n := range 2 {
			e := s.order(n, ingrid, "Ingrid Quist")
			e.Test = n == 1
			e.Properties = map[string]string{"agent": "Anna", "product": "kettle", "amount": "12.00", "currency": "SEK"}
			taken := s.take(t, s.Store, e).Visit
			again := s.take(t, s.Store, e).Visit
			listed, _, err := s.VisitsOf(t.Context(), customer.Customer{ID: taken.Customer, Invited: []string{taken.Invitation}}, "", 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, read := range []touchpoint.Visit{again, listed[0]} {
				if diff := cmp.Diff(taken, read); diff != "" {
					t.Error(diff)
				}
			}
		}
	})
}
