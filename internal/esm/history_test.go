package esm_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"

	"afterword/internal/table"
	"afterword/internal/tally"
)

// history is what happened to some responses: the changes that the feed shows, and how the responses are in the end.
type history struct {
	touchpoint string
	changes    []table.Change
	last       map[string]table.Item // by invitation; those that were removed as they were before
	removed    map[string]bool
	generation string // whose counts are checked; "": the first
}

func (h *history) read() string { return cmp.Or(h.generation, tally.Generation(0)) }

var began = time.Date(2026, 12, 28, 9, 0, 0, 0, time.UTC)

// The days that answers come on: an ISO week over the end of a year, and a day in the week after.
var daysOfAnswers = []string{"2026-12-30", "2027-01-01", "2027-01-04"}

// makeHistory makes responses of one touchpoint and their lives: answered, changed and changed back, withdrawn, answered again,
// erased with and without the rating; removed in the end, if that is asked for.
func makeHistory(random *rand.Rand, touchpoint string, responses int, removals bool) *history {
	h := &history{touchpoint: touchpoint, last: map[string]table.Item{}, removed: map[string]bool{}}
	var lives [][]table.Item
	for i := range responses {
		lives = append(lives, life(random, touchpoint, fmt.Sprintf("%s-%d", touchpoint, i)))
	}
	at := began
	for len(lives) > 0 {
		at = at.Add(gap(random))
		i := random.IntN(len(lives))
		item := lives[i][0]
		id := item["id"].(string)
		h.add(at, id, h.last[id], item)
		h.last[id] = item
		if lives[i] = lives[i][1:]; len(lives[i]) > 0 {
			continue
		}
		lives = append(lives[:i], lives[i+1:]...)
		if removals && random.IntN(4) == 0 {
			h.add(at.Add(time.Second), id, item, nil)
			h.removed[id] = true
		}
	}
	return h
}

// gap is the time to the next change: mostly so short that changes share a batch, sometimes hours.
func gap(random *rand.Rand) time.Duration {
	if random.IntN(10) == 0 {
		return time.Duration(random.Int64N(int64(9 * time.Hour)))
	}
	return time.Duration(random.Int64N(int64(time.Second)))
}

func (h *history) add(at time.Time, id string, old, new table.Item) {
	h.changes = append(h.changes, table.Change{
		Sequence: fmt.Sprint(95 + len(h.changes)), At: at, Old: old, New: new, Expired: new == nil && len(h.changes)%2 == 0,
		Key: table.Key{Table: table.Feedback, Partition: "I#" + id, Sort: "invitation"},
	})
}

// said is what a customer chose, of few causes, so that many responses share them.
func said(random *rand.Rand) map[string]any {
	causes := []any{"slow#site", "%23"}
	return map[string]any{"cause": [][]any{causes, causes[:1], causes[1:]}[random.IntN(3)]}
}

// life is the images of one response, from the mail that is sent to its last state.
func life(random *rand.Rand, touchpoint, id string) []table.Item {
	day := random.IntN(len(daysOfAnswers))
	base := table.Item{
		"pk": "I#" + id, "sk": "invitation", "id": id, "touchpoint": touchpoint, "survey": "ces-v1",
		"sent_day": daysOfAnswers[random.IntN(day+1)],
	}
	with := func(attrs table.Item) table.Item {
		item := table.Item{}
		for _, from := range []table.Item{base, attrs} {
			for name, value := range from {
				item[name] = value
			}
		}
		return item
	}
	images := []table.Item{with(nil)} // sent: no revision, not for the tally
	base["day"] = daysOfAnswers[day]
	if random.IntN(2) == 0 {
		base["clicked"] = true
	}
	if random.IntN(3) > 0 {
		base["cuts"] = map[string]any{"agent": fmt.Sprintf("agent %d", random.IntN(4))}
		base["said_cuts"] = said(random)
	}
	first := int64(random.IntN(3) + 1)
	images = append(images, with(table.Item{"rev": int64(1), "rating": first, "counted": true}))
	for rev := int64(2); rev < 6 && random.IntN(3) > 0; rev++ {
		switch random.IntN(7) {
		case 0: // withdrawn by a verdict
			images = append(images, with(table.Item{"rev": rev, "rating": first}))
		case 1: // a comment: counts as before
			image := with(images[len(images)-1])
			image["rev"] = rev
			images = append(images, image)
		case 2: // erased, the rating kept, and nothing of who it was
			delete(base, "cuts")
			delete(base, "said_cuts")
			return append(images, with(table.Item{"rev": rev, "rating": first, "counted": true, "erased": true}))
		case 3: // erased with the rating
			return append(images, with(table.Item{"rev": rev, "erased": true}))
		case 4: // back to the first rating, for another cause
			base["said_cuts"] = said(random)
			images = append(images, with(table.Item{"rev": rev, "rating": first, "counted": true}))
		default:
			images = append(images, with(table.Item{"rev": rev, "rating": int64(random.IntN(5) + 1), "counted": true}))
		}
	}
	return images
}
