package why

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"afterword/internal/theme"
)

// inUse is what is in use, in bytes.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Answers of which each says words of its own, long ones in several forms, and has properties of its own.
func TestMemoryDoesNotGrowWithTheAnswers(t *testing.T) {
	p, s := shop(t)
	r := rand.New(rand.NewPCG(15, 16))
	before := inUse()
	study, table := NewStudy(p, s), NewTable(s.Scale, "agent", "product")
	const most = 3 << 20
	for round := range 3 {
		for i := range 12_000 {
			a := customer(r)
			a.Cuts = map[string]string{"agent": fmt.Sprintf("%040d", r.IntN(120)), "product": fmt.Sprintf("%040d", r.IntN(120))}
			stem := fmt.Sprintf("%s%d", strings.Repeat("x", 30), i/8)
			a.Unnamed = []theme.Word{{Language: "en", Stem: stem, Written: fmt.Sprint(stem, i%8)}}
			study.Add(a)
			table.Add(a)
		}
		if used := inUse() - before; used > 2*most {
			t.Errorf("%.1f MB after %d answers", float64(used)/(1<<20), 12_000*(round+1))
		} else {
			t.Logf("%.1f MB after %d answers", float64(used)/(1<<20), 12_000*(round+1))
		}
	}
	runtime.KeepAlive(study)
	runtime.KeepAlive(table)
}
