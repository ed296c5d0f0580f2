package followup_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/followup"
	"afterword/internal/response"
)

// Whoever was unhappy at the counter is nobody's customer: the case is worked all the same.
func TestACaseOfNobodyIsWorkedLikeOthers(t *testing.T) {
	w := newWorld()
	somebody := answer(1, monday)
	somebody.Handed, somebody.Customer, somebody.Subject, somebody.Cuts = true, "", "", map[string]string{"channel": "counter"}
	w.comes(t, monday, somebody)
	if c := w.cases["i"]; c.State != followup.Open || c.Customer != "" {
		t.Fatalf("%+v", c)
	}
	if n := w.customers["maria"].OpenCases; n != 0 || len(w.customers) != 1 {
		t.Errorf("somebody else has %d open cases of %d customers", n, len(w.customers))
	}
	mustWalk(t, w, monday.Add(5*time.Minute))
	if len(w.mails) != 1 || !w.mails[0].Record.Anybody() || w.mails[0].Customer.Address != "" {
		t.Fatalf("%d mails", len(w.mails))
	}
	w.comes(t, monday.Add(time.Hour), edited(somebody, monday.Add(time.Hour), withdrawn))
	if c := w.cases["i"]; c.State != followup.Cancelled {
		t.Errorf("withdrawn, the case is %s", c.State)
	}
	if diff := cmp.Diff([]string{followup.Opened, followup.Mailed, followup.Withdrawn}, w.whats("i")); diff != "" {
		t.Error(diff)
	}
	var none []response.Record
	if diff := cmp.Diff(none, w.mails[0].Earlier); diff != "" {
		t.Error(diff)
	}
}
