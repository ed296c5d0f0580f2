package response_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

func TestAClickIsCountedOnce(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name  string
			story []string
			want  int64
		}{
			{"a rating's link is a click", []string{"2m GET 4"}, 1},
			{"opened again, or another, it is the same click", []string{"2m GET 4", "3m GET 4", "4m GET 2", "5m GET"}, 1},
			{"the plain link is none", []string{"2m GET"}, 0},
			{"the hidden link is none", []string{"2m HIDDEN"}, 0},
			{"HEAD is none", []string{"2m HEAD 4"}, 0},
			{"fetching ahead is none", []string{"2m PREFETCH 4"}, 0},
			{"a click after these is one", []string{"2m HEAD 4", "2m PREFETCH 4", "3m GET 4"}, 1},
			{"after an answer there is none to count", []string{"2m press 4", "3m GET 4"}, 0},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				for _, step := range rule.story {
					s.play(t, step)
				}
				if got := s.sends(t, "clicked"); got != rule.want || s.record(t).Clicked != (rule.want == 1) {
					t.Errorf("%d clicks are counted, want %d; the invitation says %v", got, rule.want, s.record(t).Clicked)
				}
			})
		}
	}
}

// What says nothing against a person leaves no trace of its own, and neither does what a machine opens when it is known for one.
func TestHitsAreKeptThatSaySomething(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name  string
			story []string
			want  []string
		}{
			{"a person who opens the same link again and again", []string{"2m GET 4", "3m GET 4", "4m GET", "9m GET 4"}, nil},
			{"another rating, once", []string{"2m GET 4", "3m GET 2", "3m GET 1", "4m GET 2", "4m HEAD 5"}, []string{"3m GET 2"}},
			{"the hidden link, once", []string{"1m HIDDEN", "1m HIDDEN", "1m HEAD 4", "2m PREFETCH 5"}, []string{"1m HIDDEN"}},
			{"what no person does, until another rating is opened", []string{"1m HEAD", "2m PREFETCH 4", "2m HEAD 4", "3m GET 5", "4m HEAD 5"},
				[]string{"1m HEAD", "2m PREFETCH 4", "2m HEAD 4", "3m GET 5"}},
			{"a scanner that opens every link of a mail", []string{"1s GET 1", "1s GET 2", "1s GET 3", "1s GET 4", "1s GET 5", "2s HIDDEN", "2s GET"}, []string{"1s GET 2"}},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				for _, step := range rule.story {
					s.play(t, step)
				}
				var got []string
				for _, hit := range s.hits(t) {
					got = append(got, toldHit(t, hit))
				}
				if diff := cmp.Diff(rule.want, got); diff != "" || s.record(t).Hits != int64(len(rule.want)) {
					t.Errorf("%d hits on the invitation\n%s", s.record(t).Hits, diff)
				}
			})
		}
	}
}

// toldHit is a hit as play takes it.
func toldHit(t *testing.T, hit table.Item) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, hit["at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	words := []string{strings.TrimSuffix(at.Sub(sent).String(), "0s"), hit["method"].(string)}
	if at.Sub(sent) < time.Minute {
		words[0] = at.Sub(sent).String()
	}
	if hit["against"] != nil {
		words[1] = "PREFETCH"
	}
	if hit["honeypot"] != nil {
		words[1] = "HIDDEN"
	}
	if rating, rated := hit["rating"]; rated {
		words = append(words, fmt.Sprint(rating))
	}
	return strings.Join(words, " ")
}

// Whatever the order, the invitation says the same afterwards, but for which hit was the first.
func TestEvidenceDoesNotDependOnTheOrder(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			story := []string{"2m GET 4", "2m GET 2", "2m HEAD 4", "2m HIDDEN", "2m GET", "2m PREFETCH 1"}
			random := rand.New(rand.NewPCG(4, 2))
			for range 20 {
				random.Shuffle(len(story), func(i, j int) { story[i], story[j] = story[j], story[i] })
				s := set(t, engine)
				for _, step := range story {
					s.play(t, step)
				}
				rec := s.record(t)
				if !rec.OtherOpened || !rec.Honeypot || !rec.Clicked || s.sends(t, "clicked") != 1 || !rec.FirstHitAt.Equal(sent.Add(2*time.Minute)) {
					t.Errorf("%v: another rating %v, hidden link %v, clicked %v, first at %s", story, rec.OtherOpened, rec.Honeypot, rec.Clicked, rec.FirstHitAt)
				}
			}
		})
	}
}

func TestHitsAreKeptForAWhileAndSoMany(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			for n := range response.HitLimit + 5 {
				s.play(t, fmt.Sprintf("%ds HEAD 4", n))
			}
			s.play(t, "50s PREFETCH 3")
			s.play(t, "51s HIDDEN")
			rec := s.record(t)
			if rec.Hits != response.HitLimit || !rec.OtherOpened || !rec.Honeypot {
				t.Errorf("%d hits, another rating %v, hidden link %v: what says something new is noted beyond the limit", rec.Hits, rec.OtherOpened, rec.Honeypot)
			}
			hits := s.hits(t)
			if len(hits) != response.HitLimit {
				t.Fatalf("%d hits are kept", len(hits))
			}
			delete(hits[0], table.AttrWriter)
			want := table.Item{
				table.AttrPartition: s.key().Partition, table.AttrSort: "hit#2026-11-12T22:30:00Z#00", "at": "2026-11-12T22:30:00Z", "method": "HEAD",
				"rating": int64(4), table.AttrExpires: sent.AddDate(0, 0, 30).Unix(),
			}
			if diff := cmp.Diff(want, hits[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (s *stage) hits(t *testing.T) []table.Item {
	t.Helper()
	page, err := s.table.Query(t.Context(), table.Query{Table: table.Feedback, Partition: s.key().Partition, From: "hit#", To: "hit#~", Strong: true})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// Two that read the same record before they wrote count one click, also when no more hits are kept.
func TestAClickThatSomebodyElseCountedIsNotCountedAgain(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, earlier := range []int{0, response.HitLimit} {
			t.Run(fmt.Sprint(engine.Name, "/after ", earlier), func(t *testing.T) {
				s := set(t, engine)
				for range earlier {
					s.play(t, "1m HEAD 4")
				}
				four, rec := 4, s.record(t)
				for range 2 {
					if err := s.evidence.Note(t.Context(), rec, response.Hit{At: sent, Method: "GET", Rating: &four}); err != nil {
						t.Fatal(err)
					}
				}
				if got := s.sends(t, "clicked"); got != 1 {
					t.Errorf("%d clicks are counted", got)
				}
			})
		}
	}
}

// Scanners open all links of a mail at the same moment.
func TestHitsAtTheSameMomentAreAllNoticed(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			s.play(t, "0s GET")
			rec := s.record(t)
			var scanner sync.WaitGroup
			for rating := 1; rating <= 5; rating++ {
				scanner.Go(func() {
					if err := s.evidence.Note(t.Context(), rec, response.Hit{At: sent, Method: "GET", Rating: &rating}); err != nil {
						t.Error(err)
					}
				})
			}
			scanner.Wait()
			if err := s.evidence.Note(t.Context(), rec, response.Hit{At: sent, Method: "HEAD"}); err != nil { // by a record of before
				t.Error(err)
			}
			if hits := s.hits(t); len(hits) != 1 {
				t.Errorf("%d hits are kept: only one of them was the first to open another rating", len(hits))
			}
			after := s.record(t)
			if after.Hits != 1 || !after.OtherOpened || after.FirstOpened == 0 || s.sends(t, "clicked") != 1 {
				t.Errorf("%d hits, another rating %v, %d clicks", after.Hits, after.OtherOpened, s.sends(t, "clicked"))
			}
		})
	}
}

// No hit makes a revision or changes what is answered, whatever is opened in whichever order, over a network that fails.
func TestHitsNeverAnswer(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for seed := uint64(1); seed <= 6; seed++ {
			t.Run(fmt.Sprint(engine.Name, "/", seed), func(t *testing.T) {
				s := set(t, engine)
				random := rand.New(rand.NewPCG(seed, 1))
				faults := tabletest.NewFaults(s.table, seed, tabletest.Chances{Conflict: 0.05, Resent: 0.1, Lost: 0.1})
				evidence := response.Evidence{Hits: store.New(faults)}
				answer := random.IntN(30)
				want, wantClick := response.Response{}, false
				for n := range 30 {
					if n == answer {
						s.play(t, "1h press 3 fine")
						want = s.record(t).Response
					}
					hit := response.Hit{At: sent.Add(time.Hour), Method: []string{"GET", "HEAD"}[random.IntN(2)], Honeypot: random.IntN(8) == 0}
					if random.IntN(3) > 0 {
						rating := 1 + random.IntN(5)
						hit.Rating = &rating
					}
					wantClick = wantClick || n < answer && hit.Rating != nil && hit.Method == "GET"
					_ = evidence.Note(t.Context(), s.record(t), hit) // an answer that is lost says nothing; the table does
				}
				rec := s.record(t)
				if diff := cmp.Diff(want, rec.Response); diff != "" {
					t.Errorf("the response changed:\n%s", diff)
				}
				if clicks := s.sends(t, "clicked"); clicks > 1 || clicks == 1 && !wantClick || rec.Clicked != (clicks == 1) {
					t.Errorf("%d clicks are counted", clicks)
				}
			})
		}
	}
}

// The condition of the one write that takes an implied answer is the rule, for whatever the evidence may be.
func TestTheWriteAgreesWithTheRule(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			now := sent.Add(10 * time.Minute)
			for n := range 3 * 2 * 2 * 4 {
				s := set(t, engine, func(inv *survey.Invitation) {
					inv.FirstOpened = []int{0, 3 + 1, 4 + 1}[n%3]
					inv.OtherOpened = n/3%2 == 1
					inv.Honeypot = n/6%2 == 1
					inv.SentAt = []time.Time{{}, sent, now.Add(-time.Minute), now.Add(-59 * time.Second)}[n/12]
					inv.Subject = fmt.Sprint(n)
				})
				four, rec := 4, s.record(t)
				a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: four, Act: response.Implied, Opened: &four}
				result, _, err := s.recorder.Answer(t.Context(), a, now)
				if err != nil {
					t.Fatal(err)
				}
				against := response.Suspicions(rec, four, now)
				if want := map[bool]response.Result{true: response.Saved, false: response.Waiting}[len(against) == 0]; result != want {
					t.Errorf("first %d, other %v, hidden %v, sent %s: %s, but %v speaks against it", rec.FirstOpened, rec.OtherOpened, rec.Honeypot, rec.SentAt, result, against)
				}
			}
		})
	}
}
