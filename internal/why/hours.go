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
			at := h.at(day, hour, hour+1)
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

// BandHours is how many hours a band of the day has: a week of bands has room on a phone.
const BandHours = 3

// Bands is every band of a week, by time.Weekday. One is shown only if no hour that Week hides follows from it and the hours that are
// shown: what it has beside these are none, or several with enough answers together, and so is what all bands that are not shown have.
func (h *Hours) Bands() (bands [7][24 / BandHours]Hour) {
	week, hidden := h.Week(), [7][24 / BandHours]hiddenHours{}
	for day := range bands {
		for band := range bands[day] {
			bands[day][band] = h.at(day, band*BandHours, (band+1)*BandHours)
			for _, at := range week[day][band*BandHours : (band+1)*BandHours] {
				hidden[day][band].add(at)
			}
		}
	}
	for day := range bands {
		for band := range bands[day] {
			if !hidden[day][band].safe() {
				bands[day][band].hide()
			}
		}
	}
	for rest := restOf(bands, hidden); !rest.safe(); rest = restOf(bands, hidden) {
		smallest := (*Hour)(nil)
		for day := range bands {
			for band := range bands[day] {
				at := &bands[day][band]
				if at.Mood != nil && hidden[day][band].hours > 0 && (smallest == nil || at.Score.N < smallest.Score.N) {
					smallest = at
				}
			}
		}
		if smallest == nil {
			break // they are all that Week hides, of which it took care
		}
		smallest.hide()
	}
	return bands
}

// hiddenHours are hours with answers that are not shown.
type hiddenHours struct{ hours, answers int64 }

func (h *hiddenHours) add(at Hour) {
	if at.Mood == nil && at.Score.N > 0 {
		h.hours, h.answers = h.hours+1, h.answers+at.Score.N
	}
}

// safe tells whether their sum may be known.
func (h hiddenHours) safe() bool {
	return h.hours == 0 || h.hours > 1 && h.answers >= fewestAnswers
}

// restOf are the hidden hours of the bands that are hidden.
func restOf(bands [7][24 / BandHours]Hour, hidden [7][24 / BandHours]hiddenHours) (rest hiddenHours) {
	for day := range bands {
		for band, at := range bands[day] {
			if at.Mood == nil {
				rest.hours, rest.answers = rest.hours+hidden[day][band].hours, rest.answers+hidden[day][band].answers
			}
		}
	}
	return rest
}

func (at *Hour) hide() {
	if at.Score.Value != nil {
		*at = Hour{Score: withheld(at.Score)}
	}
}

// at is how the answers of a day did from one hour to another.
func (h *Hours) at(day, from, to int) Hour {
	counts, sum := score.Counts{}, 0.0
	for _, cells := range h.cells[day][from:to] {
		for rating, n := range cells {
			if n > 0 {
				counts[rating] += n
				sum += float64(n) * h.scale.Normal(rating)
			}
		}
	}
	at := Hour{Score: score.Of(h.scale, counts)}
	if at.Score.Value != nil {
		mood := sum / float64(at.Score.N)
		at.Mood = &mood
	}
	return at
}
