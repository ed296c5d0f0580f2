package touchpoint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"afterword/internal/touchpoint"
)

// reasons reads from the source the reasons of the first block of constants, which are the policy's and "planned", or of the second,
// of outcomes that make no visit: whoever adds one is told where it has no test.
func reasons(t *testing.T, block int) (all []touchpoint.Reason) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var blocks [][]touchpoint.Reason
	for _, each := range file.Decls {
		constants, is := each.(*ast.GenDecl)
		if !is || constants.Tok != token.CONST {
			continue
		}
		var reasons []touchpoint.Reason
		for _, spec := range constants.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				reasons = append(reasons, touchpoint.Reason(text))
			}
		}
		blocks = append(blocks, reasons)
	}
	if len(blocks) != 2 || len(blocks[0]) < 16 || len(blocks[1]) < 4 {
		t.Fatalf("the reasons are not read any more: %v", blocks)
	}
	return blocks[block]
}

func TestEachOutcomeThatMakesNoVisitHasItsBoundary(t *testing.T) {
	reported := func(change func(*touchpoint.Event), book *page) touchpoint.Reason {
		e := order()
		change(&e)
		return take(t, book, e).Reason
	}
	tried := func(events ...touchpoint.Event) touchpoint.Reason {
		told := make([]touchpoint.Told, len(events))
		for i, e := range events {
			told[i].Event = e
		}
		found, err := touchpoint.Simulator{Rows: rows{}, Hash: hasher(t)}.File(t.Context(), shop(), shop(), told)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found.Touchpoints { // but for what the first one came to
			if c.Reason != touchpoint.Planned || c.Today == len(events) {
				return c.Reason
			}
		}
		return ""
	}
	reopened := func(e *touchpoint.Event) { e.Reopened = true }
	visited := &page{last: touchpoint.Last{Visit: &touchpoint.Visit{Round: 1, At: noon.Add(-day)}}}
	one, other, elsewhere := order(), order(), order()
	other.Subject, other.Address = "#1031", "bo@customer.example"
	elsewhere.Touchpoint = "moon landing"
	var met []touchpoint.Reason
	for _, row := range []struct {
		rule string
		got  touchpoint.Reason
		want touchpoint.Reason
	}{
		{"a subject that was visited is reopened", reported(reopened, visited), touchpoint.Reopened},
		{"a subject that was never visited is reopened", reported(reopened, &page{}), touchpoint.NotVisited},
		{"a subject that was visited is visited", reported(func(*touchpoint.Event) {}, &page{last: visited.last}), touchpoint.Planned},
		{"an event whose source has to be asked", (&bench{}).wait(t, ticket()).Reason, touchpoint.ToBeFetched},
		{"a touchpoint that the program does not have", tried(elsewhere), touchpoint.Unmapped},
		{"one that it has", tried(one), touchpoint.Planned},
		{"a visit that was tried already", tried(one, one), touchpoint.Repeated},
		{"two visits", tried(one, other), touchpoint.Planned},
	} {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", row.rule, row.got, row.want)
		}
		met = append(met, row.got)
	}
	for _, reason := range reasons(t, 1) {
		if !slices.Contains(met, reason) {
			t.Errorf("nothing is %s", reason)
		}
	}
}
