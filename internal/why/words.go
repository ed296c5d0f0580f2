package why

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"

	"afterword/internal/theme"
)

// The most words that are counted at a time, and the most forms of each; a word that is shown was said in at least fewestAnswers answers,
// since a name cannot be told from a word.
const (
	mostWords     = 2000
	mostForms     = 6
	fewestAnswers = 5
)

// Words finds what many comments say and no theme catches, within a fixed memory: a space-saving sketch (Metwally, Agrawal and El Abbadi,
// 2005). When a word comes for which there is no room, it takes the place of the rarest and inherits its count as an error, so that a
// word said in more than one of 2,000 is never lost, and what is told of a word is the least that is certain.
type Words struct {
	at     map[wordKey]*counter
	rarest counters
}

type wordKey struct{ language, stem string }

// counter counts the answers that say a word.
type counter struct {
	wordKey
	count, mistaken int64
	forms           map[string]int64
	place           int // in the heap
}

// Word is a frequent word.
type Word struct {
	Language string // base language
	Word     string // in its most frequent form, in small letters
	AtLeast  int64  // so many answers say it
}

// NewWords makes an empty count.
func NewWords() *Words { return &Words{at: map[wordKey]*counter{}} }

// Add takes in the words of one answer, each of which is there once.
func (w *Words) Add(words []theme.Word) {
	for _, word := range words {
		key := wordKey{word.Language, word.Stem}
		c := w.at[key]
		switch {
		case c != nil:
		case len(w.rarest) < mostWords:
			c = &counter{wordKey: key, forms: map[string]int64{}}
			heap.Push(&w.rarest, c)
			w.at[key] = c
		default:
			c = w.rarest[0]
			delete(w.at, c.wordKey)
			c.wordKey, c.mistaken, c.forms = key, c.count, map[string]int64{}
			w.at[key] = c
		}
		if _, has := c.forms[word.Written]; has || len(c.forms) < mostForms {
			c.forms[word.Written]++
		}
		c.count++
		heap.Fix(&w.rarest, c.place)
	}
}

// List is at most so many words, the most frequent first.
func (w *Words) List(most int) (list []Word) {
	for _, c := range w.rarest {
		if certain := c.count - c.mistaken; certain >= fewestAnswers {
			list = append(list, Word{c.language, c.usual(), certain})
		}
	}
	slices.SortFunc(list, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.AtLeast, a.AtLeast), cmp.Compare(a.Word, b.Word), cmp.Compare(a.Language, b.Language))
	})
	return list[:min(most, len(list))]
}

// usual is the most frequent form, of several the first by the alphabet.
func (c *counter) usual() string {
	return slices.MinFunc(slices.Sorted(maps.Keys(c.forms)), func(a, b string) int { return cmp.Compare(c.forms[b], c.forms[a]) })
}

// counters is a heap, the rarest word first.
type counters []*counter

func (c counters) Len() int           { return len(c) }
func (c counters) Less(i, j int) bool { return c[i].count < c[j].count }
func (c counters) Swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].place, c[j].place = i, j
}

// Push and Pop are for package heap.
func (c *counters) Push(x any) {
	added := x.(*counter)
	added.place = len(*c)
	*c = append(*c, added)
}

// Pop takes the last one out.
func (c *counters) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
