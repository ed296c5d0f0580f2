package tally

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"afterword/internal/fault"
)

// caseReader notes the responses that it is shown.
type caseReader struct {
	shown []string
	err   error
}

func (c *caseReader) Follow(_ context.Context, responses []string) error {
	c.shown = append(c.shown, responses...)
	return c.err
}

// audit of the book; meanwhile happens while it waits.
func (b *book) audit(cases *caseReader, meanwhile func()) Audit {
	return Audit{
		Books: b, Ledger: b, Scorebook: b, Archive: b, Tally: b.tally(), Cases: cases,
		Wait: func(_ context.Context, d time.Duration) error {
			if d != 5*time.Minute {
				return errors.New("a difference must last five minutes")
			}
			b.acts = append(b.acts, "wait")
			if meanwhile != nil {
				meanwhile()
			}
			return nil
		},
	}
}

// answered puts responses where the audit finds them.
func (b *book) answered(records ...Record) {
	for _, r := range records {
		b.responses[r.Response] = r
	}
}

// counted is a book in which three answers were counted as they should be.
func counted(t *testing.T) *book {
	b := newBook()
	records := []Record{answer("a", 2, 5), answer("b", 1, 1).of(support).clicked(), answer("c", 1, 4).days("2026-11-29", "2026-11-21")}
	b.answered(records...)
	b.handle(t, records...)
	b.acts = nil
	return b
}

func TestTheAuditTellsWhatLagsFromWhatIsWrong(t *testing.T) {
	cell := Cell{Series: purchase, Day: on("2026-11-22")}
	week := Score{purchase, "2026-W47"}
	for _, row := range []struct {
		name      string
		damage    func(t *testing.T, b *book)
		meanwhile func(t *testing.T, b *book)
		want      Findings
	}{
		{name: "all is well", want: Findings{Responses: 3}},
		{
			name: "an entry that cannot be read is told, and hides nothing else",
			damage: func(_ *testing.T, b *book) {
				b.unreadable = []string{"0#L#x"}
				b.answered(answer("d", 1, 3))
			},
			want: Findings{Responses: 4, Lagging: 1, Healed: 1, Drifted: 1, Where: []string{"0#L#x cannot be read"}},
		},
		{
			name: "what a withdrawn answer was does not matter",
			damage: func(_ *testing.T, b *book) {
				withdrawn := answer("d", 2, 3).clicked().withdrawn()
				b.answered(withdrawn)
				withdrawn.Rating, withdrawn.Clicked = 0, false
				b.rows["d"] = withdrawn
			},
			want: Findings{Responses: 4},
		},
		{
			name:   "an answer of years ago that was never counted",
			damage: func(_ *testing.T, b *book) { b.answered(answer("d", 1, 2).days("2019-02-03", "2019-02-01")) },
			want:   Findings{Responses: 4, Lagging: 1, Healed: 1},
		},
		{
			name:   "an answer that was never counted",
			damage: func(_ *testing.T, b *book) { b.answered(answer("d", 1, 2)) },
			want:   Findings{Responses: 4, Lagging: 1, Healed: 1},
		},
		{
			name:   "an edit that was never counted",
			damage: func(_ *testing.T, b *book) { b.answered(answer("a", 3, 1)) },
			want:   Findings{Responses: 3, Lagging: 1, Healed: 1},
		},
		{
			name:   "an erasure that was never counted",
			damage: func(_ *testing.T, b *book) { b.answered(answer("a", 3, 5).withdrawn()) },
			want:   Findings{Responses: 3, Lagging: 1, Healed: 1},
		},
		{
			name:      "an answer that the feed brings while the audit waits",
			damage:    func(_ *testing.T, b *book) { b.answered(answer("d", 1, 2)) },
			meanwhile: func(t *testing.T, b *book) { b.handle(t, answer("d", 1, 2)) },
			want:      Findings{Responses: 4},
		},
		{
			name:   "one that was counted, and is edited again while the audit waits",
			damage: func(_ *testing.T, b *book) { b.answered(answer("d", 1, 2)) },
			meanwhile: func(t *testing.T, b *book) {
				b.handle(t, answer("d", 1, 2))
				b.answered(answer("d", 2, 3))
			},
			want: Findings{Responses: 4},
		},
		{
			name:      "one that expires while the audit waits",
			damage:    func(_ *testing.T, b *book) { b.answered(answer("d", 1, 2)) },
			meanwhile: func(_ *testing.T, b *book) { delete(b.responses, "d") },
			want:      Findings{Responses: 4},
		},
		{
			name:   "an expired response: its row stands for it",
			damage: func(_ *testing.T, b *book) { delete(b.responses, "a") },
			want:   Findings{Responses: 2},
		},
		{
			name: "counted, but the scores were not stored",
			damage: func(t *testing.T, b *book) {
				b.answered(answer("d", 1, 2))
				if _, err := b.fold().Count(t.Context(), []Record{answer("d", 1, 2)}); err != nil {
					t.Fatal(err)
				}
			},
			want: Findings{Responses: 4, Lagging: 4, Healed: 4}, // week, month, quarter, year
		},
		{
			name:   "an answer counted twice",
			damage: func(_ *testing.T, b *book) { b.lanes[0][cell] = b.lanes[0][cell].Plus(counts(0, 0, 0, 5)) },
			want: Findings{Responses: 3, Drifted: 5, Where: []string{
				"tally purchase purchase-ces-v1 2026-11-22 is not the sum of its ledger rows",
				"score purchase purchase-ces-v1 2026 is not the sum of its tallies",
				"score purchase purchase-ces-v1 2026-11 is not the sum of its tallies",
				"score purchase purchase-ces-v1 2026-Q4 is not the sum of its tallies",
				"score purchase purchase-ces-v1 2026-W47 is not the sum of its tallies",
			}},
		},
		{
			name: "a tally that changes all the time is judged when its day is quiet",
			damage: func(_ *testing.T, b *book) {
				b.lanes[0][cell] = b.lanes[0][cell].Plus(counts(0, 0, 0, 5))
				for name := range map[string]bool{"2026": true, "2026-11": true, "2026-Q4": true, "2026-W47": true} {
					b.scores[Score{purchase, name}] = b.scores[Score{purchase, name}].Plus(counts(0, 0, 0, 5))
				}
			},
			meanwhile: func(t *testing.T, b *book) {
				b.answered(answer("d", 1, 2))
				b.handle(t, answer("d", 1, 2))
			},
			want: Findings{Responses: 3, Unsettled: 1},
		},
		{
			name:   "a tally that is gone",
			damage: func(_ *testing.T, b *book) { delete(b.lanes[0], Cell{Series: support, Day: on("2026-11-22")}) },
			want: Findings{Responses: 3, Drifted: 5, Where: []string{
				"tally support support-ces-v1 2026-11-22 is not the sum of its ledger rows",
				"score support support-ces-v1 2026 is not the sum of its tallies",
				"score support support-ces-v1 2026-11 is not the sum of its tallies",
				"score support support-ces-v1 2026-Q4 is not the sum of its tallies",
				"score support support-ces-v1 2026-W47 is not the sum of its tallies",
			}},
		},
		{
			name:   "a score that is wrong",
			damage: func(_ *testing.T, b *book) { b.scores[week] = b.scores[week].Plus(counts(0, 1, 0)) },
			want:   Findings{Responses: 3, Drifted: 1, Where: []string{"score purchase purchase-ces-v1 2026-W47 is not the sum of its tallies"}},
		},
		{
			name:   "a score of no period",
			damage: func(_ *testing.T, b *book) { b.scores[Score{purchase, "2026-W99"}] = counts(1, 1, 0) },
			want:   Findings{Responses: 3, Drifted: 1, Where: []string{"score purchase purchase-ces-v1 2026-W99 is of no period"}},
		},
		{
			name: "a score with nothing behind it",
			damage: func(_ *testing.T, b *book) {
				b.scores[Score{support, "2025"}] = counts(1, 1, 0)
			},
			want: Findings{Responses: 3, Drifted: 1, Where: []string{"score support support-ces-v1 2025 is not the sum of its tallies"}},
		},
		{
			name:   "a row that is ahead of its response",
			damage: func(_ *testing.T, b *book) { b.answered(answer("a", 1, 5)) },
			want:   Findings{Responses: 3, Drifted: 1, Where: []string{"ledger row a is not what its response says"}},
		},
		{
			name:   "a row of the same revision that counts something else",
			damage: func(_ *testing.T, b *book) { b.answered(answer("a", 2, 4)) },
			want:   Findings{Responses: 3, Drifted: 1, Where: []string{"ledger row a is not what its response says"}},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := counted(t)
			if row.damage != nil {
				row.damage(t, b)
			}
			b.acts = nil
			got, err := b.audit(&caseReader{}, func() {
				if row.meanwhile != nil {
					row.meanwhile(t, b)
				}
			}).Run(t.Context(), noon)
			if err != nil {
				t.Fatal(err)
			}
			if diff := difference(row.want, got); diff != "" {
				t.Error("findings (-want +got):", diff)
			}
			if waited := strings.Contains(strings.Join(b.acts, " "), "wait"); row.damage == nil && waited {
				t.Error("it waited with nothing to look at again")
			}
			if row.want.Drifted > 0 || row.meanwhile != nil {
				return
			}
			again, err := b.audit(&caseReader{}, nil).Run(t.Context(), noon)
			if diff := difference(Findings{Responses: row.want.Responses}, again); err != nil || diff != "" {
				t.Errorf("the audit after it, error %v (-want +got): %s", err, diff)
			}
		})
	}
}

func TestWhatIsHealedCountsOnce(t *testing.T) {
	b := counted(t)
	b.answered(answer("d", 1, 2), answer("a", 3, 1))
	if _, err := b.audit(&caseReader{}, nil).Run(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	want := counts(3, 0, 0, 1, 2) // a's 5, then both in one transaction, with a's 5 taken back
	want.Changes = b.total(purchase, "2026-11-22").Changes
	if diff := difference(want, b.total(purchase, "2026-11-22")); diff != "" {
		t.Error("tally (-want +got):", diff)
	}
	if diff := difference(counts(0, 3, 0, 1, 2, 4), b.scores[Score{purchase, "2026-11"}].counted()); diff != "" {
		t.Error("score of the month (-want +got):", diff)
	}
}

func TestTheAuditShowsWhatChangedLatelyToTheCaseReader(t *testing.T) {
	b := counted(t)
	b.answered(answer("old", 1, 1), answer("recent", 1, 1).days("2026-11-13", "2026-11-11"))
	days := func(n int) time.Time { return noon.AddDate(0, 0, -n) }
	b.changed = map[string]time.Time{"a": noon, "b": days(2), "old": days(3), "recent": days(3).Add(time.Second)}
	cases := &caseReader{err: fault.New(fault.Transient, "busy")}
	got, err := b.audit(cases, nil).Run(t.Context(), noon)
	if !fault.Is(err, fault.Transient) {
		t.Error("the case reader's trouble is not told: error", err)
	}
	if got.Healed != 2 {
		t.Errorf("the case reader's trouble stopped the audit: %+v", got)
	}
	if diff := difference([]string{"a", "b", "recent"}, cases.shown); diff != "" {
		t.Error("shown (-want +got):", diff)
	}
}

// The rows come with the scorebook; reading each again by its key is what an audit of a million answers would cost most.
func TestOnlyARowThatIsNotLikeItsResponseIsReadForItself(t *testing.T) {
	b := counted(t)
	reads := func() (n int) {
		b.acts = nil
		if _, err := b.audit(&caseReader{}, nil).Run(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		for _, act := range b.acts {
			if act == "rows" {
				n++
			}
		}
		return n
	}
	if n := reads(); n != 0 {
		t.Errorf("rows were read %d times with nothing wrong", n)
	}
	b.answered(answer("a", 3, 1))
	if n := reads(); n == 0 {
		t.Error("a response that changed is not compared with its row as it is")
	}
}

func TestTroubleOfTheTableEndsTheAudit(t *testing.T) {
	for _, broken := range []string{"responses", "rows", "entries", "reread", "days", "score", "store", "move"} {
		b := counted(t)
		b.answered(answer("d", 1, 2))
		if _, err := b.fold().Count(t.Context(), []Record{answer("e", 1, 2)}); err != nil { // for the scores to lag
			t.Fatal(err)
		}
		trouble := errors.New("no such table")
		b.trouble = func(act string) error {
			if strings.HasPrefix(act, broken) {
				return trouble
			}
			return nil
		}
		if _, err := b.audit(&caseReader{}, nil).Run(t.Context(), noon); !errors.Is(err, trouble) {
			t.Errorf("%s fails: error %v", broken, err)
		}
	}
}
