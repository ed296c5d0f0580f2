package table

import (
	"cmp"
	"strings"
)

// CompareSequences orders two sequence numbers of a feed. They are numbers of up to 40 digits and of different lengths, with or
// without leading zeroes, so that their text does not sort.
func CompareSequences(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
