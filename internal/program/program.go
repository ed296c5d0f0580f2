// Package program is the owner's configuration: which moments are asked about, with which survey, when, how often at most, who
// works the unhappy answers, in which languages and in whose time zone.
//
// An owner writes it as program.yaml, `go run ./scripts/afterword check FILE` reads it with the line and the expected form of whatever
// is wrong, and `apply FILE` stores it as a new version. Every function reads the newest version at most once a minute. A scale is
// frozen once its survey is used: Apply refuses a change under the same survey, because the answers given so far would change their
// meaning: a change of wording or direction starts a new series, never a step in the old one.
package program

import (
	"time"

	"afterword/internal/period"
	"afterword/internal/score"
)

// Program is one version of the configuration, complete and valid: Parse fills in what the owner left out.
type Program struct {
	Version     int                   // 1 for the first that was applied; 0 for the shipped default
	Name        string                // the company, as customers know it
	From        string                // the sender of mails: "Acme <hello@acme.example>"
	ReplyTo     string                // "" when the owner takes no answers by mail
	Postal      string                // the owner's postal address, in every survey mail
	Color       string                // brand colour, #rrggbb
	Logo        string                // https URL of an image, or ""
	Zone        *time.Location        // of periods, and of customers whose own is not known
	Languages   []string              // BCP 47 tags in which customers are asked; the first is the default
	Surveys     map[string]Survey     // by id, such as "purchase-ces-v1"
	Touchpoints map[string]Touchpoint // by name, such as "purchase"
	Policy      Policy
	Desks       map[string]Desk
	Sources     map[string]Source
	Reports     Reports
	Themes      []Theme // in the order in which they are written
	Worth       Worth
	Benchmarks  Benchmarks
	Segments    []Segment // by whose values answers are counted apart, at most MostSegments; nil: by none
	// CountUnconfirmed counts a click without any act of a person as an answer. Off by default; reports say so when it is on.
	CountUnconfirmed bool
	Team             []Member // who may sign in to the scoreboard
	// SessionsFrom: who signed in before has to sign in again. Zero: nobody.
	SessionsFrom time.Time
}

// Survey is a versioned set of questions. Its ID names the series of its scores; Number is its name in tokens, unique and never
// used again within the owner's programs.
type Survey struct {
	ID     string
	Number int // 1 to 65535
	Scale  score.Scale
	// Presentation is how the ratings look; "" is Numbers.
	Presentation Presentation
	// Agree: the question is a statement (CES 2.0: "made it easy for me"), and the customer disagrees or agrees.
	Agree    bool
	Question Text // the rated question; empty: the shipped wording for touchpoint and metric
	Low      Text // label of the scale's Min end; empty: the shipped wording
	High     Text // label of the scale's Max end
	Reasons  Reasons
	// Causes and Questions are what a customer may add by choosing, in the order in which they are shown.
	Causes    []Cause
	Questions []Question
}

// Reasons is the question for the reason, which depends on the rating's group. Empty: the shipped wording.
type Reasons struct{ Good, Neutral, Bad Text }

// Text is one text in several languages, by BCP 47 tag.
type Text map[string]string

// In returns the text in the language, else in its base language ("pt" for "pt-BR"), else "" (the caller has a shipped wording).
func (t Text) In(language string) string {
	for tag := language; tag != ""; tag = parent(tag) {
		if text, ok := t[tag]; ok {
			return text
		}
	}
	return ""
}

func parent(tag string) string {
	for i := len(tag) - 1; i > 0; i-- {
		if tag[i] == '-' {
			return tag[:i]
		}
	}
	return ""
}

// Touchpoint is a kind of moment worth asking about.
type Touchpoint struct {
	Name     string
	Survey   string        // id of the survey that asks about it
	Off      bool          // visits are recorded and not asked
	Shadow   bool          // decided as if it were on, never mailed
	Window   time.Duration // between two asks of one customer about it; 0: only the policy's windows
	Delay    time.Duration // from the visit to the mail
	MaxAge   time.Duration // an older visit is not asked about
	MinAge   time.Duration // of the customer's account at the visit; a younger one is not asked, one of unknown age is
	Sample   float64       // share of visits asked, 0 to 1
	Reminder time.Duration // after the mail; 0: none
	Expires  time.Duration // after the mail
	Desk     string        // works its unhappy answers
	Filter   Filter        // all of which a visit has to pass; nil: all visits
	Subject  string        // OwnSubject or SharedSubject
	Links    []string      // names of its links for everybody, at most MostLinks; a name that is taken out closes its link
	Every    period.Kind   // month, quarter, year: in each, every customer is asked once, by itself; "": when a source reports a visit
	Weekdays [7]bool       // of Every, by time.Weekday; see TurnDays
}

// MostLinks is how many links for everybody a touchpoint has at most.
const MostLinks = 50

// Whose a touchpoint's subjects are.
const (
	OwnSubject    = "own"    // the customer's own: an order, a ticket
	SharedSubject = "shared" // of many customers, each of whom is asked: a feature, a quarter
)

// Policy says how often and when customers may be asked, over all touchpoints.
type Policy struct {
	AllWindow    time.Duration // between two asks of one customer, whatever they are about
	MetricWindow time.Duration // between two asks for the same metric
	Hours        Hours         // sending hours, in the customer's time zone, else the program's
	Holidays     []Holiday     // on which no survey mail leaves, likewise; at most 100
	Consent      Consent       // who is asked only if the source says that they agreed
	Staff        []string      // addresses or @domains of our own people, never asked
	RoleMail     bool          // true: also ask shared mailboxes such as info@
	DailyQuota   int           // survey mails a day in the program's zone; 0: only SES's own quota
}

// Hours is a weekly span of working or sending time, in some time zone given elsewhere.
type Hours struct {
	Days     [7]bool       // by time.Weekday
	From, To time.Duration // since midnight; From < To <= 24 h
}

// Desk works a kind of case.
type Desk struct {
	Name     string
	People   []Person      // the task mail goes to the first; one that bounces goes to the next
	Due      time.Duration // of working time, from opening
	Hours    Hours         // working hours in Zone
	Zone     *time.Location
	Escalate []Person // told in turn when a case is not taken in time, each one Due later
	Language string
}

// Person is somebody at a desk.
type Person struct{ Name, Address string }

// Reports says who gets which report by mail, and when.
type Reports struct {
	At       time.Duration               // since midnight of the first day after the period, in the program's zone
	Quote    bool                        // reports repeat what customers wrote, never who
	To       map[period.Kind][]Recipient // who gets the leadership's
	Editions []Edition                   // for the other audiences: desks, then teams, then agents
}

// ReportKinds are the kinds of period that are reported on by mail, the shortest first.
var ReportKinds = []period.Kind{period.Weekly, period.Monthly, period.Quarterly, period.Yearly}

// Recipient is somebody who gets reports, in one of the program's languages.
type Recipient struct {
	Person
	Language string
}

// SurveyByNumber finds the survey that a token names.
func (p *Program) SurveyByNumber(number int) (Survey, bool) {
	for _, s := range p.Surveys {
		if s.Number == number {
			return s, true
		}
	}
	return Survey{}, false
}

// SurveyOf is the survey that asks about the touchpoint; false for a touchpoint that the program does not have.
func (p *Program) SurveyOf(touchpoint string) (Survey, bool) {
	s, ok := p.Surveys[p.Touchpoints[touchpoint].Survey]
	return s, ok
}

// DeskOf is the desk that works the touchpoint's unhappy answers; false for a touchpoint that the program does not have.
func (p *Program) DeskOf(touchpoint string) (Desk, bool) {
	d, ok := p.Desks[p.Touchpoints[touchpoint].Desk]
	return d, ok
}
