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
