package program

import (
	"fmt"
	"slices"
	"strings"

	"afterword/internal/fault"
)

// Problem is one thing that is wrong with a program as it was written.
type Problem struct {
	Line     int    // 1 is the first
	Path     string // where it is: "touchpoints.purchase.delay"; "" for the file as a whole
	Wrong    string // what is wrong
	Expected string // what stands there in a good one
}

func (p Problem) String() string {
	at := ""
	if p.Path != "" {
		at = p.Path + ": "
	}
	return fmt.Sprintf("line %d: %s%s; expected %s", p.Line, at, p.Wrong, p.Expected)
}

// Problems is all that is wrong with a program, in the order of its lines. It is a fault of kind Invalid whose text, one line for
// each, is for the owner who wrote the program: it quotes what was written.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes Problems the fault that they are.
func (p Problems) Unwrap() error { return fault.New(fault.Invalid, "%s", p.Error()) }

// meant finds the one of the names that a writer probably meant: at most two letters (of short names one) away.
func meant(written string, names []string) string {
	best, distance := "", 1+min(2, (len(written)+1)/3)
	for _, name := range names {
		if d := letters(strings.ToLower(written), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// letters counts the letters to insert, delete, replace or swap with their neighbour to get from a to b.
func letters(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			row[j+1] = min(last[j+1]+1, row[j]+1)
			if a[i] == b[j] {
				row[j+1] = min(row[j+1], last[j])
			} else {
				row[j+1] = min(row[j+1], last[j]+1)
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// choice says that what was written is none of the names, which one was probably meant, and what there is.
func choice(written, what string, names []string) (wrong, expected string) {
	slices.Sort(names)
	wrong = fmt.Sprintf("%.60q is not %s", written, what)
	if name := meant(written, names); name != "" {
		wrong += fmt.Sprintf(" (did you mean %s?)", name)
	}
	if len(names) == 1 {
		return wrong, names[0]
	}
	return wrong, "one of " + strings.Join(names, ", ")
}
