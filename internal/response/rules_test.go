package response_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterword/internal/response"
	"afterword/internal/table/tabletest"
)

// The rules of what is an answer, each as a story: what happens, what the last of it is told, and what is stored then.
// rule is what becomes of a story.
type rule struct {
	name  string
	story []string
	last  response.Result
	want  string
}

var rules = []rule{
	{"a link that is opened is not an answer",
		[]string{"2m GET 4"}, "", "no answer"},
	{"neither are all of them, by GET and by HEAD",
		[]string{"1s HEAD 1", "1s GET 1", "2s GET 2", "2s GET 3", "3s GET 4", "3s GET 5", "4s HIDDEN"}, "", "no answer"},
	{"an implied answer counts when its rating is the only one that was opened",
		[]string{"2m GET 4", "2m act 4"}, response.Saved, "4 implied, revision 1"},
	{"it may have been opened often",
		[]string{"2m HEAD 4", "2m GET 4", "5m GET", "9m GET 4", "9m act 4"}, response.Saved, "4 implied, revision 1"},
	{"it counts when the hit could not be kept",
		[]string{"2m act 4"}, response.Saved, "4 implied, revision 1"},
	{"an implied answer waits when another rating was opened before",
		[]string{"2m GET 2", "3m GET 4", "3m act 4"}, response.Waiting, "no answer, 4 waits"},
	{"also by HEAD, which no person sends",
		[]string{"2m HEAD 2", "3m GET 4", "3m act 4"}, response.Waiting, "no answer, 4 waits"},
	{"and when another rating was opened after it",
		[]string{"2m GET 4", "3m GET 2", "3m act 4"}, response.Waiting, "no answer, 4 waits"},
	{"an implied answer waits when the hidden link was opened",
		[]string{"2m HIDDEN", "3m GET 4", "3m act 4"}, response.Waiting, "no answer, 4 waits"},
	{"an implied answer waits when the mail is younger than a minute",
		[]string{"59s GET 4", "59s act 4"}, response.Waiting, "no answer, 4 waits"},
	{"and counts when it is a minute old",
		[]string{"59s GET 4", "60s act 4"}, response.Saved, "4 implied, revision 1"},
	{"what waits is confirmed by a button",
		[]string{"10s GET 4", "11s GET 2", "20s act 4", "25s press 4"}, response.Saved, "4 explicit, revision 1"},
	{"what waits again, waits with its last rating",
		[]string{"2m GET 4", "2m GET 2", "3m act 4", "4m act 2"}, response.Waiting, "no answer, 2 waits"},
	{"a button counts at once, whatever was opened and however young the mail is",
		[]string{"1s GET 1", "1s GET 2", "1s HIDDEN", "2s press 3"}, response.Saved, "3 explicit, revision 1"},
	{"a changed rating is explicit",
		[]string{"2m GET 4", "2m act 4", "3m press 2"}, response.Saved, "2 explicit, revision 2"},
	{"an act on a page opened with another rating is a changed rating, not evidence",
		[]string{"2m GET 4", "2m act 4", "5m GET 2", "5m act 2", "12m verdict"}, "", "2 explicit, revision 2"},
	{"a comment is explicit",
		[]string{"2m GET 4", "3m GET 5", "3m press 5 so easy"}, response.Saved, `5 explicit, revision 1, "so easy"`},
	{"the last answer wins",
		[]string{"2m press 2", "1h press 5", "2h press 3"}, response.Saved, "3 explicit, revision 3"},
	{"the same answer twice is one",
		[]string{"2m press 2 slow", "2m press 2 slow"}, response.Saved, `2 explicit, revision 1, "slow"`},
	{"an implied answer twice is one",
		[]string{"2m act 2", "2m act 2"}, response.Saved, "2 implied, revision 1"},
	{"an implied answer after an explicit one changes nothing",
		[]string{"2m press 2 slow", "3m act 2"}, response.Saved, `2 explicit, revision 1, "slow"`},
	{"a button makes an implied answer explicit",
		[]string{"2m act 2", "3m press 2"}, response.Saved, "2 explicit, revision 2"},
	{"a changed rating keeps the comment",
		[]string{"2m press 2 slow", "3m press 3"}, response.Saved, `3 explicit, revision 2, "slow"`},
	{"an expired survey takes no answer",
		[]string{"720h press 3"}, response.Closed, "no answer"},
	{"nor does a wait keep it open",
		[]string{"719h GET 2", "719h GET 3", "720h act 3"}, response.Closed, "no answer"},
	{"it takes one until then",
		[]string{"719h59m59s press 3"}, response.Saved, "3 explicit, revision 1"},
	{"an answer may be changed for seven days, also after the survey expired",
		[]string{"719h press 3", "886h press 4"}, response.Saved, "4 explicit, revision 2"},
	{"and no longer",
		[]string{"719h press 3", "887h press 4"}, response.Closed, "3 explicit, revision 1"},
	{"a change does not prolong the time for changes",
		[]string{"1h press 3", "160h press 4", "170h press 5"}, response.Closed, "4 explicit, revision 2"},
	{"a verdict lets an implied answer stand when nothing came",
		[]string{"2m GET 4", "2m act 4", "3m GET 4", "12m verdict"}, "", "4 implied, revision 1"},
	{"a verdict withdraws an implied answer when another rating was opened meanwhile",
		[]string{"2m GET 4", "2m act 4", "3m GET 2", "12m verdict"}, "", "4 withdrawn, revision 2, another-rating-was-opened"},
	{"a verdict withdraws an implied answer when the hidden link was opened meanwhile",
		[]string{"2m GET 4", "2m act 4", "3m HIDDEN", "12m verdict"}, "", "4 withdrawn, revision 2, the-hidden-link-was-opened"},
	{"with all its reasons",
		[]string{"2m GET 4", "2m act 4", "3m HIDDEN", "3m GET 1", "12m verdict"}, "",
		"4 withdrawn, revision 2, another-rating-was-opened, the-hidden-link-was-opened"},
	{"a verdict leaves an explicit answer alone",
		[]string{"2m GET 4", "2m act 4", "3m GET 2", "4m press 4", "12m verdict"}, "", "4 explicit, revision 2"},
	{"a verdict given twice is one",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "13m verdict"}, "", "4 withdrawn, revision 2, the-hidden-link-was-opened"},
	{"a verdict stands: what a machine does later changes nothing",
		[]string{"2m act 4", "12m verdict", "13m HIDDEN", "14m verdict"}, "", "4 implied, revision 1"},
	{"a person may answer after a machine's answer was withdrawn",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "1h press 2 slow"}, response.Saved, `2 explicit, revision 3, "slow"`},
	{"for as long as the survey is open",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "500h press 2"}, response.Saved, "2 explicit, revision 3"},
	{"and may then change it for seven days",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "500h press 2", "660h press 3"}, response.Saved, "3 explicit, revision 4"},
	{"but not after that",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "720h press 2"}, response.Closed,
		"4 withdrawn, revision 2, the-hidden-link-was-opened"},
	{"an implied answer waits where one was withdrawn",
		[]string{"2m act 4", "3m HIDDEN", "12m verdict", "1h act 4"}, response.Waiting,
		"4 withdrawn, revision 2, 4 waits, the-hidden-link-was-opened"},
}

func TestWhatIsAnAnswer(t *testing.T) {
	for _, engine := range tabletest.Engines(t) {
		for _, rule := range rules {
			t.Run(engine.Name+"/"+rule.name, func(t *testing.T) {
				s := set(t, engine)
				var last response.Result
				for _, step := range rule.story {
					last = s.play(t, step)
				}
				if diff := cmp.Diff(rule.want, told(s.record(t))); diff != "" {
					t.Error(diff)
				}
				if last != rule.last {
					t.Errorf("the last one is told %q, want %q", last, rule.last)
				}
			})
		}
	}
}
