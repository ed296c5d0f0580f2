package why

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestABandIsShownOnlyIfNoHiddenHourFollowsFromIt(t *testing.T) {
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name  string
		n     map[int]int // answers by hour, from 9
		shown []bool      // the bands from 9 and from 12
	}{
		{"hours that are shown", map[int]int{9: 6, 10: 7, 13: 9}, []bool{true, true}},
		{"several of few answers, enough together", map[int]int{9: 3, 10: 3, 13: 9}, []bool{true, true}},
		{"a band of few answers, for which another hour is hidden", map[int]int{9: 2, 10: 2, 12: 9, 13: 8, 14: 7}, []bool{false, false}},
		{"one hidden hour beside shown ones", map[int]int{9: 20, 10: 3, 12: 4, 13: 9}, []bool{false, false}},
		{"what is left would be one hour", map[int]int{9: 3, 10: 3, 12: 4, 13: 9}, []bool{false, false}},
	} {
		s := NewStudy(shop(t))
		for hour, n := range row.n {
			answers(s, n, Answer{Rating: 4, At: monday.Add(time.Duration(hour-9) * time.Hour)})
		}
		bands := s.Hours.Bands()[time.Monday]
		if got := []bool{bands[3].Mood != nil, bands[4].Mood != nil}; got[0] != row.shown[0] || got[1] != row.shown[1] {
			t.Errorf("%s: %v, want %v", row.name, got, row.shown)
		}
	}
}

// Whoever has both, the hours and the bands, learns by subtraction of no hour alone and of no few answers.
func TestHoursAndBandsTogetherGiveNobodyAway(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		s := NewStudy(shop(t))
		for range random.IntN(40) {
			at := time.Date(2026, 11, 23+random.IntN(2), random.IntN(9), 0, 0, 0, time.UTC)
			answers(s, 1+random.IntN(7), Answer{Rating: 4, At: at})
		}
		week, bands := s.Hours.Week(), s.Hours.Bands()
		var rest hiddenHours
		for day := range bands {
			for band, at := range bands[day] {
				var hidden hiddenHours
				for _, hour := range week[day][band*BandHours : (band+1)*BandHours] {
					hidden.add(hour)
				}
				if at.Mood == nil {
					rest.hours, rest.answers = rest.hours+hidden.hours, rest.answers+hidden.answers
				} else if hidden.hours == 1 || hidden.hours > 0 && hidden.answers < fewestAnswers || at.Score.N < fewestAnswers {
					t.Fatalf("a band of %d shows %+v", at.Score.N, hidden)
				}
			}
		}
		var all hiddenHours
		for day := range week {
			for _, hour := range week[day] {
				all.add(hour)
			}
		}
		if rest != all && (rest.hours == 1 || rest.hours > 0 && rest.answers < fewestAnswers) {
			t.Fatalf("what is left shows %+v", rest)
		}
	}
}
