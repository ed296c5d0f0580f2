package why

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/score"
	"afterword/internal/survey"
	"afterword/internal/theme"
)

// shop is a program with a survey of each kind of extra question.
func shop(t testing.TB) (*program.Program, program.Survey) {
	t.Helper()
	p, err := program.Parse([]byte(`company: Acme
from: hello@acme.example
postal: Storgatan 1, Stockholm
time_zone: Europe/Stockholm
surveys:
  s:
    number: 1
    metric: CSAT
    scale: 1-5
    causes: {slow-site: {}, long-wait: {for: [good, neutral, bad]}, several-contacts: {off: true}}
    questions:
      - {id: solved}
      - {id: found, ask: How did you find us, kind: many-of, options: {web: Web, friend: A friend}}
      - {id: speed, ask: How fast was it, kind: scale, scale: 0-10}
      - {id: said, ask: Anything else, kind: text}
      - {id: old, ask: Gone, kind: scale, scale: 1-5, off: true}
desks: {help: {people: [anna@acme.example]}}
touchpoints: {purchase: {survey: s, desk: help}}
themes:
  delivery: {words: {en: [delivery]}}
  price: {words: {en: [price]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return p, p.Surveys["s"]
}

func TestAnAnswerIsWhatTheResponseSays(t *testing.T) {
	p, _ := shop(t)
	reader := Reader{theme.NewFinder(p), p.Zone}
	visited := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)
	five := 5
	record := response.Record{
		Invitation: survey.Invitation{Language: "en", Cuts: map[string]string{"agent": "anna"}, VisitedAt: visited},
		Response: response.Response{Revision: 1, Act: response.Explicit, Counted: true, Rating: 2, Comment: "Late delivery, ugly sofa",
			Extras: response.Extras{Causes: []string{"slow-site"}, Replies: []response.Reply{{Question: "speed", Rating: &five}}}},
	}
	got, ok := reader.Answer(record)
	want := Answer{Rating: 2, Language: "en", Comment: "Late delivery, ugly sofa", Causes: []string{"slow-site"}, Themes: []string{"delivery"},
		Unnamed: []theme.Word{{Language: "en", Stem: "late", Written: "late"}, {Language: "en", Stem: "ugli", Written: "ugly"}, {Language: "en", Stem: "sofa", Written: "sofa"}},
		Replies: []response.Reply{{Question: "speed", Rating: &five}}, Cuts: map[string]string{"agent": "anna"}, At: visited.In(p.Zone)}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Error(diff)
	}
	if got.At.Weekday() != time.Monday || got.At.Hour() != 0 || period.DayOf(visited, p.Zone).Weekday() != time.Monday {
		t.Errorf("half past eleven on a Sunday evening in Greenwich is %s", got.At)
	}
	for name, change := range map[string]func(*response.Record){
		"withdrawn": func(r *response.Record) { r.Counted = false },
		"erased":    func(r *response.Record) { r.Response = response.Response{Revision: 2, Erased: true} },
	} {
		gone := record
		change(&gone)
		if _, ok := reader.Answer(gone); ok {
			t.Errorf("a %s response is an answer", name)
		}
	}
}

// answers adds so many alike.
func answers(s *Study, n int, a Answer) {
	for range n {
		s.Add(a)
	}
}

func TestCausesAreSharesOfThoseWhoCouldTickThem(t *testing.T) {
	s := NewStudy(shop(t))
	answers(s, 60, Answer{Rating: 5})
	answers(s, 10, Answer{Rating: 3})
	answers(s, 12, Answer{Rating: 1, Causes: []string{"slow-site", "long-wait", "slow-site", "unknown"}})
	answers(s, 18, Answer{Rating: 2, Causes: []string{"slow-site"}})
	answers(s, 99, Answer{Rating: 6, Causes: []string{"slow-site"}}) // not on the scale
	shares := func(m Mention) string {
		text := fmt.Sprintf("%s %d/%d", m.ID, m.All.Hits, m.All.Of)
		for _, g := range groups {
			if share, ok := m.Groups[g]; ok {
				text += fmt.Sprintf(", %s %d/%d", g, share.Hits, share.Of)
			}
		}
		return text
	}
	var got []string
	for _, m := range s.Causes.List() {
		got = append(got, shares(m))
	}
	want := []string{"slow-site 30/40, neutral 0/10, bad 30/30", "long-wait 12/100, good 0/60, neutral 0/10, bad 12/30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if bad := s.Causes.List()[1].Groups[score.Bad]; *bad.Value != 0.4 || score.Round(bad.Interval[0], 4) != 0.2459 || score.Round(bad.Interval[1], 4) != 0.5768 {
		t.Errorf("12 of 30: %v in %v", *bad.Value, *bad.Interval)
	}
	if len(s.Themes.List()) != 0 {
		t.Error("nobody has said anything")
	}
}

func TestThemesAreSharesOfTheComments(t *testing.T) {
	s := NewStudy(shop(t))
	answers(s, 50, Answer{Rating: 5})
	answers(s, 6, Answer{Rating: 5, Comment: "x", Themes: []string{"price"}})
	answers(s, 4, Answer{Rating: 1, Comment: "x", Themes: []string{"price", "delivery"}})
	answers(s, 10, Answer{Rating: 3, Comment: "x"})
	list := s.Themes.List()
	if len(list) != 2 || list[0].ID != "price" || list[0].All.Hits != 10 || list[0].All.Of != 20 || list[1].All.Hits != 4 {
		t.Fatalf("%+v", list)
	}
	// Four bad comments are too few to show; with the six good ones they cannot be computed from the whole.
	price := list[0].Groups
	if price[score.Bad].Value != nil || price[score.Bad].Hits != 0 || price[score.Bad].Of != 4 || price[score.Good].Value != nil || price[score.Neutral].Value == nil {
		t.Errorf("%+v", price)
	}
	few := NewStudy(shop(t))
	answers(few, 4, Answer{Rating: 1, Comment: "x", Themes: []string{"price"}})
	if all := few.Themes.List()[0].All; all.Value != nil || all.Hits != 0 || all.Of != 4 {
		t.Errorf("four comments: %+v", all)
	}
}

func TestAnHourOfTheWeekHasAScoreAndAMood(t *testing.T) {
	s := NewStudy(shop(t))
	monday := time.Date(2026, 11, 23, 8, 59, 0, 0, time.UTC)
	answers(s, 4, Answer{Rating: 5, At: monday})
	answers(s, 1, Answer{Rating: 1, At: monday.AddDate(0, 0, 7)})
	answers(s, 4, Answer{Rating: 1, At: monday.Add(time.Minute)})
	answers(s, 6, Answer{Rating: 5, At: monday.Add(2 * time.Hour)})
	answers(s, 7, Answer{Rating: 5, At: monday.Add(3 * time.Hour)})
	week := s.Hours.Week()
	if at := week[time.Monday][11]; at.Score.N != 7 || *at.Score.Value != 100 || *at.Mood != 1 || at.Score.Note != score.FewAnswers {
		t.Errorf("%+v", at)
	}
	if few := week[time.Monday][9]; few.Score.N != 4 || few.Score.Value != nil || few.Mood != nil || few.Score.Note != score.CountOnly {
		t.Errorf("%+v", few)
	}
	// Five answers are enough by themselves; but taken from the whole with all others, they would leave the four.
	if next := week[time.Monday][8]; next.Score.N != 5 || next.Score.Value != nil || next.Mood != nil || next.Score.Note != score.Withheld {
		t.Errorf("%+v", next)
	}
	if none := week[time.Sunday][23]; none.Score.N != 0 || none.Mood != nil || none.Score.Note != score.NoScore {
		t.Errorf("%+v", none)
	}
}

func TestAMoodIsHappinessOnEveryScale(t *testing.T) {
	p, survey := shop(t)
	survey.Scale, _ = score.Standard(score.CES, 5, score.Lower)
	s := NewStudy(p, survey)
	answers(s, 4, Answer{Rating: 1})
	answers(s, 1, Answer{Rating: 5})
	if at := s.Hours.Week()[(time.Time{}).Weekday()][0]; *at.Mood != 0.8 || *at.Score.Value != 1.8 {
		t.Errorf("%+v", at)
	}
}

func TestPartsOfAWholeAreVeiledUntilNoneFollows(t *testing.T) {
	for _, row := range []struct {
		parts []int64
		want  []bool
	}{
		{[]int64{5, 9, 0}, []bool{false, false, false}},
		{[]int64{4, 9, 20}, []bool{true, true, false}},
		{[]int64{1, 9, 2, 20}, []bool{true, true, true, false}}, // three answers together are too few as well
		{[]int64{4, 9, 2, 20}, []bool{true, false, true, false}},
		{[]int64{4, 0, 0}, []bool{true, false, false}},
		{nil, []bool{}},
	} {
		if diff := cmp.Diff(row.want, veiled(row.parts)); diff != "" {
			t.Errorf("%v: %s", row.parts, diff)
		}
	}
}
