package program

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAFileThatIsNoProgramAtAll(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "line 1: the file is empty; expected a program",
		"---\n":               "line 1: the file is empty; expected a program",
		"# nothing but words": "line 1: the file is empty; expected a program",
		"a program":           `line 1: "a program" stands here; expected names with values, such as company: ...`,
		"company: Acme\n# " + strings.Repeat("x", longestFile): "line 1: the file has 262160 bytes; expected at most 262144",
	} {
		_, err := Parse([]byte(text))
		if got, _, _ := strings.Cut(fmt.Sprint(err), "\n"); got != want {
			t.Errorf("%.20q: %s, want %s", text, got, want)
		}
	}
}

func TestASyntaxErrorIsNamedWhereAnOwnerHasToLook(t *testing.T) {
	const good = "a: 1\nb:\n  c: 2\n  d: 3\ne:\n  - x\n  - y\nf: {a: 1,\n  b: 2}\ng: 5\n"
	for _, row := range []struct {
		old, new string
		line     int
	}{
		{"  d: 3", "\td: 3", 4}, {"  d: 3", "   d: 3", 4}, {"  d: 3", " d: 3", 4}, {"  d: 3", "  d 3", 4}, {"  d: 3", "  d: \"3", 4},
		{"  d: 3", "  d: 3: 4", 4}, {"  d: 3", "  d: @x", 4}, {"  d: 3", "  d: *x", 4}, {"  d: 3", "  d: \x013", 4}, {"  d: 3", "  d: \xff3", 4},
		{"  - y", " - y", 7}, {"  b: 2}", "  b: 2", 8}, {"g: 5", "g5", 10}, {"a: 1\nb", "a: b: c\nb", 1},
	} {
		_, err := Parse([]byte(strings.Replace(good, row.old, row.new, 1)))
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Line != row.line {
			t.Errorf("%q: %v, want line %d", row.new, err, row.line)
		}
	}
}

func TestASyntaxErrorIsFoundBehindValuesOfSeveralLines(t *testing.T) {
	const part = "a%[1]d: {b: 1,\n  c: 2}\nd%[1]d: \"x\n  y\"\ne%[1]d: 3\n"
	for at := range 20 {
		var text strings.Builder
		for i := range 20 {
			if i == at {
				text.WriteString("@\n")
			}
			fmt.Fprintf(&text, part, i)
		}
		_, err := Parse([]byte(text.String()))
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Line != 5*at+1 {
			t.Errorf("%v, want line %d", err, 5*at+1)
		}
	}
}

// someone is a list of so many addresses.
