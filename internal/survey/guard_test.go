package survey

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
)

var friday = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The numbers that SES judges by are near when survey mails begin to wait, and one bounce among a few mails is nothing.
func TestSurveyMailsWaitBeforeSESReviewsTheAccount(t *testing.T) {
	for _, row := range []struct {
		name   string
		points []Point
		from   time.Time
		paused bool // before
		want   Trouble
	}{
		{"nothing was sent", nil, time.Time{}, false, ""},
		{"one of ten bounced", []Point{{friday.Add(-time.Hour), 10, 1, 0}}, time.Time{}, false, ""},
		{"99 mails, half bounced", []Point{{friday.Add(-time.Hour), 99, 50, 0}}, time.Time{}, false, ""},
		{"4 of 100 bounced", []Point{{friday.Add(-time.Hour), 100, 4, 0}}, time.Time{}, false, ""},
		{"5 of 125 bounced: 4 %", []Point{{friday.Add(-time.Hour), 125, 5, 0}}, time.Time{}, false, TooManyBounces},
		{"5 of 126 bounced", []Point{{friday.Add(-time.Hour), 126, 5, 0}}, time.Time{}, false, ""},
		{"2 of 100 complained", []Point{{friday.Add(-time.Hour), 100, 0, 2}}, time.Time{}, false, ""},
		{"3 of 3,750 complained: 0.08 %", []Point{{friday.Add(-time.Hour), 3750, 0, 3}}, time.Time{}, false, TooManyComplaints},
		{"3 of 3,751 complained", []Point{{friday.Add(-time.Hour), 3751, 0, 3}}, time.Time{}, false, ""},
		{"a bad day in a busy account: 8 %", []Point{{friday.Add(-time.Hour), 1000, 80, 0}, {friday.Add(-48 * time.Hour), 90_000, 90, 0}}, time.Time{}, false, TooManyBounces},
		{"a day that is only nearly as bad", []Point{{friday.Add(-time.Hour), 1000, 79, 0}, {friday.Add(-48 * time.Hour), 90_000, 90, 0}}, time.Time{}, false, ""},
		{"a day of few mails, 9 of which bounced", []Point{{friday.Add(-time.Hour), 100, 9, 0}, {friday.Add(-48 * time.Hour), 90_000, 90, 0}}, time.Time{}, false, ""},
		{"a day on which 6 of 3,750 complained: 0.16 %", []Point{{friday.Add(-time.Hour), 3750, 0, 6}, {friday.Add(-48 * time.Hour), 90_000, 0, 9}}, time.Time{}, false, TooManyComplaints},
		{"a day on which 5 of 2,000 complained", []Point{{friday.Add(-time.Hour), 2000, 0, 5}, {friday.Add(-48 * time.Hour), 90_000, 0, 9}}, time.Time{}, false, ""},
		{"it was a bad day, and is better than 6 %", []Point{{friday.Add(-time.Hour), 1000, 59, 0}, {friday.Add(-48 * time.Hour), 90_000, 90, 0}}, time.Time{}, true, ""},
		{"two bad weeks of 50 mails each day", daily(50, 3), time.Time{}, false, TooManyBounces},
		{"what is older than two weeks", []Point{{friday.Add(-14*24*time.Hour - time.Minute), 1000, 500, 0}}, time.Time{}, false, ""},
		{"what was before the owner resumed", []Point{{friday.Add(-2 * time.Hour), 1000, 500, 0}, {friday, 100, 1, 0}}, friday.Add(-time.Hour), false, ""},
		{"and what comes after", []Point{{friday.Add(-2 * time.Hour), 1000, 500, 0}, {friday, 100, 9, 0}}, friday.Add(-time.Hour), false, TooManyBounces},
		{"it has fallen, but not far", []Point{{friday.Add(-time.Hour), 1000, 31, 0}}, time.Time{}, true, TooManyBounces},
		{"it has fallen below 3 %", []Point{{friday.Add(-time.Hour), 1000, 29, 0}}, time.Time{}, true, ""},
	} {
		was := Pause{From: row.from}
		if row.paused {
			was.Since, was.Why = friday.Add(-time.Hour), TooManyBounces
		}
		is := judge(was, row.points, friday)
		if is.Why != row.want || is.Paused() != (row.want != "") || is.From != row.from {
			t.Errorf("%s: %+v, want %q", row.name, is, row.want)
		}
	}
}

// An account at which SES would not look twice, with 2 % bounces and 0.02 % complaints, has bad days by chance. Its customers are asked
// all the same.
func TestAHealthyAccountIsLeftInPeace(t *testing.T) {
	chance := rand.New(rand.NewPCG(4, 2))
	of := func(mails int64, share float64) (n int64) {
		for range mails {
			if chance.Float64() < share {
				n++
			}
		}
		return n
	}
	const years, step = 5, 6 * time.Hour
	for _, mails := range []int64{10, 30, 100, 500, 2500} { // each step
		var points []Point
		var was Pause
		pauses := 0
		for at := friday; at.Before(friday.AddDate(years, 0, 0)); at = at.Add(step) {
			points = append(points, Point{at, mails, of(mails, 0.02), of(mails, 0.0002)})
			is := judge(was, points[max(0, len(points)-60):], at)
			if is.Paused() && !was.Paused() {
				pauses++
			}
			was = is
		}
		if pauses > years {
			t.Errorf("%d mails a day: %d pauses in %d years", 4*mails, pauses, years)
		}
	}
}

func daily(mails, bounces int64) (points []Point) {
	for day := range 14 {
		points = append(points, Point{friday.Add(-time.Duration(day) * 24 * time.Hour), mails, bounces, 0})
	}
	return points
}

// scene is what a guard sees, and whom it tells.
type scene struct {
	pause  Pause
	points []Point
	asked  int
	reads  int
	told   []Pause
	deaf   error
}

func (s *scene) Statistics(context.Context) ([]Point, error) { s.asked++; return s.points, nil }

func (s *scene) Pause(context.Context) (Pause, error) { s.reads++; return s.pause, nil }

func (s *scene) SetPause(_ context.Context, p Pause) (bool, error) {
	if p.Revision != s.pause.Revision {
		return false, nil
	}
	s.pause = p
	s.pause.Revision++
	return true, nil
}

func (s *scene) Tell(_ context.Context, _ *program.Program, p Pause) error {
	if s.deaf == nil {
		s.told = append(s.told, p)
	}
	return s.deaf
}

func (s *scene) guard() *Guard { return &Guard{Reputation: s, Pauses: s, Owner: s} }

func holds(t *testing.T, g *Guard, now time.Time) bool {
	t.Helper()
	held, err := g.Holds(t.Context(), &program.Program{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// A walk begins each minute, and each asks for each ninety mails. SES is asked each quarter of an hour.
func TestTheStatisticsAreAskedForEachQuarterOfAnHour(t *testing.T) {
	s := &scene{}
	g := s.guard()
	for minute := range 60 {
		for range 3 {
			if holds(t, g, friday.Add(time.Duration(minute)*time.Minute)) {
				t.Fatal("nothing is wrong, and mails wait")
			}
		}
	}
	if s.asked != 4 || s.reads != 4 {
		t.Errorf("in an hour SES was asked %d times and the pause was read %d times, want 4", s.asked, s.reads)
	}
	if g.Held() {
		t.Error("mails were held")
	}
}

func TestTheOwnerIsToldOnceForEachPause(t *testing.T) {
	s := &scene{points: []Point{{friday, 100, 10, 0}}}
	g := s.guard()
	for minute := range 45 {
		if !holds(t, g, friday.Add(time.Duration(minute)*time.Minute)) {
			t.Fatal("mails leave")
		}
		if !g.Held() || g.Held() {
			t.Error("that mails were held is told once each time")
		}
	}
	if !holds(t, s.guard(), friday.Add(time.Hour)) { // another process
		t.Error("mails leave from another process")
	}
	want := []Pause{{Since: friday, Why: TooManyBounces, Mails: 100, Troubled: 10, After: friday.Add(-24 * time.Hour), Revision: 1}}
	if diff := cmp.Diff(want, s.told); diff != "" {
		t.Error(diff)
	}
	if s.asked != 4 {
		t.Errorf("SES was asked %d times", s.asked)
	}
}

// A day after the last mail there is no rate any more: the guard lets go by itself. If it goes wrong again, that is another pause.
func TestMailsLeaveAgainWhenTheRateHasFallen(t *testing.T) {
	s := &scene{points: []Point{{friday, 100, 10, 0}, {friday.Add(-48 * time.Hour), 10_000, 10, 0}}}
	g := s.guard()
	if !holds(t, g, friday) || !holds(t, g, friday.Add(23*time.Hour)) {
		t.Error("mails leave")
	}
	later := friday.Add(25 * time.Hour)
	if holds(t, g, later) {
		t.Error("mails wait for ever")
	}
	s.points = append(s.points, Point{later, 200, 20, 0})
	if !holds(t, g, later.Add(believed)) || len(s.told) != 2 {
		t.Errorf("told %d times", len(s.told))
	}
}

func TestTheOwnerLetsMailsGoAndOnlyWhatComesAfterCounts(t *testing.T) {
	s := &scene{points: []Point{{friday, 100, 10, 0}}}
	g := s.guard()
	if !holds(t, g, friday) {
		t.Fatal("mails leave")
	}
	resumed := friday.Add(10 * time.Minute)
	is, err := Sending{s}.Resume(t.Context(), resumed)
	if err != nil || is.Paused() || !is.From.Equal(resumed) {
		t.Fatalf("%+v, %v", is, err)
	}
	if holds(t, g, resumed.Add(time.Minute)) || holds(t, g, resumed.Add(time.Hour)) {
		t.Error("mails wait although the owner let them go")
	}
	again, err := Sending{s}.Resume(t.Context(), resumed.Add(2*time.Hour))
	if err != nil || !again.From.Equal(resumed) {
		t.Errorf("without a pause it changes nothing: %+v, %v", again, err)
	}
	s.points = append(s.points, Point{resumed.Add(time.Hour), 100, 10, 0})
	if !holds(t, g, resumed.Add(2*time.Hour)) || len(s.told) != 2 {
		t.Error("it went wrong again, and mails leave")
	}
}

func TestAPauseHoldsAlsoWhenNobodyCouldBeTold(t *testing.T) {
	s := &scene{points: []Point{{friday, 100, 10, 0}}, deaf: errors.New("throttled")}
	g := s.guard()
	if _, err := g.Holds(t.Context(), &program.Program{}, friday); !errors.Is(err, s.deaf) {
		t.Error(err)
	}
	s.deaf = nil
	if !holds(t, g, friday.Add(time.Minute)) || len(s.told) != 1 || !s.pause.Told {
		t.Errorf("%+v, told %d times", s.pause, len(s.told))
	}
}
