package why

import "afterword/internal/score"

// Hours counts answers by the weekday and the hour of the visit, in the program's zone.
type Hours struct {
	scale score.Scale
	cells [7][24][11]int64 // by time.Weekday, hour and rating, which is at most 10
}

// Hour is how the answers about one hour of the week did.
type Hour struct {
	Score score.Score
	Mood  *float64 // mean of the answers, from 0 (unhappiest) to 1: what a colour goes by on every scale; nil with the score's value
}

// Add takes an answer in.
func (h *Hours) Add(a Answer) {
	if h.scale.Contains(a.Rating) {
		h.cells[a.At.Weekday()][a.At.Hour()][a.Rating]++
	}
}

// Week is every hour of a week, by time.Weekday. Those of few answers are not shown, nor those from which they could be computed.
func (h *Hours) Week() (week [7][24]Hour) {
	var answers []int64
	for day := range week {
		for hour := range week[day] {
			at := h.at(day, hour)
			week[day][hour] = at
			answers = append(answers, at.Score.N)
		}
	}
	for i, hide := range veiled(answers) {
		if at := &week[i/24][i%24]; hide && at.Score.Value != nil {
			*at = Hour{Score: withheld(at.Score)}
		}
	}
	return week
}

func (h *Hours) at(day, hour int) Hour {
	counts, sum := score.Counts{}, 0.0
	for rating, n := range h.cells[day][hour] {
		if n > 0 {
			counts[rating] = n
			sum += float64(n) * h.scale.Normal(rating)
		}
	}
	at := Hour{Score: score.Of(h.scale, counts)}
	if at.Score.Value != nil {
		mood := sum / float64(at.Score.N)
		at.Mood = &mood
	}
	return at
}
