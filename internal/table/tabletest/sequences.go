package tabletest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"afterword/internal/fault"
	"afterword/internal/table"
)

// sequences: whatever is written in whatever order, the engine answers as the rules in Go say (Holds, Apply), keeps what they say,
// and the feed tells the same story.
func (s suite) sequences(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			m := model{t: t, suite: s, random: rand.New(rand.NewPCG(seed, 7)), items: map[table.Key]table.Item{}}
			for range 120 {
				if m.random.IntN(3) == 0 {
					m.transact()
				} else {
					m.write()
				}
			}
			for _, name := range []table.Name{table.Feedback, table.Scorebook} {
				for i := range modelKeys {
					k := in(t, name, serial(i))
					same(t, "the item "+k.Sort, s.get(t, k), m.items[k])
				}
			}
			told := s.recorded(t, t.Name())
			for i := range told {
				told[i].Sequence, told[i].At = "", m.story[min(i, len(m.story)-1)].At
			}
			same(t, "the feed, item by item", byItem(told), byItem(m.story))
		})
	}
}

const modelKeys = 4

// model is what should be stored.
type model struct {
	t      *testing.T
	suite  suite
	random *rand.Rand
	items  map[table.Key]table.Item
	story  []table.Change
	n      int
}

func byItem(story []table.Change) map[string][]table.Change {
	items := map[string][]table.Change{}
	for _, change := range story {
		items[change.Key.Sort] = append(items[change.Key.Sort], change)
	}
	return items
}

func (m *model) write() {
	w := m.draw()
	for w.Kind == table.Check || len(w.Add) > 0 && w.If == nil {
		w = m.draw()
	}
	prepared, err := table.Prepare(w)
	if err != nil {
		m.t.Fatalf("prepare %+v: %v", w, err)
	}
	stored := m.items[w.Key]
	got, err := m.suite.Write(m.t.Context(), w)
	switch {
	case !table.Holds(w.If, stored) && w.Kind == table.Delete && stored == nil:
		if err != nil {
			m.t.Errorf("%+v: %v", w, err)
		}
	case !table.Holds(w.If, stored):
		refused(m.t, err, stored)
	default:
		after, wrong := table.Apply(prepared, stored)
		if wrong != nil {
			isFault(m.t, err, fault.KindOf(wrong))
			return
		}
		if err != nil {
			m.t.Errorf("%+v: %v", w, err)
		}
		same(m.t, "the returned item", got, after)
		m.keep(w.Key, after)
	}
}

func (m *model) transact() {
	var writes []table.Write
	taken := map[table.Key]bool{}
	for range 1 + m.random.IntN(5) {
		if w := m.draw(); !taken[w.Key] {
			taken[w.Key] = true
			writes = append(writes, w)
		}
	}
	prepared, err := table.PrepareAll(writes)
	if err != nil {
		m.t.Fatalf("prepare %+v: %v", writes, err)
	}
	reasons := make([]table.Reason, len(writes))
	after := make([]table.Item, len(writes))
	failed, wrong := false, error(nil)
	for i, w := range prepared {
		stored := m.items[w.Key]
		if !table.Holds(w.If, stored) {
			reasons[i], failed = table.Reason{Code: table.ConditionCode, Stored: stored}, true
			continue
		}
		item, err := table.Apply(w, stored)
		after[i], wrong = item, errors.Join(wrong, err)
	}
	got := m.suite.Transact(m.t.Context(), writes)
	switch {
	case failed && wrong != nil: // which of them is told is the engine's affair
		if got == nil {
			m.t.Errorf("%+v went through", writes)
		}
	case failed:
		cancelled, _ := table.AsCancelled(got)
		same(m.t, "the cancellation", cancelled, &table.Cancelled{Reasons: reasons})
	case wrong != nil:
		isFault(m.t, got, fault.Invalid)
	default:
		if got != nil {
			m.t.Errorf("%+v: %v", writes, got)
		}
		for i, w := range writes {
			if w.Kind != table.Check {
				m.keep(w.Key, after[i])
			}
		}
	}
}

func (m *model) keep(k table.Key, after table.Item) {
	before := m.items[k]
	if k.Table == table.Feedback && !reflect.DeepEqual(before, after) {
		m.story = append(m.story, table.Change{Key: k, Old: before, New: after})
	}
	m.items[k] = after
	if after == nil {
		delete(m.items, k)
	}
}

// draw makes any write. Attributes keep no type, so that some writes are wrong for what is stored.
func (m *model) draw() table.Write {
	attr := func() string {
		return []string{"a", "b", "c", table.Agenda.Partition, table.Agenda.Sort}[m.random.IntN(5)]
	}
	plain := func() string { return []string{"a", "b", "c"}[m.random.IntN(3)] }
	item := func() table.Item {
		values := []any{int64(m.random.IntN(3)), 0.5, "x", "y", table.Set{"x"}, nil, true, []any{"x"}, map[string]any{"d": int64(1)}}
		drawn := table.Item{table.Agenda.Partition: "z"}
		for range m.random.IntN(3) {
			if a := attr(); a == table.Agenda.Partition || a == table.Agenda.Sort {
				drawn[a] = m.t.Name() + serial(m.random.IntN(2))
			} else {
				drawn[a] = values[m.random.IntN(len(values))]
			}
		}
		return drawn
	}
	w := table.Write{
		Kind: table.Kind(m.random.IntN(4)),
		Key:  in(m.t, []table.Name{table.Feedback, table.Scorebook}[m.random.IntN(2)], serial(m.random.IntN(modelKeys))),
	}
	if m.random.IntN(2) == 0 || w.Kind == table.Check {
		w.If = randomCondition(m.random, 2)
		if m.random.IntN(2) == 0 {
			w.If = table.Any(w.If, table.Absent(plain()), table.Less(plain(), int64(2)))
		}
	}
	if w.Kind == table.Put || w.Kind == table.Update && m.random.IntN(2) == 0 {
		m.n++
		w.Writer = fmt.Sprint("writer ", m.n)
	}
	switch w.Kind {
	case table.Put:
		w.Item = item()
	case table.Update:
		switch m.random.IntN(4) {
		case 0:
			w.Set = item()
		case 1:
			w.Add = map[string]int64{plain(): int64(m.random.IntN(5)) - 2}
		case 2:
			w.AddTo = map[string]table.Set{plain(): {"x", serial(m.random.IntN(2))}}
		default:
			w.Remove = []string{attr()}
		}
	}
	return w
}
