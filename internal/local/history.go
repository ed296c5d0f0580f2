package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"afterword/internal/followup"
	"afterword/internal/survey"
	"afterword/internal/webhook"
)

// The seeded history: what a small shop would have seen in a quarter. It is invented, always the same for the same time, and made by
// the handlers themselves: webhooks in, mails out, answers by the links in the mails.
const (
	historyWeeks  = 13
	historyVisits = 600
	historyPeople = 450
)

// history plays invented people against the system.
type history struct {
	s    *System
	r    *rand.Rand
	todo []act // in order of time
	seen int   // mails looked at
}

// act is something that somebody does at a time.
type act struct {
	at time.Time
	do func(context.Context) error
}

// seedHistory fills an empty system with the weeks before now. It leaves the clock at now.
func (s *System) seedHistory(ctx context.Context, now time.Time) error {
	begin := now.AddDate(0, 0, -7*historyWeeks)
	h := &history{s: s, r: rand.New(rand.NewPCG(13, 600))}
	people := make([]person, historyPeople)
	for n := range people {
		people[n] = inventPerson(h.r, n+1)
	}
	sources := s.current(ctx).Sources
	for n := range historyVisits {
		at := begin.Add(time.Duration(h.r.Int64N(int64(now.Sub(begin))))).Truncate(time.Second)
		v := inventVisit(h.r, n, pick(h.r, people), at)
		if _, known := sources[v.source]; !known {
			continue // a program of the owner's own
		}
		h.plan(at, func(ctx context.Context) error { return h.deliver(ctx, v) })
	}
	s.clock.stand(begin)
	s.restart(begin)
	for len(h.todo) > 0 && h.todo[0].at.Before(now) {
		next := h.todo[0]
		h.todo = h.todo[1:]
		if err := s.Advance(ctx, next.at); err != nil {
			return err
		}
		h.readMails()
		if err := next.do(ctx); err != nil {
			return fmt.Errorf("seed, %s: %w", next.at.Format(time.RFC3339), err)
		}
	}
	if err := s.Advance(ctx, now); err != nil {
		return err
	}
	if _, known := sources["shopify"]; !known {
		return nil
	}
	return h.chatter(ctx)
}

// chatter is what a shop reports that nobody is asked about.
func (h *history) chatter(ctx context.Context) error {
	for _, name := range []string{"products/update", "products/update", "products/update", "inventory_levels/update", "products/update"} {
		if _, err := h.s.hook(ctx, "shopify", topic(name), []byte(`{"id": 788032119674292922}`)); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	return nil
}

func (h *history) plan(at time.Time, do func(context.Context) error) {
	place, _ := slices.BinarySearchFunc(h.todo, at, func(a act, at time.Time) int { return cmp.Or(a.at.Compare(at), -1) })
	h.todo = slices.Insert(h.todo, place, act{at, do})
}

func (h *history) between(least, most time.Duration) time.Time {
	return h.s.clock.Now().Add(least + time.Duration(h.r.Int64N(int64(most-least)))).Truncate(time.Second)
}

func (h *history) chance(percent int) bool { return h.r.IntN(100) < percent }

func (h *history) deliver(ctx context.Context, v visit) error {
	_, err := h.s.hook(ctx, v.source, topic(v.topic), v.body)
	return err
}

// readMails lets everybody who got a mail since the last look decide what to do about it.
func (h *history) readMails() {
	mails := h.s.mailbox.All()
	for _, m := range mails[h.seen:] {
		h.r = handOf(m)
		switch m.Kind {
		case survey.SurveyLetter:
			h.read(m, 38)
		case survey.ReminderLetter:
			h.read(m, 14)
		case followup.LetterKind:
			h.work(m)
		}
	}
	h.seen = len(mails)
}

// handOf is the chance that decides what becomes of a mail: always the same for the same mail, whatever order the mails of a minute
// left in.
func handOf(m Captured) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, m.Kind, m.To, m.At.Unix(), m.About())
	return rand.New(rand.NewPCG(h.Sum64(), 13))
}

var (
	surveyPath      = regexp.MustCompile(`/s/[A-Za-z0-9_-]{47}`)
	unsubscribePath = regexp.MustCompile(`/u/[A-Za-z0-9_-]{47}`)
	casePath        = regexp.MustCompile(`/c/[A-Za-z0-9_-]{47}`)
)

// read is a customer with a survey mail: answers, clicks and wanders off, unsubscribes, or does not exist; or does nothing.
func (h *history) read(m Captured, answering int) {
	opened, err := m.Open()
	if err != nil {
		return
	}
	page := surveyPath.FindString(opened.Text)
	switch k := h.r.IntN(100); {
	case k < answering:
		form := h.choose(m)
		h.plan(h.between(3*time.Minute, 20*time.Hour), func(ctx context.Context) error {
			return h.visit(ctx, page, form)
		})
	case k < answering+6: // a click and nothing more
		clicked := page + "?r=" + h.choose(m).Get("rating")
		h.plan(h.between(3*time.Minute, 9*time.Hour), func(ctx context.Context) error {
			_, err := h.s.request(ctx, http.MethodGet, clicked, nil)
			return err
		})
	case k < answering+8:
		h.plan(h.between(time.Minute, time.Hour), func(ctx context.Context) error {
			_, err := h.s.request(ctx, http.MethodPost, unsubscribePath.FindString(opened.Text), url.Values{"List-Unsubscribe": {"One-Click"}})
			return err
		})
	case k < answering+10:
		h.plan(h.between(time.Second, time.Minute), func(ctx context.Context) error {
			event, err := EventAbout("bounce", m, h.s.clock.Now())
			if err != nil {
				return err
			}
			_, err = h.s.send(ctx, http.MethodPost, "/local/ses-event", http.Header{"Content-Type": {"application/json"}}, event)
			return err
		})
	}
}

// visit opens the page by the rating's link, as a person does, and sends the answer.
func (h *history) visit(ctx context.Context, page string, form url.Values) error {
	if _, err := h.s.request(ctx, http.MethodGet, page+"?r="+form.Get("rating"), nil); err != nil {
		return err
	}
	_, err := h.s.request(ctx, http.MethodPost, page, form)
	return err
}

// How people rate, by touchpoint: what share of answers each rating gets, from the scale's lowest.
var ratings = map[string][]int{
	"purchase":   {4, 6, 12, 35, 43},                    // CSAT 1-5
	"support":    {12, 13, 10, 27, 38},                  // CES 1-5
	"onboarding": {1, 1, 1, 2, 2, 5, 7, 12, 24, 25, 20}, // NPS 0-10
}

func (h *history) choose(m Captured) url.Values {
	lowest, shares := 1, ratings["support"]
	switch touchpoint := h.touchpointOf(m); touchpoint {
	case "onboarding":
		lowest, shares = 0, ratings[touchpoint]
	case "purchase":
		shares = ratings[touchpoint]
	}
	at, left := 0, h.r.IntN(100)
	for at < len(shares)-1 && left >= shares[at] {
		left -= shares[at]
		at++
	}
	form := url.Values{"rating": {strconv.Itoa(lowest + at)}, "act": {"explicit"}}
	happy := at*2 > len(shares)
	if talks := map[bool]int{true: 15, false: 55}; h.chance(talks[happy]) {
		form.Set("comment", pick(h.r, comments[happy][pick(h.r, []string{"en", "sv", "nl", "zh"})]))
	}
	return form
}

// work is somebody at a desk with a task mail.
func (h *history) work(m Captured) {
	opened, err := m.Open()
	page := casePath.FindString(opened.Text)
	if err != nil || page == "" || !h.chance(85) {
		return
	}
	do := func(step string, also url.Values) func(context.Context) error {
		return func(ctx context.Context) error {
			form := url.Values{"do": {step}}
			for name, values := range also {
				form[name] = values
			}
			_, err := h.s.request(ctx, http.MethodPost, page, form)
			if refused := (refusal{}); errors.As(err, &refused) && refused.status == http.StatusConflict {
				return nil // a colleague was faster
			}
			return err
		}
	}
	h.plan(h.between(20*time.Minute, 5*time.Hour), do("take", nil))
	end, how := "resolved", "Called, apologised and sent a new one."
	if h.chance(15) {
		end, how = "lost", "Had bought elsewhere already."
	}
	h.plan(h.between(6*time.Hour, 50*time.Hour), do(end, url.Values{"outcome": {how}, "cause": {"late delivery"}}))
}

// topic are the headers by which Shopify says what happened; none for "".
func topic(name string) http.Header {
	if name == "" {
		return http.Header{}
	}
	return http.Header{"X-Shopify-Topic": {name}}
}

// hook signs a payload as the source would, sends it to its hook, and returns what the hook answered.
func (s *System) hook(ctx context.Context, source string, header http.Header, body []byte) (string, error) {
	secrets, err := s.senderSecrets(ctx, source)
	if err != nil {
		return "", err
	}
	signed, body, err := webhook.Sign(s.current(ctx).Sources[source], secrets, body, s.clock.Now())
	if err != nil {
		return "", err
	}
	header = header.Clone()
	maps.Copy(header, signed)
	header.Set("Content-Type", "application/json")
	return s.send(ctx, http.MethodPost, "/hooks/"+source, header, body)
}

// touchpointOf is what a survey mail asks about.
func (h *history) touchpointOf(m Captured) string {
	inv, err := h.s.parts.Store.Invitation(context.Background(), m.Tags[survey.TagInvitation])
	if err != nil {
		return ""
	}
	return inv.Touchpoint
}

// caseLink is the link of a case for the first person of its desk, as the task mail has it.
func (s *System) caseLink(id string) string {
	secret, err := s.parts.Secrets.Secret(context.Background())
	if err != nil {
		return ""
	}
	return survey.Links{Keys: secret.Links}.Case(id, 0)
}
