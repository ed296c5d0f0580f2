package response_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/agenda"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/survey"
	"afterword/internal/table/tabletest"
)

// court has the record of any invitation but "broken", and lists those that it upheld.
type court struct{ upheld []string }

var errBroken = errors.New("this record cannot be read")

func (c *court) RecordOf(_ context.Context, id string) (response.Record, error) {
	if id == "broken" {
		return response.Record{}, errBroken
	}
	rec := response.Record{Invitation: survey.Invitation{ID: id, SentAt: sent}}
	rec.Response = response.Response{Revision: 1, Rating: 4, Act: response.Implied, Counted: true, AnsweredAt: sent.Add(time.Hour)}
	return rec, nil
}

func (c *court) Uphold(_ context.Context, rec response.Record, _ time.Time) error {
	c.upheld = append(c.upheld, rec.ID)
	return nil
}

func (c *court) Withdraw(context.Context, response.Record, []string, time.Time, time.Time) error {
	return errors.New("nothing speaks against it")
}

var rulesOfClicks = []rule{
	{"a click alone is an answer after ten minutes",
		[]string{"2m GET 4", "12m verdict"}, "", "4 clicked, revision 1"},
	{"not when another rating was opened",
		[]string{"2m GET 4", "3m GET 2", "12m verdict"}, "", "no answer"},
	{"not when the hidden link was opened",
		[]string{"2m GET 4", "3m HIDDEN", "12m verdict"}, "", "no answer"},
	{"not when it came with the mail",
		[]string{"10s GET 4", "12m verdict"}, "", "no answer"},
	{"not when nobody was looking",
		[]string{"2m PREFETCH 4", "12m verdict"}, "", "no answer"},
	{"an act in time is the answer",
		[]string{"2m GET 4", "3m press 2", "12m verdict"}, response.Saved, "2 explicit, revision 1"},
	{"a press later changes it",
		[]string{"2m GET 4", "12m verdict", "1h press 2 slow"}, response.Saved, `2 explicit, revision 2, "slow"`},
}

func TestAProgramMayCountUnconfirmedClicks(t *testing.T) {
	counting := program.Default()
	counting.CountUnconfirmed = true
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range rulesOfClicks {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				s.judge.Programs, s.counts = fixed{counting}, true
				for _, step := range rule.story {
					s.play(t, step)
				}
				if got := told(s.record(t)); got != rule.want {
					t.Errorf("stored is %s, want %s", got, rule.want)
				}
			})
		}
	}
}

func TestAClickThatIsNoAnswerIsRemindedOf(t *testing.T) {
	counting := program.Default()
	counting.CountUnconfirmed = true
	for _, engine := range tabletest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			s := set(t, engine)
			s.judge.Programs, s.counts = fixed{counting}, true
			for _, step := range []string{"2m GET 4", "3m GET 2"} {
				s.play(t, step)
			}
			if due := s.due(t); due != "verdict 12m0s" {
				t.Errorf("after the click %s is due", due)
			}
			s.play(t, "12m verdict")
			if due := s.due(t); due != "remind 96h0m0s" {
				t.Errorf("after the verdict %s is due", due)
			}
		})
	}
}

func TestAVerdictThatCannotBeGivenKeepsNoOtherWaiting(t *testing.T) {
	c := &court{}
	judge := response.Judge{Court: c, Programs: fixed{program.Default()}}
	now := func() time.Time { return sent.Add(2 * time.Hour) }
	err := judge.Handle(t.Context(), []agenda.Entry{{Key: "a"}, {Key: "broken"}, {Key: "b"}}, agenda.Walk{Now: now, End: now().Add(time.Minute)})
	if !errors.Is(err, errBroken) {
		t.Errorf("nobody hears of it: %v", err)
	}
	slices.Sort(c.upheld)
	if diff := cmp.Diff([]string{"a", "b"}, c.upheld); diff != "" {
		t.Errorf("upheld (-want +got):\n%s", diff)
	}
}
