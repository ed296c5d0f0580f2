package tally

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Cut is a property and its value, by which the answers of a series can be told apart: agent, anna.
type Cut struct{ Property, Value string }

// String is " agent=anna", for a line in which it follows something; "" for none.
func (c Cut) String() string {
	if c == (Cut{}) {
		return ""
	}
	return " " + c.Property + "=" + c.Value
}

// Segment is the answers of a series that have one value of a property.
type Segment struct {
	Series Series
	Cut    Cut
}

func (c Cut) compare(other Cut) int {
	return cmp.Or(cmp.Compare(c.Property, other.Property), cmp.Compare(c.Value, other.Value))
}

// Cuts are the cuts of one response, as text that can be compared; "" for none.
type Cuts string

const nul = "\x00"

// CutsOf takes cuts in any order, each once. Empty ones are left out, and what stands between two is taken out of them.
func CutsOf(cuts ...Cut) Cuts {
	var clean []Cut
	for _, cut := range cuts {
		cut = Cut{strings.ReplaceAll(cut.Property, nul, ""), strings.ReplaceAll(cut.Value, nul, "")}
		if cut.Property != "" && cut.Value != "" {
			clean = append(clean, cut)
		}
	}
	slices.SortFunc(clean, Cut.compare)
	var parts []string
	for _, cut := range slices.Compact(clean) {
		parts = append(parts, cut.Property, cut.Value)
	}
	return Cuts(strings.Join(parts, nul))
}

// All yields each cut, in the order of the properties.
func (c Cuts) All() iter.Seq[Cut] {
	return func(yield func(Cut) bool) {
		rest, more := string(c), c != ""
		for more {
			var cut Cut
			cut.Property, rest, _ = strings.Cut(rest, nul)
			cut.Value, rest, more = strings.Cut(rest, nul)
			if !yield(cut) {
				return
			}
		}
	}
}

// segmentsOf lists each segment once that the moves count in.
func segmentsOf(moves []Move) []Segment {
	seen := map[Segment]bool{}
	for _, m := range moves {
		for _, r := range []Record{m.Was, m.Now} {
			for cut := range r.Cuts.All() {
				if r.Counted {
					seen[Segment{r.Series, cut}] = true
				}
			}
		}
	}
	return slices.Collect(maps.Keys(seen))
}
