package response_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/fault"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table"
	"afterword/internal/table/tabletest"
)

var rulesOfReversal = []rule{
	{"an answer that was taken for a machine's counts again",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "5h count she phoned"}, "", "4 implied, revision 3 (she phoned)"},
	{"no verdict takes it back",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "5h count she phoned", "6h GET 2", "7h verdict"}, "", "4 implied, revision 3 (she phoned)"},
	{"an answer that waits for a button counts",
		[]string{"2m GET 2", "3m GET 4", "3m act 4", "5h count she phoned"}, "", "4 implied, revision 1 (she phoned)"},
	{"also when the survey has expired since",
		[]string{"2m GET 2", "3m GET 4", "3m act 4", "800h count she phoned"}, "", "4 implied, revision 1 (she phoned)"},
	{"and no verdict takes that back",
		[]string{"2m GET 2", "3m GET 4", "3m act 4", "5h count she phoned", "6h verdict"}, "", "4 implied, revision 1 (she phoned)"},
	{"what counts again is what was withdrawn, not what waits since",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "1h act 2", "5h count she phoned"}, "", "4 implied, revision 3 (she phoned)"},
	{"an answer that was a machine's after all does not count",
		[]string{"2m press 4 buy now", "5h withdraw a scanner that types"}, "", `4 withdrawn, revision 2, "buy now", by-hand (a scanner that types)`},
	{"also one of which the verdict is still due",
		[]string{"2m act 4", "3m withdraw a test", "12m verdict"}, "", "4 withdrawn, revision 2, by-hand (a test)"},
	{"it may be reversed as often as the owner likes",
		[]string{"2m press 4", "3m withdraw a test", "4m count no test", "5m withdraw a test"}, "", "4 withdrawn, revision 4, by-hand (a test)"},
	{"the same ruling twice is one",
		[]string{"2m press 4", "3m withdraw a test", "4m withdraw a test"}, "", "4 withdrawn, revision 2, by-hand (a test)"},
	{"also when it counts",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "5h count she phoned", "6h count she phoned"}, "", "4 implied, revision 3 (she phoned)"},
	{"the person may still answer",
		[]string{"2m press 4", "3m withdraw a test", "5h press 2 slow"}, response.Saved, `2 explicit, revision 3, "slow"`},
	{"but by a button",
		[]string{"2m press 4", "3m withdraw a test", "5h act 4"}, response.Waiting, "4 withdrawn, revision 2, 4 waits, by-hand (a test)"},
	{"and change what was made to count",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "5h count she phoned", "6h press 2"}, response.Saved, "2 explicit, revision 4"},
}

func TestTheOwnerReversesVerdicts(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range rulesOfReversal {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				var last response.Result
				for _, step := range rule.story {
					last = s.play(t, step)
				}
				if diff := cmp.Diff(rule.want, told(s.record(t))); diff != "" || last != rule.last {
					t.Errorf("the last one is told %q, want %q\n%s", last, rule.last, diff)
				}
			})
		}
	}
}

// What waited is listed and counted as what is answered when the owner says so; what counted before keeps its days.
func TestARulingKeepsTheDaysOfAnAnswer(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			waits := set(t, engine)
			for _, step := range []string{"2m GET 2", "3m GET 4", "3m act 4", "50h count she phoned"} {
				waits.play(t, step)
			}
			said := sent.Add(50 * time.Hour)
			want := response.Response{
				Revision: 1, Rating: 4, Act: response.Implied, Counted: true, AnsweredAt: said, Day: "2026-11-15", ChangedAt: said,
				EditUntil: said.Add(response.EditWindow), VerdictAt: said, ByHand: "she phoned",
			}
			if diff := cmp.Diff(want, waits.record(t).Response); diff != "" {
				t.Error(diff)
			}
			item, err := waits.table.Get(t.Context(), waits.key(), true)
			if err != nil || item[table.Also.Partition] != "R#purchase-csat-v1#2026-11" {
				t.Errorf("listed under %v, %v", item[table.Also.Partition], err)
			}
			counted := set(t, engine, func(inv *survey.Invitation) { inv.Subject = "another" })
			counted.play(t, "2m act 4")
			before := counted.record(t).Response
			for _, step := range []string{"3m HIDDEN", "12m verdict", "50h count she phoned"} {
				counted.play(t, step)
			}
			before.Revision, before.ChangedAt, before.VerdictAt, before.ByHand = 3, said, said, "she phoned"
			if diff := cmp.Diff(before, counted.record(t).Response); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsDueAfterARuling(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name  string
			story []string
			want  string
		}{
			{"what counts needs neither verdict nor reminder", []string{"2m act 4", "3m HIDDEN", "12m verdict", "5h count she phoned"}, ""},
			{"nor does what waited", []string{"2m GET 2", "3m GET 4", "3m act 4", "5h count she phoned"}, ""},
			{"what is withdrawn may be reminded of", []string{"2m press 4", "3m withdraw a test"}, "remind 96h0m0s"},
			{"instead of a verdict", []string{"2m act 4", "3m withdraw a test"}, "remind 96h0m0s"},
			{"at once when the reminder's time is over", []string{"2m press 4", "100h withdraw a test"}, "remind 100h0m0s"},
			{"but not once the survey has expired", []string{"2m press 4", "720h withdraw a test"}, ""},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
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

func TestARulingIsRefused(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name    string
			story   []string
			counted bool
			reason  string
			kind    fault.Kind
			says    string
		}{
			{"without an answer", nil, true, "why", fault.Conflict, "nobody has answered"},
			{"on a click alone", []string{"2m GET 4"}, true, "why", fault.Conflict, "nobody has answered"},
			{"withdrawing none", nil, false, "why", fault.Conflict, "nobody has answered"},
			{"withdrawing what waits", []string{"2m HIDDEN", "3m act 4"}, false, "why", fault.Conflict, "not counted as it is"},
			{"counting what counts", []string{"2m press 4"}, true, "why", fault.Conflict, "counted already"},
			{"withdrawing what is withdrawn", []string{"2m act 4", "3m HIDDEN", "12m verdict"}, false, "why", fault.Conflict, "not counted as it is"},
			{"withdrawing it for another reason", []string{"2m press 4", "3m withdraw a test"}, false, "another", fault.Conflict, "not counted as it is"},
			{"without a reason", []string{"2m press 4"}, false, " ", fault.Invalid, "1 to 500 characters"},
			{"with too long a reason", []string{"2m press 4"}, false, strings.Repeat("å", 501), fault.Invalid, "1 to 500 characters"},
			{"with a reason of two lines", []string{"2m press 4"}, false, "one\ntwo", fault.Invalid, "on one line"},
			{"with a reason that turns what follows", []string{"2m press 4"}, false, "one \u202etwo", fault.Invalid, "on one line"},
			{"with a reason that nobody reads", []string{"2m press 4"}, false, "one\x1btwo", fault.Invalid, "on one line"},
			{"with a reason that is no text", []string{"2m press 4"}, false, "one\xfftwo", fault.Invalid, "on one line"},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				for _, step := range rule.story {
					s.play(t, step)
				}
				before := s.record(t)
				_, err := s.bench.Reverse(t.Context(), s.inv.ID, rule.counted, rule.reason, sent.Add(time.Hour))
				if !fault.Is(err, rule.kind) || !strings.Contains(fault.TextOf(err), rule.says) {
					t.Errorf("got %v, want %s", err, rule.kind)
				}
				if diff := cmp.Diff(before, s.record(t)); diff != "" {
					t.Error(diff)
				}
			})
		}
		t.Run(engine.Name+"/on what is erased", func(t *testing.T) {
			s := set(t, engine)
			s.play(t, "2m press 4")
			erase := table.Write{Kind: table.Update, Key: s.key(), Set: table.Item{"erased": true}}
			if _, err := s.table.Write(t.Context(), erase); err != nil {
				t.Fatal(err)
			}
			for _, counted := range []bool{true, false} {
				if _, err := s.bench.Reverse(t.Context(), s.inv.ID, counted, "why", sent.Add(time.Hour)); !fault.Is(err, fault.Closed) {
					t.Errorf("got %v", err)
				}
			}
		})
		t.Run(engine.Name+"/on a mail that may not have been sent", func(t *testing.T) {
			s := set(t, engine, func(inv *survey.Invitation) { inv.State, inv.SentAt = survey.Unknown, time.Time{} })
			s.play(t, "30s act 4")
			if _, err := s.bench.Reverse(t.Context(), s.inv.ID, true, "why", sent.Add(time.Hour)); !fault.Is(err, fault.Conflict) {
				t.Errorf("got %v", err)
			}
		})
		t.Run(engine.Name+"/on nothing", func(t *testing.T) {
			s := set(t, engine)
			for _, id := range []string{"", "AAAAAAAAAAAAAAAAAAAA", strings.Repeat("A", 5000)} {
				if _, err := s.bench.Reverse(t.Context(), id, true, "why", sent); !fault.Is(err, fault.NotFound) {
					t.Errorf("%.30q: %v", id, err)
				}
			}
		})
	}
}

// beaten rulings let somebody else be quicker, once.
type beaten struct {
	response.Rulings
	other func()
}

func (b *beaten) Rule(ctx context.Context, rec response.Record, r response.Ruling) (response.Record, bool, error) {
	b.other()
	return b.Rulings.Rule(ctx, rec, r)
}

// The owner has seen an answer, and rules about that one only.
func TestARulingIsOnTheAnswerAsItWasRead(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range []struct {
			name          string
			before, other []string
			counted, done bool
			want          string
		}{
			{"the customer answers", []string{"2m press 4"}, []string{"3m press 2 slow"}, false, false, `2 explicit, revision 2, "slow"`},
			{"a verdict withdraws", []string{"2m act 4", "3m HIDDEN"}, []string{"12m verdict"}, false, false, "4 withdrawn, revision 2, the-hidden-link-was-opened"},
			{"another rating waits", []string{"2m HIDDEN", "3m act 4"}, []string{"4m act 2"}, true, false, "no answer, 2 waits"},
			{"what waits is confirmed", []string{"2m HIDDEN", "3m act 4"}, []string{"4m press 4"}, true, false, "4 explicit, revision 1"},
			{"the same owner presses twice", []string{"2m press 4"}, []string{"3m withdraw a test"}, false, true, "4 withdrawn, revision 2, by-hand (a test)"},
			{"a link is opened", []string{"2m press 4"}, []string{"3m GET 2"}, false, true, "4 withdrawn, revision 2, by-hand (a test)"},
		} {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				for _, step := range rule.before {
					s.play(t, step)
				}
				slow := response.Bench{Programs: s.bench.Programs, Rulings: &beaten{s.bench.Rulings, func() {
					for _, step := range rule.other {
						s.play(t, step)
					}
				}}}
				_, err := slow.Reverse(t.Context(), s.inv.ID, rule.counted, "a test", sent.Add(time.Hour))
				if (err == nil) != rule.done || err != nil && !fault.Is(err, fault.Conflict) {
					t.Errorf("told %v", err)
				}
				if diff := cmp.Diff(rule.want, told(s.record(t))); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// Whatever customers, scanners, verdicts and the owner do at the same moment: each change that was stored is one revision, none is lost,
// and what the last one said is what stands.
func TestRulingsBesideAnswersAndVerdicts(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(engine.Name, "/", seed), func(t *testing.T) {
				s := set(t, engine)
				s.play(t, "2m act 4")
				var mutex sync.Mutex
				stored := map[int64]response.Record{1: s.record(t)}
				keep := func(rec response.Record) {
					mutex.Lock()
					defer mutex.Unlock()
					if other, twice := stored[rec.Revision]; twice && (other.Rating != rec.Rating || other.Counted != rec.Counted || other.ByHand != rec.ByHand) {
						t.Errorf("revision %d is %s and %s", rec.Revision, told(other), told(rec))
					}
					stored[rec.Revision] = rec
				}
				var all sync.WaitGroup
				for actor := range 6 {
					random := rand.New(rand.NewPCG(seed, uint64(actor)))
					all.Go(func() {
						for n := range 8 {
							now := sent.Add(time.Hour + time.Duration(n)*time.Minute)
							switch {
							case actor < 2:
								a := response.Answer{Invitation: s.inv.ID, Number: 1, Rating: 1 + random.IntN(5), Act: response.Explicit}
								result, rec, err := s.recorder.Answer(t.Context(), a, now)
								if err == nil && result == response.Saved {
									keep(rec)
								} else if !fault.Is(err, fault.Transient) {
									t.Errorf("answer: %s, %v", result, err)
								}
							case actor == 2:
								_ = s.evidence.Note(t.Context(), s.record(t), response.Hit{At: now, Method: "GET", Honeypot: true}) // a scanner
							case actor == 3:
								due := []agenda.Entry{{Due: now, Kind: agenda.Verdict, Key: s.inv.ID}}
								err := s.judge.Handle(t.Context(), due, agenda.Walk{Now: func() time.Time { return now }, End: now.Add(time.Minute)})
								if err != nil && !fault.Is(err, fault.Conflict) {
									t.Error(err)
								}
							default:
								rec, err := s.bench.Reverse(t.Context(), s.inv.ID, random.IntN(2) == 0, fmt.Sprint("reason ", actor, n), now)
								if err == nil {
									keep(rec)
								} else if !fault.Is(err, fault.Conflict) {
									t.Error(err)
								}
							}
						}
					})
				}
				all.Wait()
				last := s.record(t)
				keep(last)
				var lost []int64
				for revision := int64(1); revision < last.Revision; revision++ {
					if _, there := stored[revision]; !there {
						lost = append(lost, revision)
					}
				}
				if len(lost) > 1 { // a verdict's withdrawal tells nobody, and there is one at most: an explicit answer has none
					t.Errorf("of %d revisions %v are nobody's", last.Revision, lost)
				}
				if (last.State == survey.Answered) != last.Counted || slices.Contains(last.Withdrawn, response.WithdrawnByHand) != (!last.Counted && last.ByHand != "") {
					t.Errorf("stored is %s", told(last))
				}
			})
		}
	}
}
