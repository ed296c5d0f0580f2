// Package report tells the people in charge how a period went: each touchpoint's score with its count, interval, distribution and
// change, how many answered, what the unhappiest and the happiest said, and which cases are still open. It is for readers who were
// not there, so every number stands with what it needs to be trusted, and no change is called one unless it is reliable
// (package score holds the conventions).
//
// A report is gathered (Gather) from what is stored, never from a run over all answers, and is mailed once for each period and
// recipient when the period is over in the program's time zone (Rounds).
package report

import (
	"time"

	"afterword/internal/period"
	"afterword/internal/program"
	"afterword/internal/score"
)

// TrendPeriods is how many periods a trend shows, the reported one last: a quarter more than a year of months, and as many quarters.
const TrendPeriods = 13

// Quotes is how many of the lowest and of the highest answers with a comment a report shows for a touchpoint, each.
const Quotes = 3

// Report is how one period went, as one audience reads of it.
type Report struct {
	For          program.Audience
	Period       period.Period // that is reported; its name is the report's
	Before       period.Period // that it is compared with
	At           time.Time     // when it was gathered, UTC
	Closed       bool          // the period was over by then; an answer that is changed within its edit window may still move it
	CountsClicks bool          // the program counts clicks without any act of a person as answers
	Touchpoints  []Touchpoint  // in the order of their names
	Cases        Cases
	Moves        []Move    // segments whose score changed reliably, the worse ones first, of each the furthest; for the leadership only
	Compared     int       // segments that Moves were looked for among
	Changes      []Applied // of the program, in the period, oldest first; for the leadership only
}

// Touchpoint is how one touchpoint did, in the series of the survey that asks about it now.
type Touchpoint struct {
	Name, Survey string
	Scale        score.Scale
	Score        score.Score   // exact; round when shown
	Change       *score.Change // against Before, exact; nil when either period has too few answers to be compared
	Sent         int64         // survey mails sent in the period
	Delivered    int64         // of them, those that did not bounce
	Bounced      int64         // of them, those that did
	Complained   int64         // of them, those that their readers called spam
	Unsubscribed int64         // of them, those that their readers unsubscribed by
	Replies      int64         // answers to them, whenever they came
	Unconfirmed  int64         // of them, those with a click that no person confirmed; counted nowhere
	Trend        []Point       // TrendPeriods of them, oldest first
	Lowest       []Quote       // answers with a comment, the unhappiest first; only bad and neutral ones, and none unless the program says so
	Highest      []Quote       // likewise the happiest; only good ones
	Why          *Why          // nil when nobody answered
	Worth        *score.Risk   // what the answers put at stake, as it is shown; nil with too few
	Benchmarks   []score.Benchmark
	Boards       []Board      // for the leadership; for a team, of its agents
	Cross        *Cross       // for the leadership only; nil where fewer than two properties have answers enough
	Beside       *score.Score // of the agent's team, or of all agents; nil for others, and with too few answers of colleagues, or too few of these
}

// ResponseRate is answers to the mails of the period by those that were delivered, 0 to 1; nil when none was delivered.
func (t Touchpoint) ResponseRate() *float64 {
	if t.Delivered <= 0 {
		return nil
	}
	rate := float64(t.Replies) / float64(t.Delivered)
	return &rate
}

// Point is a touchpoint's score in one period.
type Point struct {
	Period period.Period
	Score  score.Score
}

// Quote is what one customer said. It names nobody.
type Quote struct {
	Rating  int
	Group   score.Group
	Comment string
	Day     string // of the answer, in the program's zone
	Subject string // what it was about, as the source names it
	Link    string // to the subject in the source, https; "" when there is none
}

// Cases is how the follow-up stands.
type Cases struct {
	Opened  int  // in the period
	Over    int  // of them, those that are closed by now, whatever the outcome
	Closed  int  // in the period, likewise, whenever they were opened
	Saved   int  // of Closed, those that were made right
	Lost    int  // of Closed, the others
	Open    int  // now, of whatever period
	Overdue int  // of Open, those that nobody took in time
	AtLeast bool // there are so many cases (CasesRead) that these numbers are the least that they may be
	// TimeToClose is the median of Closed, from opening to closing, by the clock and not by working hours; 0 when none was closed.
	TimeToClose time.Duration
	// The oldest of Open, at most CasesShown; the desk's people find all of them in their mails.
	Oldest []OpenCase
}

// ClosureRate is the share of the cases opened in the period that are closed by now, 0 to 1; nil when none was opened.
func (c Cases) ClosureRate() *float64 {
	if c.Opened == 0 {
		return nil
	}
	rate := float64(c.Over) / float64(c.Opened)
	return &rate
}

// CasesShown is how many open cases a report names.
const CasesShown = 10

// OpenCase is a case that nobody has closed.
type OpenCase struct {
	ID         string
	Touchpoint string
	Survey     string
	Subject    string
	Desk       string
	Rating     int
	Scale      score.Scale
	OpenedAt   time.Time
	Due        time.Time
	Overdue    bool
	TakenBy    string // "" when nobody has
}
