package tabletest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"afterword/internal/table"
)

var subject = table.Item{
	"text": "hello world", "empty": "", "n": int64(5), "f": 2.5, "neg": int64(-3), "max": int64(math.MaxInt64),
	"yes": true, "no": false, "null": nil, "bytes": []byte("hello"),
	"set": table.Set{"x", "y"}, "items": []any{"x", int64(1)}, "map": map[string]any{"x": "y"},
}

// conditionCases say of each condition whether it holds for the subject and where there is no item.
var conditionCases = []struct {
	name            string
	c               table.Condition
	holds, onAbsent bool
}{
	{"no condition", nil, true, true},
	{"absent: an attribute that is there", table.Absent("n"), false, true},
	{"absent: an attribute that is not", table.Absent("nothing"), true, true},
	{"absent: null is there", table.Absent("null"), false, true},
	{"absent: the item", table.Absent(table.AttrPartition), false, true},
	{"present: an attribute", table.Present("n"), true, false},
	{"present: an empty string is there", table.Present("empty"), true, false},
	{"present: not there", table.Present("nothing"), false, false},
	{"present: the item", table.Present(table.AttrPartition), true, false},
	{"equal: string", table.Equal("text", "hello world"), true, false},
	{"equal: other string", table.Equal("text", "hello"), false, false},
	{"equal: empty string", table.Equal("empty", ""), true, false},
	{"equal: number", table.Equal("n", int64(5)), true, false},
	{"equal: whole float", table.Equal("n", 5.0), true, false},
	{"equal: float", table.Equal("f", 2.5), true, false},
	{"equal: largest number", table.Equal("max", int64(math.MaxInt64)), true, false},
	{"equal: next to the largest number", table.Equal("max", int64(math.MaxInt64-1)), false, false},
	{"equal: true", table.Equal("yes", true), true, false},
	{"equal: false is not true", table.Equal("no", true), false, false},
	{"equal: false", table.Equal("no", false), true, false},
	{"equal: number and its text", table.Equal("n", "5"), false, false},
	{"equal: null is no string", table.Equal("null", ""), false, false},
	{"equal: not there", table.Equal("nothing", int64(0)), false, false},
	{"less: number", table.Less("n", int64(6)), true, false},
	{"less: the same", table.Less("n", int64(5)), false, false},
	{"less: negative", table.Less("neg", int64(-2)), true, false},
	{"less: a whole number than a float", table.Less("n", 5.25), true, false},
	{"less: a float than a whole number", table.Less("f", int64(3)), true, false},
	{"less: a number than a text", table.Less("n", "9"), false, false},
	{"less: text by bytes", table.Less("text", "hellp"), true, false},
	{"less: small letters are after large ones", table.Less("text", "HELLO"), false, false},
	{"less: the largest number than a larger float", table.Less("max", 1e19), true, false},
	{"at most: the same", table.AtMost("n", int64(5)), true, false},
	{"at most: smaller", table.AtMost("n", int64(4)), false, false},
	{"at most: not there", table.AtMost("nothing", int64(4)), false, false},
	{"more: number", table.More("n", int64(4)), true, false},
	{"more: the same", table.More("f", 2.5), false, false},
	{"more: empty text", table.More("text", ""), true, false},
	{"at least: the same", table.AtLeast("f", 2.5), true, false},
	{"at least: larger", table.AtLeast("f", 2.75), false, false},
	{"contains: element of a set", table.Contains("set", "x"), true, false},
	{"contains: not in the set", table.Contains("set", "z"), false, false},
	{"contains: part of a text", table.Contains("text", "lo w"), true, false},
	{"contains: not part of the text", table.Contains("text", "low"), false, false},
	{"contains: element of a list", table.Contains("items", "x"), true, false},
	{"contains: a number contains nothing", table.Contains("n", "5"), false, false},
	{"contains: a map's name is no element", table.Contains("map", "x"), false, false},
	{"all: of none", table.All(), true, true},
	{"any: of none", table.Any(), false, false},
	{"all: both", table.All(table.Equal("yes", true), table.Less("n", int64(6))), true, false},
	{"all: one does not", table.All(table.Equal("yes", true), table.Less("n", int64(5))), false, false},
	{"any: one does", table.Any(table.Equal("no", true), table.Less("n", int64(6))), true, false},
	{"any: neither", table.Any(table.Equal("no", true), table.Absent("n")), false, true},
	{"nested", table.Any(
		table.All(table.Present("n"), table.Any(table.Equal("text", "no"), table.All(table.Contains("set", "y"), table.Any(table.Absent("nothing"))))),
		table.All(table.Absent("n"), table.Any())), true, false},
	{"nested, empty ones in it", table.All(table.All(), table.Any(table.Any(), table.All())), true, true},
	{"one attribute named twice", table.All(table.More("n", int64(1)), table.Less("n", int64(9))), true, false},
}

func (s suite) conditions(t *testing.T) {
	there, absent := key(t, "there"), key(t, "absent")
	s.put(t, there, subject)
	for _, c := range conditionCases {
		t.Run(c.name, func(t *testing.T) {
			s.judges(t, there, with(there, subject), c.c, c.holds)
			s.judges(t, absent, nil, c.c, c.onAbsent)
		})
	}
	t.Run("any condition holds for an engine where it holds by the rules", func(t *testing.T) { s.randomConditions(t, there) })
}

// judges checks the engine and Holds, the rules in Go, against the expectation.
func (s suite) judges(t *testing.T, k table.Key, stored table.Item, c table.Condition, holds bool) {
	t.Helper()
	if got := table.Holds(c, stored); got != holds {
		t.Errorf("on %q Holds says %t, expected %t", k.Sort, got, holds)
	}
	if c == nil {
		return // a check needs a condition
	}
	err := s.Transact(t.Context(), []table.Write{{Kind: table.Check, Key: k, If: c}})
	if holds && err == nil {
		return
	}
	cancelled, ok := table.AsCancelled(err)
	if holds || !ok {
		t.Errorf("on %q the engine says %v, expected holds=%t", k.Sort, err, holds)
		return
	}
	same(t, "the cancellation", cancelled.Reasons, []table.Reason{{Code: table.ConditionCode, Stored: stored}})
}

func (s suite) randomConditions(t *testing.T, k table.Key) {
	stored := with(k, subject)
	for seed := range uint64(60) {
		c := randomCondition(rand.New(rand.NewPCG(seed, 1)), 3)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { s.judges(t, k, stored, c, table.Holds(c, stored)) })
	}
}

func randomCondition(r *rand.Rand, depth int) table.Condition {
	attrs := []string{"text", "empty", "n", "f", "max", "yes", "no", "null", "bytes", "set", "items", "map", "nothing"}
	values := []any{"", "hello", "hello world", "x", int64(5), int64(-1), 2.5, 5.5, 1e30, int64(math.MinInt64)}
	ops := []table.Op{table.OpEqual, table.OpLess, table.OpAtMost, table.OpMore, table.OpAtLeast}
	attr := attrs[r.IntN(len(attrs))]
	kinds := 7
	if depth == 0 {
		kinds = 5 // no more of those with others in them
	}
	switch r.IntN(kinds) {
	case 0:
		return table.Absent(attr)
	case 1:
		return table.Present(attr)
	case 2:
		return table.Contains(attr, []string{"x", "hello"}[r.IntN(2)])
	case 3:
		return table.Equal(attr, r.IntN(2) == 0)
	case 4:
		return table.CompareCondition{Attr: attr, Op: ops[r.IntN(len(ops))], Value: values[r.IntN(len(values))]}
	}
	several := make([]table.Condition, r.IntN(4))
	for i := range several {
		several[i] = randomCondition(r, depth-1)
	}
	if r.IntN(2) == 0 {
		return table.All(several...)
	}
	return table.Any(several...)
}
