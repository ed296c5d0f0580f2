package touchpoint_test

import (
	"testing"
	"time"

	"afterword/internal/program"
	"afterword/internal/touchpoint"
)

func TestARuleSaysWhatMakesAVisitUnique(t *testing.T) {
	event := touchpoint.Event{Source: "shopify", Subject: "#1030", Delivery: "d-1", Address: "Maria@customer.example", Properties: map[string]string{"Invoice": "F-2026-88", "order": " ", "mail": "maria@customer.example"}}
	addressless, mute, garbled := event, event, event
	addressless.Address, mute.Delivery, garbled.Address = "", "", "maria"
	for _, row := range []struct {
		rule    string
		subject string
		event   touchpoint.Event
		want    string
	}{
		{"what the sender says", "", event, "#1030"},
		{"each delivery", program.DeliverySubject, event, "d-1"},
		{"a sender that names no deliveries", program.DeliverySubject, mute, "#1030"},
		{"once for each customer", program.CustomerSubject, event, string(hasher(t).ID("maria@customer.example"))},
		{"nobody knows which customer", program.CustomerSubject, addressless, "#1030"},
		{"an address that is none", program.CustomerSubject, garbled, "#1030"},
		{"a property", "invoice", event, "F-2026-88"},
		{"a property that says nothing", "order", event, "#1030"},
		{"a property that the event lacks", "contract", event, "#1030"},
		{"a property that is an address, which is not kept", "mail", event, string(hasher(t).ID("maria@customer.example"))},
	} {
		book := &page{}
		take(t, book, row.event.By(program.Rule{Touchpoint: "purchase", Subject: row.subject}))
		v := book.entered.Visit
		if v.Subject != row.want || v.Properties["invoice"] != "" {
			t.Errorf("%s: %q, kept %v", row.rule, v.Subject, v.Properties)
		}
	}
}

func TestTheMailWaitsForTheLongerOfDelayAndQuiet(t *testing.T) {
	for quiet, want := range map[time.Duration]time.Duration{0: 2 * day, time.Hour: 2 * day, 3 * day: 3 * day} {
		book := &page{}
		e := order()
		e.At = noon
		take(t, book, e.By(program.Rule{Touchpoint: "purchase", Quiet: quiet}))
		if got := book.entered.Invitation.PlannedAt.Sub(noon); got != want {
			t.Errorf("quiet for %s: the mail leaves after %s", quiet, got)
		}
	}
}
