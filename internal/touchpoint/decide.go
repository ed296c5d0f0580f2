package touchpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// question is what a decision is made on.
type question struct {
	program    *program.Program
	touchpoint program.Touchpoint
	customer   customer.Customer
	event      Event
	now        time.Time
	planned    time.Time
}

// rule is one thing that may stop an ask. It says why, or nothing when it does not stop it.
type rule struct {
	reason Reason
	stops  func(question) (why string)
}

// policy is what may stop an ask, in the order in which it is asked.
var policy = []rule{
	{NotFetched, unfetched}, {NoAddress, addressless}, {InvalidAddress, misaddressed}, {Test, test}, {Staff, staff}, {RoleAddress, role}, {NoConsent, consent}, {Suppressed, suppressed}, {Off, off},
	{Filtered, filtered}, {TooOld, age}, {NewAccount, newcomer}, {SampledOut, sampled}, {OpenCase, openCase}, {Fatigue, fatigue}, {Shadow, shadow},
}

// handing is what may stop a link for a customer. It disturbs nobody, who sees it may pass it by, and the owner has decided for whom
// it is: so neither does it matter whether mail may be sent, nor does it take a place in a fatigue window, nor is it drawn by chance.
var handing = []rule{
	{NoAddress, addressless}, {InvalidAddress, misaddressed}, {Test, test}, {Staff, staff}, {NoConsent, consent}, {Suppressed, erased}, {Off, off},
	{Filtered, filtered}, {TooOld, age}, {NewAccount, newcomer}, {Shadow, shadow},
}

// rules are what may stop an ask about the event.
func (e Event) rules() []rule {
	if e.ByLink {
		return handing
	}
	return policy
}

// Decide tells whether the customer is asked about an event, and why, and makes the invitation if so. The event is clean and names
// one of the program's touchpoints; the customer is as read, with the id alone when not known yet. It is pure: the same question
// has the same answer.
func Decide(p *program.Program, c customer.Customer, e Event, round int, now time.Time) (Decision, *survey.Invitation) {
	q := question{program: p, touchpoint: p.Touchpoints[e.Touchpoint], customer: c, event: e, now: now}
	if !e.ByLink {
		q.planned = q.plan()
	}
	for _, rule := range e.rules() {
		if why := rule.stops(q); why != "" {
			return Decision{rule.reason, why}, nil
		}
	}
	inv := q.invitation(round)
	if e.ByLink {
		inv.State, inv.Handed, inv.ExpiresAt = survey.Handed, true, now.UTC().Truncate(time.Second).Add(q.touchpoint.Expires)
		return HandedUntil(inv.ExpiresAt), &inv
	}
	return PlannedFor(inv.PlannedAt), &inv
}

// PlannedFor is the decision to ask, by a mail that is to leave at a time.
func PlannedFor(t time.Time) Decision { return Decision{Planned, "the survey is planned for " + at(t)} }

// HandedUntil is the decision to ask by a link that is handed to the customer, and is open until a time.
func HandedUntil(t time.Time) Decision {
	return Decision{Handed, "a link to the survey was handed out, which is open until " + at(t)}
}

// HandedToAnybody is the decision that an answer by a link for everybody stands for.
func HandedToAnybody(name string) Decision {
	return Decision{Handed, fmt.Sprintf("somebody answered by the link %q, nobody knows who", name)}
}

// plan is when the mail is to leave: the delay after the visit, or when it has been quiet for long enough, or when the customer's turn says, not before now, in the customer's
// sending hours and on no holiday.
func (q question) plan() time.Time {
	due := q.event.At.Add(max(q.touchpoint.Delay, q.event.Quiet))
	if !q.event.Turn.IsZero() {
		due = q.event.Turn
	}
	if due.Before(q.now) {
		due = q.now
	}
	own := q.event.Zone
	if own == "" {
		own = q.customer.Zone
	}
	return q.program.Policy.NextMail(due, customer.Zone(own, q.program.Zone)).Truncate(time.Second)
}

func (q question) invitation(round int) survey.Invitation {
	e := q.event
	s := q.program.Surveys[q.touchpoint.Survey]
	wanted := e.Language
	if wanted == "" {
		wanted = q.customer.Language
	}
	speak := asked(q.program.Languages, wanted)
	return survey.Invitation{
		ID:         survey.IDOf(e.Touchpoint, e.Source, e.Subject, round),
		State:      survey.Planned,
		Touchpoint: e.Touchpoint,
		Survey:     s.ID,
		Number:     s.Number,
		Metric:     string(s.Scale.Metric),
		Customer:   q.customer.ID,
		Language:   speak,
		Source:     e.Source,
		Subject:    e.Subject,
		Link:       e.Link,
		Round:      round,
		Cuts:       survey.CutsOf(q.program, e.Properties, speak, e.At),
		VisitedAt:  e.At,
		PlannedAt:  q.planned,
	}
}

func unfetched(q question) string { return q.event.Unfetched }

// nobodyKnown tells whether the customer is not known because a test is not worth asking the source for.
func (q question) nobodyKnown() bool { return q.event.Test && q.event.Fetch != "" }

func addressless(q question) string {
	if q.event.Address == "" && !q.nobodyKnown() {
		return "the event has no mail address of the customer"
	}
	return ""
}

func misaddressed(q question) string {
	if !customer.Valid(q.event.Address) && !q.nobodyKnown() {
		return "what the event gives as the customer's mail address is not one"
	}
	return ""
}

func test(q question) string {
	if q.event.Test {
		return "the source marked the event as a test"
	}
	return ""
}

func staff(q question) string {
	domain := q.event.Address[strings.LastIndexByte(q.event.Address, '@'):]
	for _, own := range q.program.Policy.Staff {
		if strings.EqualFold(own, q.event.Address) || strings.EqualFold(own, domain) {
			return "the address belongs to the company's own people"
		}
	}
	return ""
}

func role(q question) string {
	if customer.Role(q.event.Address) && !q.program.Policy.RoleMail {
		return "the mailbox is nobody's own, and the policy does not ask such"
	}
	return ""
}

func consent(q question) string {
	agreed := q.event.Consent == Given || q.customer.Agreed || q.program.Sources[q.event.Source].Agreed
	switch {
	case q.event.Consent == Refused:
		return "the customer does not want to be asked, the source says"
	case q.customer.Refused && q.event.Consent != Given:
		return "the customer does not want to be asked, a source said before"
	}
	if whose := q.wanted(q.program.Policy.Consent); whose != "" && !agreed {
		return "the policy asks " + whose + " only if they agreed, and nothing says that this customer did"
	}
	return ""
}

// wanted tells as one of whose the customer's consent is wanted; "" when it is not. What the visit says is not repeated, because the
// reason outlives the person's erasure.
func (q question) wanted(c program.Consent) (whose string) {
	switch {
	case c.All:
		return "customers"
	case slices.Contains(c.Sources, q.event.Source):
		return "customers of this source"
	}
	if len(c.Countries) > 0 {
		switch country, known := program.Country(q.event.Properties["country"]); {
		case known && slices.Contains(c.Countries, country):
			return "customers of this country"
		case !known && !c.AskUnknownCountry:
			return "customers whose country nobody knows"
		}
	}
	if name := c.Properties.Passes(q.event.Properties); name != "" {
		return fmt.Sprintf("customers with this %q", name)
	}
	return ""
}

func suppressed(q question) string {
	switch q.customer.Status {
	case customer.Reachable:
		return ""
	case customer.Unsubscribed:
		return "the customer unsubscribed"
	case customer.Bounced:
		return "mail to the customer's address came back"
	case customer.Complained:
		return "the customer reported a mail as spam"
	case customer.Erased:
		return "the customer was erased"
	}
	return "the customer may not be mailed"
}

func erased(q question) string {
	if q.customer.Status == customer.Erased {
		return suppressed(q)
	}
	return ""
}

func off(q question) string {
	if q.touchpoint.Off {
		return "the touchpoint is switched off"
	}
	return ""
}

func filtered(q question) string {
	if name := q.touchpoint.Filter.Fails(q.event.Properties); name != "" {
		return fmt.Sprintf("the touchpoint takes only visits with %s %s", name, q.touchpoint.Filter[name])
	}
	return ""
}

func age(q question) string {
	if most := q.touchpoint.MaxAge; most > 0 && q.now.Sub(q.event.At) > most {
		return fmt.Sprintf("the visit was on %s, longer ago than %s", at(q.event.At), span(most))
	}
	if q.event.At.Sub(q.now) >= longestAhead-time.Second { // by then nobody knows what became of it
		return "the appointment is more than a year ahead"
	}
	return ""
}

// newcomer stops who has not been a customer for long enough when the visit happened. Of whom nobody knows since when, it is not asked.
func newcomer(q question) string {
	if least := q.touchpoint.MinAge; least > 0 && !q.event.Since.IsZero() && q.event.At.Sub(q.event.Since) < least {
		return fmt.Sprintf("the customer's account was younger than %s, the least that the touchpoint wants", span(least))
	}
	return ""
}

// sampled draws by touchpoint and subject, so that the same visit always draws the same and another one of the customer draws anew.
func sampled(q question) string {
	sum := sha256.Sum256([]byte(q.event.Touchpoint + "\x00" + q.event.Subject))
	if draw := float64(binary.BigEndian.Uint64(sum[:])) / math.MaxUint64; draw >= q.touchpoint.Sample && q.touchpoint.Sample < 1 {
		return fmt.Sprintf("%g %% of the visits are asked about, this one was not drawn", 100*q.touchpoint.Sample)
	}
	return ""
}

func openCase(q question) string {
	if q.customer.OpenCases > 0 {
		return "somebody is working on a complaint of the customer"
	}
	return ""
}

func shadow(q question) string {
	if q.touchpoint.Shadow {
		if q.event.ByLink {
			return "the touchpoint is in shadow mode; else a link to the survey would be handed out"
		}
		return "the touchpoint is in shadow mode; else the survey would be planned for " + at(q.planned)
	}
	return ""
}
