package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/privacy"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
	"afterword/internal/tally"
	"afterword/internal/touchpoint"
)

const jonas = "jonas@customer.example"

func onShops(t *testing.T, test func(t *testing.T, s *shop)) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			tables, feed := engine.Open(t)
			test(t, newShop(t, tables, feed))
		})
	}
}

// lives lets much happen to two customers: an answer with words that the desk has worked, one that is pending, a good one, a mail that
// was opened and not answered, one that is planned, and a visit that was not asked about.
func (s *shop) lives(t *testing.T) {
	t.Helper()
	for n, who := range []struct{ address, name string }{{ingrid, "Ingrid Quist"}, {jonas, "Jonas"}} {
		var ids []string
		for i := range 5 {
			ids = append(ids, s.take(t, s.Store, s.order(10*n+i, who.address, who.name)).Visit.Invitation)
		}
		test := s.order(10*n+9, who.address, who.name)
		test.Test = true
		s.take(t, s.Store, test)
		for _, id := range ids[:4] {
			s.send(t, s.Store, id)
			s.open(t, s.Store, id, 1)
			s.open(t, s.Store, id, 2)
		}
		s.answer(t, s.Store, ids[0], 1, comment)
		s.answer(t, s.Store, ids[1], 2, comment)
		s.answer(t, s.Store, ids[2], 5, comment)
		s.rule(t, s.Store, ids[2], false, who.name+" was a machine")
		s.rule(t, s.Store, ids[2], true, who.name+" was none")
		s.drain(t, s.Store)
		s.work(t, s.Store, ids[0], followup.Take)
		s.work(t, s.Store, ids[0], followup.Resolve)
		reopened := s.order(10*n+3, who.address, who.name)
		reopened.Reopened, reopened.Delivery = true, "again"
		s.take(t, s.Store, reopened)
	}
}

func TestAnExportHoldsEverythingThatMentionsTheCustomer(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		s.lives(t)
		person, err := privacy.Reader{Archive: s, Hash: s.hash}.Export(t.Context(), " "+strings.ToUpper(ingrid))
		if err != nil {
			t.Fatal(err)
		}
		told, err := json.Marshal(person)
		if err != nil {
			t.Fatal(err)
		}
		var exported any
		if err := json.Unmarshal(told, &exported); err != nil {
			t.Fatal(err)
		}
		values := map[string]bool{}
		gather(exported, values)
		id, mentioned := string(s.hash.ID(ingrid)), 0
		theirs := map[string]bool{"C#" + id: true}
		all := s.all(t)
		for key, item := range all {
			if item["customer"] == id {
				theirs[key.Partition] = true
			}
		}
		storage := []string{table.AttrPartition, table.AttrSort, table.AttrWriter, table.AttrExpires, table.Agenda.Partition, table.Agenda.Sort, table.Listing.Partition, table.Listing.Sort, table.Also.Partition, table.Also.Sort}
		for key, item := range all {
			if !theirs[key.Partition] || key.Sort == "subject" { // the rounds of a subject are the source's, and say nothing of the person
				continue
			}
			mentioned++
			for attr, value := range item {
				if slices.Contains(storage, attr) {
					continue
				}
				found := map[string]bool{}
				gather(value, found)
				for text := range found {
					if !values[text] {
						t.Errorf("%s has %s: %s, which the export does not tell", key, attr, text)
					}
				}
			}
		}
		if mentioned < 15 || strings.Contains(string(told), "onas") {
			t.Errorf("%d items are exported, and of the other customer: %t", mentioned, strings.Contains(string(told), "onas"))
		}
	})
}

// gather collects the single values in a value.
func gather(value any, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for _, each := range v {
			gather(each, into)
		}
	case []any:
		for _, each := range v {
			gather(each, into)
		}
	default:
		into[fmt.Sprint(v)] = true
	}
}

func TestNothingOfAnErasedCustomerIsLeftInEitherTable(t *testing.T) {
	for _, keep := range []bool{true, false} {
		t.Run(fmt.Sprintf("ratings kept %t", keep), func(t *testing.T) {
			onShops(t, func(t *testing.T, s *shop) {
				s.lives(t)
				before, counted := s.all(t), s.count(t)
				if len(tells(t, before)) < 15 {
					t.Fatalf("the test sees too little of what there is: %v", tells(t, before))
				}
				done := s.erase(t, keep)
				if want := (privacy.Erased{Customer: s.hash.ID(ingrid), Visits: 6, Answers: 3, Cases: 2}); done != want {
					t.Errorf("erased %+v, want %+v", done, want)
				}
				s.drain(t, s.Store)
				if found := s.audit(t); found.Lagging+found.Drifted+found.Unsettled > 0 { // it takes away what scores were cut by
					t.Errorf("the audit finds %+v", found)
				}
				after := s.all(t)
				for _, key := range jonasOnly(before, s) {
					if diff := cmp.Diff(before[key], after[key]); diff != "" {
						t.Errorf("%s of the other customer: %s", key, diff)
					}
					delete(after, key)
				}
				for _, told := range tells(t, after) {
					t.Error(told)
				}
				row, err := s.Customer(t.Context(), s.hash.ID(ingrid))
				want := customer.Customer{ID: s.hash.ID(ingrid), Revision: row.Revision, Status: customer.Erased, StatusAt: row.StatusAt, Invited: row.Invited}
				if diff := cmp.Diff(want, row); err != nil || diff != "" {
					t.Errorf("the row: %v %s", err, diff)
				}
				lost := int64(3)
				if keep {
					lost = 0
				}
				if now := s.count(t); now != counted-lost {
					t.Errorf("%d answers count, %d did before", now, counted)
				}
				settled := s.all(t)
				s.erase(t, keep)
				s.drain(t, s.Store)
				if diff := cmp.Diff(settled, s.all(t)); diff != "" {
					t.Errorf("erased again, something changed: %s", diff)
				}
			})
		})
	}
}

// jonasOnly are the keys of items in which nothing is Ingrid's.
func jonasOnly(items map[table.Key]table.Item, s *shop) (keys []table.Key) {
	id, partitions := string(s.hash.ID(jonas)), map[string]bool{}
	for key, item := range items {
		if item["customer"] == id || item["id"] == id {
			partitions[key.Partition] = true
			partitions[subjectKey("support", "shop", fmt.Sprint(item["subject"])).Partition] = true
		}
	}
	for key := range items {
		if partitions[key.Partition] {
			keys = append(keys, key)
		}
	}
	return keys
}

// count is how many answers the scorebook counts.
func (s *shop) count(t *testing.T) (n int64) {
	for key, item := range s.all(t) {
		if counted, _ := item["counted"].(bool); counted && strings.HasPrefix(key.Partition, tally.Generation(0)+"#L#") {
			n++
		}
	}
	return n
}

func TestRatingsThatWereKeptCanBeErasedLater(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		s.lives(t)
		s.erase(t, true)
		s.drain(t, s.Store)
		kept := s.count(t)
		s.erase(t, false)
		s.drain(t, s.Store)
		if now := s.count(t); now != kept-3 {
			t.Errorf("%d answers count, %d did", now, kept)
		}
		for key, item := range s.all(t) {
			if _, rated := item["rating"]; rated && item["customer"] == string(s.hash.ID(ingrid)) && item["rating"] != int64(0) {
				t.Errorf("%s is still rated: %v", key, item)
			}
		}
		if found := s.audit(t); found.Lagging+found.Drifted+found.Unsettled > 0 {
			t.Errorf("the audit finds %+v", found)
		}
	})
}

func TestWhatHappensAfterAnErasureIsRecordedWithoutThePerson(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		s.lives(t)
		open := s.of(t, ingrid)
		s.erase(t, false)
		before := len(s.all(t))
		if outcome := s.take(t, s.Store, s.order(0, ingrid, "Ingrid Quist")); !outcome.Repeated || outcome.Reason != touchpoint.Planned {
			t.Errorf("a visit that is delivered again: %+v", outcome)
		}
		for range 2 {
			if outcome := s.take(t, s.Store, s.order(77, ingrid, "Ingrid Quist")); outcome.Reason != touchpoint.Suppressed {
				t.Errorf("a new visit: %+v", outcome)
			}
		}
		again := s.order(0, ingrid, "Ingrid Quist")
		again.Reopened, again.Delivery = true, "once more"
		s.take(t, s.Store, again)
		for _, id := range open {
			if result := s.answer(t, s.Store, id, 1, comment); result != response.Closed {
				t.Errorf("an answer after the erasure is %s", result)
			}
			s.open(t, s.Store, id, 3)
			s.send(t, s.Store, id)
			if inv, err := s.Invitation(t.Context(), id); err != nil || inv.State == survey.Planned || inv.State == survey.Claimed {
				t.Errorf("%+v, %v", inv, err)
			}
		}
		s.drain(t, s.Store)
		after := s.all(t)
		for _, key := range jonasOnly(after, s) {
			delete(after, key)
		}
		for _, told := range tells(t, after) {
			t.Error(told)
		}
		if now := len(s.all(t)); now != before+1 {
			t.Errorf("%d items, %d before and one visit", now, before)
		}
	})
}

func TestAnErasureThatBreaksOffIsFinishedByTheNext(t *testing.T) {
	for life := int64(0); ; life += 1 + life/10 {
		tables, feed := tabletest.Bolt.Open(t)
		s := newShop(t, tables, feed)
		s.lives(t)
		_, err := s.erasure(s.over(mortal{tables, counter(life)}), func() {}).Erase(t.Context(), ingrid, true, noon)
		if life > 1 && err != nil {
			if !fault.Is(err, fault.Transient) || strings.Contains(fault.TextOf(err), "went wrong") {
				t.Errorf("after %d steps: %v", life, err)
			}
			s.take(t, s.Store, s.order(88, ingrid, "Ingrid Quist"))
		}
		s.erase(t, true)
		s.drain(t, s.Store)
		after := s.all(t)
		for _, key := range jonasOnly(after, s) {
			delete(after, key)
		}
		if told := tells(t, after); len(told) > 0 {
			t.Fatalf("broken off after %d steps and run again: %v", life, told)
		}
		if err == nil {
			return
		}
	}
}

// late is an engine whose index of the visits that were decided against is late.
type late struct{ table.Table }

func (l late) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if q.Index != nil && q.Index.Name == table.Also.Name {
		return table.Page{}, nil
	}
	return l.Table.Query(ctx, q)
}

func TestWhatWasJustPlannedIsErasedAlthoughTheIndexIsLate(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		s.take(t, s.Store, s.order(1, ingrid, "Ingrid Quist"))
		over := s.over(late{s.tables})
		if person, err := (privacy.Reader{Archive: over, Hash: s.hash}).Export(t.Context(), ingrid); err != nil || len(person.Events) != 1 {
			t.Errorf("exported %+v, %v", person, err)
		}
		if done, err := s.erasure(over, func() {}).Erase(t.Context(), ingrid, true, noon); err != nil || done.Visits != 1 {
			t.Errorf("%+v, %v", done, err)
		}
		for _, told := range tells(t, s.all(t)) {
			t.Error(told)
		}
	})
}

func TestNobodyIsErasedOrExportedWhoIsNotThere(t *testing.T) {
	onShops(t, func(t *testing.T, s *shop) {
		for address, kind := range map[string]fault.Kind{"nobody@customer.example": fault.NotFound, "nobody": fault.Invalid, "": fault.Invalid} {
			if _, err := s.erasure(s.Store, func() {}).Erase(t.Context(), address, true, noon); !fault.Is(err, kind) || strings.Contains(err.Error(), "nobody") {
				t.Errorf("erase %q: %v", address, err)
			}
			if _, err := (privacy.Reader{Archive: s, Hash: s.hash}).Export(t.Context(), address); !fault.Is(err, kind) || strings.Contains(err.Error(), "nobody") {
				t.Errorf("export %q: %v", address, err)
			}
		}
		if left := s.all(t); len(left) > 0 {
			t.Errorf("it made %v", left)
		}
	})
}
