package store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"afterword/internal/customer"
	"afterword/internal/fault"
	"afterword/internal/followup"
	"afterword/internal/privacy"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/tally"
	"afterword/internal/touchpoint"
)

// The one who is erased, and what of her must not be found afterwards.
const (
	ingrid  = "Ingrid.Quist@Customer.example"
	comment = "the lid was crooked"
	outcome = "I phoned Ms Quist"
)

var secrets = []string{"ingrid.quist", "quist", comment, "4711-", "admin/orders"}

// shop is a store with everything that happens around it, at one time.
type shop struct {
	*Store
	tables table.Table
	feed   table.Feed
	hash   customer.Hasher
	at     map[string]string // how far the feed was read
	orders []touchpoint.Event
}

func newShop(t testing.TB, tables table.Table, feed table.Feed) *shop {
	t.Helper()
	hash, err := customer.NewHasher(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{tables: tables, feed: feed, hash: hash, at: map[string]string{}}
	s.Store = s.over(tables)
	return s
}

// over is a store of another process over the same tables, which does not wait between tries.
func (s *shop) over(tables table.Table) *Store {
	other := New(tables)
	other.pause = func(context.Context, time.Duration) error { return nil }
	return other
}

// Current is a program with one touchpoint, whose customers may be asked at any time.
func (s *shop) Current(ctx context.Context) (*program.Program, error) {
	p, err := care{}.Current(ctx)
	support := p.Touchpoints["support"]
	support.Sample, support.MaxAge, support.Expires = 1, 24*time.Hour, 30*24*time.Hour
	p.Touchpoints["support"] = support
	return p, err
}

func (s *shop) program(t testing.TB) *program.Program {
	p, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *shop) order(n int, address, name string) touchpoint.Event {
	return touchpoint.Event{
		Touchpoint: "support", Source: "shop", Name: "solved", Subject: fmt.Sprintf("4711-%s-%d", name, n), Delivery: fmt.Sprintf("d-%s-%d", name, n),
		Link: fmt.Sprintf("https://shop.example/admin/orders/%d", n), At: noon, Address: address, Person: name, Language: "sv", Zone: "Europe/Stockholm",
		Properties: map[string]string{"product": "a kettle for " + name, "country": "SE"}, Consent: touchpoint.Given,
	}
}

func (s *shop) take(t testing.TB, over *Store, e touchpoint.Event) touchpoint.Outcome {
	t.Helper()
	outcome, err := touchpoint.Intake{Book: over, Hash: s.hash}.Take(t.Context(), s.program(t), e, noon)
	if err != nil {
		t.Errorf("take %s: %v", e.Delivery, err)
	}
	return outcome
}

// send claims an invitation and marks it as sent.
func (s *shop) send(t testing.TB, over *Store, id string) {
	t.Helper()
	claim := survey.Claim{By: "c-" + id, At: noon, Day: "2026-11-20", ExpiresAt: noon.Add(30 * 24 * time.Hour)}
	claimed, err := over.Claim(t.Context(), id, claim)
	if err != nil || !claimed {
		if err != nil {
			t.Error(err)
		}
		return
	}
	inv, err := over.Invitation(t.Context(), id)
	if err != nil {
		t.Error(err)
		return
	}
	if err := over.Sent(t.Context(), []survey.Mark{{Invitation: inv, MessageID: "m-" + id, At: noon, RemindAt: noon.Add(72 * time.Hour)}}); err != nil {
		t.Error(err)
	}
}

func (s *shop) open(t testing.TB, over *Store, id string, rating int) {
	t.Helper()
	e := response.Evidence{Hits: over}
	rec, err := e.Look(t.Context(), id)
	if err == nil {
		err = e.Note(t.Context(), rec, response.Hit{At: noon.Add(time.Hour), Method: "GET", Rating: &rating})
	}
	if err != nil {
		t.Error(err)
	}
}

func (s *shop) answer(t testing.TB, over *Store, id string, rating int, words string) response.Result {
	t.Helper()
	r := response.Recorder{Answers: over, Programs: s}
	result, _, err := r.Answer(t.Context(), response.Answer{Invitation: id, Number: 1, Rating: rating, Act: response.Explicit, Comment: &words}, noon.Add(2*time.Hour))
	if err != nil && !fault.Is(err, fault.Transient) {
		t.Error(err)
	}
	return result
}

// rule counts or withdraws an answer by hand.
func (s *shop) rule(t testing.TB, over *Store, id string, counted bool, reason string) {
	t.Helper()
	_, err := response.Bench{Rulings: over, Programs: s}.Reverse(t.Context(), id, counted, reason, noon.Add(2*time.Hour))
	if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Closed) {
		t.Error(err)
	}
}

// OpenCase makes a case's id its token.
func (s *shop) OpenCase(token string) (string, followup.Holder, error) { return token, 0, nil }

func (s *shop) work(t testing.TB, over *Store, id string, action followup.Action) {
	t.Helper()
	w := followup.Work{Doors: s, Cases: over, Answers: over, Customers: over, Programs: s}
	_, err := w.Act(t.Context(), id, followup.Deed{Action: action, Outcome: outcome, Cause: "Quist's lid"}, noon.Add(3*time.Hour))
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
}

// drain shows the feed to both of its readers, all that is new as one batch.
func (s *shop) drain(t testing.TB, over *Store) {
	t.Helper()
	shards, err := s.feed.Shards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	following := Following{Opener: followup.Opener{Cases: over, Answers: over, Programs: s, Log: quiet()}, Now: func() time.Time { return noon.Add(4 * time.Hour) }}
	for _, shard := range shards {
		for {
			changes, err := s.feed.Read(t.Context(), shard, s.at[shard], 100)
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) == 0 {
				break
			}
			s.at[shard] = changes[len(changes)-1].Sequence
			for _, handle := range []func(context.Context, []table.Change) (string, error){Counting{tallyOn(over)}.Handle, following.Handle} {
				if failed, err := handle(t.Context(), changes); failed != "" || err != nil {
					t.Errorf("the readers of the feed stop at %q: %v", failed, err)
				}
			}
		}
	}
}

func (s *shop) audit(t testing.TB) tally.Findings {
	t.Helper()
	found, err := tally.Audit{
		Books: s, Ledger: s, Scorebook: s, Archive: s, Tally: tallyOn(s.Store), Cases: nobody{},
		Wait: func(context.Context, time.Duration) error { return nil },
	}.Run(t.Context(), noon)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (s *shop) erasure(over *Store, wait func()) privacy.Erasure {
	return privacy.Erasure{Archive: over, Eraser: over, Cases: over, Hash: s.hash, Wait: func(context.Context, time.Duration) error {
		wait()
		return nil
	}}
}

func (s *shop) erase(t testing.TB, keepRatings bool) privacy.Erased {
	t.Helper()
	done, err := s.erasure(s.Store, func() {}).Erase(t.Context(), strings.ToLower(ingrid), keepRatings, noon.Add(5*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// all is every item of both tables, by key.
func (s *shop) all(t testing.TB) map[table.Key]table.Item {
	t.Helper()
	items := map[table.Key]table.Item{}
	for _, name := range []table.Name{table.Feedback, table.Scorebook} {
		for start, more := "", true; more; more = start != "" {
			page, err := s.tables.Scan(t.Context(), name, start, 0, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				items[item.Key(name)] = item
			}
			start = page.Next
		}
	}
	return items
}

// of are the ids of the invitations of a customer.
func (s *shop) of(t testing.TB, address string) (ids []string) {
	id := string(s.hash.ID(address))
	for key, item := range s.all(t) {
		if key.Sort == "invitation" && item["customer"] == id && invites(item) {
			ids = append(ids, strings.TrimPrefix(key.Partition, "I#"))
		}
	}
	return ids
}

// forms are the ways in which a text may hide: as it is, in hexadecimal, and in base64 at each of its three places. Less than eight
// characters of base64 stand in random names now and then, whatever their case.
func forms(text string) (all []string) {
	all = []string{text, hex.EncodeToString([]byte(text))}
	for shift := range 3 {
		padded := append(make([]byte, shift), text...)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			whole := encoding.EncodeToString(padded[:len(padded)/3*3])
			if sure := whole[(shift*4+2)/3:]; len(sure) >= 8 {
				all = append(all, strings.ToLower(sure))
			}
		}
	}
	return all
}

// tells lists what of the secrets the items tell.
func tells(t testing.TB, items map[table.Key]table.Item) (found []string) {
	t.Helper()
	for key, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		low := strings.ToLower(string(text))
		for _, secret := range secrets {
			for _, form := range forms(secret) {
				if len(form) > 3 && strings.Contains(low, form) {
					found = append(found, fmt.Sprintf("%s tells %q: %s", key, secret, text))
				}
			}
		}
	}
	return found
}

func pick[T any](r *rand.Rand, from []T) (one T, some bool) {
	if len(from) == 0 {
		return one, false
	}
	return from[r.IntN(len(from))], true
}

// counter begins at a number.
func counter(n int64) *atomic.Int64 {
	c := new(atomic.Int64)
	c.Store(n)
	return c
}
