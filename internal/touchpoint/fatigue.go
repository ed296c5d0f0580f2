package touchpoint

import (
	"fmt"
	"strings"
	"time"

	"afterword/internal/customer"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// history is how many of a customer's asks are remembered when no window needs them any more: a desk that works a complaint sees
// what the customer answered before.
const history = 5

// fatigue keeps the planned times of two asks of one customer apart, before and after, by the window over all surveys, by the one
// about the same touchpoint and by the one for the same metric. Exactly a window apart is allowed.
func fatigue(q question) string {
	metric := string(q.program.Surveys[q.touchpoint.Survey].Scale.Metric)
	for _, ask := range q.customer.Asks {
		if ask.Handed {
			continue
		}
		apart := q.planned.Sub(ask.At).Abs()
		switch {
		case apart < q.program.Policy.AllWindow:
			return fmt.Sprintf("another survey of the customer has its time on %s; between two there are at least %s", at(ask.At), span(q.program.Policy.AllWindow))
		case ask.Touchpoint == q.event.Touchpoint && apart < q.touchpoint.Window:
			return fmt.Sprintf("another survey of the customer about this touchpoint has its time on %s; between two there are at least %s", at(ask.At), span(q.touchpoint.Window))
		case ask.Metric == metric && apart < q.program.Policy.MetricWindow:
			return fmt.Sprintf("another %s survey of the customer has its time on %s; between two there are at least %s", metric, at(ask.At), span(q.program.Policy.MetricWindow))
		}
	}
	return ""
}

// free is the first time from then on at which fatigue is in nobody's way.
func free(p *program.Program, t program.Touchpoint, c customer.Customer, from time.Time) time.Time {
	metric := string(p.Surveys[t.Survey].Scale.Metric)
	for again := true; again; {
		again = false
		for _, ask := range c.Asks {
			window := p.Policy.AllWindow
			if ask.Touchpoint == t.Name {
				window = max(window, t.Window)
			}
			if ask.Metric == metric {
				window = max(window, p.Policy.MetricWindow)
			}
			if !ask.Handed && from.Sub(ask.At).Abs() < window {
				from, again = ask.At.Add(window), true
			}
		}
	}
	return from
}

// learn is the customer after a decision: who it is now, by the newest event, and with the ask that was planned. changed tells
// whether that is news: a visit that leads to nothing leaves the customer's row alone, and makes none, unless it tells of a consent.
func learn(p *program.Program, c customer.Customer, e Event, inv *survey.Invitation, now time.Time) (after customer.Customer, changed bool) {
	c, changed = heed(c, e)
	if inv == nil {
		return c, changed
	}
	c.Address = e.Address
	for _, known := range []struct {
		kept *string
		said string
	}{{&c.Name, e.Person}, {&c.Language, e.Language}, {&c.Zone, e.Zone}} {
		if known.said != "" {
			*known.kept = known.said
		}
	}
	c.Since = since(p, c, e)
	c.Prune(forgotten(p, c.Asks, now))
	ask := customer.Ask{Invitation: inv.ID, At: inv.PlannedAt, Metric: inv.Metric, Touchpoint: inv.Touchpoint, Handed: inv.Handed}
	if ask.Handed {
		ask.At = inv.VisitedAt
	}
	c.AddAsk(ask)
	return c, true
}

// since is when the customer became one, by the earliest that a source said. Only turns ask for it, which no source reports: where no
// touchpoint comes round, no row grows by it.
func since(p *program.Program, c customer.Customer, e Event) time.Time {
	told := e.Since.UTC().Truncate(time.Second)
	if told.IsZero() || !c.Since.IsZero() && !told.Before(c.Since) {
		return c.Since
	}
	for _, touchpoint := range p.Touchpoints {
		if touchpoint.Every != "" {
			return told
		}
	}
	return c.Since
}

// heed is the customer after what the source says about consent, and whether that is news. It holds for every other source too, so
// that it does not matter what was decided. Tests say nothing about anybody, and who was erased is not written about any more.
func heed(c customer.Customer, e Event) (after customer.Customer, changed bool) {
	if e.Consent != Given && e.Consent != Refused || e.Test || c.ID == "" || c.Status == customer.Erased {
		return c, false
	}
	given := e.Consent == Given
	changed = c.Agreed != given || c.Refused == given
	c.Agreed, c.Refused = given, !given
	return c, changed
}

// forgotten is the time before which asks stand in nobody's way any more; the last few are remembered all the same.
func forgotten(p *program.Program, asks []customer.Ask, now time.Time) time.Time {
	spare := len(asks) - history
	if spare <= 0 {
		return time.Time{}
	}
	longest := max(p.Policy.AllWindow, p.Policy.MetricWindow)
	for _, touchpoint := range p.Touchpoints {
		longest = max(longest, touchpoint.Window)
		if touchpoint.Every != "" { // whose turn was in this period has none again
			longest = max(longest, 366*24*time.Hour)
		}
	}
	before := now.Add(-longest)
	if asks[spare].At.Before(before) {
		return asks[spare].At
	}
	return before
}

// at is a time for the owner to read.
func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// span is a duration for the owner to read: whole days as days, else hours and minutes.
func span(d time.Duration) string {
	if day := 24 * time.Hour; d%day == 0 {
		if d == day {
			return "1 day"
		}
		return fmt.Sprintf("%d days", d/day)
	}
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
}
