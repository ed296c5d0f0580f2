package response_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/store"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

func TestAFirstAnswerIsOneWriteAndNoRead(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, step := range []string{"2m act 4", "2m press 4 thanks"} {
			t.Run(engine.Name+"/"+step, func(t *testing.T) {
				s := set(t, engine)
				before := s.meter.Snapshot()
				s.play(t, step)
				calls := s.meter.Snapshot().Sub(before).Calls
				if diff := cmp.Diff(map[table.Operation]int64{table.UpdateOperation: 1}, nonZero(calls)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func nonZero(calls map[table.Operation]int64) map[table.Operation]int64 {
	found := map[table.Operation]int64{}
	for op, n := range calls {
		if n != 0 {
			found[op] = n
		}
	}
	return found
}

// What cannot be an answer is refused before the table is asked anything.
func TestABadAnswerTouchesNothing(t *testing.T) {
	long := strings.Repeat("å", response.CommentLimit+1)
	for _, engine := range tabletest.Engines(t) {
		for name, bad := range map[string]struct {
			answer response.Answer
			want   fault.Kind
		}{
			"a rating below the scale":  {response.Answer{Number: 1, Rating: 0}, fault.Invalid},
			"a rating above the scale":  {response.Answer{Number: 1, Rating: 6}, fault.Invalid},
			"a survey that nobody has":  {response.Answer{Number: 999, Rating: 4}, fault.NotFound},
			"a comment beyond the most": {response.Answer{Number: 1, Rating: 4, Comment: &long}, fault.Invalid},
		} {
			t.Run(engine.Name+"/"+name, func(t *testing.T) {
				s := set(t, engine)
				bad.answer.Invitation, bad.answer.Act = s.inv.ID, response.Explicit
				before := s.meter.Snapshot()
				_, _, err := s.recorder.Answer(t.Context(), bad.answer, sent.Add(time.Hour))
				if got := fault.KindOf(err); got != bad.want {
					t.Errorf("got %v, want %s", err, bad.want)
				}
				if calls := nonZero(s.meter.Snapshot().Sub(before).Calls); len(calls) > 0 {
					t.Errorf("the table was asked: %v", calls)
				}
				if got := told(s.record(t)); got != "no answer" {
					t.Errorf("stored is %s", got)
				}
			})
		}
	}
}

func TestAnInvitationThatIsNotThereIsNotMade(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			nobody := survey.IDOf("purchase", "shopify", "nobody's", 1)
			for _, act := range []response.Act{response.Explicit, response.Implied} {
				_, _, err := s.recorder.Answer(t.Context(), response.Answer{Invitation: nobody, Number: 1, Rating: 4, Act: act}, sent.Add(time.Hour))
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: got %v, want not-found", act, err)
				}
			}
			if _, err := s.evidence.Look(t.Context(), nobody); !fault.Is(err, fault.NotFound) {
				t.Errorf("got %v, want not-found", err)
			}
		})
	}
}

// The contribution of an answer is fixed when it is first given: by the clock of the program's zone, an hour ahead here.
func TestAnEditKeepsItsDays(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			s.play(t, "45m press 4") // a quarter past midnight in Stockholm
			first := s.record(t)
			s.play(t, "50h press 2 after all")
			last := s.record(t)
			want := [...]any{"2026-11-13", "2026-11-12", sent.Add(45 * time.Minute), sent.Add(45*time.Minute + response.EditWindow), sent.Add(50 * time.Hour)}
			if diff := cmp.Diff(want, [...]any{last.Day, last.SentDay, last.AnsweredAt, last.EditUntil, last.ChangedAt}); diff != "" {
				t.Error(diff)
			}
			if first.Day != last.Day || !first.AnsweredAt.Equal(last.AnsweredAt) {
				t.Errorf("first %s at %s, then %s at %s", first.Day, first.AnsweredAt, last.Day, last.AnsweredAt)
			}
			item, err := s.table.Get(t.Context(), s.key(), true)
			if err != nil {
				t.Fatal(err)
			}
			if got := item[table.Also.Partition]; got != "R#purchase-csat-v1#2026-11" {
				t.Errorf("listed under %v", got)
			}
		})
	}
}

func TestWhatIsDueAfterAnAnswer(t *testing.T) {
	reminder := sent.Add(4 * 24 * time.Hour)
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name  string
			story []string
			want  string
			set   func(*survey.Invitation)
		}{
			{"an explicit answer needs nothing more", []string{"2m press 4"}, "", nil},
			{"an implied answer needs a verdict in ten minutes", []string{"2m act 4"}, "verdict 12m0s", nil},
			{"an explicit one after it does not", []string{"2m act 4", "3m press 3"}, "", nil},
			{"an answer that stands needs nothing more", []string{"2m act 4", "12m verdict"}, "", nil},
			{"one that is withdrawn may be reminded of", []string{"2m act 4", "3m HIDDEN", "12m verdict"}, "remind 96h0m0s", nil},
			{"at once when the reminder's time is over", []string{"100h act 4", "100h HIDDEN", "101h verdict"}, "remind 101h0m0s", nil},
			{"but once only", []string{"100h act 4", "100h HIDDEN", "101h verdict"}, "",
				func(inv *survey.Invitation) { inv.RemindedAt, inv.Reminder = reminder, "message" }},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine, func(inv *survey.Invitation) {
					if rule.set != nil {
						rule.set(inv)
					}
				})
				for _, step := range rule.story {
					s.play(t, step)
				}
				if got := s.due(t); got != rule.want {
					t.Errorf("due is %q, want %q", got, rule.want)
				}
			})
		}
	}
}

// due is what the agenda has about the invitation: the kind, and the time after the mail.
func (s *stage) due(t *testing.T) string {
	t.Helper()
	item, err := s.table.Get(t.Context(), s.key(), true)
	if err != nil {
		t.Fatal(err)
	}
	due, there := item[table.Agenda.Sort].(string)
	if _, sharded := item[table.Agenda.Partition]; there != sharded {
		t.Fatalf("half an entry: %v", item)
	}
	if !there {
		return ""
	}
	parts := strings.SplitN(due, "#", 3)
	at, err := time.Parse(time.RFC3339, parts[0])
	if err != nil || parts[2] != s.inv.ID {
		t.Fatalf("the entry is %q", due)
	}
	return fmt.Sprint(parts[1], " ", at.Sub(sent))
}

func TestAnAnswerProvesThatAMailWasSent(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, state := range []survey.State{survey.Claimed, survey.Unknown} {
			t.Run(engine.Name+"/"+string(state), func(t *testing.T) {
				s := set(t, engine, func(inv *survey.Invitation) { inv.State, inv.SentAt = state, time.Time{} })
				if got := s.play(t, "30s act 4"); got != response.Waiting {
					t.Errorf("an implied answer within a minute of the claim is told %q", got)
				}
				if got := s.play(t, "2m act 4"); got != response.Saved {
					t.Errorf("an implied answer later, when nobody knows whether the mail was sent, is told %q", got)
				}
				rec := s.record(t)
				if got := told(rec); got != "4 implied, revision 1" || !rec.SentAt.Equal(sent) {
					t.Errorf("stored is %s, sent at %s", got, rec.SentAt)
				}
				if got := s.sends(t, "sent"); got != 1 {
					t.Errorf("%d sent mails are counted", got)
				}
			})
		}
	}
}

// sends is a number of the day on which the mail was sent.
func (s *stage) sends(t *testing.T, what string) int64 {
	t.Helper()
	item, err := s.table.Get(t.Context(), table.Key{Table: table.Scorebook, Partition: "N#purchase#purchase-csat-v1", Sort: "2026-11-12"}, true)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := item[what].(int64)
	return n
}

func TestWhatIsErasedIsClosed(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for name, before := range map[string][]string{"an answer": {"2m press 4 my secret"}, "an invitation": nil} {
			t.Run(engine.Name+"/"+name, func(t *testing.T) {
				s := set(t, engine)
				for _, step := range before {
					s.play(t, step)
				}
				if _, err := s.table.Write(t.Context(), table.Write{
					Kind: table.Update, Key: s.key(), Set: table.Item{"erased": true}, Remove: []string{"comment", "counted"},
				}); err != nil {
					t.Fatal(err)
				}
				for _, step := range []string{"3m press 2 again", "3m act 2"} {
					if got := s.play(t, step); got != response.Closed {
						t.Errorf("%s is told %q", step, got)
					}
				}
				s.play(t, "4m GET 2")
				if rec := s.record(t); rec.Revision != int64(len(before)) || rec.Comment != "" || rec.Hits != 0 || rec.Waiting != 0 {
					t.Errorf("stored is %+v", rec)
				}
			})
		}
	}
}

// hasty answers let another device be quicker, once.
type hasty struct {
	response.Answers
	other func()
}

func (h *hasty) ChangeAnswer(ctx context.Context, c response.Change) (response.Record, bool, error) {
	if h.other != nil {
		other := h.other
		h.other = nil
		other()
	}
	return h.Answers.ChangeAnswer(ctx, c)
}

func TestAChangeThatWasDecidedOnAnOlderAnswerIsDecidedAgain(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			s.play(t, "1h press 2")
			phone := *s
			phone.recorder = &response.Recorder{Programs: s.recorder.Programs,
				Answers: &hasty{s.recorder.Answers, func() { s.play(t, "2h press 2 it broke") }}}
			phone.play(t, "2h press 3")
			if got, want := told(s.record(t)), `3 explicit, revision 3, "it broke"`; got != want {
				t.Errorf("stored is %s, want %s", got, want)
			}
		})
	}
}

// crowded answers let another device be quicker so many times.
type crowded struct {
	response.Answers
	left  int
	other func()
}

func (c *crowded) ChangeAnswer(ctx context.Context, change response.Change) (response.Record, bool, error) {
	if c.left > 0 {
		c.left--
		c.other()
	}
	return c.Answers.ChangeAnswer(ctx, change)
}

func TestAnAnswerThatIsStoredAtTheLastTryIsSaved(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for quicker, want := range map[int]error{4: nil, 5: fault.New(fault.Transient, "the answer is being changed elsewhere at this moment")} {
			t.Run(fmt.Sprint(engine.Name, "/", quicker), func(t *testing.T) {
				s := set(t, engine)
				s.play(t, "1h press 2")
				rating := 2
				phone := response.Recorder{Programs: s.recorder.Programs, Answers: &crowded{s.recorder.Answers, quicker, func() {
					rating = 5 - rating // 3, 2, 3, ...
					s.play(t, fmt.Sprintf("2h press %d", rating))
				}}}
				a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: 5, Act: response.Explicit}
				_, _, err := phone.Answer(t.Context(), a, sent.Add(2*time.Hour))
				if fmt.Sprint(err) != fmt.Sprint(want) || (s.record(t).Rating == 5) != (want == nil) {
					t.Errorf("told %v, stored is %s", err, told(s.record(t)))
				}
			})
		}
	}
}

func TestTwoDevicesAtOnceAreTwoRevisionsAndOneAnswer(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			var devices sync.WaitGroup
			for rating := 1; rating <= 4; rating++ {
				devices.Go(func() {
					a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: rating, Act: response.Explicit}
					if result, rec, err := s.recorder.Answer(t.Context(), a, sent.Add(time.Hour)); err != nil || result != response.Saved || rec.Rating != rating {
						t.Errorf("%d is told %q with %d, %v", rating, result, rec.Rating, err)
					}
				})
			}
			devices.Wait()
			if rec := s.record(t); rec.Revision != 4 || !rec.Counted {
				t.Errorf("stored is %s", told(rec))
			}
		})
	}
}

// Whatever the network does, an answer that was acknowledged is stored, and sending one again does not make two of it.
func TestNoAcknowledgedAnswerIsLost(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			faults := tabletest.NewFaults(s.table, 7, tabletest.Chances{Transient: 0.2, Conflict: 0.1, Resent: 0.2, Lost: 0.2})
			s.recorder.Answers = store.New(faults)
			random := rand.New(rand.NewPCG(7, 7))
			revisions := int64(0)
			for n := range 30 {
				rating := 1 + random.IntN(5)
				before := s.record(t)
				a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: rating, Act: response.Explicit}
				for acknowledged := false; !acknowledged; {
					_, _, err := s.recorder.Answer(t.Context(), a, sent.Add(time.Duration(n)*time.Minute))
					acknowledged = err == nil
					if err != nil && !fault.Is(err, fault.Transient) {
						t.Fatal(err)
					}
				}
				if before.Revision == 0 || before.Rating != rating {
					revisions++
				}
				if rec := s.record(t); rec.Rating != rating || rec.Revision != revisions {
					t.Fatalf("after answer %d (%d) stored is %s, want revision %d", n, rating, told(rec), revisions)
				}
			}
			if injected := faults.Injected(); injected["lost"] == 0 || injected["resent"] == 0 {
				t.Errorf("met only %v", injected)
			}
		})
	}
}

func TestACommentIsCleaned(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"as it is":                         {"Fast, friendly.", "Fast, friendly."},
		"space around it goes":             {" \n\tFine.\r\n ", "Fine."},
		"lines stay":                       {"one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"},
		"what nobody sees goes":            {"a\x00b\x1b[31mc\u0085d\ufeffe", "ab[31mcde"},
		"marks that turn the text go":      {"paid \u202e001\u202c \u2066x\u2069", "paid 001 x"},
		"marks that Arabic needs stay":     {"\u200fمرحبا\u200e", "\u200fمرحبا\u200e"},
		"joiners stay":                     {"👩\u200d👧 می\u200cخواهم", "👩\u200d👧 می\u200cخواهم"},
		"what is not UTF-8 is replaced":    {"a\xff\xfeb", "a\uFFFDb"},
		"only what cannot be seen is none": {"\x00\u202e \n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := response.Clean(c.typed); err != nil || got != c.want {
				t.Errorf("%q became %q, want %q (%v)", c.typed, got, c.want, err)
			}
		})
	}
	if _, err := response.Clean(strings.Repeat("å", response.CommentLimit)); err != nil {
		t.Errorf("a comment of the most characters: %v", err)
	}
	if _, err := response.Clean(strings.Repeat("å", response.CommentLimit+1)); !errors.Is(err, response.ErrLongComment) {
		t.Errorf("one more: %v", err)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "fine", "a\x00\xff\u202e\r\n", strings.Repeat("x", 6000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		once, err := response.Clean(typed)
		if err != nil {
			return
		}
		if strings.ContainsAny(once, "\x00\r\u202e\u2066\x1b\u0085") || strings.TrimSpace(once) != once {
			t.Errorf("%q became %q", typed, once)
		}
		if twice, err := response.Clean(once); err != nil || twice != once {
			t.Errorf("%q became %q, then %q (%v)", typed, once, twice, err)
		}
	})
}
