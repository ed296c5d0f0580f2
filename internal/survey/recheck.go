package survey

import (
	"time"

	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
)

// Why an invitation was ended before it was sent. A suppressed one carries the customer's status instead.
const (
	WhyLate       = "late"        // a day past its time
	WhyOff        = "off"         // its touchpoint or its survey is no longer asked about
	WhyNoCustomer = "no-customer" // the customer's row is gone
	WhyNoAddress  = "no-address"
	WhyNoConsent  = "no-consent" // refused since it was planned
	WhyRefused    = "refused"    // by the carrier, for good
	WhyReopened   = "the subject was reopened"
	WhyErased     = string(customer.Erased)
)

// standing is what is to be done with an invitation, or its reminder, whose entry is due.
type standing int

const (
	toSend   standing = iota
	toStop            // it may not be sent
	toLose            // its sender is dead: nobody knows whether it was sent
	toDrop            // the entry leads nowhere
	underWay          // somebody is sending it
)

// standingOf tells how an invitation stands whose time has come; due is when that was, which is later than planned when its customer's
// hours or a holiday put it off. A subject that was reopened has cancelled it, which shows as a state that
// is not planned; one that was claimed at that moment is cancelled when it is put back.
func standingOf(inv Invitation, due, now time.Time) standing {
	switch {
	case inv.ID == "":
		return toDrop
	case inv.State == Planned && !now.Before(due.Add(patience)):
		return toStop
	case inv.State == Planned:
		return toSend
	case inv.State == Claimed && now.Sub(inv.ClaimedAt) > abandoned:
		return toLose
	case inv.State == Claimed:
		return underWay
	}
	return toDrop
}

// reminderStandingOf tells how the reminder of an invitation stands whose time has come: there is one at most, for those who have
// not answered and still can.
func reminderStandingOf(inv Invitation, now time.Time) standing {
	switch {
	case inv.Reminder == ReminderClaimed && now.Sub(inv.RemindedAt) > abandoned:
		return toLose
	case inv.Reminder == ReminderClaimed:
		return underWay
	case inv.State != Sent || inv.Reminder != "" || !inv.BouncedAt.IsZero() || !inv.ComplainedAt.IsZero() || !now.Before(inv.ExpiresAt):
		return toDrop
	}
	return toSend
}

// objection is why an invitation may not be mailed after all; an empty State says that it may.
type objection struct {
	State State
	Why   string
}

// objectionTo asks once more, with the customer as he is now, because anything may have happened since it was planned.
func objectionTo(p *program.Program, inv Invitation, c customer.Customer) objection {
	touchpoint, on := p.Touchpoints[inv.Touchpoint]
	_, known := p.Surveys[inv.Survey]
	switch {
	case !on || !known || touchpoint.Off || touchpoint.Shadow:
		return objection{Cancelled, WhyOff}
	case c.ID == "":
		return objection{Suppressed, WhyNoCustomer}
	case c.Status != customer.Reachable:
		return objection{Suppressed, string(c.Status)}
	case c.Refused:
		return objection{Suppressed, WhyNoConsent}
	case c.Address == "":
		return objection{Suppressed, WhyNoAddress}
	}
	return objection{}
}

// punctual is how much later than its time a letter may leave without asking again whether the customer is to be mailed at this hour.
const punctual = time.Hour

// nextHour is when a letter may leave that was due at a time: at once, which is the zero time, or, when it is late by now or a holiday
// was declared meanwhile, when the customer's next sending hours begin.
func nextHour(p *program.Program, c customer.Customer, due, now time.Time) time.Time {
	today := period.DayOf(now, customer.Zone(c.Zone, p.Zone))
	if now.Sub(due) <= punctual && !p.Policy.Holiday(today) {
		return time.Time{}
	}
	if next := hourFor(p, c, now); next.After(now) {
		return next
	}
	return time.Time{}
}

// hourFor moves a time into the customer's sending hours, past holidays.
func hourFor(p *program.Program, c customer.Customer, at time.Time) time.Time {
	return p.Policy.NextMail(at, customer.Zone(c.Zone, p.Zone)).Truncate(time.Second)
}
