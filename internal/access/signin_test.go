package access_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"afterword/internal/access"
	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/program"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
)

var morning = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const host = "feedback.acme.example"

// house is a scoreboard's door: the real book of who asked, links and sessions, with a program, a carrier and a pen of the test.
type house struct {
	access.SignIn
	porter  access.Porter
	book    *store.Store
	program *program.Program
	letters []string // the links that were mailed, with who got each
	carrier error
}

func newHouse(t *testing.T) *house {
	t.Helper()
	engine, _ := tabletest.Engines(t)[0].Open(t)
	book := store.New(engine)
	h := &house{book: book, program: &program.Program{Team: []program.Member{
		{Person: program.Person{Name: "Ebba Ek", Address: "ebba@acme.example"}, Role: program.RoleReader},
		{Person: program.Person{Name: "Åke", Address: "ake@acme.example"}, Role: program.RoleReader},
	}}}
	h.SignIn = access.SignIn{Asks: book, Links: book, Sessions: book, Meter: book, Programs: h}
	h.porter = access.Porter{
		Asks: book, Links: book, Meter: book, Programs: h, Writer: pen{}, Carrier: h, Rate: h, Base: "https://" + host + "/", Log: slog.New(slog.DiscardHandler),
	}
	return h
}

func (h *house) Current(context.Context) (*program.Program, error) { return h.program, nil }
func (h *house) Pace(context.Context) error                        { return nil }

func (h *house) Carry(_ context.Context, letter survey.Letter) (string, error) {
	if h.carrier != nil {
		return "", h.carrier
	}
	h.letters = append(h.letters, letter.To+" "+string(letter.Raw))
	return "id", nil
}

type pen struct{}

func (pen) SignIn(_ *program.Program, to program.Member, link string) (survey.Letter, error) {
	return survey.Letter{Kind: access.LetterKind, To: to.Address, Raw: []byte(link)}, nil
}

// walk lets the porter see to who asked.
func (h *house) walk(t *testing.T, now time.Time) error {
	t.Helper()
	var entries []agenda.Entry
	for shard := range agenda.Shards {
		page, _, err := h.book.Due(t.Context(), shard, now, 100, "")
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, page...)
	}
	return h.porter.Handle(t.Context(), entries, agenda.Walk{Now: func() time.Time { return now }, End: now.Add(agenda.Budget)})
}

// mailed asks for a link and returns the secret in the mail.
func (h *house) mailed(t *testing.T, address string, now time.Time) string {
	t.Helper()
	if err := h.Ask(t.Context(), address, "/scores", now); err != nil {
		t.Fatal(err)
	}
	if err := h.walk(t, now); err != nil {
		t.Fatal(err)
	}
	if len(h.letters) == 0 {
		t.Fatal("no link was mailed")
	}
	return h.letters[len(h.letters)-1][strings.LastIndexByte(h.letters[len(h.letters)-1], '/')+1:]
}

func TestWhoAsksIsMailedALinkThatLetsInOnce(t *testing.T) {
	h := newHouse(t)
	secret := h.mailed(t, " EBBA@Acme.example", morning)
	if want := "ebba@acme.example https://feedback.acme.example/sign-in/" + secret; h.letters[0] != want || len(secret) != 43 {
		t.Errorf("mailed %q, want %q", h.letters[0], want)
	}
	for range 3 { // a scanner opens it again and again
		if m, err := h.Look(t.Context(), secret, host, morning.Add(time.Minute)); m.Name != "Ebba Ek" || err != nil {
			t.Fatal(m, err)
		}
	}
	session, to, err := h.Enter(t.Context(), secret, host, morning.Add(time.Minute))
	if err != nil || to != "/scores" {
		t.Fatal(to, err)
	}
	if v, err := h.Visitor(t.Context(), session, host, morning.Add(time.Minute)); v.Name != "Ebba Ek" || v.Role != program.RoleReader || err != nil {
		t.Error(v, err)
	}
	if _, _, err := h.Enter(t.Context(), secret, host, morning.Add(time.Minute)); !fault.Is(err, fault.Closed) {
		t.Errorf("a used link lets in: %v", err)
	}
	if _, err := h.Look(t.Context(), secret, host, morning.Add(time.Minute)); !fault.Is(err, fault.Closed) {
		t.Errorf("a used link looks good: %v", err)
	}
}

func TestALinkThatLetsNobodyInSaysTheSameWhyEver(t *testing.T) {
	forged, _ := access.NewSecret()
	var said string
	for _, row := range []struct {
		name   string
		host   string
		after  time.Duration
		secret func(string) string
		before func(*house)
	}{
		{"forged", host, time.Minute, func(string) string { return forged }, nil},
		{"mutilated", host, time.Minute, func(s string) string { return s[:42] }, nil},
		{"another spelling of it", host, time.Minute, func(s string) string { return s[:20] + "\n" + s[20:] }, nil},
		{"loosely spelled", host, time.Minute, func(s string) string { return s[:42] + string(s[42]+1) }, nil},
		{"none", host, time.Minute, func(string) string { return "" }, nil},
		{"expired", host, access.LinkTime, nil, nil},
		{"of another host", "feedback.evil.example", time.Minute, nil, nil},
		{"of another port", host + ":8443", time.Minute, nil, nil},
		{"of who left the team", host, time.Minute, nil, func(h *house) { h.program = &program.Program{Team: h.program.Team[1:]} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			secret := h.mailed(t, "ebba@acme.example", morning)
			if row.secret != nil {
				secret = row.secret(secret)
			}
			if row.before != nil {
				row.before(h)
			}
			_, err := h.Look(t.Context(), secret, row.host, morning.Add(row.after))
			session, _, err2 := h.Enter(t.Context(), secret, row.host, morning.Add(row.after))
			if !fault.Is(err, fault.Closed) || !fault.Is(err2, fault.Closed) || session != "" {
				t.Errorf("%v; %v; session %q", err, err2, session)
			}
			if said == "" {
				said = fault.TextOf(err)
			}
			if fault.TextOf(err) != said || fault.TextOf(err2) != said {
				t.Errorf("it says %q and %q, another says %q", fault.TextOf(err), fault.TextOf(err2), said)
			}
		})
	}
}

func TestASessionIsOverWhenAnyOfItsLimitsIsReached(t *testing.T) {
	for _, row := range []struct {
		name   string
		after  time.Duration
		host   string
		in     bool
		before func(*house)
	}{
		{"used in time", access.IdleTime - time.Second, host, true, nil},
		{"not used", access.IdleTime, host, false, nil},
		{"at another host", time.Minute, "feedback.evil.example", false, nil},
		{"left the team", time.Minute, host, false, func(h *house) { h.program = &program.Program{Team: h.program.Team[1:]} }},
		{"another role", time.Minute, host, false, func(h *house) {
			team := []program.Member{h.program.Team[0]}
			team[0].Role = "owner"
			h.program = &program.Program{Team: team}
		}},
		{"all sessions were ended", time.Minute, host, false, func(h *house) {
			h.program = &program.Program{Team: h.program.Team, SessionsFrom: morning.Add(time.Second)}
		}},
		{"those before were ended", time.Minute, host, true, func(h *house) {
			h.program = &program.Program{Team: h.program.Team, SessionsFrom: morning}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			session, _, err := h.Enter(t.Context(), h.mailed(t, "ebba@acme.example", morning), host, morning)
			if err != nil {
				t.Fatal(err)
			}
			was := h.program
			if row.before != nil {
				row.before(h)
			}
			_, err = h.Visitor(t.Context(), session, row.host, morning.Add(row.after))
			if in := err == nil; in != row.in || !in && !fault.Is(err, fault.Unauthorized) {
				t.Errorf("%v, want in to be %v", err, row.in)
			}
			h.program = was
			_, err = h.Visitor(t.Context(), session, host, morning.Add(row.after))
			if stays := row.in || row.host != host; stays != (err == nil) {
				t.Errorf("afterwards: %v", err) // what was over stays so, and what was stolen does not end the owner's
			}
		})
	}
}

func TestASessionInUseLastsAWorkingDay(t *testing.T) {
	h := newHouse(t)
	session, _, err := h.Enter(t.Context(), h.mailed(t, "ebba@acme.example", morning), host, morning)
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Hour; at < 15*time.Hour; at += time.Hour {
		if _, err := h.Visitor(t.Context(), session, host, morning.Add(at)); (err == nil) != (at < access.SessionTime) {
			t.Errorf("after %s: %v", at, err)
		}
	}
}

func TestAFormIsOneOfTheVisitorsOwn(t *testing.T) {
	h := newHouse(t)
	var visitors []access.Visitor
	for _, address := range []string{"ebba@acme.example", "ake@acme.example"} {
		session, _, err := h.Enter(t.Context(), h.mailed(t, address, morning), host, morning)
		if err != nil {
			t.Fatal(err)
		}
		v, err := h.Visitor(t.Context(), session, host, morning)
		if err != nil {
			t.Fatal(err)
		}
		visitors = append(visitors, v)
	}
	v := visitors[0]
	first, second := v.Form(), v.Form()
	if first == second || !v.Sent(first) || !v.Sent(second) {
		t.Errorf("%q and %q", first, second)
	}
	for _, form := range []string{"", "x", visitors[1].Form(), (access.Visitor{}).Form(), first[:42], first + "AA", strings.Repeat("A", len(first))} {
		if v.Sent(form) || (access.Visitor{}).Sent(form) {
			t.Errorf("%q is taken for one of ours", form)
		}
	}
}

func TestWhoSignsOutIsOut(t *testing.T) {
	h := newHouse(t)
	session, _, err := h.Enter(t.Context(), h.mailed(t, "ebba@acme.example", morning), host, morning)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"nothing of ours", session, session} {
		if err := h.Leave(t.Context(), secret); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.Visitor(t.Context(), session, host, morning); !fault.Is(err, fault.Unauthorized) {
		t.Error(err)
	}
}

func TestStrangersAreAnsweredAsTheTeamIsAndMailedNothing(t *testing.T) {
	h := newHouse(t)
	for _, address := range []string{"stranger@acme.example", "ebba@acme.example.evil.example"} {
		if err := h.Ask(t.Context(), address, "/", morning); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, none := range []string{"", "ebba", "ebba@", "Ebba <ebba@acme.example>", "ebba@acme.example\nake@acme.example"} {
		if err := h.Ask(t.Context(), none, "/", morning); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", none, err)
		}
	}
	if err := h.walk(t, morning); err != nil || len(h.letters) > 0 {
		t.Errorf("%v, mailed %v", err, h.letters)
	}
	if _, err := h.book.Ask(t.Context(), access.WhoOf("stranger@acme.example")); !fault.Is(err, fault.NotFound) {
		t.Errorf("the stranger is remembered: %v", err)
	}
}

func TestAFloodOfAsksIsTurnedAway(t *testing.T) {
	h := newHouse(t)
	for i := range access.AsksPerMinute {
		if err := h.Ask(t.Context(), fmt.Sprintf("a%d@evil.example", i), "/", morning); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Ask(t.Context(), "ebba@acme.example", "/", morning); !fault.Is(err, fault.TooMany) {
		t.Error(err)
	}
	if err := h.Ask(t.Context(), "ebba@acme.example", "/", morning.Add(time.Minute)); err != nil {
		t.Error(err)
	}
}

// Whoever asks in somebody's name again and again neither fills the mailbox nor keeps them out: they have a link that works.
func TestAMailboxIsNotFilledAndAlwaysHasALinkThatWorks(t *testing.T) {
	h := newHouse(t)
	for minute := range 60 {
		now := morning.Add(time.Duration(minute) * time.Minute)
		secret := h.mailed(t, "ebba@acme.example", now)
		if _, err := h.Look(t.Context(), secret, host, now); err != nil {
			t.Errorf("minute %d: %v", minute, err)
		}
	}
	if len(h.letters) != 4*access.LinksPerQuarter {
		t.Errorf("%d mails in an hour", len(h.letters))
	}
}

func TestWhatCannotBeMailedWaitsOrIsForgotten(t *testing.T) {
	for _, row := range []struct {
		name   string
		says   error
		after  time.Duration // that SES takes mail again
		mailed int
		fails  bool
	}{
		{"throttled", survey.ErrThrottled, time.Minute, 1, true},
		{"nobody knows", errors.New("no answer"), time.Minute, 1, true},
		{"refused for good", survey.ErrRefused, time.Minute, 0, false},
		{"too late for whoever waits", survey.ErrThrottled, access.LinkTime, 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t)
			h.carrier = row.says
			if err := h.Ask(t.Context(), "ebba@acme.example", "/", morning); err != nil {
				t.Fatal(err)
			}
			if err := h.walk(t, morning); (err != nil) != row.fails {
				t.Error(err)
			}
			h.carrier = nil
			for range 2 {
				if err := h.walk(t, morning.Add(row.after)); err != nil {
					t.Error(err)
				}
			}
			if len(h.letters) != row.mailed {
				t.Errorf("mailed %v", h.letters)
			}
		})
	}
}
