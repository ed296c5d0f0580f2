package response_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/program"
	"afterword/internal/response"
	"afterword/internal/table/tabletest"
)

// What an answer is counted by follows what the customer says, and says no more than the program cuts by.
func TestAnAnswerIsCutByWhatWasSaid(t *testing.T) {
	type said struct {
		language, comment string
		causes            []string
	}
	for _, row := range []struct {
		cuts        []program.Segment
		first, then said
		after, last any
	}{
		{nil, said{"en", "the courier was late", []string{"slow-site"}}, said{"en", "too expensive", nil}, nil, nil},
		{
			[]program.Segment{program.ByCause, program.ByTheme},
			said{"sv", "budet kom sent", []string{"slow-site", "too-many-steps"}},
			said{"sv", "it was too expensive", []string{"too-many-steps"}}, // the mail was in English
			map[string]any{"cause": []any{"slow-site", "too-many-steps"}, "theme": []any{"delivery"}},
			map[string]any{"cause": []any{"too-many-steps"}, "theme": []any{"price"}},
		},
		{
			[]program.Segment{program.ByTheme}, said{"", "the courier", []string{"slow-site"}}, said{"", "nothing of note", []string{}},
			map[string]any{"theme": []any{"delivery"}}, nil,
		},
	} {
		s := set(t, tabletest.Bolt)
		p := program.Default()
		p.Segments = row.cuts
		s.recorder.Programs = fixed{p}
		for i, say := range []said{row.first, row.then} {
			answer := response.Answer{
				Invitation: s.inv.ID, Number: 1, Rating: 2, Act: response.Explicit, Language: say.language, Comment: &say.comment, Causes: &say.causes,
			}
			if _, _, err := s.recorder.Answer(t.Context(), answer, sent.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			item, err := s.table.Get(t.Context(), s.key(), true)
			if diff := cmp.Diff([]any{row.after, row.last}[i], item["said_cuts"]); err != nil || diff != "" {
				t.Errorf("%v, %+v: %v %s", row.cuts, say, err, diff)
			}
		}
	}
}
