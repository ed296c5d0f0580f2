package esm_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"afterword/internal/table"
)

// tallied is counters by their attribute's name, zeroes left out.
type tallied map[string]int64

func (c tallied) add(more tallied) {
	for name, n := range more {
		if c[name] += n; c[name] == 0 {
			delete(c, name)
		}
	}
}

// recount counts the responses as they are in the end, by day, the way that a person would with pencil and paper.
func (h *history) recount() map[string]tallied {
	days := map[string]tallied{}
	on := func(day any, more tallied) {
		name := day.(string)
		if days[name] == nil {
			days[name] = tallied{}
		}
		days[name].add(more)
	}
	for _, item := range h.last {
		counted, _ := item["counted"].(bool)
		if !counted {
			continue
		}
		on(item["day"], tallied{fmt.Sprintf("r%d", item["rating"]): 1})
		cuts, _ := item["cuts"].(map[string]any)
		for property, value := range cuts {
			on(item["day"], tallied{fmt.Sprintf("%s %s %d", property, value, item["rating"]): 1})
		}
		said, _ := item["said_cuts"].(map[string]any)
		for property, values := range said {
			for _, value := range values.([]any) {
				on(item["day"], tallied{fmt.Sprintf("%s %s %d", property, value, item["rating"]): 1})
			}
		}
		on(item["sent_day"], tallied{"a": 1})
		if _, clicked := item["clicked"]; clicked {
			on(item["sent_day"], tallied{"k": 1})
		}
	}
	return days
}

// stored reads a partition of the scorebook: counters by the part of the sort key before '#'.
func (h *history) stored(tables table.Table, kind string, of ...string) map[string]tallied {
	found := map[string]tallied{}
	q := table.Query{Table: table.Scorebook, Partition: strings.Join(append([]string{h.read(), kind, h.touchpoint, "ces-v1"}, of...), "#"), Strong: true}
	for {
		page, err := tables.Query(context.Background(), q)
		if err != nil {
			panic(err)
		}
		for _, item := range page.Items {
			name, _, _ := strings.Cut(item["sk"].(string), "#")
			if found[name] == nil {
				found[name] = tallied{}
			}
			for attr, value := range item {
				if n, is := value.(int64); is {
					found[name].add(tallied{attr: n})
				}
			}
		}
		if page.Next == "" {
			return found
		}
		q.Start = page.Next
	}
}

// segments reads the tallies of a property: counters by value and rating. Their names begin with a code of the value, of two digits.
func (h *history) segments(tables table.Table, property string) map[string]tallied {
	page, err := tables.Query(context.Background(), table.Query{Table: table.Scorebook, Partition: h.read() + "#J#" + h.touchpoint + "#ces-v1#" + property, From: "=", Strong: true})
	if err != nil {
		panic(err)
	}
	values := map[string]string{}
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-abcdefghijklmnopqrstuvwxyz"
	for _, item := range page.Items {
		if value, is := item["value"].(string); is {
			values["0"+digits[item["n"].(int64):][:1]] = value // of the few values here each code is one digit
		}
	}
	named := map[string]tallied{}
	for day, counts := range h.stored(tables, "T", property) {
		named[day] = tallied{}
		for attr, n := range counts {
			if attr != "c" {
				named[day].add(tallied{fmt.Sprintf("%s %s %s", property, values[attr[:2]], attr[2:]): n})
			}
		}
	}
	return named
}

// check tells which tallies are not what a recount says, and which stored scores are not the sum of the tallies.
func (h *history) check(tables table.Table) (tallies, scores []string) {
	days, want := h.stored(tables, "T"), h.recount()
	periods := map[string]tallied{}
	for day, counts := range days {
		for _, name := range periodsOf(day) {
			if periods[name] == nil {
				periods[name] = tallied{}
			}
			periods[name].add(counts)
		}
		delete(counts, "c")
	}
	for _, property := range []string{"agent", "cause"} {
		for day, counts := range h.segments(tables, property) {
			if days[day] == nil {
				days[day] = tallied{}
			}
			days[day].add(counts)
		}
	}
	for _, day := range daysOfAnswers {
		if !maps.Equal(days[day], want[day]) {
			tallies = append(tallies, fmt.Sprintf("the tally of %s is %v, a recount says %v", day, days[day], want[day]))
		}
	}
	got := h.stored(tables, "S")
	for name := range maps.Keys(got) {
		if periods[name] == nil {
			scores = append(scores, fmt.Sprintf("a score of %s is stored, without any tally", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(periods)) {
		if !maps.Equal(got[name], periods[name]) {
			scores = append(scores, fmt.Sprintf("the score of %s is %v, its tallies are %v", name, got[name], periods[name]))
		}
	}
	return tallies, scores
}

// periodsOf names the periods of a day, worked out apart from package period.
func periodsOf(day string) []string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	year, week := d.ISOWeek()
	return []string{d.Format("2006"), d.Format("2006-01"), fmt.Sprintf("%d-Q%d", d.Year(), (int(d.Month())+2)/3), fmt.Sprintf("%d-W%02d", year, week)}
}
