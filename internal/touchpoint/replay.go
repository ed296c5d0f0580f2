package touchpoint

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"afterword/internal/customer"
	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/survey"
)

// past is a visit that is decided about again.
type past struct {
	Event
	customer customer.ID
	received time.Time
	kept     bool   // it was read back: what visits do not keep is not there
	erased   bool   // and its subject is veiled
	decided  Reason // what was decided then; "" of a visit that is not kept
	id       string // by which its ask is known on the customer's row
}

// replayed is what a program does with some visits.
type replayed struct {
	counts  map[string]map[Reason]int // by touchpoint
	guessed map[Reason]int            // how often a rule could not be asked and nobody knows what it would have said
	mails   map[period.Day]int        // that are planned, by day in the program's zone
}

func (r *replayed) count(touchpoint string, reason Reason) {
	if r.counts[touchpoint] == nil {
		r.counts[touchpoint] = map[Reason]int{}
	}
	r.counts[touchpoint][reason]++
}

// replay decides about visits, in order of when they were received, as p would have. rows are the customers as they are now, with
// the asks alone that are not about any of the visits. before is the program that what was decided then is taken to have followed: where p has another
// setting than it for a rule that cannot be asked, the rule's answer is a guess.
func replay(p, before *program.Program, visits []past, rows map[customer.ID]customer.Customer) replayed {
	r := replayed{map[string]map[Reason]int{}, map[Reason]int{}, map[period.Day]int{}}
	now := map[customer.ID]customer.Customer{}
	seen := map[string]bool{}
	for _, v := range visits {
		touchpoint, refused := r.takenIn(p, before, &v)
		if refused != "" {
			r.count(v.Touchpoint, refused)
			continue
		}
		v.Touchpoint = touchpoint.Name
		c, known := now[v.customer]
		if !known {
			c = rows[v.customer]
			c.ID = v.customer
		}
		if !v.kept {
			if v.Event, known = v.asReported(touchpoint, seen); !known {
				r.count(touchpoint.Name, Repeated)
				continue
			}
			c, _ = heed(c, v.Event)
		}
		metric := string(p.Surveys[touchpoint.Survey].Scale.Metric)
		reason, planned := r.decide(p, before, v, v.of(c))
		r.count(touchpoint.Name, reason)
		if reason == Planned {
			c.Zone = cmp.Or(v.Zone, c.Zone)
			c.Asks = append(slices.Clip(c.Asks), customer.Ask{Invitation: v.id, At: planned, Metric: metric, Touchpoint: touchpoint.Name})
			r.mails[period.DayOf(planned, p.Zone)]++
		}
		if now[v.customer] = c; v.customer == "" {
			delete(now, "")
		}
	}
	return r
}

// takenIn is the touchpoint that the program makes of the visit, and why it makes none. That of a webhook follows from the program's
// rules for the source's event, and so does for how long its subject has to stay as it is.
func (r *replayed) takenIn(p, before *program.Program, v *past) (program.Touchpoint, Reason) {
	name := v.Touchpoint
	if v.kept && v.Name != "" {
		rule, reason, guess := v.ruleIn(p.Sources[v.Source].RulesFor(v.Name), before.Sources[v.Source].RulesFor(v.Name))
		if guess {
			r.guessed[Filtered]++
		}
		if reason != "" {
			return program.Touchpoint{}, reason
		}
		name, v.Quiet = rule.Touchpoint, rule.Quiet
	}
	t, ok := p.Touchpoints[name]
	if !ok {
		return t, Unmapped
	}
	return t, ""
}

// ruleIn is the first of the rules that takes the visit, or why none does. A rule that asks for what is not kept takes what it made the
// same touchpoint of then; where those were other rules, that is a guess.
func (v past) ruleIn(rules, then []program.Rule) (rule program.Rule, reason Reason, guess bool) {
	if len(rules) == 0 {
		return rule, Unmapped, false
	}
	others := !reflect.DeepEqual(rules, then)
	for _, rule := range rules {
		switch {
		case onlyKept(rule.Filter).Fails(v.Properties) != "":
		case !unkept(rule.Filter):
			return rule, "", guess
		case rule.Touchpoint == v.Touchpoint:
			return rule, "", others
		default:
			guess = others
		}
	}
	return rule, Filtered, guess
}

// asReported is the event as intake cleans it; false when it was reported before.
func (v past) asReported(touchpoint program.Touchpoint, seen map[string]bool) (Event, bool) {
	e, err := v.clean(touchpoint, v.customer, v.received)
	id := survey.IDOf(e.Touchpoint, e.Source, e.Subject, 1)
	if err != nil || seen[id] {
		return e, false
	}
	seen[id] = true
	return e, true
}

// of is the customer as he was when the visit was received, as far as that is known: a row says how he is now.
func (v past) of(c customer.Customer) customer.Customer {
	if c.StatusAt.After(v.received) && v.decided != Suppressed {
		c.Status = customer.Reachable
	}
	if v.kept && v.decided == NoConsent {
		c.Agreed = false
	}
	return c
}

// nobody stands for an address that is not known: no rule stops it.
const nobody = "unknown@unknown.invalid"

// decide is the first reason of the policy that stops the ask, or Planned with the time of the mail.
func (r *replayed) decide(p, before *program.Program, v past, c customer.Customer) (Reason, time.Time) {
	if v.kept && (v.decided.certain() || v.decided == Handed && v.customer == "") { // of who is not known, nothing is asked
		return v.decided, time.Time{}
	}
	if v.Address == "" && c.Address != "" {
		v.Address = c.Address
	}
	addressed := v.Address != ""
	if !addressed && c.ID != "" {
		v.Address = nobody
	}
	q := question{program: p, touchpoint: p.Touchpoints[v.Touchpoint], customer: c, event: v.Event, now: v.received}
	q.planned = q.plan()
	then := v.decided.rank()
	for _, rule := range v.rules() {
		rank := rule.reason.rank()
		m, forgets := memories[rule.reason]
		if !forgets || !m.lacks(q, v, addressed) {
			if rule.stops(q) != "" {
				return rule.reason, time.Time{}
			}
			continue
		}
		as := question{program: before, touchpoint: before.Touchpoints[v.Touchpoint]}
		if then < rank || !reflect.DeepEqual(m.setting(q), m.setting(as)) {
			r.guessed[rule.reason]++
		}
		if then == rank {
			return rule.reason, time.Time{}
		}
	}
	switch {
	case v.ByLink:
		return Handed, time.Time{}
	case v.Quiet > 0 && (v.decided == ReopenedSince || v.decided == AskedBefore): // by what is not kept
		return v.decided, time.Time{}
	}
	return Planned, q.planned
}

// certain tells that every program decides so about a visit.
func (r Reason) certain() bool {
	return r == NotFetched || r == NoAddress || r == InvalidAddress || r == Test
}

// rank is how far the policy was asked until the reason stopped it: all the way for Planned and Handed, -1 when nothing was decided.
func (r Reason) rank() int {
	switch r {
	case "":
		return -1
	case Planned, Handed, ReopenedSince, AskedBefore: // all the way
		return len(policy)
	}
	return slices.IndexFunc(policy, func(each rule) bool { return each.reason == r })
}

// memory is of a rule that asks for what may not be known of a past visit: what was decided then answers for it. A visit that it
// stopped then is stopped again, one that came past it then comes past it again, and of one that was stopped before it nobody knows.
type memory struct {
	lacks   func(q question, v past, addressed bool) bool
	setting func(q question) any // of the program, that the rule's answer hangs on
}

var memories = map[Reason]memory{
	Staff: {
		func(q question, _ past, addressed bool) bool { return !addressed && len(q.program.Policy.Staff) > 0 },
		func(q question) any { return slices.Sorted(slices.Values(q.program.Policy.Staff)) },
	},
	RoleAddress: {
		func(q question, _ past, addressed bool) bool { return !addressed && !q.program.Policy.RoleMail },
		func(q question) any { return q.program.Policy.RoleMail },
	},
	NoConsent: {lacksConsent, func(q question) any { return q.program.Policy.Consent }},
	Filtered: {
		func(q question, v past, _ bool) bool {
			return v.kept && unkept(q.touchpoint.Filter) && onlyKept(q.touchpoint.Filter).Fails(v.Properties) == ""
		},
		func(q question) any { return q.touchpoint.Filter },
	},
	NewAccount: {
		func(q question, v past, _ bool) bool { return v.kept && q.touchpoint.MinAge > 0 },
		func(q question) any { return q.touchpoint.MinAge },
	},
	SampledOut: {
		func(q question, v past, _ bool) bool {
			return v.erased && q.touchpoint.Sample > 0 && q.touchpoint.Sample < 1
		},
		func(q question) any { return q.touchpoint.Sample },
	},
	OpenCase: {func(_ question, v past, _ bool) bool { return v.kept }, func(question) any { return nil }},
}

// lacksConsent tells that nobody knows whether consent stood against it: a property that the policy asks for is not kept, or the
// customer has refused since.
func lacksConsent(q question, v past, _ bool) bool {
	if !v.kept {
		return false
	}
	if q.customer.Refused && v.decided.rank() > NoConsent.rank() {
		return true
	}
	return consent(q) == "" && unkept(q.program.Policy.Consent.Properties) && !q.customer.Agreed && !q.program.Sources[v.Source].Agreed
}

// unkept tells that visits do not keep all of the properties.
func unkept(filter program.Filter) bool { return len(onlyKept(filter)) < len(filter) }

// onlyKept is the filter's part about what visits keep.
func onlyKept(filter program.Filter) program.Filter {
	some := maps.Clone(filter)
	maps.DeleteFunc(some, func(name string, _ program.Test) bool { return !slices.Contains(kept, name) })
	return some
}

// inOrder sorts visits by when they were received; of the same time, by what is the same in each replay.
func inOrder(visits []past) {
	slices.SortStableFunc(visits, func(a, b past) int {
		return cmp.Or(a.received.Compare(b.received), a.At.Compare(b.At), cmp.Compare(a.id, b.id))
	})
}
